//! Scenarios: the real client against a real server on loopback, told as stories.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod automation;
mod connection;
mod edits;
mod faults;
mod killed;
mod language_model;
mod looking;
mod main_job;
mod media;
mod places;
mod provider;
mod servers;
mod studio;
mod telling;
mod trouble;
mod uploads;
mod world;
