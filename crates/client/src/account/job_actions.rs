//! What the user asks the backend to do with a job: to run it again, to cancel it, to delete its video. Each request is sent
//! with the current access token, and once more with a fresh one when it was refused.

use std::collections::VecDeque;

use tallylight_core::{
    Code, Error, JobId, Now, VideoId, auth, connection,
    edits::Edits,
    library::{Authority, Library},
    protocol::snapshot::Snapshot,
};

use super::{
    context::Context,
    errors::{no_job, signed_out},
    message::{
        Attempt, FetchRequest, FetcherInput, JobActionRequest, JobActionResult, JobActionsInput, JobsInput, Merge,
    },
};
use crate::{
    command::{JobAction, Reply},
    net::{
        http::Failure,
        rest::{self, ActionAnswer, WithServerTime},
    },
};

/// The most requests that are sent at the same time.
const AT_ONCE: usize = 4;
/// The most actions that may wait for a request.
const QUEUE_LIMIT: usize = 1000;

/// The actions that wait or are in flight.
#[derive(Debug, Default)]
pub(super) struct JobActions {
    queued: VecDeque<JobActionRequest>,
    in_flight: usize,
    /// Requests that need a fresh access token.
    waiting: Vec<JobActionRequest>,
}

impl JobActions {
    pub(super) fn handle(&mut self, input: JobActionsInput, library: &Library, edits: &Edits, context: &mut Context) {
        match input {
            JobActionsInput::Start(JobAction::Delete, job_id, reply) if edits.has(&job_id) => {
                context.reply(reply, Err(unsaved_words()));
            }
            JobActionsInput::Start(action, job_id, reply) => self.start(action, job_id, reply, library, context),
            JobActionsInput::Done(result) => self.done(*result, library, context),
            JobActionsInput::TokenReady => {
                let fresh = self
                    .waiting
                    .drain(..)
                    .map(|request| JobActionRequest { attempt: Attempt::WithFreshToken, ..request });
                self.queued.extend(fresh);
                self.begin_queued(context);
            }
            JobActionsInput::TokenDelayed(error) => reject(self.waiting.drain(..), &error),
            JobActionsInput::SignedOut(reason) => {
                reject(self.waiting.drain(..).chain(self.queued.drain(..)), &reason);
                self.in_flight = 0;
            }
        }
    }

    fn start(&mut self, action: JobAction, job_id: JobId, reply: Reply<()>, library: &Library, context: &mut Context) {
        let video_id = match check(action, &job_id, library, context) {
            Ok(job) => job,
            Err(error) => return context.reply(reply, Err(error)),
        };
        if self.queued.len() + self.waiting.len() >= QUEUE_LIMIT {
            let text = "Too many requests are waiting. Try again in a moment.";
            return context.reply(reply, Err(Error::new(Code::RateLimited, text)));
        }
        self.queued.push_back(JobActionRequest { action, job_id, video_id, attempt: Attempt::First, reply });
        self.begin_queued(context);
    }

    /// Sends what is queued as far as there is room.
    fn begin_queued(&mut self, context: &mut Context) {
        while self.in_flight < AT_ONCE {
            let Some(request) = self.queued.pop_front() else { return };
            self.begin(request, context);
        }
    }

    fn begin(&mut self, request: JobActionRequest, context: &mut Context) {
        let Some((endpoint, token)) = context.authorized() else {
            self.waiting.push(request);
            return context.send(auth::Input::AccessRefused);
        };
        self.in_flight += 1;
        let messages = context.tasks.messages.clone();
        let (generation, epoch, requested) = (context.access.generation, context.access.epoch, context.now());
        tokio::spawn(async move {
            let (client, server) = (&endpoint.clients.rest, &endpoint.server);
            let job_id = &request.job_id;
            let answer = match (request.action, &request.video_id) {
                (JobAction::Retry, _) => rest::retry(client, server, &token, job_id).await,
                (JobAction::Cancel, _) => rest::cancel(client, server, &token, job_id).await,
                (JobAction::Delete, Some(video_id)) => rest::delete(client, server, &token, video_id).await,
                (JobAction::Delete, None) => Err(Failure::local(unknown_video())),
            };
            let result = JobActionResult { request, requested, generation, epoch, answer };
            let _ = messages.send(JobActionsInput::Done(Box::new(result)).into()).await;
        });
    }

