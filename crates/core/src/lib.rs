//! The rules of Tallylight as pure code: no clock, no random source, no I/O.
//!
//! Each function takes an input and the current time and returns what is to be done, so every rule of the protocol can
//! be tested with tables and without sleeping. `tallylight-client` performs the returned effects.

pub mod attention;
pub mod auth;
pub mod backoff;
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
#[cfg(any(test, feature = "replay"))]
pub mod replay;
pub mod search;
pub mod settings;
pub mod snooze;
pub mod statistics;
pub mod templates;
pub mod text_suggestions;
pub mod upload_queue;
pub mod webhook_message;

pub use error::{Code, Error, InputField, Reason};
pub use model::id::{ConnId, JobId, StageId, ThumbnailId, VideoId};
pub use model::now::Now;
