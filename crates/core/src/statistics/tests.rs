use super::*;
use crate::{StageId, protocol::Progress};

/// Midday of a Wednesday, five hours west of Greenwich.
fn now() -> Zoned {
    at("2026-11-25T17:00:00Z").to_zoned(TimeZone::fixed(jiff::tz::offset(-5)))
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn report(status: Status) -> Progress {
    Progress { status, progress_percent: None, error_message: None }
}

/// Returns a job that was processed from a time on, in stages of these seconds, and ended with a status.
fn job(id: &str, began: &str, stages: &[(&str, i64)], status: Status) -> Record {
    let mut job = Record::new(JobId::new(id));
    let mut time = at(began);
    job.apply_overall_event(time, &report(Status::Processing));
    for (stage_id, seconds) in stages {
        let stage = job.stages.entry(StageId::new(*stage_id)).or_default();
        stage.apply_event(time, &report(Status::Processing));
        time += jiff::SignedDuration::from_secs(*seconds);
        stage.apply_event(time, &report(Status::Completed));
    }
    if status != Status::Processing {
        job.apply_overall_event(time, &report(status));
    }
    job
}

fn entry(id: &str, time: &str, kind: NotificationKind, code: Option<(&str, &str)>) -> HistoryEntry {
    let fault = code.map(|(code, message)| FaultSummary {
        code: code.to_owned(),
        message: message.to_owned(),
        stage_id: None,
        at: None,
    });
    HistoryEntry { entry_id: 0, at: at(time), job_id: JobId::new(id), kind, name: id.to_owned(), fault, read: true }
}

fn statistics(jobs: &[Record], history: &[HistoryEntry], first: Weekday) -> Statistics {
    Statistics::of(jobs.iter().map(Cow::Borrowed), history, &now(), first)
}

fn ready(weeks: &[WeekCount]) -> Vec<u32> {
    weeks.iter().map(|week| week.ready).collect()
}

#[test]
fn nothing_is_known_at_first() {
    let empty = statistics(&[job("1", "2026-11-25T15:00:00Z", &[], Status::Processing)], &[], Weekday::Monday);
    assert_eq!((empty.videos, empty.since, empty.total), (0, None, None));
    assert!(empty.stages.is_empty() && empty.failures.is_empty());
    assert_eq!(empty.weeks.len(), 12);
}

#[test]
fn weeks_begin_on_the_first_day_of_the_user_in_local_time() {
    // 23:30 on Saturday and 00:30 on Sunday, by the clock of the user.
    let jobs = [
        job("1", "2026-11-22T04:30:00Z", &[], Status::Completed),
        job("2", "2026-11-22T05:30:00Z", &[], Status::Completed),
    ];
    let sunday = statistics(&jobs, &[], Weekday::Sunday);
    assert_eq!(sunday.weeks[11].starts_on.to_string(), "2026-11-22");
    assert_eq!(sunday.weeks[0].starts_on.to_string(), "2026-09-06");
    assert_eq!(ready(&sunday.weeks[10..]), [1, 1]);
    let monday = statistics(&jobs, &[], Weekday::Monday);
    assert_eq!(monday.weeks[11].starts_on.to_string(), "2026-11-23");
    assert_eq!(ready(&monday.weeks[10..]), [2, 0]);
}

#[test]
fn only_the_last_weeks_count() {
    let jobs = [
        job("old", "2026-09-06T04:59:59Z", &[("A", 0)], Status::Completed),
        job("first", "2026-09-06T05:00:00Z", &[("A", 60)], Status::Completed),
        job("ahead", "2027-01-01T00:00:00Z", &[], Status::Failed),
    ];
    let of = statistics(&jobs, &[], Weekday::Sunday);
    assert_eq!((of.videos, of.since), (2, Some(at("2026-09-06T05:01:00Z"))));
    assert_eq!((of.weeks[0].ready, of.weeks[11].failed), (1, 1));
    assert_eq!(of.stages[0].duration.videos, 1);
}

#[test]
fn earlier_runs_and_lost_jobs_are_counted_from_the_history() {
    let jobs = [job("1", "2026-11-24T10:00:00Z", &[("A", 60)], Status::Completed)];
    let history = [
        entry("1", "2026-11-24T10:01:02Z", NotificationKind::Completed, None),
        entry("1", "2026-11-24T09:00:00Z", NotificationKind::Failed, Some(("disk_full", "m"))),
        entry("gone", "2026-11-17T09:00:00Z", NotificationKind::Warning, Some(("odd", "look"))),
    ];
    let of = statistics(&jobs, &history, Weekday::Monday);
    assert_eq!((of.videos, ready(&of.weeks[10..])), (2, vec![1, 1]));
    assert_eq!((of.weeks[11].failed, of.failures.len()), (1, 1), "the warning of a video that is ready is no failure");
}

#[test]
fn stages_are_summarized_in_the_order_in_which_they_begin() {
    let times = [("2", 100), ("1", 10), ("3", 30)];
    let jobs = times.map(|(id, seconds)| {
        job(id, "2026-11-24T10:00:00Z", &[("Z_FIRST", seconds), ("A_SECOND", 5)], Status::Completed)
    });
    let of = statistics(&jobs, &[], Weekday::Monday);
    let stages: Vec<_> =
        of.stages.iter().map(|stage| (stage.stage_id.as_str(), stage.duration.median_seconds)).collect();
    assert_eq!(stages, [("Z_FIRST", 30.0), ("A_SECOND", 5.0)]);
    let expected = DurationSummary { videos: 3, median_seconds: 35.0, p90_seconds: 105.0 };
    assert_eq!(of.total, Some(expected));
}

#[test]
fn stages_of_failed_videos_count_and_their_total_does_not() {
    let of = statistics(&[job("1", "2026-11-24T10:00:00Z", &[("A", 60)], Status::Failed)], &[], Weekday::Monday);
    assert_eq!((of.total, of.stages.len()), (None, 1));
}

#[test]
fn failures_are_grouped_by_known_code_or_else_by_message() {
    let failed = |code: &str, message: &str| {
        entry(message, "2026-11-24T09:00:00Z", NotificationKind::Failed, Some((code, message)))
    };
    let history = [
        failed("JOB_FAILED", "a"),
        failed("disk_full", "b"),
        failed("DISK_FULL", "c"),
        failed("JOB_FAILED", "d"),
        entry("e", "2026-11-24T09:00:00Z", NotificationKind::Failed, None),
    ];
    let of = statistics(&[], &history, Weekday::Monday);
    let counts: Vec<_> = of.failures.iter().map(|failure| (failure.fault.code.as_str(), failure.count)).collect();
    assert_eq!(counts, [("disk_full", 2), ("JOB_FAILED", 1), ("JOB_FAILED", 1)]);
    assert_eq!(of.other_failures, 1);
}

#[test]
fn invented_stages_and_reasons_stay_few() {
    let failed = |number: usize| {
        entry("x", "2026-11-24T09:00:00Z", NotificationKind::Failed, Some(("odd", &number.to_string())))
    };
    let history: Vec<HistoryEntry> = (0..2000).map(failed).collect();
    let stages: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    let stages: Vec<(&str, i64)> = stages.iter().map(|stage| (stage.as_str(), 1)).collect();
    let jobs = [job("1", "2026-11-24T10:00:00Z", &stages, Status::Completed)];
    let of = statistics(&jobs, &history, Weekday::Monday);
    assert_eq!((of.stages.len(), of.failures.len(), of.other_failures), (12, 12, 1988));
}
