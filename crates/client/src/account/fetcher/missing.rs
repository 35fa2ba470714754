//! Jobs that the backend seems to have no longer: each is requested before it is removed.

use tallylight_core::{JobId, connection, edits::Edits, library::Library};

use super::Fetcher;
use crate::account::{
    context::Context,
    message::{FetchReason, FetchRequest, JobsInput},
};

/// The most jobs missing in a list that are requested one by one.
const MISSING_LIMIT: usize = 20;

impl Fetcher {
    /// Requests jobs that a list no longer holds before they are removed: a page may have shifted in between.
    pub(super) fn confirm_missing(&mut self, missing: Vec<JobId>, context: &mut Context) {
        if missing.len() > MISSING_LIMIT {
            // The next request must get the same list again, to confirm more of them.
            self.etag = None;
        }
        for job_id in missing.into_iter().take(MISSING_LIMIT) {
            self.fetch(FetchRequest::confirming(job_id), context);
        }
    }
}

/// Removes a job that REST denies to this account, if a list no longer holds it, or if only messages named it.
pub(super) fn remove_if_missing(
    job_id: &JobId,
    reason: FetchReason,
    library: &Library,
    edits: &Edits,
    context: &mut Context,
) {
    let Some(job) = library.job(job_id) else { return };
    let is_listed = job.listed;
    // Only a status makes a job real: one of which only texts are known is kept.
    let is_claimed = !is_listed && job.overall.since().is_some();
    // Pending edits and drafts of the user must stay visible.
    if !(reason == FetchReason::Confirm || is_claimed) || edits.has(job_id) {
        return;
    }
    context.send(JobsInput::Remove(job_id.clone()));
    if !is_listed {
        // A backend may have no address for one job.
        context.send(connection::Input::RefreshSoon);
    }
}
