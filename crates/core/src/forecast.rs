//! What earlier jobs teach: how long a stage takes for a minute of video, when a job may be done, when one is stuck.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    JobId, StageId,
    library::record::{ProgressState, Record},
    model::job::Status,
};

/// How many of the newest jobs are learned from, for each stage.
const SAMPLES: usize = 64;
/// How many jobs must have passed through a stage before one is called stuck in it.
const SURE: usize = 3;
/// How much longer than ever before a stage takes until its job is called stuck.
const FAR_LONGER: f64 = 2.0;
/// What is added to that: of a stage of milliseconds, twice as long says nothing.
const GRACE: Duration = Duration::from_secs(30);
/// How long a stage that tells of its progress must have been silent before its job is called stuck.
const SILENCE: Duration = Duration::from_mins(1);

/// Holds what was learned from this person's own jobs, the newest of them.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    stages: BTreeMap<StageId, StageDurations>,
    jobs: usize,
    /// Jobs that are done, of which nobody has said yet how long their videos are.
    unmeasured: BTreeSet<JobId>,
}

/// Is how long a job may still take: a moment and what follows it, so that whoever counts down needs to be told nothing, and
/// a stage that takes longer than expected does not eat up the time of the next ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Eta {
    /// When the stage that is worked on may be done, by the server's clock.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub stage_ends_at: Timestamp,
    /// How long the stages that follow may take, in seconds.
    pub then_seconds: f64,
}

/// Is what is known of a stage, in seconds for each minute of video.
#[derive(Clone, Debug, Default)]
struct StageDurations {
    newest: VecDeque<f64>,
    median: f64,
    longest: f64,
}

impl StageDurations {
    fn add(&mut self, pace: f64) {
        if self.newest.len() == SAMPLES {
            self.newest.pop_front();
        }
        self.newest.push_back(pace);
        let mut sorted: Vec<f64> = self.newest.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        self.median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        self.longest = sorted.last().copied().unwrap_or_default();
    }
}

impl Forecast {
    /// Learns from jobs that are known already, the newest last.
    pub fn of<'a>(jobs: impl Iterator<Item = Cow<'a, Record>>) -> Self {
        let has_times = |job: &Cow<'_, Record>| job.stages.values().any(|stage| stage.span().seconds().is_some());
        let mut newest = BTreeMap::new();
        for job in jobs.filter(has_times) {
            newest.insert((job.updated_at, job.job_id.clone()), job);
            if newest.len() > SAMPLES {
                newest.pop_first();
            }
        }
        let mut forecast = Self::default();
        for job in newest.values() {
            forecast.learn(job);
        }
        forecast
    }

    /// Learns from a job that is done, now or as soon as the length of its video is known; from any other nothing.
    pub fn learn(&mut self, job: &Record) {
        self.unmeasured.remove(&job.job_id);
        if job.overall.status() != Status::Completed {
            return;
        }
        let Some(minutes) = minutes(job) else {
            if self.unmeasured.len() < SAMPLES {
                self.unmeasured.insert(job.job_id.clone());
            }
            return;
        };
        let seconds = |stage: &ProgressState| stage.span().seconds().filter(|_| stage.status() == Status::Completed);
        let timed = job.stages.iter().filter_map(|(stage_id, stage)| Some((stage_id, seconds(stage)?)));
        let timed: Vec<_> = timed.collect();
        // A job of whose stages nobody knows how long they took says nothing of which are usual.
        self.jobs = (self.jobs + usize::from(!timed.is_empty())).min(SAMPLES);
        for (stage_id, seconds) in timed {
            self.stages.entry(stage_id.clone()).or_default().add(seconds / minutes);
        }
    }

    /// Tells whether more must be known of a job before anything is learned from it.
    pub fn awaits(&self, job_id: &JobId) -> bool {
        self.unmeasured.contains(job_id)
    }

    /// Returns how long a job may still take; none where a stage that is still to come was never seen, or the length of the
    /// video is not known.
    ///
    /// Stages that are worked on at the same time end with the last of them; those that wait follow one after the other.
    pub fn eta(&self, job: &Record) -> Option<Eta> {
        let minutes = minutes(job).filter(|_| job.overall.status() == Status::Processing)?;
        let mut end: Option<Timestamp> = None;
        let mut waiting = 0.0;
        for (stage_id, stage) in &job.stages {
            match stage.status() {
                Status::Pending => waiting += self.stages.get(stage_id)?.median * minutes,
                Status::Processing => end = end.max(Some(self.stage_ends_at(stage_id, stage, minutes)?)),
                Status::Completed | Status::Failed => {}
            }
        }
        let untold = self.stages.iter().filter(|(id, learned)| !job.stages.contains_key(*id) && self.is_usual(learned));
        waiting += untold.map(|(_, learned)| learned.median * minutes).sum::<f64>();
        if end.is_none() && waiting <= 0.0 {
            return None;
        }
        Some(Eta { stage_ends_at: end.or(job.updated_at.map(Timestamp::from))?, then_seconds: waiting })
    }

    /// Returns when a stage may be done: what it still has to do, at the pace of earlier jobs at first, and more and more
    /// at its own.
    fn stage_ends_at(&self, stage_id: &StageId, stage: &ProgressState, minutes: f64) -> Option<Timestamp> {
        let usual = self.stages.get(stage_id)?.median * minutes;
        let began = stage.span().began()?;
        let done = stage.percent() / 100.0;
        let told = stage.percent_at().filter(|told| *told > began && done > 0.0);
        let Some(told) = told else { return later(began, usual) };
        let own = told.duration_since(began).as_secs_f64() / done;
        later(told, (1.0 - done) * ((1.0 - done) * usual + done * own))
    }

    /// Returns from when on a job is stuck, if nothing is heard: a stage takes far longer than it ever did. None where too
    /// little is known to say so.
    pub fn stuck_at(&self, job: &Record) -> Option<Timestamp> {
        let minutes = minutes(job).filter(|_| job.overall.status() == Status::Processing)?;
        let running = job.stages.iter().filter(|(_, stage)| stage.status() == Status::Processing);
        let stuck = running.filter_map(|(stage_id, stage)| {
            let learned = self.stages.get(stage_id).filter(|learned| learned.newest.len() >= SURE)?;
            let far = later(stage.span().began()?, FAR_LONGER * learned.longest * minutes + GRACE.as_secs_f64())?;
            let silent = stage.percent_at().and_then(|told| told.checked_add(SILENCE).ok());
            Some(silent.map_or(far, |silent| silent.max(far)))
        });
        stuck.min()
    }

    /// Tells whether most jobs pass through a stage.
    fn is_usual(&self, learned: &StageDurations) -> bool {
        2 * learned.newest.len() > self.jobs
    }
}

