use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    apply::PART_LIMIT,
    record::{PendingContent, ProgressState},
    *,
};
use crate::{
    model::{
        job::{Content, Field, Status, Thumbnail},
        outcome::Outcome,
    },
    protocol::{Body, ErrorData, Frame, Progress, decode, snapshot::read_job},
};

pub(super) fn now() -> Now {
    Now { monotonic: Duration::ZERO, wall: "2026-01-01T12:00:00Z".parse().expect("a time"), draw: 0.5 }
}

/// Returns a timestamp on the first of January.
fn at(seconds: u32) -> String {
    format!("2026-01-01T11:{:02}:{:02}Z", seconds / 60, seconds % 60)
}

fn event(kind: &str, data: &serde_json::Value, timestamp: &str) -> Event {
    let text = json!({ "type": kind, "job_id": "7", "data": data, "timestamp": timestamp }).to_string();
    match decode(&text) {
        Ok(Frame::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn status(status: &str, percent: f64, seconds: u32) -> Event {
    event("JOB_UPDATE", &json!({ "status": status, "progress_percent": percent }), &at(seconds))
}

fn snapshot(status: &str, percent: f64, seconds: u32) -> Snapshot {
    let job = json!({ "id": 7, "status": status, "progress_percent": percent, "updated_at": at(seconds) });
    read_job(&job).expect("a job")
}

fn requested() -> Timestamp {
    now().wall
}

fn seen(library: &Library) -> Record {
    library.job(&JobId::new("7")).expect("job 7").into_owned()
}

fn seen_status(library: &Library) -> Status {
    seen(library).overall.status()
}

fn warnings(library: &Library) -> usize {
    seen(library).warnings().count()
}

fn suggested(library: &Library) -> Vec<Field> {
    let job = seen(library);
    Field::METADATA.into_iter().filter(|field| job.is_suggested(*field)).collect()
}

fn applied(events: &[Event]) -> Library {
    let mut library = Library::default();
    for event in events {
        library.apply(event.clone(), now());
    }
    library
}

fn endings(changes: &[Change]) -> Vec<&RunOutcome> {
    changes.iter().filter_map(|change| if let Change::Ended(ending) = change { Some(ending) } else { None }).collect()
}

#[test]
fn newest_timestamp_wins_and_status_and_percent_break_ties() {
    for (first, second, expected) in [
        (status("PROCESSING", 50.0, 5), status("PROCESSING", 40.0, 6), ("PROCESSING", 40.0)),
        (status("PROCESSING", 50.0, 6), status("PROCESSING", 60.0, 5), ("PROCESSING", 50.0)),
        (status("COMPLETED", 100.0, 5), status("PROCESSING", 99.0, 5), ("COMPLETED", 100.0)),
        (status("PENDING", 60.0, 5), status("PROCESSING", 40.0, 5), ("PROCESSING", 40.0)),
        (status("PROCESSING", 40.0, 5), status("PROCESSING", 60.0, 5), ("PROCESSING", 60.0)),
        (status("COMPLETED", 100.0, 5), status("PROCESSING", 10.0, 4), ("COMPLETED", 100.0)),
        (status("COMPLETED", 100.0, 5), status("PROCESSING", 10.0, 6), ("PROCESSING", 10.0)),
    ] {
        let job = seen(&applied(&[first.clone(), second.clone()]));
        assert_eq!((job.overall.status().as_str(), job.overall.percent()), expected, "{first:?} then {second:?}");
    }
}

#[test]
fn finished_job_is_reopened_only_by_a_newer_update() {
    let mut library = applied(&[status("PROCESSING", 10.0, 1)]);
    let changes = library.apply(status("COMPLETED", 100.0, 5), now());
    assert_eq!(endings(&changes)[0].run, 0);
    assert!(endings(&library.apply(status("COMPLETED", 100.0, 5), now())).is_empty(), "received twice");
    assert!(endings(&library.apply(status("COMPLETED", 100.0, 6), now())).is_empty(), "repeated later");
    library.apply(status("PROCESSING", 5.0, 7), now());
    let changes = library.apply(status("FAILED", 5.0, 8), now());
    assert_eq!((endings(&changes)[0].run, endings(&changes)[0].outcome), (1, Outcome::Failed));
}

#[test]
fn fatal_error_fails_the_job_and_recoverable_one_warns() {
    let error = |code: &str, recoverable: bool, seconds| {
        let data = json!({ "error_code": code, "error_message": format!("{code}!"), "recoverable": recoverable, "affected_stage": "PROBE" });
        event("ERROR", &data, &at(seconds))
    };
    let mut library = applied(&[status("PROCESSING", 40.0, 3), error("odd", true, 4)]);
    assert_eq!((seen_status(&library), warnings(&library)), (Status::Processing, 1));
    let changes = library.apply(error("broken", false, 5), now());
    assert_eq!(endings(&changes)[0].outcome, Outcome::Failed);
    library.apply(
        event("JOB_UPDATE", &json!({ "status": "FAILED", "progress_percent": 40, "error_message": "x" }), &at(6)),
        now(),
    );
    let fault = seen(&library).failure().expect("an error");
    assert_eq!((fault.code.as_str(), fault.message.as_str()), ("broken", "broken!"));
    assert_eq!(fault.stage_id.expect("a stage").as_str(), "PROBE");

    library.apply(status("PROCESSING", 0.0, 9), now());
    assert_eq!((seen(&library).failure(), warnings(&library)), (None, 0), "a new run has no faults");
}

#[test]
fn timestamp_far_ahead_of_the_server_clock_is_replaced() {
    let mut library = Library::default();
    library.server_clock.observe("2026-01-01T12:30:00Z".parse().expect("a time"), now());
    let progress = json!({ "status": "PROCESSING", "progress_percent": 1 });
    library.apply(event("JOB_UPDATE", &progress, "2026-01-01T12:34:00Z"), now());
    assert_eq!(
        seen(&library).updated_at.map(Timestamp::from),
        "2026-01-01T12:34:00Z".parse().ok(),
        "within five minutes"
    );
    library.apply(
        event("JOB_UPDATE", &json!({ "status": "PROCESSING", "progress_percent": 2 }), "2027-01-01T00:00:00Z"),
        now(),
    );
    assert_eq!(
        seen(&library).updated_at.map(Timestamp::from),
        "2026-01-01T12:34:00Z".parse().ok(),
        "replaced by the arrival time"
    );
}

#[test]
fn rejected_terminal_status_is_resolved_by_refetch() {
    let mut library = applied(&[status("PROCESSING", 50.0, 10)]);
    let changes = library.apply(status("COMPLETED", 100.0, 9), now());
    assert!(changes.contains(&Change::NeedsRefetch(JobId::new("7"))));
    assert_eq!(seen_status(&library), Status::Processing);
    let changes = library.merge(snapshot("COMPLETED", 100.0, 9), requested(), Authority::Authoritative);
    assert_eq!((seen_status(&library), endings(&changes).len()), (Status::Completed, 1));
    assert!(!changes.iter().any(|change| matches!(change, Change::NeedsRefetch(_))), "no second refetch");
}

#[test]
fn older_snapshot_does_not_overwrite_a_newer_message() {
    let mut library = applied(&[
        status("PROCESSING", 50.0, 10),
        event("METADATA_UPDATE", &json!({ "metadata_type": "TITLE", "content": "new" }), &at(10)),
    ]);
    let old = read_job(&json!({ "id": 7, "status": "PROCESSING", "progress_percent": 20, "updated_at": at(8),
        "video": { "original_filename": "a.mp4" }, "video_metadata": { "title": "old", "description": "kept" } }));
    library.merge(old.expect("a job"), requested(), Authority::Ordered);
    let job = seen(&library);
    assert_eq!((job.overall.known_percent(), job.title(&PendingContent::new())), (Some(50.0), Some("new")));
    let description = job.content(Field::Description);
    assert_eq!((job.visible_filename(), description), (Some("a.mp4"), Some(Content::Text("kept".to_owned()))));
}

#[test]
fn job_ended_before_the_first_list_is_not_observed_live() {
    let mut library = Library::default();
    let (changes, _) = library.merge_all(vec![snapshot("COMPLETED", 100.0, 1)], requested());
    assert_eq!(endings(&changes)[0].observation, Observation::InitialList);

    let mut away = applied(&[status("PROCESSING", 1.0, 1)]);
    let (changes, _) = away.merge_all(vec![snapshot("COMPLETED", 100.0, 2)], requested());
    assert_eq!(endings(&changes)[0].observation, Observation::Live, "ended while disconnected");
}

#[test]
fn expected_job_is_observed_live_even_if_it_ends_at_once() {
    let mut library = Library::default();
    library.expect(&JobId::new("7"));
    let changes = library.merge(snapshot("FAILED", 0.0, 1), requested(), Authority::Ordered);
    assert_eq!(endings(&changes)[0].observation, Observation::Live);
}

#[test]
fn snapshot_from_the_future_does_not_block_updates() {
    let mut library = Library::default();
    let mut far = snapshot("PROCESSING", 1.0, 1);
    far.updated_at = "2030-01-01T00:00:00Z".parse().ok();
    library.merge(far, requested(), Authority::Ordered);
    library.apply(event("JOB_UPDATE", &json!({ "status": "COMPLETED" }), "2026-01-01T12:00:01Z"), now());
    assert_eq!(seen_status(&library), Status::Completed);
}

#[test]
fn list_returns_the_missing_jobs() {
    let mut library = applied(&[status("PROCESSING", 1.0, 1)]);
    assert_eq!(library.merge_all(Vec::new(), requested()).1, [], "a job known from messages only is not missing");
    library.merge_all(vec![snapshot("PROCESSING", 2.0, 2)], requested());
    let (_, missing) = library.merge_all(Vec::new(), requested());
    assert_eq!(missing, [JobId::new("7")]);
    assert_eq!(library.remove(&missing[0]), Some(Change::Removed(missing[0].clone())));
    assert_eq!(library.remove(&missing[0]), None);
}

#[test]
fn job_first_seen_in_a_message_is_discovered_once() {
    let mut library = Library::default();
    assert!(library.apply(status("PROCESSING", 1.0, 1), now()).contains(&Change::Discovered(JobId::new("7"))));
    assert!(!library.apply(status("PROCESSING", 2.0, 2), now()).contains(&Change::Discovered(JobId::new("7"))));
}

#[test]
fn record_round_trips_through_json() {
    let library = applied(&[
        status("PROCESSING", 50.0, 10),
        event(
            "METADATA_UPDATE",
            &json!({ "metadata_type": "CHAPTERS", "content": [{ "start_seconds": 0, "title": "A" }] }),
            &at(10),
        ),
        event("METADATA_UPDATE", &json!({ "metadata_type": "TAGS", "content": ["a"] }), &at(10)),
        event("METADATA_UPDATE", &json!({ "metadata_type": "TITLE", "content": "T" }), &at(10)),
    ]);
    let record = library.job(&JobId::new("7")).expect("job 7");
    let text = serde_json::to_string(&*record).expect("text");
    assert_eq!(serde_json::from_str::<Record>(&text).expect("a record"), *record);
}

#[test]
fn applying_the_same_message_twice_changes_nothing() {
    let events = [
        status("PROCESSING", 50.0, 10),
        event(
            "STAGE_UPDATE",
            &json!({ "stage_id": "PROBE", "status": "FAILED", "progress_percent": 3, "error_message": "no" }),
            &at(11),
        ),
        event("ERROR", &json!({ "error_code": "a", "error_message": "b", "recoverable": true }), &at(12)),
        event(
            "THUMBNAIL_GENERATED",
            &json!({ "thumbnail_id": 1, "thumbnail_url": "https://x.test/1", "width": 1, "height": 1 }),
            &at(13),
        ),
    ];
    let mut library = applied(&events);
    for event in events {
        assert_eq!(library.apply(event.clone(), now()), [], "{event:?}");
    }
}

pub(super) fn any_event() -> impl Strategy<Value = Event> {
    let status = prop_oneof![Just(Status::Pending), Just(Status::Processing), Just(Status::Completed)];
    let progress = (status, proptest::option::of(0..5_i32)).prop_map(|(status, percent)| Progress {
        status,
        progress_percent: percent.map(f64::from),
        error_message: None,
    });
    let body = prop_oneof![
        progress.clone().prop_map(Body::Job),
        ("[AB]", progress).prop_map(|(stage, progress)| Body::Stage(crate::StageId::new(stage), progress)),
        Just(Body::Metadata(Field::Title, Content::Text("t".to_owned()))),
        "[12]".prop_map(|id| Body::Thumbnail(Thumbnail {
            thumbnail_id: crate::ThumbnailId::new(id),
            thumbnail_url: "https://x.test/1".to_owned(),
            width: 1,
            height: 1,
            timestamp_seconds: None,
        })),
    ];
    (body, 0..6_u32).prop_map(|(body, seconds)| Event {
        job_id: JobId::new("7"),
        at: at(seconds).parse().ok(),
        body,
        lost: 0,
    })
}

pub(super) fn any_error() -> impl Strategy<Value = Event> {
    let error = ("[XY]", any::<bool>()).prop_map(|(code, recoverable)| {
        let error_message = code.clone();
        Body::Error(ErrorData { error_code: code, error_message, recoverable, affected_stage: None })
    });
    (error, 0..6_u32).prop_map(|(body, seconds)| Event {
        job_id: JobId::new("7"),
        at: at(seconds).parse().ok(),
        body,
        lost: 0,
    })
}

/// The displayed values of a job without its time ranges, which are not last-writer-wins registers: see `time_range.rs`.
fn displayed(job: &Record) -> impl PartialEq + std::fmt::Debug + use<> {
    let progress =
        |state: &ProgressState| (state.status(), state.known_percent(), state.error_message().map(str::to_owned));
    let stages: Vec<_> = job.stages.iter().map(|(id, state)| (id.clone(), progress(state))).collect();
    let metadata: Vec<_> = job.metadata.iter().map(|(field, held)| (*field, held.clone())).collect();
    let thumbnails: Vec<_> = job.thumbnails_in_order().into_iter().cloned().collect();
    let warnings: Vec<_> = job.warnings().cloned().collect();
    let failure = job.failure().map(|failure| (failure.code, failure.message, failure.stage_id));
    let title = job.name().map(str::to_owned);
    (progress(&job.overall), stages, metadata, thumbnails, warnings, failure, title, (job.cover_id(), job.updated_at))
}

proptest! {
    #[test]
    fn final_state_is_independent_of_the_order_of_arrival(
        (events, shuffled) in proptest::collection::vec(any_event(), 1..12)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        prop_assert_eq!(displayed(&seen(&applied(&events))), displayed(&seen(&applied(&shuffled))));
    }
}

proptest! {
    #[test]
    fn changes_are_reported_exactly_and_summaries_are_correct(
        events in proptest::collection::vec(prop_oneof![3 => any_event(), 1 => any_error()], 1..12), put_aside in 0..12_usize
    ) {
        let mut library = Library::default();
        for (n, event) in events.into_iter().enumerate() {
            let before = library.job(&event.job_id).map(Cow::into_owned);
            let changes = library.apply(event.clone(), now());
            let is_told = changes.iter().any(|change| matches!(change, Change::Job(..)));
            prop_assert_eq!(is_told, before != library.job(&event.job_id).map(Cow::into_owned), "{:?}", event);
            if n == put_aside {
                library.set_dismissed(&event.job_id, DismissAction::Dismiss);
            }
            prop_assert!(library.summaries().map(|(_, summary)| *summary).eq(library.jobs().map(|job| JobSummary::of(&job))), "{:?}", event);
        }
    }
}

proptest! {
    #[test]
    fn applying_all_events_twice_changes_nothing(events in proptest::collection::vec(any_event(), 1..12)) {
        let mut library = applied(&events);
        let before: Vec<Record> = library.jobs().map(Cow::into_owned).collect();
        for event in events {
            let changes = library.apply(event, now());
            prop_assert!(changes.iter().all(|change| matches!(change, Change::NeedsRefetch(_))), "{changes:?}");
        }
        prop_assert_eq!(before, library.jobs().map(Cow::into_owned).collect::<Vec<_>>());
    }
}

#[test]
fn number_of_stages_and_thumbnails_is_limited() {
    let mut library = Library::default();
    for n in 0..2000 {
        let stage = json!({ "stage_id": format!("S{n}"), "status": "PROCESSING" });
        library.apply(event("STAGE_UPDATE", &stage, &at(1)), now());
        let thumbnail = json!({ "thumbnail_id": n, "thumbnail_url": "https://x.test/1", "width": 1, "height": 1 });
        library.apply(event("THUMBNAIL_GENERATED", &thumbnail, &at(1)), now());
    }
    let job = library.job(&JobId::new("7")).expect("the job");
    assert_eq!((job.stages.len(), job.thumbnails.len()), (PART_LIMIT, PART_LIMIT));
}

#[test]
fn setting_the_clock_back_by_an_hour_loses_no_message() {
    let mut library = Library::default();
    let date = now().wall;
    library.server_clock.observe(date, now());
    library.apply(status("PROCESSING", 10.0, 1), now());
    let set_back = Now { wall: now().wall - Duration::from_hours(1), ..now() };
    library.apply(status("PROCESSING", 20.0, 2), set_back);
    assert!((library.job(&JobId::new("7")).expect("the job").overall.percent() - 20.0).abs() < 0.01);
}

#[test]
fn job_created_and_ended_between_lists_is_observed_live() {
    let listed = |id: u32, seconds: u32| {
        read_job(&json!({ "id": id, "status": "FAILED", "updated_at": at(seconds) })).expect("a job")
    };
    let mut library = Library::default();
    library.merge_all(vec![listed(1, 10)], requested());
    let (changes, _) = library.merge_all(vec![listed(3, 20), listed(2, 5), listed(1, 10)], requested());
    let ending = |change: &Change| if let Change::Ended(ending) = change { Some(ending.clone()) } else { None };
    let endings: Vec<RunOutcome> = changes.iter().filter_map(ending).collect();
    let observation: Vec<_> = endings.iter().map(|ending| (ending.job_id.as_str(), ending.observation)).collect();
    assert_eq!(observation, [("3", Observation::Live), ("2", Observation::InitialList)]);
}

#[test]
fn newer_message_ends_a_suggestion_and_skipped_stages_are_marked() {
    let suggesting = |suggested: &[&str], seconds: u32| {
        let job = json!({
            "id": 7, "status": "COMPLETED", "updated_at": at(seconds),
            "processing_stages": {
                "TRANSCRIPTION": { "status": "COMPLETED", "skipped": true },
                "CHAPTERS": { "status": "COMPLETED", "skipped": false },
            },
            "video_metadata": { "tags": ["sea"], "title": "Waves", "suggested": suggested },
        });
        read_job(&job).expect("a job")
    };
    let mut library = Library::default();
    library.merge(suggesting(&["TAGS", "SOMETHING_NEW"], 10), requested(), Authority::Ordered);
    assert_eq!(suggested(&library), [Field::Tags]);
    let skipped = |stage: &str| seen(&library).is_skipped(&crate::StageId::new(stage));
    assert_eq!((skipped("TRANSCRIPTION"), skipped("CHAPTERS")), (true, false));
    // A user at another computer accepted the suggestion unchanged.
    let tags = json!({ "metadata_type": "TAGS", "content": ["sea"] });
    library.apply(event("METADATA_UPDATE", &tags, &at(20)), now());
    assert_eq!(suggested(&library), []);
    // A response that was under way does not restore the mark; a later one does.
    library.merge(suggesting(&["TAGS"], 15), requested(), Authority::Ordered);
    assert_eq!(suggested(&library), []);
    library.merge(suggesting(&["TAGS"], 30), requested(), Authority::Ordered);
    assert_eq!(suggested(&library), [Field::Tags]);
    // A snapshot without annotations leaves them unchanged.
    library.merge(snapshot("COMPLETED", 100.0, 40), requested(), Authority::Ordered);
    assert_eq!(suggested(&library), [Field::Tags]);
}

#[test]
fn newest_snapshot_says_where_a_video_can_be_played() {
    let with = |video: Value, seconds: u32| {
        let job = json!({ "id": 7, "status": "COMPLETED", "updated_at": at(seconds), "video": video });
        read_job(&job).expect("a job")
    };
    let url = |name: &str| json!({ "id": 3, "playback_url": format!("https://cdn.test/{name}") });
    let mut library = Library::default();
    let mut merge = |video: Value, seconds: u32| {
        let changes = library.merge(with(video, seconds), requested(), Authority::Ordered);
        let record = seen(&library);
        let stored = serde_json::to_string(&record).expect("JSON");
        assert_eq!(serde_json::from_str::<Record>(&stored).expect("a record"), record);
        (record.playback_url().map(str::to_owned), !changes.is_empty())
    };
    assert_eq!(merge(url("a"), 5), (Some("https://cdn.test/a".to_owned()), true));
    assert_eq!(merge(url("old"), 4), (Some("https://cdn.test/a".to_owned()), false));
    assert_eq!(merge(json!({ "id": 3 }), 6).0.as_deref(), Some("https://cdn.test/a"), "not mentioned");
    assert_eq!(merge(url("signed-anew"), 6), (Some("https://cdn.test/signed-anew".to_owned()), true));
    assert_eq!(merge(json!({ "id": 3, "playback_url": null }), 6), (None, true));
    assert_eq!(merge(url("late"), 5), (None, false));
}
