//! The commands: a module for each kind.

pub mod actions;
pub mod doctor;
pub mod edit;
pub mod jobs;
pub mod login;
pub mod session;
pub mod upload;
pub mod watch;
