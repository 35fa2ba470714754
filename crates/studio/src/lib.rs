//! The embedded backend: a whole studio of the specified shape on this machine.
//!
//! It signs people in as Supabase Auth does, keeps jobs in SQLite, tells of them on a socket, and works on real
//! video files with ffmpeg. It listens on loopback only. The way of a video: [`http`] takes the upload, [`jobs`]
//! keeps it, `pipeline` works on it, and `hub` tells every socket that subscribed.

mod auth;
mod config;
mod http;
mod jobs;
mod pipeline;
mod realtime;
mod server;
pub mod speech;
mod storage;

pub use config::{Config, HardwareDecoding, SignUp, Tools};
pub use server::{Studio, StudioError};
pub use storage::usage::Usage;
