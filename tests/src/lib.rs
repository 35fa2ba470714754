//! The shared parts of the scenarios: a recording shell, videos made by ffmpeg, harnesses with a client and a studio or
//! a scripted backend, and a proxy that injects faults.

#![expect(clippy::expect_used, reason = "a test whose setup fails has failed")]

mod backend;
mod company_network;
mod proxy;
mod public_backend;
mod recorder;
mod scripted_harness;
mod studio_api;
mod studio_harness;
mod video;

pub use backend::{Answer, EditFate, Grant, ReceivedUploads, ScriptedBackend, UploadFate, closing};
pub use company_network::CompanyNetwork;
pub use proxy::{Fault, FaultProxy};
pub use public_backend::{PublicBackend, naive_now};
pub use recorder::{Recorder, Seen, Switch};
pub use scripted_harness::{ScriptedHarness, ended, running, update};
pub use studio_api::{StudioApi, json_of};
pub use studio_harness::{EMAIL, PASSWORD, StudioHarness};
pub use video::{Video, ffmpeg};
