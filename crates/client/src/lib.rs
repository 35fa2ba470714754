//! The I/O of Tallylight, without a window: the runtime of an account owns its state, and everything else sends it requests.
//!
//! [`start`] returns a [`Handle`]. Events are sent to the [`Shell`] of a window or a terminal.

mod account;
mod command;
mod config;
mod handle;
mod net;
mod platform;
mod settings;
mod shell;
mod storage;

pub use account::start;
pub use command::{JobAction, MarkRead, Pause, UploadAction, WebhookSecret};
pub use config::{Config, UploadStorage};
pub use handle::Handle;
pub use net::connector::{check_network, choose_cryptography};
pub use net::language_model::{ask_language_model, download_client};
pub use platform::browser::Browser;
pub use platform::clock::{Clock, ClockController};
pub use platform::crash_marker::AfterCrashes;
pub use platform::data_dir::{cli_dir, data_dir, desktop_dir};
pub use platform::hardening::{create_private_folder, forbid_core_dumps};
pub use platform::keychain::{Keychain, SessionLookup, StoredSession, TokenStore, Unlock};
pub use platform::logging::{LogGuard, LogLevelController, log};
pub use platform::network::{Network, NetworkController};
pub use settings::{CurrentSettings, Origin, SettingsReceiver, SettingsService, fixed_settings, read_settings};
pub use shell::{FRAME, Shell, Transcripts, TrayJob, TrayView};
pub use storage::last_identity;
pub use storage::thumbnail_cache::{Picture, ThumbnailCache};
pub use tallylight_core::discovery::Identity;
