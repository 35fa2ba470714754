//! The fault suite: whatever a network, a server or a laptop does, the client says what is true and loses nothing.
//!
//! Each scenario drives the real client, with its socket and its HTTP, against a real server behind a proxy that does
//! the harm. `docs/reliability.md` lists them.

mod auth;
mod clock;
mod messages;
mod network;
mod server;
