//! The table of `tally watch` on a terminal: one line with a progress bar for each job, updated in place.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tallylight_core::{
    JobId,
    model::{job::Status, text::for_terminal},
};
use tallylight_view::{Event, JobView, UploadState, UploadView};

use crate::{commands::session::connection_words, output, terminal::ShellMessage};

/// The table, with its bars by job and by upload.
pub struct LiveTable {
    screen: MultiProgress,
    connection: ProgressBar,
    jobs: BTreeMap<JobId, ProgressBar>,
    uploads: BTreeMap<u32, ProgressBar>,
}

impl LiveTable {
    /// Creates an empty table.
    pub fn new() -> Self {
        let screen = MultiProgress::new();
        let connection = screen.add(ProgressBar::new_spinner().with_style(style("{msg}")));
        Self { screen, connection, jobs: BTreeMap::new(), uploads: BTreeMap::new() }
    }

    /// Shows an event or a notification.
    pub fn show(&mut self, update: &ShellMessage) {
        match update {
            ShellMessage::Event(Event::Connection(connection)) => {
                self.connection.set_message(format!("● {}", connection_words(connection)));
            }
            ShellMessage::Event(Event::Jobs { changed, removed }) => {
                for job_id in removed {
                    self.remove_job(job_id);
                }
                for change in changed {
                    self.show_job(&change.job);
                }
            }
            ShellMessage::Event(Event::Upload(upload)) => self.show_upload(upload),
            ShellMessage::Event(Event::Rejected(rejected)) => {
                self.print(&format!("Unreadable message: {}", output::shown(&rejected.reason)));
            }
            ShellMessage::Event(Event::Edit(edit)) => self.print(&output::edit_words(edit)),
            ShellMessage::Event(Event::Storage(storage)) => {
                if let Some(words) = output::storage_words(storage) {
                    self.print(&words);
                }
            }
            ShellMessage::Event(Event::List(list)) => {
                for words in output::list_words(list) {
                    self.print(&words);
                }
            }
            ShellMessage::Event(Event::Session(_) | Event::Notifications(_)) => {}
            ShellMessage::Notice(notice) => self.print(&format!("{}: {}", notice.title, notice.body)),
        }
    }

    fn show_job(&mut self, job: &JobView) {
        let bar = self.jobs.entry(job.row.job_id.clone()).or_insert_with(|| self.screen.add(bar(100)));
        bar.set_prefix(output::name(job));
        bar.set_message(format!("{} {}", output::status_words(&job.row), output::activity(job)));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0–100")]
        bar.set_position(job.row.progress_percent.unwrap_or(0.0).clamp(0.0, 100.0) as u64);
        if matches!(job.row.status, Status::Completed | Status::Failed) {
            bar.abandon();
        }
    }

    fn remove_job(&mut self, job_id: &JobId) {
        if let Some(bar) = self.jobs.remove(job_id) {
            bar.finish_and_clear();
        }
    }

    fn show_upload(&mut self, upload: &UploadView) {
        let total = upload.total_bytes;
        let bar = self.uploads.entry(upload.upload_id).or_insert_with(|| self.screen.add(bar(total)));
        bar.set_prefix(output::shown(&upload.filename));
        bar.set_message(
            upload.error.as_ref().map_or_else(|| "Uploading".to_owned(), |error| output::shown(&error.message)),
        );
        bar.set_position(upload.sent_bytes);
        if matches!(upload.state, UploadState::Sent | UploadState::Cancelled) {
            bar.finish_and_clear();
        }
    }

    fn print(&self, text: &str) {
        // If the terminal is gone, there is no place to report it.
        let _ = self.screen.println(&*for_terminal(text));
    }
}

fn bar(length: u64) -> ProgressBar {
    ProgressBar::new(length).with_style(style("{prefix:30!} {bar:24} {percent:>3} %  {wide_msg}"))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
