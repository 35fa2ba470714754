//! A request that can be repeated.

use tallylight_core::{JobId, library::Authority};

/// A request for the list or for one job.
#[derive(Clone, Debug)]
pub(in crate::account) struct Call {
    pub(super) what: What,
    pub(super) attempt: Attempt,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    List,
    Job(JobId, FetchReason),
}

/// Why one job is requested. Of two reasons, the later one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FetchReason {
    /// To complete what is known of it.
    Complete,
    /// To find out whether it still exists.
    Confirm,
    /// To resolve a conflict between messages.
    ResolveConflict,
}

/// Whether a refused token is worth another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    First,
    WithFreshToken,
}

impl Call {
    pub(in crate::account) fn list() -> Self {
        Self { what: What::List, attempt: Attempt::First }
    }

    pub(in crate::account) fn job(job_id: JobId) -> Self {
        Self { what: What::Job(job_id, FetchReason::Complete), attempt: Attempt::First }
    }

    /// Requests a job whose answer resolves a conflict between messages.
    pub(in crate::account) fn resolving(job_id: JobId) -> Self {
        Self { what: What::Job(job_id, FetchReason::ResolveConflict), attempt: Attempt::First }
    }

    /// Requests a job that may no longer exist.
    pub(super) fn confirming(job_id: JobId) -> Self {
        Self { what: What::Job(job_id, FetchReason::Confirm), attempt: Attempt::First }
    }

    pub(super) fn with_fresh_token(self) -> Self {
        Self { attempt: Attempt::WithFreshToken, ..self }
    }
}

impl FetchReason {
    pub(super) fn authority(self) -> Authority {
        match self {
            Self::Complete | Self::Confirm => Authority::Ordered,
            Self::ResolveConflict => Authority::Authoritative,
        }
    }
}
