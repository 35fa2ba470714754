//! Statistics of the videos: how many a week, how long their processing takes, and why some failed.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Serialize;

use crate::{
    JobId,
    library::record::{FaultSummary, Record},
    model::{job::Status, outcome::Outcome},
    notifications::{HistoryEntry, NotificationKind},
};

mod durations;
mod failures;

pub use durations::{DurationSummary, StageDuration};
pub use failures::FailureCount;

use durations::Durations;
use failures::Failures;

/// The number of weeks.
const WEEKS: i32 = 12;
/// The longest list of stages, or of reasons. A backend may invent any number of either.
const LIST_LIMIT: usize = 12;

/// The statistics of the last weeks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Statistics {
    /// The number of videos that they are about.
    pub videos: u32,
    /// The time of the first outcome that is counted; none without any.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub since: Option<Timestamp>,
    /// The weeks, from the oldest to the current one.
    pub weeks: Vec<WeekCount>,
    /// The duration of the whole processing of videos that are ready; none if none is known.
    pub total: Option<DurationSummary>,
    /// The durations of the stages, in the order in which stages begin.
    pub stages: Vec<StageDuration>,
    /// The reasons of failures, from the most frequent.
    pub failures: Vec<FailureCount>,
    /// The number of failures for other reasons.
    pub other_failures: u32,
}

/// The outcomes in a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct WeekCount {
    /// The first day of the week.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub starts_on: Date,
    /// How often a video became ready.
    pub ready: u32,
    /// How often a video failed.
    pub failed: u32,
}

/// An outcome that is counted.
struct Ended<'a> {
    job_id: &'a JobId,
    at: Timestamp,
    outcome: Outcome,
    fault: Option<FaultSummary>,
}

impl Statistics {
    /// Computes the statistics from the jobs, and from the history, which has the outcomes of earlier runs and of jobs
    /// that are gone.
    pub fn of<'a>(
        jobs: impl Iterator<Item = Cow<'a, Record>>,
        history: &[HistoryEntry],
        now: &Zoned,
        first_weekday: Weekday,
    ) -> Self {
        let mut counted = Counted::new(now, first_weekday);
        let mut run_began: BTreeMap<JobId, Timestamp> = BTreeMap::new();
        for job in jobs {
            let Some((outcome, at)) = outcome_of(&job) else { continue };
            let is_counted = counted.add(Ended { job_id: &job.job_id, at, outcome, fault: job.failure() });
            if is_counted {
                counted.durations.add(&job);
            }
            run_began.insert(job.job_id.clone(), job.began_at().unwrap_or(at));
        }
        for entry in history {
            // The last run was counted with its job.
            let is_earlier = run_began.get(&entry.job_id).is_none_or(|began| entry.at < *began);
            let outcome = match entry.kind {
                NotificationKind::Completed | NotificationKind::Warning => Outcome::Completed,
                NotificationKind::Failed => Outcome::Failed,
                NotificationKind::Summary => continue,
            };
            if is_earlier {
                counted.add(Ended { job_id: &entry.job_id, at: entry.at, outcome, fault: entry.fault.clone() });
            }
        }
        counted.finish()
    }
}

/// Returns how and when the last run of a job ended; none if it has not, or if somebody cancelled it.
fn outcome_of(job: &Record) -> Option<(Outcome, Timestamp)> {
    if job.is_cancelled() {
        return None;
    }
    let outcome = match job.overall.status() {
        Status::Completed => Outcome::Completed,
        Status::Failed => Outcome::Failed,
        Status::Pending | Status::Processing => return None,
    };
    Some((outcome, job.ended_at().or_else(|| job.overall.since())?))
}

/// What was counted so far.
struct Counted {
    zone: TimeZone,
    weeks: Vec<WeekCount>,
    videos: BTreeSet<JobId>,
    since: Option<Timestamp>,
    durations: Durations,
    failures: Failures,
}

impl Counted {
    fn new(now: &Zoned, first_weekday: Weekday) -> Self {
        let today = now.date();
        let days = i64::from(today.weekday().since(first_weekday));
        let week = |ago: i32| today.checked_sub((days + 7 * i64::from(ago)).days()).unwrap_or(Date::MIN);
        let weeks = (0..WEEKS).rev().map(|ago| WeekCount { starts_on: week(ago), ready: 0, failed: 0 });
        Self {
            zone: now.time_zone().clone(),
            weeks: weeks.collect(),
            videos: BTreeSet::new(),
            since: None,
            durations: Durations::default(),
            failures: Failures::default(),
        }
    }

    /// Counts an outcome, if it is within the weeks, and returns whether it is.
    fn add(&mut self, ended: Ended<'_>) -> bool {
        let date = ended.at.to_zoned(self.zone.clone()).date();
        // An outcome of the next week comes from a clock that is ahead.
        let Some(week) = self.weeks.iter_mut().rev().find(|week| week.starts_on <= date) else { return false };
        match ended.outcome {
            Outcome::Completed => week.ready += 1,
            Outcome::Failed => week.failed += 1,
        }
        if ended.outcome == Outcome::Failed {
            self.failures.add(ended.fault);
        }
        self.videos.insert(ended.job_id.clone());
        self.since = Some(self.since.map_or(ended.at, |since| since.min(ended.at)));
        true
    }

    fn finish(self) -> Statistics {
        let (total, stages) = self.durations.finish();
        let (failures, other_failures) = self.failures.finish();
        Statistics {
            videos: u32::try_from(self.videos.len()).unwrap_or(u32::MAX),
            since: self.since,
            weeks: self.weeks,
            total,
            stages,
            failures,
            other_failures,
        }
    }
}

#[cfg(test)]
mod tests;
