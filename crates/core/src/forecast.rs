//! Forecasts learned from earlier jobs: the duration of a stage per minute of video, the time left, and whether a job
//! is stuck.

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

/// The number of recent jobs from which each stage's duration is learned.
const SAMPLES: usize = 64;
/// The number of jobs that must have completed a stage before a job can count as stuck in it.
const STUCK_MIN_SAMPLES: usize = 3;
/// The multiple of the longest duration of a stage after which a job counts as stuck.
const STUCK_FACTOR: f64 = 2.0;
/// An additional delay, because for a stage of milliseconds a multiple means nothing.
const STUCK_GRACE: Duration = Duration::from_secs(30);
/// The time without a progress update after which a stage that reports progress can count as stuck.
const STUCK_SILENCE: Duration = Duration::from_mins(1);

/// The durations learned from the recent jobs of this account.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    stages: BTreeMap<StageId, StageDurations>,
    jobs: usize,
    /// Completed jobs whose video duration is not known yet.
    unmeasured: BTreeSet<JobId>,
}

/// An estimate of the remaining time. It consists of a point in time and the duration after it, so that a countdown
/// needs no updates, and a stage that takes longer than expected does not use up the time of the following stages.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Eta {
    /// The estimated end of the current stage, by the server's clock.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub stage_ends_at: Timestamp,
    /// The estimated duration of the following stages, in seconds.
    pub then_seconds: f64,
}

