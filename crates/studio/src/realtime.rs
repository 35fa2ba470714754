//! Live updates: the hub that broadcasts the messages of jobs, and the socket of each client.

pub mod hub;
pub mod socket;
