//! Live updates: the hub that broadcasts the messages of jobs, and the socket of each client: the specification's own, or
//! one with channels as Supabase Realtime has them.

pub mod channel;
pub mod channel_socket;
pub mod hub;
pub mod phoenix;
pub mod socket;
