use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use url::Url;

use super::{held::JOB_CREATION, *};
use crate::{Error, VideoId, library::Library, protocol::snapshot::read_job};

fn now() -> Now {
    Now { monotonic: Duration::from_secs(100), wall: "2026-01-01T12:00:00Z".parse().expect("a time"), draw: 1.0 }
}

fn file(name: &str) -> VideoFile {
    VideoFile {
        path: format!("/videos/{name}").into(),
        size: 1000,
        modified: Some(Timestamp::UNIX_EPOCH),
        fingerprint: format!("hash of {name}"),
    }
}

/// Returns a queue with these files, two of which are being sent.
fn queue_of(names: &[&str]) -> UploadQueue {
    let mut queue = UploadQueue::default();
    queue.on(Input::TokenReady, now());
    for name in names {
        add(&mut queue, name);
    }
    queue
}

fn add(queue: &mut UploadQueue, name: &str) -> Vec<Effect> {
    queue.on(Input::Add(file(name), queue.next_position()), now())
}

fn sending(effects: &[Effect]) -> Vec<u32> {
    let sent = |effect: &Effect| if let Effect::Send(upload) = effect { Some(upload.upload_id) } else { None };
    effects.iter().filter_map(sent).collect()
}

fn status(queue: &UploadQueue, upload_id: u32) -> &UploadStatus {
    &queue.upload(upload_id).expect("held").status
}

fn failure(code: Code, kind: FailureKind) -> SendFailure {
    SendFailure { error: Error::new(code, "text"), kind, retry_after: None }
}

fn one_request() -> Transfer {
    Transfer::OneRequest { begun_at: now().wall }
}

fn resumable() -> Transfer {
    Transfer::Resumable { url: Url::parse("https://api.acme.tv/uploads/1").expect("a URL"), begun_at: now().wall }
}

/// Stores what the effects say, as the client does.
fn stored(disk: &mut BTreeMap<u32, String>, effects: &[Effect]) {
    for effect in effects {
        if let Effect::Persist(upload) = effect {
            disk.insert(upload.upload_id, serde_json::to_string(upload).expect("JSON"));
        } else if let Effect::Delete(upload_id) = effect {
            disk.remove(upload_id);
        }
    }
}

#[test]
fn two_are_sent_at_the_same_time_and_the_next_when_one_ends() {
    let mut queue = queue_of(&["a", "b", "c"]);
    assert_eq!(status(&queue, 3), &UploadStatus::Queued);
    let effects = queue.on(Input::Done(1, JobId::new("7")), now());
    assert_eq!(sending(&effects), [3]);
    let is_complete = |effect: &Effect| matches!(effect, Effect::Completed(upload, _) if upload.sent_bytes == 1000);
    assert!(effects[0] == Effect::Delete(1) && effects.iter().any(is_complete));
}

#[test]
fn upload_is_stored_before_it_is_sent() {
    let mut queue = queue_of(&[]);
    let effects = add(&mut queue, "a");
    assert!(matches!(&effects[0], Effect::Persist(upload) if upload.status == UploadStatus::Queued));
    assert!(matches!(effects.last(), Some(Effect::Send(_))));
}

#[test]
fn nothing_is_sent_before_there_is_an_access_token() {
    let mut queue = UploadQueue::default();
    assert_eq!(sending(&add(&mut queue, "a")), [0_u32; 0]);
    assert_eq!(sending(&queue.on(Input::TokenReady, now())), [1]);
}

#[test]
fn lost_connection_waits_and_goes_on_when_the_backend_answers() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Failed(1, failure(Code::Unreachable, FailureKind::Temporary)), now());
    assert!(matches!(status(&queue, 1), UploadStatus::Waiting(Wait { reason: Some(_), .. })));
    assert_eq!(queue.deadline(), Some(Duration::from_secs(101)));
    assert_eq!(sending(&queue.on(Input::Reachable, now())), [1]);
    // Without an answer of the backend, the delays grow.
    queue.on(Input::Failed(1, failure(Code::Unreachable, FailureKind::Temporary)), now());
    assert_eq!(queue.deadline(), Some(Duration::from_secs(102)));
    assert_eq!(sending(&queue.on(Input::Tick, now())), [0_u32; 0]);
    assert_eq!(sending(&queue.on(Input::Tick, now().after(Duration::from_secs(2)))), [1]);
}

#[test]
fn backend_that_is_busy_is_not_asked_again_because_it_answers_something_else() {
    let mut queue = queue_of(&["a"]);
    let busy = SendFailure {
        retry_after: Some(Duration::from_secs(50)),
        ..failure(Code::ServerError, FailureKind::Temporary)
    };
    queue.on(Input::Failed(1, busy), now());
    assert_eq!(sending(&queue.on(Input::Reachable, now())), [0_u32; 0]);
    assert_eq!(queue.deadline(), Some(Duration::from_secs(150)));
}

