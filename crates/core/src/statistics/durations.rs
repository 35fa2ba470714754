//! How long processing takes, by stage.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use super::LIST_LIMIT;
use crate::{StageId, library::record::Record, model::job::Status};

/// The durations of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DurationSummary {
    /// The number of videos of which it is known.
    pub videos: u32,
    /// The median, in seconds.
    pub median_seconds: f64,
    /// The duration within which nine of ten ended, in seconds.
    pub p90_seconds: f64,
}

/// The durations of a stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StageDuration {
    /// The stage.
    pub stage_id: StageId,
    /// Its durations.
    pub duration: DurationSummary,
}

/// The durations that are known.
#[derive(Debug, Default)]
pub(super) struct Durations {
    /// Those of the whole processing, in seconds.
    total: Vec<f64>,
    stages: BTreeMap<StageId, StageTimes>,
}

#[derive(Debug, Default)]
struct StageTimes {
    /// How long the stage took, in seconds.
    durations: Vec<f64>,
    /// How long after the beginning of the processing it began, in seconds.
    starts: Vec<f64>,
}

impl Durations {
    /// Adds the last run of a job. Stages that failed or were skipped did not take their time.
    pub(super) fn add(&mut self, job: &Record) {
        let began = job.began_at();
        if let (Status::Completed, Some(began), Some(ended)) = (job.overall.status(), began, job.ended_at()) {
            self.total.push(ended.duration_since(began).as_secs_f64().max(0.0));
        }
        for (stage_id, stage) in &job.stages {
            let span = stage.span();
            if stage.status() == Status::Completed
                && !job.is_skipped(stage_id)
                && let (Some(seconds), Some(stage_began)) = (span.seconds(), span.began())
            {
                let times = self.stages.entry(stage_id.clone()).or_default();
                times.durations.push(seconds);
                times.starts.extend(began.map(|began| stage_began.duration_since(began).as_secs_f64()));
            }
        }
    }

    /// Returns the durations of the whole processing, and of the stages that most videos have.
    pub(super) fn finish(self) -> (Option<DurationSummary>, Vec<StageDuration>) {
        let mut stages: Vec<(StageId, StageTimes)> = self.stages.into_iter().collect();
        stages.sort_by_key(|(_, times)| Reverse(times.durations.len()));
        stages.truncate(LIST_LIMIT);
        let mut summaries: Vec<(f64, StageDuration)> = stages
            .into_iter()
            .filter_map(|(stage_id, times)| {
                let start = summary(times.starts)?.median_seconds;
                Some((start, StageDuration { stage_id, duration: summary(times.durations)? }))
            })
            .collect();
        summaries.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        (summary(self.total), summaries.into_iter().map(|(_, stage)| stage).collect())
    }
}

/// Returns the summary of durations in seconds; none without any.
fn summary(mut seconds: Vec<f64>) -> Option<DurationSummary> {
    seconds.sort_by(f64::total_cmp);
    let last = seconds.len().checked_sub(1)?;
    let median_seconds = f64::midpoint(seconds[last / 2], seconds[seconds.len() / 2]);
    // The nearest rank: the smallest value that nine of ten do not exceed.
    let rank = (9 * seconds.len()).div_ceil(10) - 1;
    let videos = u32::try_from(seconds.len()).unwrap_or(u32::MAX);
    Some(DurationSummary { videos, median_seconds, p90_seconds: seconds[rank] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_90th_percentile_are_those_of_everybody() {
        let of = |seconds: &[f64]| summary(seconds.to_vec()).map(|it| (it.videos, it.median_seconds, it.p90_seconds));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7.0]), Some((1, 7.0, 7.0)));
        assert_eq!(of(&[3.0, 1.0]), Some((2, 2.0, 3.0)));
        let ten: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        assert_eq!(of(&ten), Some((10, 5.5, 9.0)));
        let eleven: Vec<f64> = (1..=11).map(f64::from).collect();
        assert_eq!(of(&eleven), Some((11, 6.0, 10.0)));
    }
}
