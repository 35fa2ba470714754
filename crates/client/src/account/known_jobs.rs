//! What is known of the jobs, for the components that only read it.

use tallylight_core::{
    JobId,
    edits::Edits,
    forecast::Forecast,
    library::{Library, record::Record},
};
use tallylight_view::JobView;

use super::context::Context;
use crate::shell::Transcripts;

/// The jobs, with the edits over them and what is learned from them. The runtime makes it of the components that own it.
#[derive(Clone, Copy)]
pub(super) struct KnownJobs<'a> {
    pub(super) library: &'a Library,
    pub(super) edits: &'a Edits,
    pub(super) forecast: &'a Forecast,
    /// Whether the list was fetched in this session.
    pub(super) is_synced: bool,
}

impl KnownJobs<'_> {
    /// Returns a job as the shell is sent it.
    pub(super) fn shell_view(&self, job: &Record, context: &Context) -> JobView {
        let mut view = tallylight_view::job(job, self.edits, self.forecast);
        match context.shell.transcripts() {
            Transcripts::Included => add_transcript(&mut view, context),
            Transcripts::OnRequest => view.metadata.transcript = None,
        }
        view
    }

    /// Returns all of a job.
    pub(super) fn full_view(&self, job_id: &JobId, context: &Context) -> Option<JobView> {
        let mut view = tallylight_view::job(&*self.library.job(job_id)?, self.edits, self.forecast);
        add_transcript(&mut view, context);
        Some(view)
    }
}

/// Reads a transcript from disk that is not in memory.
fn add_transcript(view: &mut JobView, context: &Context) {
    if view.metadata.transcript.is_none() && view.transcript_version.is_some() {
        view.metadata.transcript = context.store.transcript(&view.row.job_id);
    }
}
