//! What the scenarios share: a shell that records, videos that are made by ffmpeg, a studio and a client in a folder
//! of their own, and a backend whose every word a test decides.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod backend;
mod recorder;
mod stage;
mod video;

pub use backend::ScriptedBackend;
pub use recorder::{Recorder, Seen};
pub use stage::{EMAIL, PASSWORD, Stage};
pub use video::Video;
