//! A job that was packed is the job that it was. In tests, two are open.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{
    tests::{any_error, any_event, now},
    *,
};
use crate::snapshot::read_job;

fn any_event_of_some_jobs() -> impl Strategy<Value = Event> {
    let event = prop_oneof![4 => any_event(), 1 => any_error()];
    (0..6_u8, event).prop_map(|(number, event)| Event { job_id: JobId::new(number.to_string()), ..event })
}

proptest! {
    #[test]
    fn many_jobs_fare_as_each_would_alone(events in proptest::collection::vec(any_event_of_some_jobs(), 1..60)) {
        let (mut all, mut alone) = (Cache::default(), BTreeMap::<JobId, Cache>::new());
        for event in events {
            let cache = alone.entry(event.job_id.clone()).or_default();
            prop_assert_eq!(all.apply(event.clone(), now()), cache.apply(event, now()));
        }
        for (job_id, cache) in alone {
            prop_assert_eq!(all.job(&job_id), cache.job(&job_id));
            prop_assert_eq!(all.brief(&job_id), cache.brief(&job_id));
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
            "transcript_text": "words", "chapters": [{ "start_seconds": 0.25, "title": "A" }],
            "extracted_video_duration_seconds": 61.5, "thumbnail_id": 7,
            "thumbnails": [{ "thumbnail_id": 7, "thumbnail_url": "https://x.test/7.jpg", "width": 1, "height": 2,
                "timestamp_seconds": 0.5 }] },
    });
    let mut cache = Cache::default();
    cache.merge(read_job(&job).expect("a job"), now().wall, Authority::Ordinary);
    cache.settle(&JobId::new(id.to_string()), Trouble::Dismiss);
    cache.jobs().next().expect("it").into_owned()
}

#[test]
fn nothing_of_a_job_is_lost() {
    let written = everything(1);
    let mut shelved = everything(2);
    shelved.shelve();
    let jobs = [written, shelved, Record::new(JobId::new("3")), everything(4), everything(5)];
    let cache = Cache::restore(jobs.clone());
    assert_eq!(cache.jobs().map(Cow::into_owned).collect::<Vec<_>>(), jobs);
    for job in jobs {
        assert_eq!(*cache.shared(&job.job_id).expect("it"), job);
        assert_eq!(cache.brief(&job.job_id), Some(&Brief::of(&job)));
    }
}

#[test]
fn the_job_of_the_test_knows_everything_that_can_be_known() {
    let Record { video_id, filename, size_bytes, duration_seconds, created_at, updated_at, .. } = everything(1);
    assert!(video_id.is_some() && filename.is_some() && size_bytes.is_some() && duration_seconds.is_some());
    assert!(created_at.is_some() && updated_at.is_some());
    let Record { stages, metadata, thumbnails, thumbnails_since, chosen, faults, dismissed, .. } = everything(1);
    let counts = [stages.len(), metadata.len(), thumbnails.len(), thumbnails_since.len(), faults.len()];
    assert_eq!(counts, [2, 5, 1, 1, 1]);
    assert!(chosen.is_some() && dismissed.is_some());
}

#[test]
fn a_transcript_goes_to_disk_and_comes_back_wherever_the_job_is_kept() {
    let mut cache = Cache::restore((1..6).map(everything));
    for id in (1..6).map(|id: u32| JobId::new(id.to_string())) {
        cache.shelve(&id);
        assert!(cache.job(&id).expect("it").is_shelved());
        cache.unshelve(&id, "words".to_owned());
        assert_eq!(cache.job(&id).expect("it").transcript(), Some("words"));
    }
}

#[test]
fn a_job_that_is_gone_and_comes_back_is_a_new_one() {
    let mut cache = Cache::restore((1..6).map(everything));
    for id in [1, 5, 5, 3] {
        let job_id = JobId::new(id.to_string());
        assert_eq!(cache.remove(&job_id), Some(Change::Removed(job_id.clone())));
        assert_eq!((cache.remove(&job_id), cache.job(&job_id)), (None, None));
        cache.expect(&job_id);
        assert_eq!(cache.job(&job_id).map(Cow::into_owned), Some(Record::new(job_id)));
    }
}
