//! One signed-in studio: the runtime, and the components between which it routes messages.
//!
//! What a component sends is in `message`, what it may use in `context`. No component knows another one.

mod auth;
mod automations;
mod backend;
mod connection;
mod context;
mod diagnostics;
mod endpoint;
mod errors;
mod fetcher;
mod job_actions;
mod jobs;
mod known_jobs;
mod message;
mod notifications;
mod outbox;
mod publisher;
mod runtime;
mod templates;
#[cfg(test)]
mod test_context;
mod uploads;

pub use runtime::start;
