//! The rules of Tallylight, pure: no clock, no random source, no I/O.
//!
//! Everything here takes an input and the time and returns what should happen, so that every rule of the
//! protocol is a table test without sleeping. `tallylight-client` performs the effects.

pub mod auth;
pub mod connection;
pub mod diagnostics;
pub mod discovery;
pub mod edits;
pub mod error;
pub mod forecast;
pub mod library;
pub mod locale;
pub mod model;
pub mod notifications;
pub mod protocol;
pub mod search;
pub mod settings;
pub mod text_suggestions;
pub mod view;

#[cfg(test)]
mod tolerance_tests;

pub use error::{Code, Error, InputField};
pub use model::id::{ConnId, JobId, StageId, ThumbnailId, VideoId};
pub use model::now::Now;