#[test]
fn failure_for_good_stays_until_it_is_retried_or_cancelled() {
    let mut queue = queue_of(&["a", "b", "c"]);
    let effects = queue.on(Input::Failed(1, failure(Code::TooLarge, FailureKind::Final)), now());
    assert_eq!(sending(&effects), [3], "the next one has its place");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::AttemptFailed(1, _))));
    queue.on(Input::Reachable, now());
    assert!(matches!(status(&queue, 1), UploadStatus::Failed(_)));
    queue.on(Input::Retry(1, file("a")), now());
    assert_eq!(status(&queue, 1), &UploadStatus::Queued);
    let effects = queue.on(Input::Cancel(1), now());
    assert!(matches!(&effects[..], [Effect::Delete(1), Effect::Cancelled(_)]));
}

#[test]
fn refused_token_is_renewed_once_until_the_backend_accepts_one() {
    let mut queue = queue_of(&["a"]);
    let refused = || Input::Failed(1, failure(Code::SessionExpired, FailureKind::Unauthorized));
    assert_eq!(queue.on(refused(), now()), [Effect::RefreshToken]);
    assert_eq!(sending(&queue.on(Input::TokenReady, now())), [1]);
    // An hour later, with a part of the file at the backend, the token expires again.
    queue.on(Input::Transferred(1, resumable(), 500), now());
    assert_eq!(queue.on(refused(), now()), [Effect::RefreshToken]);
    assert_eq!(sending(&queue.on(Input::TokenReady, now())), [1]);
    queue.on(refused(), now());
    assert!(matches!(status(&queue, 1), UploadStatus::Failed(_)), "a fresh token that is refused is no expired one");
}

#[test]
fn token_that_is_delayed_makes_the_upload_wait() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Failed(1, failure(Code::SessionExpired, FailureKind::Unauthorized)), now());
    let effects = queue.on(Input::TokenDelayed(Error::new(Code::Unreachable, "text")), now());
    assert!(matches!(effects.last(), Some(Effect::AttemptFailed(1, _))));
    assert!(matches!(status(&queue, 1), UploadStatus::Waiting(_)));
    assert_eq!(sending(&queue.on(Input::TokenReady, now())), [1]);
}

#[test]
fn way_of_continuing_is_stored_before_it_is_used() {
    let mut queue = queue_of(&["a"]);
    let effects = queue.on(Input::Transferred(1, resumable(), 0), now());
    assert!(matches!(&effects[0], Effect::Persist(upload) if upload.transfer == resumable()));
    assert_eq!(sending(&effects), [1]);
    let effects = queue.on(Input::Transferred(1, resumable(), 500), now());
    assert_eq!(sending(&effects), [0_u32; 0], "a further part is only stored");
    assert!(matches!(&effects[0], Effect::Persist(upload) if upload.confirmed_bytes == 500));
}

#[test]
fn paused_upload_keeps_its_part_and_continues_where_it_was() {
    let mut queue = queue_of(&["a", "b", "c"]);
    queue.on(Input::Transferred(1, resumable(), 500), now());
    let effects = queue.on(Input::Pause(1), now());
    assert_eq!(effects[0], Effect::Abort(1));
    assert_eq!(sending(&effects), [3]);
    queue.on(Input::Reachable, now());
    assert_eq!(status(&queue, 1), &UploadStatus::Paused);
    queue.on(Input::Done(3, JobId::new("7")), now());
    let effects = queue.on(Input::Resume(1), now());
    assert!(matches!(effects.last(), Some(Effect::Send(upload)) if upload.sent_bytes == 500), "{effects:?}");
}

#[test]
fn cancelled_upload_ends_its_part_at_the_backend() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, resumable(), 500), now());
    let effects = queue.on(Input::Cancel(1), now());
    assert!(matches!(&effects[..], [Effect::Delete(1), Effect::Abort(1), Effect::Terminate(_), Effect::Cancelled(_)]));
}

#[test]
fn changed_file_is_not_continued() {
    let mut queue = queue_of(&["a"]);
    queue.on(Input::Transferred(1, resumable(), 500), now());
    queue.on(Input::Failed(1, failure(Code::File, FailureKind::Final)), now());
    assert_eq!(queue.upload(1).expect("held").transfer, resumable(), "a file that is put back is continued");
    let changed = VideoFile { size: 2000, ..file("a") };
    let effects = queue.on(Input::Retry(1, changed.clone()), now());
    assert!(matches!(effects[0], Effect::Terminate(_)));
    let upload = queue.upload(1).expect("held");
    assert_eq!((&upload.transfer, upload.sent_bytes, &upload.file), (&Transfer::None, 0, &changed));
}

