//! A job that was packed is the job that it was. In tests, two are open.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{
    tests::{any_error, any_event, now},
    *,
};
use crate::protocol::snapshot::read_job;

/// Is what may happen to a job.
#[derive(Clone, Debug)]
enum HistoryRecord {
    Said(Event),
    Told(serde_json::Value, Authority),
    Settled(DismissAction),
    Gone,
}

fn anything() -> impl Strategy<Value = (JobId, HistoryRecord)> {
    let authority = prop_oneof![Just(Authority::Ordered), Just(Authority::Authoritative)];
    let told = ("PENDING|PROCESSING|COMPLETED|FAILED", 0..6_u32, authority).prop_map(|(status, minute, authority)| {
        let at = format!("2026-01-01T11:0{minute}:00Z");
        let stages = json!({ "PROBE": { "status": status, "progress_percent": 33.3 } });
        HistoryRecord::Told(json!({ "status": status, "updated_at": at, "processing_stages": stages }), authority)
    });
    let happening = prop_oneof![
        8 => any_event().prop_map(HistoryRecord::Said),
        2 => any_error().prop_map(HistoryRecord::Said),
        3 => told,
        1 => prop_oneof![Just(DismissAction::Dismiss), Just(DismissAction::Restore)].prop_map(HistoryRecord::Settled),
        1 => Just(HistoryRecord::Gone),
    ];
    (0..6_u8, happening).prop_map(|(number, happening)| (JobId::new(number.to_string()), happening))
}

fn happens(library: &mut Library, job_id: &JobId, happening: HistoryRecord) -> Vec<Change> {
    match happening {
        HistoryRecord::Said(event) => library.apply(Event { job_id: job_id.clone(), ..event }, now()),
        HistoryRecord::Told(mut job, authority) => {
            job["id"] = job_id.as_str().into();
            library.merge(read_job(&job).expect("a job"), now().wall, authority)
        }
        HistoryRecord::Settled(trouble) => library.set_dismissed(job_id, trouble).into_iter().collect(),
        HistoryRecord::Gone => library.remove(job_id).into_iter().collect(),
    }
}

proptest! {
    #[test]
    fn many_jobs_fare_as_each_would_alone(happenings in proptest::collection::vec(anything(), 1..60)) {
        let (mut all, mut alone) = (Library::default(), BTreeMap::<JobId, Library>::new());
        for (job_id, happening) in happenings {
            let library = alone.entry(job_id.clone()).or_default();
            prop_assert_eq!(happens(&mut all, &job_id, happening.clone()), happens(library, &job_id, happening));
        }
        for (job_id, library) in alone {
            prop_assert_eq!(all.job(&job_id), library.job(&job_id));
            prop_assert_eq!(all.summary(&job_id), library.summary(&job_id));
        }
    }
}

/// Returns everything that can be known of a job.
fn everything(id: u32) -> Record {
    let job = json!({
        "id": id, "status": "FAILED", "progress_percent": 40.5, "error_message": "no sound",
        "created_at": "2026-01-01T11:00:00.000000001Z", "updated_at": "2026-01-01T11:30:00Z",
        "video": { "id": "v1", "original_filename": "émile.mov", "size_bytes": 9_007_199_254_740_991_u64 },
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
    let job = library.jobs().next().expect("it").into_owned();
    Record { run: 3, status_word: Some("ARCHIVED".to_owned()), ..job }
}

#[test]
fn nothing_of_a_job_is_lost() {
    let written = everything(1);
    let mut shelved = everything(2);
    shelved.evict_transcript();
    let jobs = [written, shelved, Record::new(JobId::new("3")), everything(4), everything(5)];
    let library = Library::restore(jobs.clone());
    assert_eq!(library.jobs().map(Cow::into_owned).collect::<Vec<_>>(), jobs);
    for job in jobs {
        assert_eq!(*library.shared(&job.job_id).expect("it"), job);
        assert_eq!(library.summary(&job.job_id), Some(&JobSummary::of(&job)));
    }
}

#[test]
fn the_job_of_the_test_knows_everything_that_can_be_known() {
    // By name, so that whoever adds something is asked for it here.
    let Record {
        job_id,
        video_id,
        filename,
        size_bytes,
        duration_seconds,
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
    } = everything(1);
    assert_eq!((job_id.as_str(), listed, overall.error_message()), ("1", true, Some("no sound")));
    assert!(video_id.is_some() && filename.is_some() && size_bytes.is_some() && duration_seconds.is_some());
    assert!(created_at.is_some() && updated_at.is_some() && status_word.is_some());
    let counts = [stages.len(), metadata.len(), thumbnails.len(), thumbnails_since.len(), faults.len()];
    assert_eq!(counts, [2, 5, 1, 1, 1]);
    assert!(chosen.is_some() && marks.is_some() && dismissed.is_some());
}

#[test]
fn a_transcript_goes_to_disk_and_comes_back_wherever_the_job_is_kept() {
    let mut library = Library::restore((1..6).map(everything));
    for id in (1..6).map(|id: u32| JobId::new(id.to_string())) {
        library.evict_transcript(&id);
        assert!(library.job(&id).expect("it").is_transcript_evicted());
        library.restore_transcript(&id, "words".to_owned());
        assert_eq!(library.job(&id).expect("it").transcript(), Some("words"));
    }
}

#[test]
fn a_job_that_is_gone_and_comes_back_is_a_new_one() {
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
fn a_list_told_anew_leaves_what_no_backend_knows_and_what_no_list_told_of() {
    let jobs = (1..7).map(|id| Record { listed: id != 6, ..everything(id) });
    let mut library = Library::restore(jobs);
    let told = |id: u32| read_job(&json!({ "id": id, "status": "PENDING" })).expect("a job");
    // A page that shifted while it was read tells of one twice.
    let list = vec![told(1), told(2), told(1)];
    let (_, gone) = library.renew(list, now().wall, |job_id| job_id.as_str() == "5");
    let gone: Vec<&str> = gone.iter().map(JobId::as_str).collect();
    assert_eq!(gone.iter().copied().collect::<std::collections::BTreeSet<_>>(), ["3", "4"].into());
    assert_eq!(library.summaries().count(), 4);
    for id in ["1", "2"] {
        let job = library.job(&JobId::new(id)).expect("it");
        assert!(job.dismissed.is_some() && job.run >= 3 && job.filename.is_none(), "{job:?}");
    }
    assert_eq!(*library.job(&JobId::new("5")).expect("it"), everything(5));
    assert_eq!(*library.job(&JobId::new("6")).expect("it"), Record { listed: false, ..everything(6) });
}
