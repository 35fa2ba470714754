//! What the handle asks of an account, and the channel of each answer.

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use tallylight_core::{
    Error, JobId, ThumbnailId,
    diagnostics::DiagnosticsView,
    discovery::{Description, Identity},
    edits::Draft,
    library::DismissAction,
    model::job::{Content, Field, Thumbnail},
    notifications::HistoryEntry,
    protocol::snapshot::Caption,
    search::SearchHit,
    settings::Automation,
    snooze::Snooze,
    statistics::Statistics,
    templates::{Template, TextChange},
    webhook_message::PushoverKeys,
};
use tallylight_view::{JobView, RowView, ServerView, StatusView, TextChangeView, UploadView};
use tokio::sync::oneshot;
use url::Url;

/// The channel for the answer to a command.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// A command of the handle.
#[derive(Debug)]
pub(crate) enum Command {
    Session(SessionCommand),
    Query(Query),
    Action(Action, Reply<()>),
    Upload(UploadCommand),
    Template(TemplateCommand),
    Shutdown(Reply<()>),
}

/// A command about the backend and the session.
#[derive(Debug)]
pub(crate) enum SessionCommand {
    Connect(Url, Identity, Reply<ServerView>),
    ConnectAs(Url, Box<Description>, Reply<ServerView>),
    SignIn(String, SecretString, Reply<()>),
    SignInWith(String, Reply<()>),
    CancelSignIn(Reply<()>),
    Unlock(Reply<()>),
    SignOut(Reply<()>),
    WhenRestored(Reply<bool>),
}

/// A command that reads.
#[derive(Debug)]
pub(crate) enum Query {
    Status(Reply<StatusView>),
    Jobs(Reply<Vec<JobView>>),
    Rows(Reply<Vec<RowView>>),
    Job(JobId, Reply<JobView>),
    Captions(JobId, Reply<Vec<Caption>>),
    Playback(JobId, Reply<Option<Url>>),
    Thumbnail(JobId, ThumbnailId, Reply<Thumbnail>),
    /// At a position in seconds.
    TakeThumbnail(JobId, f64, Reply<ThumbnailId>),
    Diagnostics(Reply<DiagnosticsView>),
    Report(Reply<String>),
    Search(String, Reply<Vec<SearchHit>>),
    TextChanges(Box<TextChange>, Vec<JobId>, Reply<Vec<TextChangeView>>),
    History(Reply<Vec<HistoryEntry>>),
    Statistics(Reply<Statistics>),
    Synced(Reply<()>),
}

/// A command that changes something.
#[derive(Debug)]
pub(crate) enum Action {
    Open(JobId),
    Refresh,
    Reconnect,
    Edit(JobId, BTreeMap<Field, Content>),
    Job(JobAction, JobId),
    TypeDraft(Box<Draft>),
    DiscardDraft(JobId, Field),
    SetDismissed(Vec<JobId>, DismissAction),
    Snooze(Vec<JobId>, Option<Snooze>),
    SetWebhookSecret(WebhookSecret),
    TestWebhook(Automation),
    MarkRead(MarkRead),
    Seen,
    Pause(Pause),
    ClearCache,
}

/// What the user asks the backend to do with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum JobAction {
    /// Processes a failed one again.
    Retry,
    /// Cancels an unfinished one.
    Cancel,
    /// Deletes its video.
    Delete,
}

impl JobAction {
    /// Returns the feature of the backend that offers the action.
    pub fn feature(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Cancel => "cancel",
            Self::Delete => "delete",
        }
    }
}

/// A command about uploads.
#[derive(Debug)]
pub(crate) enum UploadCommand {
    Upload(PathBuf, Reply<JobId>),
    UploadAgain(JobId, Reply<JobId>),
    SourceFile(JobId, Reply<Option<PathBuf>>),
    List(Reply<Vec<UploadView>>),
    IsUploading(Reply<bool>),
    Act(UploadAction, Reply<()>),
}

/// A command about templates.
#[derive(Debug)]
pub(crate) enum TemplateCommand {
    List(Reply<Vec<Template>>),
    Save(Box<Template>, Reply<Template>),
    Delete(u32, Reply<()>),
}

/// What the user does with an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadAction {
    /// Cancels it, or removes a failed one.
    Cancel(u32),
    /// Sends a failed one again.
    Retry(u32),
    /// Pauses it.
    Pause(u32),
    /// Continues a paused one.
    Resume(u32),
    /// Moves it before another one, or to the end.
    Move(u32, Option<u32>),
    /// Pauses all.
    PauseAll,
    /// Continues all paused ones.
    ResumeAll,
}

impl From<SessionCommand> for Command {
    fn from(command: SessionCommand) -> Self {
        Self::Session(command)
    }
}

impl From<Query> for Command {
    fn from(query: Query) -> Self {
        Self::Query(query)
    }
}

impl From<UploadCommand> for Command {
    fn from(command: UploadCommand) -> Self {
        Self::Upload(command)
    }
}

impl From<TemplateCommand> for Command {
    fn from(command: TemplateCommand) -> Self {
        Self::Template(command)
    }
}

/// A secret of webhooks, for the keychain.
#[derive(Clone, Debug)]
pub enum WebhookSecret {
    /// The secret that signs the job.
    Signing(SecretString),
    /// The keys of Pushover.
    Pushover(PushoverKeys),
}

/// Entries of the history to mark as read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum MarkRead {
    /// Every entry about some jobs.
    Jobs(Vec<JobId>),
    /// Every entry up to and with this one: later ones were not shown.
    UpTo(i64),
}

/// How long no notifications are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Pause {
    /// For an hour.
    Hour,
    /// Until eight o'clock the next morning.
    Tomorrow,
    /// Not at all.
    Off,
}
