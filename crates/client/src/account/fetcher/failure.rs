//! Requests that failed.

use tallylight_core::{Code, JobId, connection, edits::Edits, library::Library};

use super::{Attempt, Call, Context, FetchReason, Fetcher, Forbidden, What, library, questions};
use crate::net::http::Failure;

impl Fetcher {
    /// Returns whether a fresh token may get another answer: after a 401, and once after a 403 of the list.
    pub(super) fn is_worth_a_refresh(&mut self, call: &Call, failure: &Failure) -> bool {
        if call.attempt != Attempt::First {
            return false;
        }
        let is_forbidden = matches!(call.what, What::List) && failure.is_forbidden();
        let is_new = is_forbidden && std::mem::replace(&mut self.forbidden, Forbidden::Refreshed) == Forbidden::No;
        failure.is_unauthorized() || is_new
    }

    pub(super) fn failed(
        &mut self,
        what: What,
        failure: &Failure,
        library: &Library,
        edits: &Edits,
        context: &mut Context,
    ) {
        let (error, retry_after) = (failure.error.clone(), failure.retry_after);
        tracing::info!(code = ?error.code, "a request failed");
        match what {
            What::List => {
                context.diagnostics.count().failed_polls += 1;
                context.note_error("Couldn't load videos", &error);
                context.send(connection::Input::FetchFailed(error.clone(), retry_after));
                self.synced(Err(error));
            }
            What::Job(job_id, reason) => {
                self.in_flight.remove(&job_id);
                if failure.is_denial() {
                    denied(&job_id, reason, library, edits, context);
                }
                for question in self.questions.remove(&job_id).unwrap_or_default() {
                    let error = if failure.is_denial() { questions::no_job(&job_id) } else { error.clone() };
                    question.refuse(error);
                }
                if is_temporary(failure) {
                    // No list may come by itself: the job is requested again, at growing intervals.
                    self.queued.entry(job_id).or_insert(reason);
                    let now = context.now();
                    let wait = self.backoff.fail(now.draw).max(retry_after.unwrap_or_default());
                    self.queued_at = Some(now.monotonic + wait);
                } else {
                    self.begin_queued(context);
                }
            }
        }
    }
}

/// REST has no such job for this account. A job that a list no longer holds is removed; a job that only messages named is
/// removed unless a list names it.
fn denied(job_id: &JobId, reason: FetchReason, known: &Library, edits: &Edits, context: &mut Context) {
    let Some(job) = known.job(job_id) else { return };
    let is_listed = job.listed;
    // Texts alone claim nothing that REST could deny.
    let is_claimed = !is_listed && job.overall.since().is_some();
    // Pending edits and drafts of the user must stay visible.
    if !(reason == FetchReason::Confirm || is_claimed) || edits.has(job_id) {
        return;
    }
    context.send(library::Input::Remove(job_id.clone()));
    if !is_listed {
        // A backend may have no address for one job.
        context.send(connection::Input::RefreshSoon);
    }
}

/// Returns whether a failure may be over by itself.
fn is_temporary(failure: &Failure) -> bool {
    // A request that the backend does not understand stays one.
    let is_refusal = failure.status.is_some_and(|status| {
        status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429) && !failure.is_unauthorized()
    });
    let codes =
        [Code::Unreachable, Code::ServerError, Code::RateLimited, Code::CaptivePortal, Code::UntrustedCertificate];
    codes.contains(&failure.error.code) && !is_refusal
}
