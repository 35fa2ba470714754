//! Tests that packing a record loses nothing. In tests, only two records are unpacked at a time.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{
    tests::{any_error, any_event, now},
    *,
};
use crate::protocol::snapshot::read_job;

/// An event in the life of a job.
#[derive(Clone, Debug)]
enum Step {
    Message(Event),
    Snapshot(serde_json::Value, Authority),
    Dismissal(DismissAction),
    Removal,
}

fn any_step() -> impl Strategy<Value = (JobId, Step)> {
    let authority = prop_oneof![Just(Authority::Ordered), Just(Authority::Authoritative)];
    let snapshot =
        ("PENDING|PROCESSING|COMPLETED|FAILED", 0..6_u32, authority).prop_map(|(status, minute, authority)| {
            let at = format!("2026-01-01T11:0{minute}:00Z");
            let stages = json!({ "PROBE": { "status": status, "progress_percent": 33.3 } });
            Step::Snapshot(json!({ "status": status, "updated_at": at, "processing_stages": stages }), authority)
        });
    let step = prop_oneof![
        8 => any_event().prop_map(Step::Message),
        2 => any_error().prop_map(Step::Message),
        3 => snapshot,
        1 => prop_oneof![Just(DismissAction::Dismiss), Just(DismissAction::Restore)].prop_map(Step::Dismissal),
        1 => Just(Step::Removal),
    ];
    (0..6_u8, step).prop_map(|(number, step)| (JobId::new(number.to_string()), step))
}

fn apply_step(library: &mut Library, job_id: &JobId, step: Step) -> Vec<Change> {
    match step {
        Step::Message(event) => library.apply(Event { job_id: job_id.clone(), ..event }, now()),
        Step::Snapshot(mut job, authority) => {
            job["id"] = job_id.as_str().into();
            library.merge(read_job(&job).expect("a job"), now().wall, authority)
        }
        Step::Dismissal(action) => library.set_dismissed(job_id, action).into_iter().collect(),
        Step::Removal => library.remove(job_id).into_iter().collect(),
    }
}

proptest! {
    #[test]
    fn jobs_in_one_library_match_jobs_in_separate_libraries(steps in proptest::collection::vec(any_step(), 1..60)) {
        let (mut all, mut alone) = (Library::default(), BTreeMap::<JobId, Library>::new());
        for (job_id, step) in steps {
            let library = alone.entry(job_id.clone()).or_default();
            prop_assert_eq!(apply_step(&mut all, &job_id, step.clone()), apply_step(library, &job_id, step));
        }
        for (job_id, library) in alone {
            prop_assert_eq!(all.job(&job_id), library.job(&job_id));
            prop_assert_eq!(all.summary(&job_id), library.summary(&job_id));
        }
    }
}

/// Returns a record in which every field is set.
fn everything(id: u32) -> Record {
    let job = json!({
        "id": id, "status": "FAILED", "progress_percent": 40.5, "error_message": "no sound",
        "created_at": "2026-01-01T11:00:00.000000001Z", "updated_at": "2026-01-01T11:30:00Z",
        "video": { "id": "v1", "original_filename": "émile.mov", "size_bytes": 9_007_199_254_740_991_u64,
            "playback_url": "https://x.test/a.mov" },
        "processing_stages": {
            "PROBE": { "status": "COMPLETED", "progress_percent": 100,
                "started_at": "2026-01-01T11:10:00Z", "completed_at": "2026-01-01T11:20:00Z" },
            "AUDIO": { "status": "FAILED", "progress_percent": 3, "error_message": "no sound" },
        },
        "errors": [{ "error_code": "a", "error_message": "b", "recoverable": true, "affected_stage": "AUDIO",
            "timestamp": "2026-01-01T11:25:00Z" }],
        "video_metadata": { "title": "At the sea", "description": "Two\ndays", "tags": ["waves", ""],
            "transcript_text": "words", "chapters": [{ "start_seconds": 0.25, "title": "A" }], "suggested": ["TAGS"],
            "extracted_video_duration_seconds": 61.5, "thumbnail_id": 7,
            "thumbnails": [{ "thumbnail_id": 7, "thumbnail_url": "https://x.test/7.jpg", "width": 1, "height": 2,
                "timestamp_seconds": 0.5 }] },
    });
    let mut library = Library::default();
    library.merge(read_job(&job).expect("a job"), now().wall, Authority::Ordered);
    library.set_dismissed(&JobId::new(id.to_string()), DismissAction::Dismiss);
    let mut job = library.jobs().next().expect("it").into_owned();
    job.snooze(now().wall);
    Record { run: 3, status_word: Some("ARCHIVED".to_owned()), ..job }
}

