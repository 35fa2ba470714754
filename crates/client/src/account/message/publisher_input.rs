//! The messages of the publisher.

use std::time::Duration;

use tallylight_core::{JobId, library::Scope, protocol::Rejected};
use tallylight_view::Event;

/// What the publisher handles.
pub(in crate::account) enum PublisherInput {
    /// An event other than a batch of jobs.
    Event(Box<Event>),
    /// A message that could not be read.
    Rejected(Rejected),
    /// Jobs changed, at this time.
    Changed(Vec<(JobId, Scope)>, Duration),
    /// Jobs were removed, at this time.
    Removed(Vec<JobId>, Duration),
    /// What is held about jobs and files is to be dropped: another user may look at the shell next.
    ForgetMessages,
    /// What changed is to be shown now.
    Flush,
    /// The tray is to be shown now.
    Tray,
    /// The tray is to be shown soon.
    TraySoon,
}
