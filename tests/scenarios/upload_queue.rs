//! The upload queue: uploads survive faults and restarts, in every way of uploading, and no video is sent twice.

use std::{path::PathBuf, time::Duration};

use serde_json::json;
use tallylight_client::UploadAction;
use tallylight_core::{Code, JobId, settings::Settings};
use tallylight_tests::{Answer, Fault, ScriptedHarness, UploadFate};
use tallylight_view::{UploadState, UploadView};

/// More than fits into the buffers between client and backend, so that an upload can be interrupted in its middle.
const LARGE: usize = 24 << 20;
const WAYS: [&str; 3] = ["upload", "upload_resumable", "upload_signed"];

/// Starts a live client of a backend that offers a way of uploading.
async fn offering(way: &str) -> ScriptedHarness {
    ScriptedHarness::live(|backend| backend.set_discovery(json!({ "features": [way] }))).await
}

/// Creates a file that begins like a video.
fn video(harness: &ScriptedHarness, name: &str, size: usize) -> PathBuf {
    let path = harness.folder.path().join(name);
    let mut bytes = b"\0\0\0\x20ftypisom".to_vec();
    bytes.extend(name.bytes().cycle().take(size - bytes.len()));
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Adds a video to the queue without waiting for its end.
fn add(harness: &ScriptedHarness, path: PathBuf) -> tokio::task::JoinHandle<Result<JobId, tallylight_core::Error>> {
    let client = harness.client.clone();
    tokio::spawn(async move { client.upload(path).await })
}

async fn uploads(harness: &ScriptedHarness) -> Vec<UploadView> {
    harness.client.uploads().await.expect("uploads")
}

/// Waits until the uploads meet a condition.
async fn until(harness: &ScriptedHarness, what: &str, condition: impl Fn(&[UploadView]) -> bool) {
    for _ in 0..3000 {
        if condition(&uploads(harness).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen: {:#?}\n{:#?}", uploads(harness).await, harness.backend.received_uploads());
}

/// Waits until all uploads are complete. What may have arrived is looked for in later lists, so time passes meanwhile.
async fn until_all_sent(harness: &ScriptedHarness) {
    harness.client.synced().await.expect("the list");
    until(harness, "the end of all uploads", |views| {
        harness.clock.advance(Duration::from_secs(1));
        views.is_empty()
    })
    .await;
}

fn are(states: &[UploadState]) -> impl Fn(&[UploadView]) -> bool {
    move |views| views.iter().map(|view| view.state).eq(states.iter().copied())
}

#[tokio::test]
async fn every_way_of_uploading_makes_one_job_of_the_whole_video() {
    for way in WAYS {
        let harness = offering(way).await;
        let job_id = harness.client.upload(video(&harness, "a.mp4", 300_000)).await.expect("a job");
        assert_eq!(job_id.as_str(), "u0", "{way}");
        harness.until("the job", |harness| harness.recorder.seen().versions("a.mp4").last().is_some()).await;
        let received = harness.backend.received_uploads();
        assert_eq!(received.requests.iter().map(|(_, size)| size).sum::<usize>(), 300_000, "{way}");
        assert_eq!(received.completions.len(), usize::from(way == "upload_signed"), "{way}");
        assert!(!received.storage_saw_token, "the storage has no business with the session");
        if way == "upload_signed" {
            let completion = json!({ "video_id": 1000, "upload_key": "key 0", "original_filename": "a.mp4" });
            assert_eq!(received.completions, [completion]);
        }
        assert!(uploads(&harness).await.is_empty());
    }
}

#[tokio::test]
async fn interrupted_upload_goes_on_when_the_backend_answers_again() {
    for way in WAYS {
        let harness = offering(way).await;
        harness.backend.script_uploads([UploadFate::HeldAfter(1 << 20)]);
        let added = add(&harness, video(&harness, "a.mp4", LARGE));
        harness.until("the middle", |harness| harness.backend.held_uploads() == 1).await;
        until(&harness, "some progress", |views| views.iter().any(|view| view.sent_bytes > 0)).await;
        harness.proxy.cut().await;
        harness.backend.release_uploads();
        let interrupted = added.await.expect("no panic");
        assert!(interrupted.as_ref().is_err_and(|error| error.code == Code::Unreachable), "{way}: {interrupted:?}");
        until(&harness, "waiting", |views| views.iter().all(|view| view.state != UploadState::Failed)).await;
        harness.proxy.set(Fault::None);
        harness.client.reconnect().await.expect("asked");
        until(&harness, "the end of the upload", <[_]>::is_empty).await;
        assert_eq!(harness.backend.job_files(), ["a.mp4"], "{way}");
        let received = harness.backend.received_uploads();
        if way == "upload_resumable" {
            let total: usize = received.requests.iter().map(|(_, size)| size).sum();
            assert_eq!((total, received.created), (LARGE, 1), "no byte is sent twice: {received:?}");
        }
    }
}

#[tokio::test]
async fn upload_continues_at_the_next_start() {
    for way in WAYS {
        let mut harness = offering(way).await;
        harness.backend.script_uploads([UploadFate::HeldAfter(1 << 20)]);
        drop(add(&harness, video(&harness, "a.mp4", LARGE)));
        until(&harness, "some progress", |views| views.iter().any(|view| view.sent_bytes > 0)).await;
        drop(add(&harness, video(&harness, "b.mp4", 1000)));
        let is_added =
            |views: &[UploadView]| views.len() == 2 || harness.backend.job_files().iter().any(|name| name == "b.mp4");
        until(&harness, "the other one", is_added).await;
        harness.restart().await;
        harness.backend.release_uploads();
        until_all_sent(&harness).await;
        let mut files = harness.backend.job_files();
        files.sort();
        assert_eq!(files, ["a.mp4", "b.mp4"], "{way}");
    }
}

#[tokio::test]
async fn video_whose_answer_was_lost_is_not_sent_again() {
    for way in WAYS {
        let harness = offering(way).await;
        let completing = if way == "upload_signed" { vec![UploadFate::Accepted] } else { Vec::new() };
        harness.backend.script_uploads(completing.into_iter().chain([UploadFate::AcceptedAndLost]));
        drop(add(&harness, video(&harness, "a.mp4", 300_000)));
        harness.until("the job", |harness| harness.backend.job_files().len() == 1).await;
        until(&harness, "the end of the upload", <[_]>::is_empty).await;
        assert_eq!(harness.backend.job_files(), ["a.mp4"], "{way}");
        let received = harness.backend.received_uploads();
        assert_eq!(received.requests.iter().map(|(_, size)| size).sum::<usize>(), 300_000, "{way}: {received:?}");
    }
}

#[tokio::test]
async fn video_that_got_lost_with_the_answer_is_sent_again() {
    let harness = offering("upload").await;
    harness.backend.script_uploads([UploadFate::Instead(Answer::status(502))]);
    drop(add(&harness, video(&harness, "a.mp4", 300_000)));
    until(&harness, "looking for it", are(&[UploadState::Verifying])).await;
    // The first list lacks the job, which the backend might still be making.
    until_all_sent(&harness).await;
    assert_eq!(harness.backend.job_files(), ["a.mp4"]);
    assert_eq!(harness.backend.received_uploads().requests.len(), 2);
}

#[tokio::test]
async fn accepted_video_without_a_job_id_is_found_in_the_list() {
    for way in WAYS {
        for answer in [Answer::status(204), Answer::status(200).saying("{}")] {
            let harness = offering(way).await;
            let completing = if way == "upload_signed" { vec![UploadFate::Accepted] } else { Vec::new() };
            harness.backend.script_uploads(completing.into_iter().chain([UploadFate::AcceptedWith(answer)]));
            let job_id = harness.client.upload(video(&harness, "a.mp4", 300_000)).await.expect("a job");
            assert_eq!(job_id.as_str(), "u0", "{way}");
            assert_eq!(harness.backend.received_uploads().requests.len(), 1, "{way}");
        }
    }
}

#[tokio::test]
async fn part_that_expired_is_sent_again_from_the_start() {
    let mut harness = offering("upload_resumable").await;
    harness.backend.script_uploads([UploadFate::HeldAfter(1 << 20)]);
    drop(add(&harness, video(&harness, "a.mp4", LARGE)));
    until(&harness, "some progress", |views| views.iter().any(|view| view.sent_bytes > 0)).await;
    harness.restart().await;
    harness.backend.expire_uploads();
    harness.backend.release_uploads();
    until_all_sent(&harness).await;
    assert_eq!((harness.backend.job_files().len(), harness.backend.received_uploads().created), (1, 2));
}

#[tokio::test]
async fn token_that_expires_in_the_middle_is_renewed() {
    for way in WAYS {
        let harness = offering(way).await;
        harness.backend.expire_tokens();
        let job_id = harness.client.upload(video(&harness, "a.mp4", 300_000)).await.expect("a job");
        assert_eq!((job_id.as_str(), harness.backend.refreshes()), ("u0", 1), "{way}");
    }
    // Between two parts of a long upload.
    let harness = offering("upload_resumable").await;
    harness.backend.script_uploads([UploadFate::HeldAfter(32 << 20)]);
    let added = add(&harness, video(&harness, "a.mp4", 40 << 20));
    harness.until("the end of the first part", |harness| harness.backend.held_uploads() == 1).await;
    harness.backend.expire_tokens();
    harness.backend.release_uploads();
    added.await.expect("no panic").expect("a job");
    let received = harness.backend.received_uploads();
    assert_eq!(received.requests, [("part", 32 << 20), ("part", 8 << 20)], "nothing is sent twice");
}

#[tokio::test]
async fn paused_upload_waits_for_the_user_even_over_a_restart() {
    let mut harness = offering("upload_resumable").await;
    harness.backend.script_uploads([UploadFate::HeldAfter(1 << 20)]);
    drop(add(&harness, video(&harness, "a.mp4", LARGE)));
    until(&harness, "some progress", |views| views.iter().any(|view| view.sent_bytes > 0)).await;
    let upload_id = uploads(&harness).await[0].upload_id;
    harness.client.act_on_upload(UploadAction::Pause(upload_id)).await.expect("paused");
    harness.backend.release_uploads();
    harness.restart().await;
    harness.client.synced().await.expect("the list");
    until(&harness, "paused", are(&[UploadState::Paused])).await;
    assert!(harness.backend.job_files().is_empty());
    harness.client.act_on_upload(UploadAction::Resume(upload_id)).await.expect("continued");
    until(&harness, "the end of the upload", <[_]>::is_empty).await;
    let received = harness.backend.received_uploads();
    assert_eq!((harness.backend.job_files().len(), received.created), (1, 1));
}

#[tokio::test]
async fn all_uploads_can_be_paused_and_reordered() {
    let harness = offering("upload").await;
    harness.backend.script_uploads([UploadFate::HeldAfter(1), UploadFate::HeldAfter(1)]);
    let names = ["a.mp4", "b.mp4", "c.mp4", "d.mp4"];
    for (count, name) in (1..).zip(names) {
        drop(add(&harness, video(&harness, name, 1000)));
        until(&harness, "added", |views| views.len() == count).await;
    }
    harness.client.act_on_upload(UploadAction::PauseAll).await.expect("paused");
    until(&harness, "paused", are(&[UploadState::Paused; 4])).await;
    harness.backend.release_uploads();
    let ids: Vec<u32> = uploads(&harness).await.iter().map(|view| view.upload_id).collect();
    harness.client.act_on_upload(UploadAction::Move(ids[3], Some(ids[0]))).await.expect("moved");
    let order: Vec<String> = uploads(&harness).await.into_iter().map(|view| view.filename).collect();
    assert_eq!(order, ["d.mp4", "a.mp4", "b.mp4", "c.mp4"]);
    harness.client.act_on_upload(UploadAction::ResumeAll).await.expect("continued");
    until(&harness, "the end of all", <[_]>::is_empty).await;
    let mut files = harness.backend.job_files();
    files.sort();
    assert_eq!(files, names, "a paused request that arrived after all is not sent again");
}

#[tokio::test]
async fn same_video_is_not_sent_twice() {
    let harness = offering("upload").await;
    harness.backend.script_uploads([UploadFate::HeldAfter(1)]);
    let path = video(&harness, "a.mp4", 1000);
    let elsewhere = tempfile::tempdir_in(harness.folder.path()).expect("a folder");
    let link = elsewhere.path().join("a.mp4");
    std::fs::hard_link(&path, &link).expect("a link");
    let first = add(&harness, path.clone());
    until(&harness, "sending", are(&[UploadState::Sending])).await;
    let (again, linked) = (add(&harness, path), add(&harness, link));
    harness.until("held", |harness| harness.backend.held_uploads() == 1).await;
    // Commands are handled in order, and their files are checked before this one's answer.
    let other = add(&harness, video(&harness, "b.mp4", 1000));
    until(&harness, "the other one", |views| views.iter().any(|view| view.filename == "b.mp4") || other.is_finished())
        .await;
    harness.backend.release_uploads();
    let job_id = first.await.expect("no panic").expect("a job");
    for same in [again, linked] {
        assert_eq!(same.await.expect("no panic").expect("the same job"), job_id);
    }
    other.await.expect("no panic").expect("a job");
    assert_eq!(harness.backend.job_files().len(), 2);
}

#[tokio::test]
async fn changed_or_missing_file_is_reported_and_can_be_retried() {
    let mut harness = offering("upload").await;
    harness.proxy.cut().await;
    let paths = ["changed.mp4", "missing.mp4"].map(|name| video(&harness, name, 1000));
    for path in &paths {
        drop(add(&harness, path.clone()));
    }
    until(&harness, "waiting", |views| views.len() == 2).await;
    harness.client.shutdown().await;
    std::fs::write(&paths[0], [b"\0\0\0\x20ftypisom".as_slice(), &[1; 5000]].concat()).expect("changed");
    std::fs::remove_file(&paths[1]).expect("removed");
    harness.proxy.set(Fault::None);
    harness.restart().await;
    until(&harness, "both failed", are(&[UploadState::Failed; 2])).await;
    let views = uploads(&harness).await;
    let reason = |index: usize| views[index].error.clone().expect("a reason");
    let index = |name: &str| views.iter().position(|view| view.filename == name).expect("an upload");
    let (changed, missing) = (index("changed.mp4"), index("missing.mp4"));
    assert!(reason(changed).message.contains("changed since it was added"), "{:?}", reason(changed));
    assert!(reason(missing).message.contains("moved or deleted"), "{:?}", reason(missing));
    assert_eq!((reason(changed).code, reason(missing).code), (Code::File, Code::File));
    for view in &views {
        harness.client.act_on_upload(UploadAction::Retry(view.upload_id)).await.expect("retried");
    }
    until(&harness, "the changed one is sent", are(&[UploadState::Failed])).await;
    assert_eq!(harness.backend.job_files(), ["changed.mp4"]);
    video(&harness, "missing.mp4", 1000);
    harness.client.act_on_upload(UploadAction::Retry(views[missing].upload_id)).await.expect("retried");
    until(&harness, "the end of both", <[_]>::is_empty).await;
}

#[tokio::test]
async fn refused_video_is_not_sent_again_by_itself() {
    for (answer, code) in [
        (Answer::status(413), Code::TooLarge),
        (Answer::status(400).saying(r#"{"detail":"File must be a video"}"#), Code::NotAVideo),
        (Answer::status(403), Code::Forbidden),
        (Answer::status(507), Code::DiskFull),
    ] {
        for way in ["upload", "upload_resumable"] {
            let harness = offering(way).await;
            harness.backend.script_uploads([UploadFate::Instead(answer.clone())]);
            let path = video(&harness, "a.mp4", 1000);
            assert_eq!(harness.client.upload(path).await.expect_err("refused").code, code, "{way}");
            harness.client.refresh().await.expect("asked");
            harness.clock.advance(Duration::from_mins(5));
            harness.client.status().await.expect("handled");
            until(&harness, "failed", are(&[UploadState::Failed])).await;
            assert!(harness.backend.job_files().is_empty());
        }
    }
}

#[tokio::test]
async fn busy_backend_is_asked_again_after_its_time() {
    let harness = offering("upload").await;
    harness.backend.script_uploads([UploadFate::Instead(Answer::status(429).with("retry-after", "120"))]);
    let path = video(&harness, "a.mp4", 1000);
    assert_eq!(harness.client.upload(path).await.expect_err("busy").code, Code::RateLimited);
    harness.client.refresh().await.expect("asked");
    harness.client.synced().await.expect("the list");
    until(&harness, "waiting", are(&[UploadState::Waiting])).await;
    harness.clock.advance(Duration::from_secs(121));
    until(&harness, "the end of the upload", <[_]>::is_empty).await;
}

#[tokio::test]
async fn queue_belongs_to_an_account_and_is_deleted_by_signing_out() {
    let mut harness = offering("upload").await;
    harness.proxy.cut().await;
    drop(add(&harness, video(&harness, "a.mp4", 1000)));
    until(&harness, "added", |views| views.len() == 1).await;
    harness.client.shutdown().await;
    harness.proxy.set(Fault::None);
    let folder = std::mem::replace(&mut harness.folder, tempfile::tempdir().expect("a folder"));
    let other = ScriptedHarness::connected_in(folder, harness.backend.clone(), harness.proxy).await;
    other.sign_in("other@acme.tv").await;
    other.client.synced().await.expect("the list");
    assert!(uploads(&other).await.is_empty(), "another account does not see it");
    other.client.sign_out().await.expect("signed out");
    let address = tallylight_core::discovery::parse_address(&other.proxy.address).expect("an address");
    other.proxy.set(Fault::None);
    other.client.connect(address.clone(), tallylight_client::Identity::Address).await.expect("connected");
    other.backend.script_uploads([UploadFate::HeldAfter(1)]);
    other.sign_in("me@acme.tv").await;
    other.client.synced().await.expect("the list");
    until(&other, "it goes on", |views| {
        other.clock.advance(Duration::from_secs(1));
        are(&[UploadState::Sending])(views)
    })
    .await;
    other.client.sign_out().await.expect("signed out");
    other.backend.release_uploads();
    other.client.connect(address, tallylight_client::Identity::Address).await.expect("connected");
    other.sign_in("me@acme.tv").await;
    other.client.synced().await.expect("the list");
    assert!(uploads(&other).await.is_empty(), "the user signed out");
}

#[tokio::test]
async fn speed_limit_takes_effect_while_a_video_is_sent() {
    let harness = offering("upload_resumable").await;
    let limited = |speed| Settings {
        uploads: tallylight_core::settings::Uploads { max_kilobytes_per_second: speed },
        ..Settings::default()
    };
    harness.apply(limited(Some(16))).await;
    drop(add(&harness, video(&harness, "a.mp4", LARGE)));
    until(&harness, "some progress", |views| views.iter().any(|view| view.sent_bytes > 0)).await;
    let sent = uploads(&harness).await[0].sent_bytes;
    assert!(sent < 10 << 20, "it would take 25 minutes: {sent}");
    harness.apply(limited(None)).await;
    until(&harness, "the end of the upload", <[_]>::is_empty).await;
}
