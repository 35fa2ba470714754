//! The embedded backend: a complete studio on this computer that implements docs/protocol.md.
//!
//! It signs users in as Supabase Auth does, stores jobs in SQLite, publishes their progress on a socket, and processes
//! video files with ffmpeg. It listens on loopback only. The path of a video: `http` receives the upload, `jobs`
//! stores the job, `pipeline` processes it, and `realtime::hub` sends each change to every subscribed socket.

mod auth;
mod clock;
mod config;
mod error;
mod http;
mod jobs;
mod pipeline;
mod realtime;
mod sample;
mod server;
pub mod speech;
mod storage;
mod tool;

pub use auth::accounts::AccountError;
pub use config::{Config, HardwareDecoding, SignUp, Tools, Transport};
pub use error::StudioError;
pub use sample::{SampleChapter, SampleError, SampleTexts, make_sample};
pub use server::Studio;
pub use storage::usage::Usage;
pub use tool::install_ffmpeg;
