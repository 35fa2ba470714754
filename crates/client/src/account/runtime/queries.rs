//! What a window may read.

use std::{borrow::Cow, cmp::Reverse};

use tallylight_core::{
    Code, Error, JobId,
    library::{Counts, record::Record},
    search::{Search, SearchHit},
    statistics::Statistics,
    templates::TextChange,
};
use tallylight_view::{JobView, RememberedView, RowView, ServerView, StatusView, TextChangeView};
use url::Url;

use super::{Runtime, known_jobs};
use crate::{
    account::{auth::remembered_email, backend::remembered_address, errors::signed_out},
    command::Reply,
};

/// The most jobs of one query about changes of texts: its answer holds their texts twice.
const MAX_TEXT_CHANGES: usize = 500;

impl Runtime {
    pub(super) fn status(&self) -> StatusView {
        let (context, now) = (&self.context, self.context.now());
        let ahead = self.jobs.library.server_clock.ahead(now);
        StatusView {
            server: context.server().map(ServerView::from),
            remembered: RememberedView { address: remembered_address(context), email: remembered_email(context) },
            session: self.auth.session().status().clone().into(),
            connection: self.connection.machine().status(now).into(),
            pending_jobs: self.outbox.edits.pending_jobs(),
            storage: context.store.view().clone(),
            known_at: if self.connection.machine().is_live() { Some(now.wall) } else { context.known_at() },
            counts: Counts::of(&self.jobs.library),
            list: self.fetcher.list().clone(),
            notifications: self.notifications.status(context),
            server_ahead_ms: ahead.map(|ahead| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    pub(super) fn jobs(&self) -> Vec<JobView> {
        let jobs = known_jobs(&self.jobs, &self.outbox, &self.fetcher);
        let view = |job: Cow<'_, Record>| jobs.shell_view(&job, &self.context);
        self.newest_first().map(view).collect()
    }

    pub(super) fn rows(&self) -> Vec<RowView> {
        self.newest_first().map(|job| tallylight_view::row(&job, &self.outbox.edits, &self.jobs.forecast)).collect()
    }

    pub(super) fn full_view(&self, job_id: &JobId) -> Option<JobView> {
        known_jobs(&self.jobs, &self.outbox, &self.fetcher).full_view(job_id, &self.context)
    }

    /// Returns where the video of a job can be played.
    pub(super) fn playback(&self, job_id: &JobId) -> Option<Url> {
        Url::parse(self.jobs.library.job(job_id)?.playback_url()?).ok()
    }

    /// Returns the statistics, from the jobs and the history.
    pub(super) fn statistics(&self) -> Statistics {
        let context = &self.context;
        let now = context.now().wall.to_zoned(context.clock.zone());
        let first_weekday = context.locale().first_weekday(&context.system_language);
        Statistics::of(self.jobs.library.jobs(), &context.store.history(), &now, first_weekday)
    }

    /// Searches the texts in memory, and then the transcripts on disk, on another thread.
    pub(super) fn search(&self, text: &str, reply: Reply<Vec<SearchHit>>) {
        let search = Search::new(&self.jobs.library, &self.outbox.edits, text);
        let search = self.context.store.search(search);
        tokio::task::spawn_blocking(move || drop(reply.send(Ok(search()))));
    }

    /// Returns what a template or a batch edit would make of jobs.
    pub(super) fn text_changes(&self, change: &TextChange, job_ids: Vec<JobId>) -> Result<Vec<TextChangeView>, Error> {
        let context = &self.context;
        let server = context.server().filter(|_| context.access.is_signed_in).ok_or_else(signed_out)?;
        if job_ids.len() > MAX_TEXT_CHANGES {
            return Err(Error::new(Code::InvalidContent, format!("Choose at most {MAX_TEXT_CHANGES} videos.")));
        }
        let zone = context.clock.zone();
        let view = |job_id: JobId| match self.jobs.library.job(&job_id) {
            Some(job) => tallylight_view::text_change(&job, &self.outbox.edits, &server.editable, &zone, change),
            None => Ok(TextChangeView::not_found(job_id)),
        };
        job_ids.into_iter().map(view).collect()
    }

    fn newest_first(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        let jobs = &self.jobs.library;
        // By id among jobs that were created at the same time.
        let mut order: Vec<_> = jobs.summaries().map(|(job_id, job)| (Reverse(job.created_at), job_id)).collect();
        order.sort_unstable();
        order.into_iter().filter_map(|(_, job_id)| jobs.job(job_id))
    }
}
