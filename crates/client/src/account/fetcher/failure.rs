//! Requests that failed.

use tallylight_core::{Code, connection, edits::Edits, library::Library};

use super::{Fetcher, ForbiddenRefresh, missing::remove_if_missing};
use crate::{
    account::{
        context::Context,
        errors::no_job,
        message::{Attempt, FetchRequest, FetchTarget},
    },
    net::http::Failure,
};

impl Fetcher {
    /// Returns whether a fresh token may get another answer: after a 401, and once after a 403 of the list.
    pub(super) fn is_worth_a_refresh(&mut self, request: &FetchRequest, failure: &Failure) -> bool {
        if request.attempt != Attempt::First {
            return false;
        }
        let is_forbidden = matches!(request.target, FetchTarget::List) && failure.is_forbidden();
        let is_new = is_forbidden && self.forbidden == ForbiddenRefresh::NotTried;
        if is_forbidden {
            self.forbidden = ForbiddenRefresh::Tried;
        }
        failure.is_unauthorized() || is_new
    }

    pub(super) fn failed(
        &mut self,
        target: FetchTarget,
        failure: &Failure,
        library: &Library,
        edits: &Edits,
        context: &mut Context,
    ) {
        let (error, retry_after) = (failure.error.clone(), failure.retry_after);
        tracing::info!(code = ?error.code, "a request failed");
        match target {
            FetchTarget::List => {
                context.diagnostics.count().failed_polls += 1;
                context.note_error("Couldn't load videos", &error);
                context.send(connection::Input::FetchFailed(error.clone(), retry_after));
                self.synced(Err(error));
            }
            FetchTarget::Job(job_id, reason) => {
                self.in_flight.remove(&job_id);
                if failure.is_denial() {
                    remove_if_missing(&job_id, reason, library, edits, context);
                }
                for command in self.commands.remove(&job_id).unwrap_or_default() {
                    command.reject(if failure.is_denial() { no_job(&job_id) } else { error.clone() });
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
