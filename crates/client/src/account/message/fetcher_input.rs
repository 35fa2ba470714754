//! The messages of the fetcher, and the requests that it makes.

use std::collections::BTreeMap;

use tallylight_core::{
    Error, JobId, Now, ThumbnailId,
    library::Authority,
    model::job::{Content, Field},
    protocol::snapshot::{Caption, Snapshot},
};
use tallylight_view::JobView;
use url::Url;

use crate::{
    command::Reply,
    net::{
        http::Failure,
        rest::{Listing, WithServerTime},
    },
};

/// What the fetcher handles.
pub(in crate::account) enum FetcherInput {
    /// The list or a job is to be requested.
    Fetch(FetchRequest),
    /// A job is to be requested at once, for a command that waits for it.
    FetchFor(JobId, WaitingCommand),
    /// A message about a job is not enough: the job is to be requested, but not too often.
    Recheck(JobId, RecheckReason),
    /// The result of a request.
    Fetched(Box<FetchResult>),
    /// Jobs that a list no longer holds.
    Missing(Vec<JobId>),
    /// The list was merged.
    Synced,
    /// The next list replaces all that is known.
    ReplaceWithNextList,
    /// A session is being restored, or has begun: the list is awaited.
    AwaitList,
    /// There is a fresh access token.
    TokenReady,
    /// There will be no fresh access token for now.
    TokenDelayed(Error),
    /// The session ended.
    SignedOut(Error),
    WhenSynced(Reply<()>),
}

/// A request for the list or for one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::account) struct FetchRequest {
    pub(in crate::account) target: FetchTarget,
    pub(in crate::account) attempt: Attempt,
}

/// What is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::account) enum FetchTarget {
    List,
    Job(JobId, FetchReason),
}

/// Why one job is requested. Of two reasons, the later one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::account) enum FetchReason {
    /// To complete what is known of it.
    Complete,
    /// To find out whether it still exists.
    Confirm,
    /// To resolve a conflict between messages.
    ResolveConflict,
}

/// Whether a refused token is worth another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) enum Attempt {
    First,
    WithFreshToken,
}

/// Why a message about a job is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) enum RecheckReason {
    /// What is known of the job may be out of date.
    MayBeOutdated,
    /// The message could not be read.
    Unreadable,
    /// A row of the database changed, whose new values the message does not carry whole.
    RowChanged,
}

/// A command that waits for a job to be fetched.
#[derive(Debug)]
pub(in crate::account) enum WaitingCommand {
    /// To show it.
    Show(Reply<JobView>),
    /// To show the times of its transcript. Only their starts are stored.
    Captions(Reply<Vec<Caption>>),
    /// To play it: the URL that is known may have expired.
    Playback(Reply<Option<Url>>),
    /// To use a thumbnail that was taken.
    Thumbnail(ThumbnailId, Reply<ThumbnailId>),
    /// To edit it.
    Edit(BTreeMap<Field, Content>, Reply<()>),
}

/// The result of a request.
pub(in crate::account) struct FetchResult {
    pub(in crate::account) request: FetchRequest,
    /// When it was sent, by our clocks.
    pub(in crate::account) requested: Now,
    /// Which access token it was sent with.
    pub(in crate::account) generation: u64,
    /// In which session it was sent.
    pub(in crate::account) epoch: u64,
    pub(in crate::account) answer: Result<FetchAnswer, Failure>,
}

/// What the backend answered.
pub(in crate::account) enum FetchAnswer {
    List(WithServerTime<Listing>),
    Job(Box<WithServerTime<Snapshot>>),
}

impl FetchRequest {
    pub(in crate::account) fn list() -> Self {
        Self::first(FetchTarget::List)
    }

    pub(in crate::account) fn job(job_id: JobId) -> Self {
        Self::first(FetchTarget::Job(job_id, FetchReason::Complete))
    }

    /// Requests a job whose answer resolves a conflict between messages.
    pub(in crate::account) fn resolving(job_id: JobId) -> Self {
        Self::first(FetchTarget::Job(job_id, FetchReason::ResolveConflict))
    }

    /// Requests a job that may no longer exist.
    pub(in crate::account) fn confirming(job_id: JobId) -> Self {
        Self::first(FetchTarget::Job(job_id, FetchReason::Confirm))
    }

    pub(in crate::account) fn first(target: FetchTarget) -> Self {
        Self { target, attempt: Attempt::First }
    }

    pub(in crate::account) fn with_fresh_token(self) -> Self {
        Self { attempt: Attempt::WithFreshToken, ..self }
    }
}

impl FetchReason {
    pub(in crate::account) fn authority(self) -> Authority {
        match self {
            Self::Complete | Self::Confirm => Authority::Ordered,
            Self::ResolveConflict => Authority::Authoritative,
        }
    }
}

impl WaitingCommand {
    /// Answers the command with an error.
    pub(in crate::account) fn reject(self, error: Error) {
        match self {
            Self::Show(reply) => drop(reply.send(Err(error))),
            Self::Captions(reply) => drop(reply.send(Err(error))),
            Self::Thumbnail(_, reply) => drop(reply.send(Err(error))),
            Self::Playback(reply) => drop(reply.send(Err(error))),
            Self::Edit(_, reply) => drop(reply.send(Err(error))),
        }
    }
}
