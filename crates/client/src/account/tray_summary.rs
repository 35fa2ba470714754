//! The state at a glance, for a tray icon.

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use tallylight_core::{
    JobId,
    edits::Edits,
    library::{JobSummary, record::Record},
    model::{job::Status, unix_nanos::UnixNanos},
    notifications,
    view::{self, Attention, Counts},
};

use super::runtime::Actor;
use crate::shell::{TrayJob, TrayView};

/// How many jobs it names.
const LISTED_JOBS: usize = 5;
/// How often percentages are shown: a glance need not see each.
const SHOW_EVERY: Duration = Duration::from_secs(1);

/// Remembers what was shown, and when.
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
}

impl Actor {
    /// Shows the state at a glance soon: at once after a quiet time.
    pub(super) fn update_tray_soon(&mut self) {
        let now = self.now().monotonic;
        let due = *self.tray_summary.due.get_or_insert(now.max(self.tray_summary.at + SHOW_EVERY));
        if now >= due {
            self.update_tray();
        }
    }

    /// Shows the state at a glance, where it changed.
    pub(super) fn update_tray(&mut self) {
        self.tray_summary.due = None;
        self.tray_summary.at = self.now().monotonic;
        let tray = self.tray_view();
        if self.tray_summary.shown.as_ref() != Some(&tray) {
            self.tray_summary.shown = Some(tray.clone());
            self.shell.tray(tray);
        }
    }

    fn tray_view(&self) -> TrayView {
        let connection = self.connection.view(self.now());
        let unresolved = self.jobs_with_unresolved_drafts();
        let mut best: Vec<TrayOrder<'_>> = Vec::with_capacity(LISTED_JOBS + 1);
        let (mut counts, mut attention, mut percents) = (Counts::default(), 0, Mean::default());
        for (job_id, summary) in self.library.summaries() {
            counts.add(summary.status);
            let priority = TrayPriority::of(summary, unresolved.contains(job_id));
            attention += u32::from(priority == TrayPriority::Attention);
            if let (Status::Processing, Some(percent)) = (summary.status, summary.percent) {
                percents.add(percent);
            }
            let rank = (priority, Reverse(summary.since), job_id);
            if best.len() < LISTED_JOBS || best.last().is_some_and(|last| rank < *last) {
                let origin = best.partition_point(|held| *held <= rank);
                best.insert(origin, rank);
                best.truncate(LISTED_JOBS);
            }
        }
        let locale = self.locale();
        let best = best.into_iter().filter_map(|(_, _, job_id)| self.library.job(job_id));
        TrayView {
            connection: connection.state,
            reason: connection.reason,
            counts,
            attention,
            percent: percents.whole(),
            jobs: best.map(|job| tray_job(&job, notifications::name(&job, locale), &self.edits)).collect(),
            can_upload: self.session.is_signed_in()
                && self.server.as_ref().is_some_and(|server| server.offers("upload")),
            news: self.notification_status(),
            locale,
        }
    }

    /// Returns the jobs with words that the backend refused, or has others for.
    fn jobs_with_unresolved_drafts(&self) -> BTreeSet<&JobId> {
        let is_open = |job_id: &&JobId| {
            let job = self.library.job(job_id);
            job.is_some_and(|job| view::attention(&job, &self.edits) == Some(Attention::Words))
        };
        self.edits.jobs().into_iter().filter(is_open).collect()
    }
}

/// Tells how much a job matters now; least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TrayPriority {
    Attention,
    Processing,
    Pending,
    Ended,
}

impl TrayPriority {
    /// Only what somebody must look at wants attention; a warning is told in its place.
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
        attention: view::attention(job, edits).is_some(),
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
