//! The I/O of Tallylight, without a window: one actor owns all state, and everything else talks to it.
//!
//! [`start`] returns a [`Handle`]. What changes comes out through the [`Shell`]: a window's, or a terminal's.

mod account;
mod config;
mod handle;
mod net;
mod platform;
mod shell;
mod storage;

pub use account::{MarkRead, Pause, start};
pub use config::{AfterCrashes, Config};
pub use handle::Handle;
pub use net::connector::{check_network, choose_cryptography};
pub use net::language_model::{ask_language_model, download_client};
pub use platform::browser::Browser;
pub use platform::clock::{Clock, ClockController};
pub use platform::hardening::{create_private_folder, forbid_core_dumps};
pub use platform::keychain::{Keychain, SessionLookup, StoredSession, TokenStore, Unlock};
pub use platform::logging::{LogGuard, LogLevelController, log};
pub use platform::network::{Network, NetworkController};
pub use shell::{FRAME, Shell, Transcripts, TrayJob, TrayView};
pub use storage::last_identity;
pub use storage::thumbnails::{Picture, ThumbnailCache};
pub use tallylight_core::discovery::Identity;
