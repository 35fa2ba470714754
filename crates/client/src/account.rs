//! One signed-in studio: the runtime, and the components between which it routes messages.

pub(crate) mod alerts;
mod auth;
mod backend;
pub(crate) mod commands;
mod connection;
mod context;
mod diagnostics;
mod fetcher;
mod library;
mod message;
mod outbox;
mod publisher;
mod queries;
mod runtime;
mod uploads;

pub use alerts::{MarkRead, Pause};
pub use runtime::start;
