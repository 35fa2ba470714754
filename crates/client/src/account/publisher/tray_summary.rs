//! The summary for a tray icon: the connection, counts, and the jobs that matter most.

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use tallylight_core::{
    JobId,
    attention::Attention,
    discovery::Server,
    edits::Edits,
    library::{Counts, JobSummary, record::Record},
    model::{job::Status, unix_nanos::UnixNanos},
    notifications,
};
use tallylight_view::NotificationStatus;

use super::Sources;
use crate::{
    account::context::Context,
    shell::{TrayJob, TrayView},
};

/// How many jobs are listed.
const LISTED_JOBS: usize = 5;
/// The shortest time between two updates for a changed percentage.
const UPDATE_INTERVAL: Duration = Duration::from_secs(1);

/// What was shown last, and when.
#[derive(Debug, Default)]
pub(super) struct TraySummary {
    shown: Option<TrayView>,
    at: Duration,
    due: Option<Duration>,
}

impl TraySummary {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.due
    }

    /// Shows the summary soon: at once after a quiet time.
    pub(super) fn show_soon(&mut self, sources: &Sources<'_>, context: &Context) {
        let now = context.monotonic();
        let due = *self.due.get_or_insert(now.max(self.at + UPDATE_INTERVAL));
        if now >= due {
            self.show(sources, context);
        }
    }

    /// Shows the summary, where it changed.
    pub(super) fn show(&mut self, sources: &Sources<'_>, context: &Context) {
        self.due = None;
        self.at = context.monotonic();
        let tray = sources.summary(context);
        if self.shown.as_ref() != Some(&tray) {
            self.shown = Some(tray.clone());
            context.shell.tray(tray);
        }
    }
}

impl Sources<'_> {
    fn summary(&self, context: &Context) -> TrayView {
        let connection = self.connection.status(context.now());
        let unresolved = self.jobs_with_unresolved_drafts();
        let mut best: Vec<TrayOrder<'_>> = Vec::with_capacity(LISTED_JOBS + 1);
        let (mut counts, mut attention, mut percents) = (Counts::default(), 0, Mean::default());
        for (job_id, job) in self.jobs.library.summaries() {
            counts.add(job.status);
            let priority = TrayPriority::of(job, unresolved.contains(job_id));
            attention += u32::from(priority == TrayPriority::Attention);
            if let (Status::Processing, Some(percent)) = (job.status, job.percent) {
                percents.add(percent);
            }
            let order = (priority, Reverse(job.since), job_id);
            if best.len() < LISTED_JOBS || best.last().is_some_and(|last| order < *last) {
                let index = best.partition_point(|held| *held <= order);
                best.insert(index, order);
                best.truncate(LISTED_JOBS);
            }
        }
        let locale = context.locale();
        let best = best.into_iter().filter_map(|(_, _, job_id)| self.jobs.library.job(job_id));
        TrayView {
            connection: connection.state,
            reason: connection.reason,
            counts,
            attention,
            percent: percents.whole(),
            jobs: best.map(|job| tray_job(&job, notifications::name(&job, locale), self.jobs.edits)).collect(),
            can_upload: context.access.is_signed_in && context.server().is_some_and(Server::takes_uploads),
            unseen: context.store.unseen(),
            notifications: NotificationStatus { unread: context.store.unread(), paused_until: self.paused_until },
            locale,
        }
    }

    /// Returns the jobs with drafts that were refused, or that conflict.
    fn jobs_with_unresolved_drafts(&self) -> BTreeSet<&JobId> {
        let is_open = |job_id: &&JobId| {
            let job = self.jobs.library.job(job_id);
            let attention = job.and_then(|job| tallylight_core::attention::attention(&job, self.jobs.edits));
            matches!(attention, Some(Attention::Conflict | Attention::RefusedEdit))
        };
        self.jobs.edits.jobs().into_iter().filter(is_open).collect()
    }
}

/// How important a job is in the tray; the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TrayPriority {
    Attention,
    Processing,
    Pending,
    Ended,
}

impl TrayPriority {
    /// Returns the priority of a job. A warning alone does not raise it.
    fn of(summary: &JobSummary, has_unresolved_draft: bool) -> Self {
        match summary.status {
            _ if summary.has_open_failure || has_unresolved_draft => Self::Attention,
            Status::Processing => Self::Processing,
            Status::Pending => Self::Pending,
            Status::Completed | Status::Failed => Self::Ended,
        }
    }
}

type TrayOrder<'a> = (TrayPriority, Reverse<Option<UnixNanos>>, &'a JobId);

fn tray_job(job: &Record, name: String, edits: &Edits) -> TrayJob {
    TrayJob {
        job_id: JobId::clone(&job.job_id),
        name,
        status: job.overall.status(),
        percent: job.overall.known_percent().map(whole),
        attention: tallylight_core::attention::attention(job, edits).is_some(),
    }
}

/// Takes the mean of percentages.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, percent: f64) {
        self.sum += percent;
        self.count += 1;
    }

    fn whole(&self) -> Option<u8> {
        (self.count > 0).then(|| whole(self.sum / f64::from(self.count)))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn whole(percent: f64) -> u8 {
    percent.clamp(0.0, 100.0) as u8
}