#[test]
fn restored_jobs_equal_the_originals() {
    let written = everything(1);
    let mut evicted = everything(2);
    evicted.evict_transcript();
    let jobs = [written, evicted, Record::new(JobId::new("3")), everything(4), everything(5)];
    let library = Library::restore(jobs.clone());
    assert_eq!(library.jobs().map(Cow::into_owned).collect::<Vec<_>>(), jobs);
    for job in jobs {
        assert_eq!(*library.shared(&job.job_id).expect("it"), job);
        assert_eq!(library.summary(&job.job_id), Some(&JobSummary::of(&job)));
    }
}

#[test]
fn test_record_sets_every_field() {
    // The fields are listed by name, so that a new field has to be added here.
    let Record {
        job_id,
        video_id,
        filename,
        size_bytes,
        duration_seconds,
        playback,
        created_at,
        updated_at,
        listed,
        run: _,
        overall,
        status_word,
        stages,
        metadata,
        thumbnails,
        thumbnails_since,
        chosen,
        faults,
        marks,
        dismissed,
        snoozed,
    } = everything(1);
    assert_eq!((job_id.as_str(), listed, overall.error_message()), ("1", true, Some("no sound")));
    assert!(video_id.is_some() && filename.is_some() && size_bytes.is_some() && duration_seconds.is_some());
    assert!(created_at.is_some() && updated_at.is_some() && status_word.is_some());
    let counts = [stages.len(), metadata.len(), thumbnails.len(), thumbnails_since.len(), faults.len()];
    assert_eq!(counts, [2, 5, 1, 1, 1]);
    assert!(playback.is_some() && chosen.is_some() && marks.is_some() && dismissed.is_some() && snoozed.is_some());
}

#[test]
fn transcript_can_be_evicted_and_restored_in_any_slot() {
    let mut library = Library::restore((1..6).map(everything));
    for id in (1..6).map(|id: u32| JobId::new(id.to_string())) {
        library.evict_transcript(&id);
        assert!(library.job(&id).expect("it").is_transcript_evicted());
        library.restore_transcript(&id, "words".to_owned());
        assert_eq!(library.job(&id).expect("it").transcript(), Some("words"));
    }
}

#[test]
fn removed_job_that_returns_is_empty() {
    let mut library = Library::restore((1..6).map(everything));
    for id in [1, 5, 5, 3] {
        let job_id = JobId::new(id.to_string());
        assert_eq!(library.remove(&job_id), Some(Change::Removed(job_id.clone())));
        assert_eq!((library.remove(&job_id), library.job(&job_id)), (None, None));
        library.expect(&job_id);
        assert_eq!(library.job(&job_id).map(Cow::into_owned), Some(Record::new(job_id)));
    }
}

#[test]
fn renew_keeps_local_values_and_unlisted_jobs() {
    let jobs = (1..7).map(|id| Record { listed: id != 6, ..everything(id) });
    let mut library = Library::restore(jobs);
    let snapshot = |id: u32| read_job(&json!({ "id": id, "status": "PENDING" })).expect("a job");
    // If the pages shift during the fetch, a list contains a job twice.
    let list = vec![snapshot(1), snapshot(2), snapshot(1)];
    let (_, gone) = library.renew(list, now().wall, |job_id| job_id.as_str() == "5");
    let gone: Vec<&str> = gone.iter().map(JobId::as_str).collect();
    assert_eq!(gone.iter().copied().collect::<std::collections::BTreeSet<_>>(), ["3", "4"].into());
    assert_eq!(library.summaries().count(), 4);
    for id in ["1", "2"] {
        let job = library.job(&JobId::new(id)).expect("it");
        assert!(job.dismissed.is_some() && job.snoozed.is_some());
        assert!(job.run >= 3 && job.filename.is_none(), "{job:?}");
    }
    assert_eq!(*library.job(&JobId::new("5")).expect("it"), everything(5));
    assert_eq!(*library.job(&JobId::new("6")).expect("it"), Record { listed: false, ..everything(6) });
}
