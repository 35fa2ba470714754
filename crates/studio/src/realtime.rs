//! Live updates: the hub that fans out the messages of jobs, and the socket of each companion.

pub mod hub;
pub mod socket;
