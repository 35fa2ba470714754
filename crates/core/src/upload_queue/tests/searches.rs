//! Uploads that may have arrived, and are looked for in lists of jobs.

use super::*;

#[test]
fn upload_that_may_have_arrived_is_sent_again_only_if_a_later_list_lacks_it() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, one_request(), 0), now());
    let effects = queue.on(Input::Failed(1, failure(Code::Unreachable, FailureKind::Uncertain)), now());
    assert!(effects.contains(&Effect::FetchList));
    assert_eq!(queue.searched().len(), 1);
    // The backend may still be making the job: a list that was requested at once decides nothing.
    assert_eq!(sending(&queue.on(Input::NotListed(1, now().monotonic), now())), [0_u32; 0]);
    let mut time = now();
    for delay in JOB_CREATION {
        time = time.after(delay);
        assert_eq!(queue.deadline(), Some(time.monotonic));
        assert_eq!(queue.on(Input::Tick, time), [Effect::FetchList]);
        assert_eq!(queue.deadline(), Some(time.monotonic + SEARCH_INTERVAL), "in case that list cannot decide");
        assert_eq!(sending(&queue.on(Input::NotListed(1, time.monotonic), time)), [1]);
        // It is looked for while it is sent again, and by the time of the first attempt.
        let transfer = Transfer::OneRequest { begun_at: time.wall };
        queue.on(Input::Transferred(1, transfer, 0), time);
        assert_eq!(queue.searched()[0].first_sent_at, Some(now().wall));
        queue.on(Input::Failed(1, failure(Code::ServerError, FailureKind::Uncertain)), time);
    }
    queue.on(Input::Tick, time.after(JOB_CREATION[3]));
    queue.on(Input::NotListed(1, time.after(JOB_CREATION[3]).monotonic), time);
    let effects = queue.on(Input::Done(1, JobId::new("7")), time);
    assert!(effects.contains(&Effect::Abort(1)), "the second attempt is stopped");
}

#[test]
fn upload_that_certainly_did_not_arrive_is_not_looked_for() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, one_request(), 0), now());
    queue.on(Input::Failed(1, failure(Code::Unreachable, FailureKind::Temporary)), now());
    assert_eq!(queue.upload(1).expect("held").transfer, Transfer::None);
    assert_eq!(sending(&queue.on(Input::Reachable, now())), [1]);
}

#[test]
fn part_that_the_backend_does_not_know_any_more_may_have_been_complete() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, resumable(), 1000), now());
    assert!(queue.on(Input::PartLost(1), now()).contains(&Effect::FetchList));
    let later = now().after(JOB_CREATION[0]);
    let effects = queue.on(Input::NotListed(1, later.monotonic), later);
    assert!(
        matches!(effects.last(), Some(Effect::Send(upload)) if upload.transfer == Transfer::None && upload.sent_bytes == 0)
    );
}

#[test]
fn restart_looks_for_what_may_have_arrived() {
    for (transfer, is_verified) in [
        (Transfer::None, false),
        (resumable(), false),
        (one_request(), true),
        (Transfer::Stored { video_id: VideoId::new("v"), completion: json!({}), begun_at: now().wall }, true),
    ] {
        let mut queue = queue_of(&[]);
        let mut disk = BTreeMap::new();
        for input in [Input::Add(file("a"), 0), Input::Transferred(1, transfer.clone(), 0)] {
            stored(&mut disk, &queue.on(input, now()));
        }
        let uploads = disk.values().map(|text| serde_json::from_str(text).expect("an upload"));
        let mut queue = UploadQueue::restore(uploads, 0, now());
        let effects = queue.on(Input::TokenReady, now());
        assert_eq!(
            (queue.searched().len(), sending(&effects).len()),
            (usize::from(is_verified), usize::from(!is_verified))
        );
        if is_verified {
            let later = now().after(JOB_CREATION[0]);
            assert_eq!(queue.on(Input::Tick, later), [Effect::FetchList]);
            assert_eq!(sending(&queue.on(Input::NotListed(1, later.monotonic), later)), [1], "{transfer:?}");
        }
    }
}

