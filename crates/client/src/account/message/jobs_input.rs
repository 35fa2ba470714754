//! The messages of the jobs: what the backend says of them, and what the user does with them.

use jiff::Timestamp;
use tallylight_core::{
    JobId, Now,
    library::{Authority, ConfirmedEdit, DismissAction},
    protocol::{Event, snapshot::Snapshot},
};

use crate::net::rest::MissingJobs;

/// What the jobs handle.
pub(in crate::account) enum JobsInput {
    /// Messages that arrived together, at this time.
    Events(Vec<Event>, Now),
    Merge(Merge),
    List(Box<ListUpdate>),
    /// The backend's clock, from the `Date` header of an answer.
    ObserveDate(Option<Timestamp>),
    /// Edits or drafts of these jobs changed, and with them what a window sees.
    Edited(Vec<JobId>),
    SetDismissed(Vec<JobId>, DismissAction),
    /// REST has no such job.
    Remove(JobId),
    /// An upload made a job.
    Expect(JobId),
    /// The connection is to subscribe every unfinished job.
    WatchUnfinished,
    /// Something could not be written to disk: it is tried again later.
    RetrySaving,
    /// The retention of the settings changed.
    Prune,
}

/// A job as REST answered.
pub(in crate::account) struct Merge {
    pub(in crate::account) snapshot: Box<Snapshot>,
    /// The backend's clock, from the `Date` header of the answer.
    pub(in crate::account) date: Option<Timestamp>,
    /// When the request was sent, by our clocks.
    pub(in crate::account) requested: Now,
    pub(in crate::account) authority: Authority,
}

/// The list as REST answered.
pub(in crate::account) struct ListUpdate {
    pub(in crate::account) jobs: Vec<Snapshot>,
    /// The backend's clock, from the `Date` header of the answer.
    pub(in crate::account) date: Option<Timestamp>,
    /// When the request was sent, by our clocks.
    pub(in crate::account) requested: Now,
    /// What is missing of it.
    pub(in crate::account) incomplete: Option<MissingJobs>,
    pub(in crate::account) position: ListPosition,
}

/// Whether a list is the first one since signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) enum ListPosition {
    First,
    Later,
}

/// What an edit step changes in the library.
pub(in crate::account) enum EditUpdate {
    Confirm(Box<ConfirmedEdit>),
    Merge(Box<Snapshot>),
}
