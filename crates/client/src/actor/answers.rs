//! What a window may ask for.

use tallylight_core::view::{self, Counts, JobView, ServerView, StatusView};

use super::Actor;
use crate::shell::Shell;

impl<S: Shell> Actor<S> {
    pub(super) fn status(&self) -> StatusView {
        StatusView {
            server: self.server.as_ref().map(ServerView::from),
            remembered: self.remembered(),
            session: self.session.view().clone(),
            connection: self.link.view(self.now()),
            counts: Counts::of(self.cache.jobs()),
            server_ahead_ms: self
                .cache
                .server_clock
                .ahead(self.now())
                .map(|ahead| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    pub(super) fn jobs(&self) -> Vec<JobView> {
        let mut jobs: Vec<JobView> = self.cache.jobs().map(view::job).collect();
        jobs.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.job_id.cmp(&b.job_id)));
        jobs
    }
}
