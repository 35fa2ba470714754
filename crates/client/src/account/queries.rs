//! What a window may read.

use std::{borrow::Cow, cmp::Reverse};

use tallylight_core::{
    JobId,
    edits::Edits,
    library::record::Record,
    view::{self, Counts, JobView, RowView, ServerView, StatusView},
};

use super::{backend, context::Context, library::Library, runtime::Runtime};
use crate::shell::Transcripts;

impl Runtime {
    pub(super) fn status(&self) -> StatusView {
        let (context, now) = (&self.context, self.context.now());
        let ahead = self.library.jobs.server_clock.ahead(now);
        StatusView {
            server: context.server().map(ServerView::from),
            remembered: backend::remembered(context),
            session: self.auth.view().clone(),
            connection: self.connection.view(now),
            pending_jobs: self.outbox.edits.pending_jobs(),
            storage: context.store.view().clone(),
            known_at: if self.connection.is_live() { Some(now.wall) } else { context.known_at() },
            counts: Counts::of(&self.library.jobs),
            list: self.fetcher.list().clone(),
            news: self.alerts.status(context),
            server_ahead_ms: ahead.map(|ahead| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    pub(super) fn jobs(&self) -> Vec<JobView> {
        let view = |job: Cow<'_, Record>| shell_view(&job, &self.library, &self.outbox.edits, &self.context);
        self.newest_first().map(view).collect()
    }

    pub(super) fn rows(&self) -> Vec<RowView> {
        self.newest_first().map(|job| view::row(&job, &self.outbox.edits, &self.library.forecast)).collect()
    }

    pub(super) fn full_view(&self, job_id: &JobId) -> Option<JobView> {
        full_view(job_id, &self.library, &self.outbox.edits, &self.context)
    }

    fn newest_first(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        let jobs = &self.library.jobs;
        // By id among jobs that were created at the same time.
        let mut order: Vec<_> = jobs.summaries().map(|(job_id, job)| (Reverse(job.created_at), job_id)).collect();
        order.sort_unstable();
        order.into_iter().filter_map(|(_, job_id)| jobs.job(job_id))
    }
}

/// Returns a job as the shell is sent it.
pub(super) fn shell_view(job: &Record, library: &Library, edits: &Edits, context: &Context) -> JobView {
    let mut view = view::job(job, edits, &library.forecast);
    match context.shell.transcripts() {
        Transcripts::Told => add_transcript(&mut view, context),
        Transcripts::Asked => view.metadata.transcript = None,
    }
    view
}

/// Returns all of a job.
pub(super) fn full_view(job_id: &JobId, library: &Library, edits: &Edits, context: &Context) -> Option<JobView> {
    let mut view = view::job(&*library.jobs.job(job_id)?, edits, &library.forecast);
    add_transcript(&mut view, context);
    Some(view)
}

/// Reads a transcript from disk that is not in memory.
fn add_transcript(view: &mut JobView, context: &Context) {
    if view.metadata.transcript.is_none() && view.transcript_version.is_some() {
        view.metadata.transcript = context.store.transcript(&view.row.job_id);
    }
}
