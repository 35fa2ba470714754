//! The state at a glance, for a tray icon.

use std::{cmp::Reverse, time::Duration};

use jiff::Timestamp;
use tallylight_core::{
    JobId,
    edits::Edits,
    job::Status,
    notice,
    record::Record,
    view::{self, Attention, Counts},
};

use super::Actor;
use crate::shell::{TrayJob, TrayView};

/// How many jobs it names.
const NAMED: usize = 5;
/// How often percentages are shown: a glance need not see each.
const SHOW_EVERY: Duration = Duration::from_secs(1);

/// Remembers what was shown, and when.
#[derive(Debug, Default)]
pub(super) struct Glance {
    shown: Option<TrayView>,
    at: Duration,
    due: Option<Duration>,
}

impl Glance {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.due
    }
}

impl Actor {
    /// Shows the state at a glance soon: at once after a quiet time.
    pub(super) fn show_tray_soon(&mut self) {
        let now = self.now().monotonic;
        let due = *self.glance.due.get_or_insert(now.max(self.glance.at + SHOW_EVERY));
        if now >= due {
            self.show_tray();
        }
    }

    /// Shows the state at a glance, where it changed.
    pub(super) fn show_tray(&mut self) {
        self.glance.due = None;
        self.glance.at = self.now().monotonic;
        let tray = self.tray_view();
        if self.glance.shown.as_ref() != Some(&tray) {
            self.glance.shown = Some(tray.clone());
            self.shell.tray(tray);
        }
    }

    fn tray_view(&self) -> TrayView {
        let connection = self.link.view(self.now());
        let mut best: Vec<(Rank<'_>, &Record)> = Vec::with_capacity(NAMED + 1);
        let (mut counts, mut attention, mut percents) = (Counts::default(), 0, Vec::new());
        for job in self.cache.jobs() {
            counts.add(job);
            let rank = rank(job, &self.edits);
            attention += u32::from(rank.0 == Matters::Attention);
            if job.overall.status() == Status::Processing {
                percents.push(job.overall.percent());
            }
            if best.len() < NAMED || best.last().is_some_and(|(last, _)| rank < *last) {
                let place = best.partition_point(|(held, _)| *held <= rank);
                best.insert(place, (rank, job));
                best.truncate(NAMED);
            }
        }
        let words = self.words_of_tongue();
        TrayView {
            connection: connection.state,
            reason: connection.reason,
            counts,
            attention,
            percent: mean(&percents),
            jobs: best.into_iter().map(|(_, job)| named(job, notice::name(job, words), &self.edits)).collect(),
            can_upload: self.session.is_signed_in()
                && self.server.as_ref().is_some_and(|server| server.offers("upload")),
            news: self.news(),
            words,
        }
    }
}

/// Tells how much a job matters now; least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Matters {
    Attention,
    Processing,
    Pending,
    Ended,
}

type Rank<'a> = (Matters, Reverse<Option<Timestamp>>, &'a JobId);

fn rank<'a>(job: &'a Record, edits: &Edits) -> Rank<'a> {
    let since = match job.overall.status() {
        Status::Pending | Status::Processing => job.created_at,
        Status::Completed | Status::Failed => job.overall.since(),
    };
    let matters = match (view::attention(job, edits), job.overall.status()) {
        // Only what somebody must look at; a warning is told in its place.
        (Some(Attention::Failed | Attention::Words), _) => Matters::Attention,
        (_, Status::Processing) => Matters::Processing,
        (_, Status::Pending) => Matters::Pending,
        (_, Status::Completed | Status::Failed) => Matters::Ended,
    };
    (matters, Reverse(since), &job.job_id)
}

fn named(job: &Record, name: String, edits: &Edits) -> TrayJob {
    TrayJob {
        job_id: JobId::clone(&job.job_id),
        name,
        status: job.overall.status(),
        percent: whole(job.overall.percent()),
        attention: view::attention(job, edits).is_some(),
    }
}

fn mean(percents: &[f64]) -> Option<u8> {
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 jobs")]
    (!percents.is_empty()).then(|| whole(percents.iter().sum::<f64>() / percents.len() as f64))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn whole(percent: f64) -> u8 {
    percent.clamp(0.0, 100.0) as u8
}
