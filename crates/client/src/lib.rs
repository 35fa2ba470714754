//! The I/O of Tallylight, without a window: one actor owns all state, and everything else talks to it.
//!
//! [`start`] returns a [`Handle`]. What changes comes out through the [`Shell`]: a window's, or a terminal's.

mod actor;
mod auth;
mod automation;
mod browser;
mod clock;
mod config;
mod handle;
mod http;
mod language_model;
mod logging;
mod network;
mod pictures;
mod pkce;
mod privacy;
mod redirect;
mod rest;
mod route;
mod run_mark;
mod secrets;
mod shell;
mod socket;
mod store;
mod turn;

pub use actor::{Pause, Read, start};
pub use browser::Browser;
pub use clock::{Clock, ClockHand};
pub use config::{AfterCrashes, Config};
pub use handle::Handle;
pub use language_model::{ask_language_model, download_client};
pub use logging::{LevelHand, LogGuard, log};
pub use network::{Network, NetworkHand};
pub use pictures::{Picture, Pictures};
pub use privacy::{forbid_core_dumps, private_folder};
pub use route::{check_network, choose_cryptography};
pub use secrets::{Found, Kept, Keychain, TokenStore, Unlock};
pub use shell::{FRAME, Shell, Transcripts, TrayJob, TrayView};
pub use store::last_identity;
pub use tallylight_core::discovery::Identity;
