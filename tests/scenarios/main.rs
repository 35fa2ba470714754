//! Scenarios: the real client against a real server on loopback, one test for each situation.

#![expect(clippy::expect_used, reason = "a test whose setup fails has failed")]

mod account_switch;
mod automation;
mod browser_sign_in;
mod connection;
mod crash;
mod edits;
mod faults;
mod foreign_servers;
mod invalid_input;
mod job_actions;
mod language_model;
mod media;
mod notifications;
mod studio;
mod templates;
mod timing_and_attention;
mod tolerance;
mod upload_queue;
mod upload_to_ready;
mod uploads;
