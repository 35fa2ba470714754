//! What the scenarios share: a shell that records, videos that are made by ffmpeg, a studio and a client in a folder
//! of their own, and a backend whose every word a test decides.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod backend;
mod proxy;
mod public_backend;
mod recorder;
mod scripted_harness;
mod studio_api;
mod studio_harness;
mod video;

pub use backend::{Answer, EditFate, Grant, ScriptedBackend, closing};
pub use proxy::{Fault, FaultProxy};
pub use public_backend::{PublicBackend, naive_now};
pub use recorder::{Recorder, Seen};
pub use scripted_harness::{ScriptedHarness, Stall, ended, running, update};
pub use studio_api::{StudioApi, json_of};
pub use studio_harness::{EMAIL, PASSWORD, StudioHarness};
pub use video::{Video, ffmpeg};
