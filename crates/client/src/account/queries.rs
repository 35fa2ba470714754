//! What a window may ask for.

use std::{borrow::Cow, cmp::Reverse};

use jiff::Timestamp;
use tallylight_core::{
    JobId,
    library::record::Record,
    view::{self, Counts, Event, JobView, RowView, ServerView, StatusView},
};

use super::runtime::Actor;
use crate::shell::Transcripts;

/// Names the setting that tells when the jobs were last known to be as the backend has them.
const KNOWN_AT: &str = "known_at";

impl Actor {
    pub(super) fn status(&self) -> StatusView {
        StatusView {
            server: self.server.as_ref().map(ServerView::from),
            remembered: self.remembered(),
            session: self.session.view().clone(),
            connection: self.connection.view(self.now()),
            pending_jobs: self.edits.pending_jobs(),
            storage: self.store.view().clone(),
            known_at: if self.connection.is_live() { Some(self.now().wall) } else { self.store.setting(KNOWN_AT) },
            counts: Counts::of(&self.library),
            list: self.fetcher.list.clone(),
            news: self.notification_status(),
            server_ahead_ms: self
                .library
                .server_clock
                .ahead(self.now())
                .map(|ahead| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    pub(super) fn jobs(&self) -> Vec<JobView> {
        self.newest_first().map(|job| self.shell_view(&job)).collect()
    }

    pub(super) fn rows(&self) -> Vec<RowView> {
        self.newest_first().map(|job| view::row(&job, &self.edits, &self.forecast)).collect()
    }

    fn newest_first(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        // By id among jobs of the same moment.
        let mut places: Vec<_> =
            self.library.summaries().map(|(job_id, job)| (Reverse(job.created_at), job_id)).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|(_, job_id)| self.library.job(job_id))
    }

    /// Returns a job as this shell is told of it.
    pub(super) fn shell_view(&self, job: &Record) -> JobView {
        let mut view = view::job(job, &self.edits, &self.forecast);
        match self.shell.transcripts() {
            Transcripts::Told => self.add_transcript(&mut view),
            Transcripts::Asked => view.metadata.transcript = None,
        }
        view
    }

    /// Returns all of a job.
    pub(super) fn full_view(&self, job_id: &JobId) -> Option<JobView> {
        let mut view = view::job(&*self.library.job(job_id)?, &self.edits, &self.forecast);
        self.add_transcript(&mut view);
        Some(view)
    }

    fn add_transcript(&self, view: &mut JobView) {
        if view.metadata.transcript.is_none() && view.transcript_version.is_some() {
            view.metadata.transcript = self.store.transcript(&view.row.job_id);
        }
    }

    /// Notes that the jobs were as the backend has them at a time.
    pub(super) fn known_at(&mut self, time: Timestamp) {
        self.store.set(KNOWN_AT, &time);
    }

    /// Says how it stands with the disk, where that changed.
    pub(super) fn show_storage(&mut self) {
        if self.storage != *self.store.view() {
            self.storage = self.store.view().clone();
            self.tell(Event::Storage(self.storage.clone()));
        }
    }
}