#[test]
fn order_is_changed_by_the_user_and_survives_a_restart() {
    let mut queue = queue_of(&[]);
    let mut disk = BTreeMap::new();
    for name in ["a", "b", "c", "d"] {
        stored(&mut disk, &add(&mut queue, name));
    }
    stored(&mut disk, &queue.on(Input::Move(4, Some(1)), now()));
    stored(&mut disk, &queue.on(Input::Move(1, None), now()));
    let order = |queue: &UploadQueue| queue.uploads().iter().map(|upload| upload.upload_id).collect::<Vec<_>>();
    assert_eq!(order(&queue), [4, 2, 3, 1]);
    let uploads = disk.values().map(|text| serde_json::from_str(text).expect("an upload"));
    let mut queue = UploadQueue::restore(uploads, 0, now());
    assert_eq!(order(&queue), [4, 2, 3, 1]);
    assert_eq!(sending(&queue.on(Input::TokenReady, now())), [4, 2]);
    assert_eq!(queue.next_id(), 5);
    for unknown in [Input::Move(9, Some(1)), Input::Move(1, Some(1)), Input::Move(1, Some(9))] {
        queue.on(unknown, now());
        assert_eq!(order(&queue), [4, 2, 3, 1]);
    }
}

#[test]
fn same_video_is_found_by_its_path_or_its_content() {
    let queue = queue_of(&["a"]);
    let changed = VideoFile { size: 5, fingerprint: "another".to_owned(), ..file("a") };
    let copy = VideoFile { path: "/elsewhere/a".into(), ..file("a") };
    let touched = VideoFile { modified: None, ..copy.clone() };
    let renamed = VideoFile { path: "/videos/c".into(), ..file("a") };
    for (other, is_same) in
        [(copy, true), (changed.clone(), false), (touched, false), (renamed, false), (file("b"), false)]
    {
        assert_eq!(queue.of_video(&other).is_some(), is_same, "{other:?}");
    }
    // A new version of a file replaces the one that waits, but not the one that is being sent.
    let mut queue = queue;
    assert!(queue.replaceable(&changed.path).is_none());
    queue.on(Input::Pause(1), now());
    let replaced = queue.replaceable(&changed.path).expect("it waits").upload_id;
    let effects = queue.on(Input::Replace(replaced, changed.clone()), now());
    assert!(matches!(effects.last(), Some(Effect::Send(upload)) if upload.file == changed), "{effects:?}");
}

#[test]
fn paths_that_are_not_text_survive_a_restart() {
    let paths = [
        "/videos/ü.mp4".into(),
        #[cfg(unix)]
        std::os::unix::ffi::OsStringExt::from_vec(b"/videos/\xff.mp4".to_vec()),
    ];
    for path in paths.map(|path: std::ffi::OsString| path) {
        let held = VideoFile { path: path.into(), ..file("a") };
        let text = serde_json::to_string(&held).expect("JSON");
        assert_eq!(serde_json::from_str::<VideoFile>(&text).expect("a file"), held);
    }
}

#[test]
fn backend_that_is_away_is_tried_by_one_upload_for_all() {
    let names: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    let mut queue = queue_of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for upload_id in [1, 2] {
        let effects = queue.on(Input::Failed(upload_id, failure(Code::Unreachable, FailureKind::Temporary)), now());
        assert_eq!(sending(&effects), [0_u32; 0]);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Persist(_))), "nothing changed that is stored");
    }
    assert_eq!(sending(&queue.on(Input::Reachable, now())), [1, 2]);
}

#[test]
fn block_of_a_backend_that_is_away_ends_with_its_time() {
    let mut queue = queue_of(&["a", "b", "c"]);
    for upload_id in [1, 2] {
        queue.on(Input::Failed(upload_id, failure(Code::Unreachable, FailureKind::Temporary)), now());
    }
    let later = Now { monotonic: queue.deadline().expect("a time"), ..now() };
    assert_eq!(sending(&queue.on(Input::Tick, later)).len(), 2);
    assert!(queue.deadline().is_none_or(|due| due > later.monotonic), "nothing is due without end");
}

#[test]
fn backend_that_refuses_again_and_again_waits_for_the_user() {
    let mut queue = queue_of(&["a"]);
    let mut time = now();
    for _ in 0..4 {
        queue.on(Input::Failed(1, failure(Code::ServerError, FailureKind::Temporary)), time);
        assert!(matches!(status(&queue, 1), UploadStatus::Waiting(_)));
        time = time.after(Duration::from_secs(30));
        queue.on(Input::Tick, time);
    }
    queue.on(Input::Failed(1, failure(Code::ServerError, FailureKind::Temporary)), time);
    assert!(matches!(status(&queue, 1), UploadStatus::Failed(_)), "each attempt may cost the whole video");
}

#[test]
fn refused_part_is_not_continued_by_a_retry() {
    for transfer in
        [resumable(), Transfer::Stored { video_id: VideoId::new("v"), completion: json!({}), begun_at: now().wall }]
    {
        let mut queue = queue_of(&["a"]);
        queue.on(Input::Transferred(1, transfer, 500), now());
        queue.on(Input::Failed(1, failure(Code::NotFound, FailureKind::Final)), now());
        let effects = queue.on(Input::Retry(1, file("a")), now());
        assert!(matches!(effects.last(), Some(Effect::Send(upload)) if upload.transfer == Transfer::None));
    }
}

mod searches;
