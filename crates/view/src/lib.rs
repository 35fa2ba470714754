//! The data that a window or `tally --json` may see, projected from the values of the core. The TypeScript declarations
//! are generated from these types.
//!
//! Nothing here is stored, and no rule depends on it. Values of the core that are displayed as they are, such as a
//! [`Reason`](tallylight_core::Reason), have no type of their own here.

mod app;
mod computer;
mod connection;
mod edit;
mod event;
mod job;
mod notification;
mod row;
mod server;
mod session;
mod stages;
mod status;
mod text_change;
mod upload;

pub use app::{
    ChangesView, InitialState, Login, ReleaseView, SentView, SettingsView, ShortcutState, Show, Stacking, Tray,
    UpdateView, WindowView,
};
pub use computer::{
    ComputerView, DownloadState, DownloadView, OwnModelView, SpeechEngine, SpeechModelView, SuggestionRequestView,
    VideosView,
};
pub use connection::ConnectionView;
pub use edit::{DraftKind, DraftView, EditView, NotEditableYetView};
pub use event::{Event, JobChange, RejectedView};
pub use job::{JobView, MetadataView, job};
pub use notification::{NotificationStatus, NotificationView};
pub use row::{RowView, row};
pub use server::{RememberedView, ServerView};
pub use session::SessionView;
pub use stages::StageView;
pub use status::{ListView, StatusView, StorageView};
pub use text_change::{SkipReason, TextChangeView, text_change};
pub use upload::{UploadState, UploadView};