    fn done(&mut self, result: JobActionResult, library: &Library, context: &mut Context) {
        let JobActionResult { request, requested, generation, epoch, answer } = result;
        if !context.access.is_signed_in || epoch != context.access.epoch {
            // The session in which it was sent has ended; the backend may have done it.
            return context.reply(request.reply, Err(signed_out()));
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        match answer {
            Err(failure) if failure.is_unauthorized() && request.attempt == Attempt::First => {
                let request = JobActionRequest { attempt: Attempt::WithFreshToken, ..request };
                if generation == context.access.generation {
                    self.waiting.push(request);
                    context.send(auth::Input::AccessRefused);
                } else {
                    self.queued.push_front(request);
                }
            }
            Err(failure) => {
                let outcome = failed(&request, failure, library, context);
                context.reply(request.reply, outcome);
            }
            Ok(answer) => {
                let outcome = answered(&request, answer, requested, context);
                context.reply(request.reply, outcome);
            }
        }
        self.begin_queued(context);
    }
}

/// Returns the video of a job on which an action is possible.
///
/// # Errors
/// [`Code::SignedOut`], [`Code::NotOffered`], and [`Code::NotFound`] for a job that is not known.
fn check(action: JobAction, job_id: &JobId, library: &Library, context: &Context) -> Result<Option<VideoId>, Error> {
    let server = context.server().filter(|_| context.access.is_signed_in).ok_or_else(signed_out)?;
    if !server.offers(action.feature()) {
        let text = format!("This studio doesn't offer to {} videos here. Use its website.", action.feature());
        return Err(Error::new(Code::NotOffered, text));
    }
    let job = library.job(job_id).ok_or_else(|| no_job(job_id))?;
    if action == JobAction::Delete && job.video_id.is_none() {
        return Err(unknown_video());
    }
    Ok(job.video_id.clone())
}

/// Returns the error for a video with words that the backend does not have: with the video, they would be lost unseen.
fn unsaved_words() -> Error {
    Error::new(Code::WrongState, "This video has unsaved changes. Save or discard them, then delete it.")
}

/// Returns the error for a job whose video was never named.
fn unknown_video() -> Error {
    Error::new(Code::NotFound, "The studio did not say which video this is. Delete it on the studio's website.")
}

/// Applies what the backend answered.
fn answered(
    request: &JobActionRequest,
    answer: ActionAnswer,
    requested: Now,
    context: &mut Context,
) -> Result<(), Error> {
    let job_id = request.job_id.clone();
    // Without the answer, which has the texts of the video.
    tracing::info!(%job_id, action = ?request.action, "the studio answered an action on a job");
    match (request.action, answer) {
        (JobAction::Delete, ActionAnswer::Done(_)) => {
            context.send(JobsInput::Remove(job_id));
            // A list that was requested before may still bring it back.
            context.send(connection::Input::RefreshSoon);
            Ok(())
        }
        (_, ActionAnswer::Done(Some(job))) => {
            merge(*job, requested, context);
            Ok(())
        }
        (_, ActionAnswer::Done(None)) => {
            context.send(FetcherInput::Fetch(FetchRequest::job(job_id)));
            Ok(())
        }
        (action, ActionAnswer::WrongState(job)) => {
            match job {
                Some(job) => merge(*job, requested, context),
                None => context.send(FetcherInput::Fetch(FetchRequest::job(job_id))),
            }
            Err(Error::new(Code::WrongState, wrong_state(action)))
        }
    }
}

fn merge(job: WithServerTime<Snapshot>, requested: Now, context: &mut Context) {
    context.diagnostics.lost_fields(job.value.lost);
    let WithServerTime { value, date } = job;
    let merge = Merge { snapshot: Box::new(value), date, requested, authority: Authority::Ordered };
    context.send(JobsInput::Merge(merge));
}

/// Says why the state of a job does not permit an action.
fn wrong_state(action: JobAction) -> &'static str {
    match action {
        JobAction::Retry => "Only failed videos can be retried. This one changed meanwhile.",
        JobAction::Cancel => "This video has already finished.",
        JobAction::Delete => "The studio can't delete this video now. Try again when it has finished.",
    }
}

/// Handles a request that failed. A video that is gone is deleted.
fn failed(request: &JobActionRequest, failure: Failure, library: &Library, context: &mut Context) -> Result<(), Error> {
    tracing::info!(code = ?failure.error.code, action = ?request.action, "an action on a job failed");
    let is_gone = failure.status.is_some_and(|status| matches!(status.as_u16(), 404 | 410));
    if !is_gone {
        return Err(failure.error);
    }
    if library.summary(&request.job_id).is_some() {
        context.send(FetcherInput::Fetch(FetchRequest::confirming(request.job_id.clone())));
        context.send(connection::Input::RefreshSoon);
    }
    match request.action {
        JobAction::Delete => Ok(()),
        JobAction::Retry | JobAction::Cancel => Err(no_job(&request.job_id)),
    }
}

fn reject(requests: impl Iterator<Item = JobActionRequest>, error: &Error) {
    for request in requests {
        let _ = request.reply.send(Err(error.clone()));
    }
}

#[cfg(test)]
mod tests;