/// The learned durations of a stage, in seconds per minute of video.
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
    /// Learns from known jobs, from the oldest to the newest.
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

    /// Learns from a completed job, now or as soon as the duration of its video is known. Other jobs are ignored.
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
        // A job without known stage durations does not tell which stages are usual.
        self.jobs = (self.jobs + usize::from(!timed.is_empty())).min(SAMPLES);
        for (stage_id, seconds) in timed {
            self.stages.entry(stage_id.clone()).or_default().add(seconds / minutes);
        }
    }

    /// Returns whether the duration of a job's video is needed before its durations can be learned.
    pub fn awaits(&self, job_id: &JobId) -> bool {
        self.unmeasured.contains(job_id)
    }

    /// Returns the estimated remaining time of a job; none if a stage that is still to come is unknown, or the duration
    /// of the video is unknown.
    ///
    /// Stages that run at the same time end with the last of them; queued stages follow one after another.
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
        let unreported =
            self.stages.iter().filter(|(id, learned)| !job.stages.contains_key(*id) && self.is_usual(learned));
        waiting += unreported.map(|(_, learned)| learned.median * minutes).sum::<f64>();
        if end.is_none() && waiting <= 0.0 {
            return None;
        }
        Some(Eta { stage_ends_at: end.or(job.updated_at.map(Timestamp::from))?, then_seconds: waiting })
    }

    /// Returns the estimated end of a stage: the remaining work at the pace of earlier jobs, which is gradually
    /// replaced by the stage's own pace.
    fn stage_ends_at(&self, stage_id: &StageId, stage: &ProgressState, minutes: f64) -> Option<Timestamp> {
        let usual = self.stages.get(stage_id)?.median * minutes;
        let began = stage.span().began()?;
        let done = stage.percent() / 100.0;
        let reported = stage.percent_at().filter(|reported| *reported > began && done > 0.0);
        let Some(reported) = reported else { return later(began, usual) };
        let own = reported.duration_since(began).as_secs_f64() / done;
        later(reported, (1.0 - done) * ((1.0 - done) * usual + done * own))
    }

    /// Returns when a job will count as stuck unless there is an update: when a stage takes far longer than ever
    /// before. None if too little is known.
    pub fn stuck_at(&self, job: &Record) -> Option<Timestamp> {
        let minutes = minutes(job).filter(|_| job.overall.status() == Status::Processing)?;
        let running = job.stages.iter().filter(|(_, stage)| stage.status() == Status::Processing);
        let stuck = running.filter_map(|(stage_id, stage)| {
            let learned = self.stages.get(stage_id).filter(|learned| learned.newest.len() >= STUCK_MIN_SAMPLES)?;
            let far =
                later(stage.span().began()?, STUCK_FACTOR * learned.longest * minutes + STUCK_GRACE.as_secs_f64())?;
            let silent = stage.percent_at().and_then(|reported| reported.checked_add(STUCK_SILENCE).ok());
            Some(silent.map_or(far, |silent| silent.max(far)))
        });
        stuck.min()
    }

    /// Returns whether most jobs have a stage.
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

    fn report(job: &mut Record, stage: &str, second: i64, status: Status, percent: f64) {
        let progress = Progress { status, progress_percent: Some(percent), error_message: None };
        job.stages.entry(StageId::new(stage)).or_default().apply_event(at(second), &progress);
    }

    fn overall(job: &mut Record, second: i64, status: Status) {
        job.apply_overall(at(second), &Progress { status, progress_percent: None, error_message: None });
        job.touch(at(second));
    }

    /// Returns a completed job of `minutes` whose stages took the given seconds, one after another.
    fn done(minutes: f64, stages: &[(&str, i64)]) -> Record {
        let mut job = Record::new(JobId::new("done"));
        job.duration_seconds = Some(60.0 * minutes);
        let mut second = 0;
        for (stage, seconds) in stages {
            report(&mut job, stage, second, Status::Processing, 0.0);
            second += seconds;
            report(&mut job, stage, second, Status::Completed, 100.0);
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

    /// Returns the estimated end of a job, if no stage is late.
    fn end(forecast: &Forecast, job: &Record) -> Option<Timestamp> {
        let Eta { stage_ends_at, then_seconds } = forecast.eta(job)?;
        later(stage_ends_at, then_seconds)
    }

    #[test]
    fn eta_is_the_median_per_minute_of_video() {
        let jobs =
            [done(1.0, &[("A", 9), ("B", 5)]), done(2.0, &[("A", 20), ("B", 10)]), done(1.0, &[("A", 600), ("B", 5)])];
        let forecast = Forecast::of(jobs.iter().map(Cow::Borrowed));
        let mut job = running(3.0);
        report(&mut job, "A", 100, Status::Processing, 0.0);
        // Stage A takes ten seconds per minute. Stage B has not been reported yet, but every job had it.
        assert_eq!(end(&forecast, &job), Some(at(100 + 30 + 15)));
        report(&mut job, "B", 100, Status::Pending, 0.0);
        assert_eq!(end(&forecast, &job), Some(at(100 + 30 + 15)));
    }

    #[test]
    fn pace_of_a_stage_counts_more_with_its_progress() {
        let forecast = learned(1.0, &[("A", 100)], 1);
        let mut job = running(1.0);
        report(&mut job, "A", 0, Status::Processing, 0.0);
        report(&mut job, "A", 100, Status::Processing, 50.0);
        // 100 s by the learned pace, 200 s by its own pace: 150 s in total, of which half is left.
        assert_eq!(end(&forecast, &job), Some(at(175)));
    }

    #[test]
    fn parallel_stages_end_with_the_last_of_them() {
        let forecast = learned(1.0, &[("A", 10), ("B", 60)], 1);
        let mut job = running(1.0);
        report(&mut job, "A", 0, Status::Processing, 0.0);
        report(&mut job, "B", 0, Status::Processing, 0.0);
        assert_eq!(end(&forecast, &job), Some(at(60)));
    }

    #[test]
    fn eta_is_none_before_enough_is_known() {
        let mut job = running(1.0);
        report(&mut job, "A", 0, Status::Processing, 0.0);
        assert_eq!(end(&Forecast::default(), &job), None);
        let forecast = learned(1.0, &[("A", 10)], 1);
        report(&mut job, "NEW", 0, Status::Pending, 0.0);
        assert_eq!(end(&forecast, &job), None, "an unknown stage");
        let mut unmeasured = running(0.0);
        report(&mut unmeasured, "A", 0, Status::Processing, 0.0);
        assert_eq!(end(&forecast, &unmeasured), None, "unknown duration");
        let mut over = done(1.0, &[("A", 10)]);
        assert_eq!(end(&forecast, &over), None);
        overall(&mut over, 99, Status::Pending);
        assert_eq!(end(&forecast, &over), None, "the start of a queued job is unknown");
    }

    #[test]
    fn job_is_stuck_when_a_stage_takes_far_longer_than_ever() {
        let stages = [("A", 100)];
        let mut job = running(1.0);
        report(&mut job, "A", 0, Status::Processing, 0.0);
        assert_eq!(learned(1.0, &stages, 2).stuck_at(&job), None, "two jobs are not enough");
        let forecast = learned(1.0, &stages, 3);
        assert_eq!(forecast.stuck_at(&job), Some(at(230)));
        report(&mut job, "A", 225, Status::Processing, 40.0);
        assert_eq!(forecast.stuck_at(&job), Some(at(285)), "its progress has just changed");
        report(&mut job, "A", 300, Status::Completed, 100.0);
        assert_eq!(forecast.stuck_at(&job), None);
    }

    #[test]
    fn job_measured_after_its_end_is_learned_once() {
        let measured = done(1.0, &[("A", 10)]);
        let mut job = Record { duration_seconds: None, ..measured.clone() };
        let mut forecast = Forecast::default();
        forecast.learn(&job);
        let mut next = running(1.0);
        report(&mut next, "A", 0, Status::Processing, 0.0);
        assert_eq!(end(&forecast, &next), None);
        job.duration_seconds = measured.duration_seconds;
        for _ in 0..STUCK_MIN_SAMPLES {
            if forecast.awaits(&job.job_id) {
                forecast.learn(&job);
            }
        }
        assert_eq!((end(&forecast, &next), forecast.stuck_at(&next)), (Some(at(10)), None));
    }

    #[test]
    fn only_recent_jobs_are_learned_from() {
        let mut forecast = Forecast::default();
        for _ in 0..SAMPLES {
            forecast.learn(&done(1.0, &[("A", 1000)]));
        }
        for _ in 0..SAMPLES {
            forecast.learn(&done(1.0, &[("A", 10)]));
        }
        let mut job = running(1.0);
        report(&mut job, "A", 0, Status::Processing, 0.0);
        assert_eq!((end(&forecast, &job), forecast.stuck_at(&job)), (Some(at(10)), Some(at(60))));
    }
}
