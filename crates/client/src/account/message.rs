//! What the runtime passes on: one kind of message for each component, and those that concern several. No component is
//! known here; what a message carries is defined beside it.

use tallylight_core::{JobId, auth, connection, edits, protocol::snapshot::Caption, settings::Settings};

use crate::storage::Saved;

mod auth_input;
mod automations_input;
mod backend_input;
mod connection_input;
mod fetcher_input;
mod job_actions_input;
mod jobs_input;
mod notifications_input;
mod outbox_input;
mod publisher_input;
mod templates_input;
mod uploads_input;

pub(super) use auth_input::{AccountOwner, AuthInput, KeychainResult};
pub(super) use automations_input::{AutomationsInput, TaskOutcome};
pub(super) use backend_input::BackendInput;
pub(super) use connection_input::ConnectionInput;
pub(super) use fetcher_input::{
    Attempt, FetchAnswer, FetchReason, FetchRequest, FetchResult, FetchTarget, FetcherInput, RecheckReason,
    WaitingCommand,
};
pub(super) use job_actions_input::{JobActionRequest, JobActionResult, JobActionsInput};
pub(super) use jobs_input::{EditUpdate, JobsInput, ListPosition, ListUpdate, Merge};
pub(super) use notifications_input::{EndedRun, NotificationsInput};
pub(super) use outbox_input::{EditAnswer, EditResult, OutboxInput};
pub(super) use publisher_input::PublisherInput;
pub(super) use templates_input::TemplatesInput;
pub(super) use uploads_input::{
    ListCoverage, ListedJobs, SentBytes, UploadAttempt, UploadPurpose, UploadRequest, UploadsInput,
};

/// A message of the queue. Messages come from background tasks, and from components in answer to others.
pub(super) enum Message {
    Auth(AuthInput),
    Backend(BackendInput),
    Connection(ConnectionInput),
    Fetcher(FetcherInput),
    JobActions(JobActionsInput),
    Jobs(JobsInput),
    Outbox(OutboxInput),
    Uploads(UploadsInput),
    Templates(TemplatesInput),
    Notifications(NotificationsInput),
    Automations(AutomationsInput),
    Publisher(PublisherInput),
    /// Jobs were written to disk, or could not be.
    Saved(Saved),
    /// Every job is to be written to disk now.
    SaveAll,
    /// The list of the backend replaces all that is known.
    ReplaceJobs(Box<ListUpdate>),
    /// A job was fetched for the commands that waited for it.
    JobFetched(JobId, Vec<WaitingCommand>, Vec<Caption>),
    /// Every job, and everything about them, is to be deleted here and on disk.
    ForgetJobs,
    /// The user changed the settings.
    SettingsChanged(Box<Settings>),
}

macro_rules! from_input {
    ($($input:ident => $variant:ident),* $(,)?) => {
        $(impl From<$input> for Message {
            fn from(input: $input) -> Self {
                Self::$variant(input)
            }
        })*
    };
}

/// The inputs of the state machines of the core, each for the component that runs it.
macro_rules! from_machine_input {
    ($($machine:ident => $input:ident),* $(,)?) => {
        $(impl From<$machine::Input> for Message {
            fn from(input: $machine::Input) -> Self {
                $input::Machine(input).into()
            }
        })*
    };
}

from_input! {
    AuthInput => Auth, BackendInput => Backend, ConnectionInput => Connection, FetcherInput => Fetcher,
    JobActionsInput => JobActions, JobsInput => Jobs, OutboxInput => Outbox, UploadsInput => Uploads, NotificationsInput => Notifications,
    AutomationsInput => Automations, TemplatesInput => Templates, PublisherInput => Publisher,
}

from_machine_input! { auth => AuthInput, connection => ConnectionInput, edits => OutboxInput }

impl Message {
    /// Returns whether it carries frames of the socket. Their history is written once a frame; before anything else it is
    /// written at once.
    pub(super) fn is_of_socket(&self) -> bool {
        matches!(self, Self::Connection(ConnectionInput::Socket(..)))
    }
}
