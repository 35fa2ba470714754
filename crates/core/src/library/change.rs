//! The changes that a message or snapshot causes.

use serde::Serialize;

use crate::{
    JobId,
    library::record::Record,
    model::{job::Status, outcome::Outcome},
};

/// The number of ended stages after which a backend that has not reported the duration of a video is not asked again.
const MEASURED_BY: usize = 3;
/// A change of a job, or a follow-up request that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A job changed.
    Job(JobId, Scope),
    /// A job was removed.
    Removed(JobId),
    /// A run of a job ended.
    Ended(RunOutcome),
    /// A job appeared in a message for the first time: the rest of it must be fetched.
    Discovered(JobId),
    /// The duration of the video is unknown, and a stage has ended that may have determined it: the job should be
    /// refetched.
    MissingDuration(JobId),
    /// A terminal status was rejected by ordering although the job is not finished here: the job must be refetched.
    NeedsRefetch(JobId),
    /// A message was partly unreadable, is much older than the last snapshot, or concerns a job that REST reported as
    /// missing: the job should be refetched, at a limited rate.
    MayBeStale(JobId),
}

/// The extent of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Scope {
    /// One aspect changed: a percentage, a field, a thumbnail.
    Increment,
    /// Many aspects changed: the run ended, a new run began, or a snapshot was merged.
    Major,
}

/// The outcome of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunOutcome {
    /// The id of the job.
    pub job_id: JobId,
    /// The number of the run.
    pub run: u32,
    /// The outcome.
    pub outcome: Outcome,
    /// Whether the end was observed live, or the job had already ended when it was first seen.
    pub observation: Observation,
}

impl RunOutcome {
    /// Returns the outcome of a job's current run; none if it has not ended.
    pub fn of(job: &Record) -> Option<Self> {
        let outcome = match job.overall.status() {
            Status::Pending | Status::Processing => return None,
            Status::Completed => Outcome::Completed,
            Status::Failed => Outcome::Failed,
        };
        Some(Self { job_id: job.job_id.clone(), run: job.run, outcome, observation: Observation::Live })
    }
}

/// How an outcome was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observation {
    /// The job was known before it ended.
    Live,
    /// The job had already ended when it was first seen.
    InitialList,
}

/// The values of a job before a change, from which the kind of change is derived. The caller determines whether the job
/// changed at all, so that a message does not require a copy of the whole job.
pub(super) struct Before {
    is_new: bool,
    status: Status,
    run: u32,
    /// None if the duration of the video is known, so that the count is not needed.
    ended_stages: Option<usize>,
}

impl Before {
    pub(super) fn of(job: &Record) -> Self {
        Self {
            is_new: job.updated_at.is_none(),
            status: job.overall.status(),
            run: job.run,
            ended_stages: job.duration_seconds.is_none().then(|| ended_stages(job)),
        }
    }

    /// Returns the changes of a job that differs from its earlier state.
    pub(super) fn compare(self, job: &Record, observation: Observation) -> Vec<Change> {
        let is = job.overall.status();
        let ended = is.is_final() && (self.is_new || self.status != is || self.run != job.run);
        let major = self.is_new || ended || self.run != job.run;
        let mut changes = vec![Change::Job(job.job_id.clone(), if major { Scope::Major } else { Scope::Increment })];
        let found_out = |before: usize| before < MEASURED_BY && ended_stages(job) > before;
        if self.ended_stages.is_some_and(found_out) && job.duration_seconds.is_none() && !is.is_final() {
            changes.push(Change::MissingDuration(job.job_id.clone()));
        }
        let ending = RunOutcome::of(job).filter(|_| ended);
        changes.extend(ending.map(|ending| Change::Ended(RunOutcome { observation, ..ending })));
        changes
    }
}

fn ended_stages(job: &Record) -> usize {
    job.stages.values().filter(|stage| stage.status().is_final()).count()
}
