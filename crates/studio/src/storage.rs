//! The data folder of the studio: its database, its files, and the disk space that they use.

pub mod database;
pub mod leftovers;
pub mod usage;