#[test]
fn accepted_video_without_a_job_id_is_looked_for_and_never_sent_again() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, one_request(), 0), now());
    let accepted = Transfer::Accepted { video_id: None, begun_at: now().wall };
    let effects = queue.on(Input::Transferred(1, accepted, 1000), now());
    assert!(effects.contains(&Effect::FetchList));
    let mut time = now();
    for _ in 0..MAX_SEARCHES {
        time = time.after(JOB_CREATION[3]);
        queue.on(Input::Tick, time);
        assert_eq!(sending(&queue.on(Input::NotListed(1, time.monotonic), time)), [0_u32; 0]);
    }
    assert!(queue.deadline().is_some_and(|due| due > time.monotonic), "it does not ask without a pause");
}

#[test]
fn upload_that_is_never_found_waits_for_the_user() {
    for (transfer, is_sent_again) in
        [(one_request(), true), (Transfer::Accepted { video_id: None, begun_at: now().wall }, false)]
    {
        let mut queue = queue_of(&["a"]);
        let mut time = now();
        for _ in 0..=MAX_SEARCHES {
            assert!(!matches!(status(&queue, 1), UploadStatus::Failed(_)));
            queue.on(Input::Transferred(1, transfer.clone(), 0), time);
            queue.on(Input::Failed(1, failure(Code::ServerError, FailureKind::Uncertain)), time);
            time = time.after(JOB_CREATION[3]);
            queue.on(Input::NotListed(1, time.monotonic), time);
        }
        assert!(matches!(status(&queue, 1), UploadStatus::Failed(_)));
        let effects = queue.on(Input::Retry(1, file("a")), time);
        assert_eq!(!sending(&effects).is_empty(), is_sent_again, "what was accepted is looked for");
    }
}

#[test]
fn paused_upload_that_may_have_arrived_is_looked_for_before_it_continues() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, one_request(), 0), now());
    for input in [Input::Pause(1), Input::Resume(1)] {
        queue.on(input, now());
    }
    assert_eq!(sending(&queue.on(Input::NotListed(1, now().monotonic), now())), [0_u32; 0]);
    assert_eq!(queue.deadline(), Some(now().monotonic + JOB_CREATION[0]));
}

#[test]
fn job_of_an_upload_is_found_by_its_video_or_by_name_size_and_time() {
    let mut library = Library::default();
    let job = |id: u32, created: &str, name: &str, size: u64| {
        let job = json!({ "id": id, "status": "PENDING", "created_at": created, "video_id": format!("v{id}"),
            "video": { "original_filename": name, "size_bytes": size } });
        read_job(&job).expect("a job")
    };
    let jobs = vec![
        job(1, "2026-01-01T11:00:00Z", "a", 1000),
        job(2, "2026-01-01T12:00:01Z", "a", 999),
        job(3, "2026-01-01T12:00:01Z", "b", 1000),
        job(4, "2026-01-01T11:59:00Z", "a", 1000),
    ];
    library.merge_all(jobs, now().wall);
    let queue = queue_of(&["a"]);
    let upload = |transfer| Upload { transfer, ..queue.upload(1).expect("held").clone() };
    let found = |transfer: Transfer, taken: &str| {
        upload(transfer).listed_job(&library, |job_id| job_id.as_str() == taken).map(|job_id| job_id.to_string())
    };
    assert_eq!(found(one_request(), "").as_deref(), Some("4"), "with clocks that differ by a minute");
    assert_eq!(found(one_request(), "4"), None, "that is another upload's");
    assert_eq!(found(Transfer::None, ""), None);
    let renamed = Upload { file: VideoFile { path: "/videos/A !".into(), ..file("a") }, ..upload(one_request()) };
    assert!(renamed.listed_job(&library, |_| false).is_some(), "backends replace characters of names");
    let stored = Transfer::Stored { video_id: VideoId::new("v3"), completion: json!({}), begun_at: now().wall };
    assert_eq!(found(stored, "").as_deref(), Some("3"), "whatever name the backend gave it");
}