fn minutes(job: &Record) -> Option<f64> {
    job.duration_seconds.filter(|seconds| *seconds > 0.0).map(|seconds| seconds / 60.0)
}

fn later(time: Timestamp, seconds: f64) -> Option<Timestamp> {
    time.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JobId, protocol::Progress};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).expect("a time")
    }

    fn say(job: &mut Record, stage: &str, second: i64, status: Status, percent: f64) {
        let progress = Progress { status, progress_percent: Some(percent), error_message: None };
        job.stages.entry(StageId::new(stage)).or_default().apply_event(at(second), &progress);
    }

    fn overall(job: &mut Record, second: i64, status: Status) {
        job.apply_overall(at(second), &Progress { status, progress_percent: None, error_message: None });
        job.touch(at(second));
    }

    /// A job of `minutes` whose stages took so many seconds, one after the other.
    fn done(minutes: f64, stages: &[(&str, i64)]) -> Record {
        let mut job = Record::new(JobId::new("done"));
        job.duration_seconds = Some(60.0 * minutes);
        let mut second = 0;
        for (stage, seconds) in stages {
            say(&mut job, stage, second, Status::Processing, 0.0);
            second += seconds;
            say(&mut job, stage, second, Status::Completed, 100.0);
        }
        overall(&mut job, second, Status::Completed);
        job
    }

    fn running(minutes: f64) -> Record {
        let mut job = Record::new(JobId::new("running"));
        job.duration_seconds = Some(60.0 * minutes);
        overall(&mut job, 0, Status::Processing);
        job
    }

    fn learned(minutes: f64, stages: &[(&str, i64)], times: usize) -> Forecast {
        let numbered = |number: usize| Record { job_id: JobId::new(number.to_string()), ..done(minutes, stages) };
        let jobs: Vec<Record> = (0..times).map(numbered).collect();
        Forecast::of(jobs.iter().map(Cow::Borrowed))
    }

    /// Returns when a job may be done, where no stage is late.
    fn end(forecast: &Forecast, job: &Record) -> Option<Timestamp> {
        let Eta { stage_ends_at, then_seconds } = forecast.eta(job)?;
        later(stage_ends_at, then_seconds)
    }

    #[test]
    fn the_time_left_is_the_median_for_a_minute_of_video() {
        let jobs =
            [done(1.0, &[("A", 9), ("B", 5)]), done(2.0, &[("A", 20), ("B", 10)]), done(1.0, &[("A", 600), ("B", 5)])];
        let forecast = Forecast::of(jobs.iter().map(Cow::Borrowed));
        let mut job = running(3.0);
        say(&mut job, "A", 100, Status::Processing, 0.0);
        // Ten seconds a minute of A; B is not told of yet, but every job had it.
        assert_eq!(end(&forecast, &job), Some(at(100 + 30 + 15)));
        say(&mut job, "B", 100, Status::Pending, 0.0);
        assert_eq!(end(&forecast, &job), Some(at(100 + 30 + 15)));
    }

    #[test]
    fn a_stage_is_believed_more_the_further_it_has_come() {
        let forecast = learned(1.0, &[("A", 100)], 1);
        let mut job = running(1.0);
        say(&mut job, "A", 0, Status::Processing, 0.0);
        say(&mut job, "A", 100, Status::Processing, 50.0);
        // 100 s by what was learned, 200 s by its own pace: 150 s for all of it, half of that to go.
        assert_eq!(end(&forecast, &job), Some(at(175)));
    }

    #[test]
    fn stages_at_the_same_time_end_with_the_last_of_them() {
        let forecast = learned(1.0, &[("A", 10), ("B", 60)], 1);
        let mut job = running(1.0);
        say(&mut job, "A", 0, Status::Processing, 0.0);
        say(&mut job, "B", 0, Status::Processing, 0.0);
        assert_eq!(end(&forecast, &job), Some(at(60)));
    }

    #[test]
    fn nothing_is_said_before_it_is_known() {
        let mut job = running(1.0);
        say(&mut job, "A", 0, Status::Processing, 0.0);
        assert_eq!(end(&Forecast::default(), &job), None);
        let forecast = learned(1.0, &[("A", 10)], 1);
        say(&mut job, "NEW", 0, Status::Pending, 0.0);
        assert_eq!(end(&forecast, &job), None, "a stage that nobody has seen");
        let mut unmeasured = running(0.0);
        say(&mut unmeasured, "A", 0, Status::Processing, 0.0);
        assert_eq!(end(&forecast, &unmeasured), None, "no length");
        let mut over = done(1.0, &[("A", 10)]);
        assert_eq!(end(&forecast, &over), None);
        overall(&mut over, 99, Status::Pending);
        assert_eq!(end(&forecast, &over), None, "nobody knows when it is taken up");
    }

    #[test]
    fn a_stage_is_stuck_when_it_takes_far_longer_than_it_ever_did() {
        let stages = [("A", 100)];
        let mut job = running(1.0);
        say(&mut job, "A", 0, Status::Processing, 0.0);
        assert_eq!(learned(1.0, &stages, 2).stuck_at(&job), None, "two jobs prove nothing");
        let forecast = learned(1.0, &stages, 3);
        assert_eq!(forecast.stuck_at(&job), Some(at(230)));
        say(&mut job, "A", 225, Status::Processing, 40.0);
        assert_eq!(forecast.stuck_at(&job), Some(at(285)), "it has just moved");
        say(&mut job, "A", 300, Status::Completed, 100.0);
        assert_eq!(forecast.stuck_at(&job), None);
    }

    #[test]
    fn a_job_whose_length_is_told_after_its_end_is_learned_from_once() {
        let measured = done(1.0, &[("A", 10)]);
        let mut job = Record { duration_seconds: None, ..measured.clone() };
        let mut forecast = Forecast::default();
        forecast.learn(&job);
        let mut next = running(1.0);
        say(&mut next, "A", 0, Status::Processing, 0.0);
        assert_eq!(end(&forecast, &next), None);
        job.duration_seconds = measured.duration_seconds;
        for _ in 0..SURE {
            if forecast.awaits(&job.job_id) {
                forecast.learn(&job);
            }
        }
        assert_eq!((end(&forecast, &next), forecast.stuck_at(&next)), (Some(at(10)), None));
    }

    #[test]
    fn only_the_newest_jobs_are_remembered() {
        let mut forecast = Forecast::default();
        for _ in 0..SAMPLES {
            forecast.learn(&done(1.0, &[("A", 1000)]));
        }
        for _ in 0..SAMPLES {
            forecast.learn(&done(1.0, &[("A", 10)]));
        }
        let mut job = running(1.0);
        say(&mut job, "A", 0, Status::Processing, 0.0);
        assert_eq!((end(&forecast, &job), forecast.stuck_at(&job)), (Some(at(10)), Some(at(60))));
    }
}
