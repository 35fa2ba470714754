//! Fault-injection scenarios: faults of networks, servers and computers, and the expected behaviour of the client.
//!
//! Each scenario runs the real client, with its socket and its HTTP, against a real server behind a proxy that injects
//! the fault. `docs/reliability.md` lists them.

mod auth;
mod clock;
mod messages;
mod network;
mod realtime;
mod server;
