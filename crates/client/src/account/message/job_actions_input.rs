//! The messages of the actions on jobs.

use tallylight_core::{Error, JobId, Now, VideoId};

use super::Attempt;
use crate::{
    command::{JobAction, Reply},
    net::{http::Failure, rest::ActionAnswer},
};

/// What the actions on jobs handle.
pub(in crate::account) enum JobActionsInput {
    /// The user asks for an action.
    Start(JobAction, JobId, Reply<()>),
    /// The result of a request.
    Done(Box<JobActionResult>),
    /// There is a fresh access token.
    TokenReady,
    /// There will be no fresh access token for now.
    TokenDelayed(Error),
    /// The session ended.
    SignedOut(Error),
}

/// An action that the backend is asked for.
#[derive(Debug)]
pub(in crate::account) struct JobActionRequest {
    pub(in crate::account) action: JobAction,
    pub(in crate::account) job_id: JobId,
    /// The video of the job: it is what is deleted.
    pub(in crate::account) video_id: Option<VideoId>,
    pub(in crate::account) attempt: Attempt,
    pub(in crate::account) reply: Reply<()>,
}

/// The result of a request.
pub(in crate::account) struct JobActionResult {
    pub(in crate::account) request: JobActionRequest,
    /// When it was sent, by our clocks.
    pub(in crate::account) requested: Now,
    /// Which access token it was sent with.
    pub(in crate::account) generation: u64,
    /// In which session it was sent.
    pub(in crate::account) epoch: u64,
    pub(in crate::account) answer: Result<ActionAnswer, Failure>,
}
