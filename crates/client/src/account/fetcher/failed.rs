//! Calls that did not do what they were to do.

use tallylight_core::{Code, JobId, connection};

use crate::net::http::Failure;

use super::{Actor, Attempt, Call, FetchReason, Forbidden, What};

impl Actor {
    /// Tells whether a fresh token may have another answer: after a 401, and once after a 403 of the list.
    pub(super) fn is_worth_a_refresh(&mut self, call: &Call, failure: &Failure) -> bool {
        if call.attempt != Attempt::First {
            return false;
        }
        let is_forbidden = matches!(call.what, What::List) && failure.is_forbidden();
        let is_new =
            is_forbidden && std::mem::replace(&mut self.fetcher.forbidden, Forbidden::Refreshed) == Forbidden::No;
        failure.is_unauthorized() || is_new
    }

    pub(super) fn call_failed(&mut self, what: What, failure: &Failure) {
        let (error, retry_after) = (failure.error.clone(), failure.retry_after);
        tracing::info!(code = ?error.code, "a call failed");
        match what {
            What::List => {
                self.diagnostics.count().failed_polls += 1;
                self.note_error("Couldn't load videos", &error);
                self.connection_input(connection::Input::FetchFailed(error.clone(), retry_after));
                self.fetcher.synced(Err(error));
            }
            What::Job(job_id, purpose) => {
                self.fetcher.in_flight.remove(&job_id);
                if failure.is_denial() {
                    self.denied(&job_id, purpose);
                }
                self.answer_questions(&job_id, Err(failure));
                if is_passing(failure) {
                    // No list may come by itself: it is asked for again, ever later while that fails.
                    self.fetcher.queued.entry(job_id).or_insert(purpose);
                    let wait = self.fetcher.backoff.fail(self.now().draw).max(retry_after.unwrap_or_default());
                    self.fetcher.queued_at = Some(self.now().monotonic + wait);
                } else {
                    self.begin_queued();
                }
            }
        }
    }

    /// REST says that there is no such job for this account. One that a list no longer holds is gone; one that only messages
    /// told of never was, unless a list tells of it.
    fn denied(&mut self, job_id: &JobId, purpose: FetchReason) {
        let Some(job) = self.library.job(job_id) else { return };
        let is_listed = job.listed;
        // Texts alone claim nothing that REST could deny.
        let is_claimed = !is_listed && job.overall.since().is_some();
        // Whatever a person wrote about it is still to be seen somewhere.
        if !(purpose == FetchReason::Confirm || is_claimed) || self.edits.has(job_id) {
            return;
        }
        let removed = self.library.remove(job_id);
        self.changed(removed.into_iter().collect());
        if !is_listed {
            // A backend may have no address for one job.
            self.connection_input(connection::Input::RefreshSoon);
        }
    }
}

/// Tells whether a failure may be over by itself.
fn is_passing(failure: &Failure) -> bool {
    // What the backend does not understand it will not understand later.
    let is_refusal = failure.status.is_some_and(|status| {
        status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429) && !failure.is_unauthorized()
    });
    let codes =
        [Code::Unreachable, Code::ServerError, Code::RateLimited, Code::CaptivePortal, Code::UntrustedCertificate];
    codes.contains(&failure.error.code) && !is_refusal
}
