//! What became of a job by a message or a snapshot.

use serde::{Deserialize, Serialize};

use crate::{JobId, library::record::Record, model::job::Status};

/// A backend that does not know how long a video is after so many stages is not asked any more.
const MEASURED_BY: usize = 3;
/// Is something that became different, or must be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A job differs from before.
    Job(JobId, Scope),
    /// A job is gone.
    Removed(JobId),
    /// A run of a job ended.
    Ended(RunOutcome),
    /// Something went wrong in a run of a job, which goes on.
    Warned(RunOutcome),
    /// A job was heard of for the first time in a message: the rest of it must be fetched.
    Discovered(JobId),
    /// Nobody knows how long the video is, and a stage has ended that may have found out: REST may know.
    Unmeasured(JobId),
    /// An end was dropped by its time although the job is not finished here: only REST can tell.
    NeedsRefetch(JobId),
    /// A message could not be read whole, is dated long before what REST said, or is about a job that REST denied: REST is
    /// worth asking, now and then.
    MayBeStale(JobId),
}

/// Tells how much of a job changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Scope {
    /// One aspect: a percentage, a field, a thumbnail.
    Increment,
    /// Many aspects at once: it ended, began anew, or came from a snapshot.
    Major,
}

/// Is the end of a run, or something that wants to be looked at before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunOutcome {
    /// Which job ended.
    pub job_id: JobId,
    /// Which of its runs.
    pub run: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it was watched, or had already ended when it was first seen.
    pub observation: Observation,
}

impl RunOutcome {
    /// Returns the end of a job's run, or that something has gone wrong in it before its end.
    pub fn of(job: &Record) -> Option<Self> {
        let outcome = match job.overall.status() {
            Status::Pending | Status::Processing => job.open_warnings().next().map(|_| Outcome::Warned)?,
            Status::Completed => Outcome::Completed,
            Status::Failed => Outcome::Failed,
        };
        Some(Self { job_id: job.job_id.clone(), run: job.run, outcome, observation: Observation::Live })
    }
}

/// Is how a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Outcome {
    /// Well.
    Completed,
    /// Badly.
    Failed,
    /// Not at all yet, and something went wrong without stopping it.
    Warned,
}

/// Tells whether an end is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observation {
    /// The job was known before it ended.
    Live,
    /// The first look at the job already showed its end.
    InitialList,
}

/// Remembers of a job what its changes are told by. Whether it changed at all is for the caller to know, so that a message
/// costs no copy of the whole job.
pub(super) struct Before {
    is_new: bool,
    status: Status,
    run: u32,
    warnings: usize,
    /// None where nobody asks: the length of the video is known.
    ended_stages: Option<usize>,
}

impl Before {
    pub(super) fn of(job: &Record) -> Self {
        Self {
            is_new: job.updated_at.is_none(),
            status: job.overall.status(),
            run: job.run,
            warnings: job.warnings().count(),
            ended_stages: job.duration_seconds.is_none().then(|| ended_stages(job)),
        }
    }

    /// Returns what became of a job that differs from before.
    pub(super) fn compare(self, job: &Record, observation: Observation) -> Vec<Change> {
        let is = job.overall.status();
        let ended = is.is_final() && (self.is_new || self.status != is || self.run != job.run);
        let major = self.is_new || ended || self.run != job.run;
        let mut changes = vec![Change::Job(job.job_id.clone(), if major { Scope::Major } else { Scope::Increment })];
        let found_out = |before: usize| before < MEASURED_BY && ended_stages(job) > before;
        if self.ended_stages.is_some_and(found_out) && job.duration_seconds.is_none() && !is.is_final() {
            changes.push(Change::Unmeasured(job.job_id.clone()));
        }
        if !is.is_final() && self.run == job.run && job.warnings().count() > self.warnings {
            let warned = RunOutcome { job_id: job.job_id.clone(), run: job.run, outcome: Outcome::Warned, observation };
            changes.push(Change::Warned(warned));
        }
        let ending = RunOutcome::of(job).filter(|_| ended);
        changes.extend(ending.map(|ending| Change::Ended(RunOutcome { observation, ..ending })));
        changes
    }
}

fn ended_stages(job: &Record) -> usize {
    job.stages.values().filter(|stage| stage.status().is_final()).count()
}
