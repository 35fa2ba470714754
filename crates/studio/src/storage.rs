//! The data folder of the studio: its database, its files, and how much of the disk they take.

pub mod database;
pub mod leftovers;
pub mod usage;
