//! The rules of Tallylight, pure: no clock, no random source, no I/O.
//!
//! Everything here takes an input and the time and returns what should happen, so that every rule of the
//! protocol is a table test without sleeping. `tallylight-client` performs the effects.

pub mod backoff;
pub mod cache;
pub mod coalesce;
pub mod diagnostics;
pub mod digest;
pub mod discovery;
pub mod edits;
pub mod error;
pub mod forecast;
pub mod id;
pub mod job;
pub mod json;
pub mod link;
pub mod media_url;
pub mod moment;
pub mod notice;
pub mod now;
pub mod protocol;
pub mod record;
#[cfg(any(test, feature = "replay"))]
pub mod replay;
pub mod search;
pub mod server_clock;
pub mod session;
pub mod settings;
pub mod snapshot;
pub mod span;
pub mod text;
pub mod text_suggestions;
pub mod view;
pub mod words;

mod lenient;
#[cfg(test)]
mod world_tests;

pub use error::{Code, Error, InputField};
pub use id::{ConnId, JobId, StageId, ThumbnailId, VideoId};
pub use now::Now;
