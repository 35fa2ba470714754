//! What the operating system provides: keychain, browser, clock, network changes, data folders, log files, and process
//! limits.

pub mod browser;
pub mod clock;
pub mod crash_marker;
pub mod data_dir;
pub mod hardening;
pub mod keychain;
pub mod logging;
pub mod network;
pub mod refresh_lock;
