//! The embedded backend: a whole studio of the specified shape on this machine.
//!
//! It signs people in as Supabase Auth does, keeps jobs in SQLite, tells of them on a socket, and works on real
//! video files with ffmpeg. It listens on loopback only. The way of a video: [`http`] takes the upload, [`jobs`]
//! keeps it, `pipeline` works on it, and `hub` tells every socket that subscribed.

mod accounts;
mod config;
mod db;
mod http;
mod hub;
mod jobs;
mod leftovers;
mod pipeline;
mod places;
mod server;
mod socket;
pub mod speech;
mod tokens;
mod usage;

pub use config::{Config, HardwareDecoding, SignUp, Tools};
pub use server::{Studio, StudioError};
pub use usage::Usage;
