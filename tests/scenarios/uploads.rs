//! Uploads: the queue, cancelling, retrying, and placing files without a copy.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use reqwest::{StatusCode, multipart};
use tallylight_client::UploadAction;
use tallylight_core::Code;
use tallylight_tests::{Seen, StudioApi, StudioHarness, Video};
use tallylight_view::{Event, UploadState};

/// A size that cannot be uploaded completely before a test has checked the queue.
const LARGE: u64 = 4 << 30;

/// Creates a large sparse file, which takes no disk space.
fn large(harness: &StudioHarness, name: &str) -> PathBuf {
    let path = harness.videos().join(name);
    File::create(&path).and_then(|file| file.set_len(LARGE)).expect("a sparse file");
    path
}

/// Returns the last emitted state of an upload, by its file name.
fn state(seen: &Seen, name: &str) -> Option<UploadState> {
    let mut views =
        seen.events.iter().filter_map(|event| if let Event::Upload(view) = event { Some(view) } else { None });
    views.rfind(|view| view.filename == name).map(|view| view.state)
}

#[tokio::test]
async fn uploads_are_queued_and_can_be_cancelled() {
    let harness = StudioHarness::set_with(|config| config.link_uploads = false).await;
    harness.sign_in().await.expect("signed in");
    let files: Vec<PathBuf> = ["a.mp4", "b.mp4", "c.mp4"].iter().map(|name| large(&harness, name)).collect();
    let sending: Vec<_> = files
        .into_iter()
        .map(|file| {
            let client = harness.client.clone();
            tokio::spawn(async move { client.upload(file).await })
        })
        .collect();
    harness
        .until("two active uploads and a queued one", |seen| {
            let states = ["a.mp4", "b.mp4", "c.mp4"].map(|name| state(seen, name));
            let count = |expected| states.iter().filter(|state| **state == Some(expected)).count();
            count(UploadState::Sending) == 2 && count(UploadState::Queued) == 1
        })
        .await;
    let uploads = harness.client.uploads().await.expect("uploads");
    let in_state = |state| uploads.iter().find(move |view| view.state == state).expect("an upload");
    let queued = in_state(UploadState::Queued).filename.clone();
    let active = UploadAction::Cancel(in_state(UploadState::Sending).upload_id);
    harness.client.act_on_upload(active).await.expect("cancelled");
    harness.until("the start of the queued upload", |seen| state(seen, &queued) == Some(UploadState::Sending)).await;
    for view in harness.client.uploads().await.expect("uploads") {
        harness.client.act_on_upload(UploadAction::Cancel(view.upload_id)).await.expect("cancelled");
    }
    for sent in sending {
        assert_eq!(sent.await.expect("no panic").expect_err("cancelled").code, Code::Requested);
    }
    assert!(harness.client.uploads().await.expect("uploads").is_empty());
    assert!(harness.client.jobs().await.expect("jobs").is_empty(), "a cancelled upload creates no job");
}

#[tokio::test]
async fn failed_upload_is_kept_until_retried() {
    let harness = StudioHarness::live().await;
    let file = harness.videos().join("late.mp4");
    assert_eq!(harness.client.upload(file).await.expect_err("not there").code, Code::File);
    let [failed] = harness.client.uploads().await.expect("uploads").try_into().expect("one upload");
    assert_eq!((failed.state, failed.filename.as_str()), (UploadState::Failed, "late.mp4"));
    Video::Silent.make(harness.videos(), "late.mp4");
    harness.client.act_on_upload(UploadAction::Retry(failed.upload_id)).await.expect("retried");
    harness.until("the upload", |seen| state(seen, "late.mp4") == Some(UploadState::Sent)).await;
    assert!(harness.client.uploads().await.expect("uploads").is_empty());
    harness.ended("late.mp4").await;
}

#[tokio::test]
async fn file_of_another_kind_is_rejected_before_sending() {
    let mut harness = StudioHarness::live().await;
    // The studio is stopped, so the client must decide without it.
    harness.stop_studio().await;
    let picture = harness.videos().join("holiday.mp4");
    std::fs::write(&picture, [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 100]].concat()).expect("a file");
    let error = harness.client.upload(picture).await.expect_err("a picture");
    assert_eq!(error.code, Code::NotAVideo);
    assert!(error.message.contains("holiday.mp4 isn't a video file (it contains an image)"), "{}", error.message);
}

/// Returns whether two paths are the same file, or the file system supports copy-on-write clones.
#[cfg(unix)]
fn is_shared(video: &std::path::Path, copy: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let inode = |path: &std::path::Path| fs::metadata(path).expect("a file").ino();
    inode(video) == inode(copy) || reflink_copy::reflink(video, copy.with_extension("clone")).is_ok()
}

#[cfg(unix)]
#[tokio::test]
async fn local_video_is_not_copied_and_its_original_stays() {
    let harness = StudioHarness::live().await;
    let video = Video::Complete.make(harness.videos(), "here.mp4");
    let before = (fs::read(&video).expect("a file"), fs::metadata(&video).expect("a file").modified().expect("a time"));
    let job_id = harness.client.upload(video.clone()).await.expect("a job");
    let job = harness.ended("here.mp4").await;
    assert_eq!((job.row.job_id, job.size_bytes), (job_id, Some(before.0.len() as u64)));
    let folder = harness.videos().join("studio/videos").join(job.video_id.expect("a video").as_str());
    let copy = folder.join("source.mp4");
    assert!(is_shared(&video, &copy), "{}", copy.display());
    // A hard link to the original uses no space and is not deleted.
    let shared = harness.studio().usage().await;
    let api = StudioApi::of(&harness).await;
    let sent = api.processed(&video, None).await;
    let usage = harness.studio().usage().await;
    assert_eq!(usage.finished, shared.finished + 1);
    assert!(usage.finished_bytes - shared.finished_bytes == before.0.len() as u64 && usage.bytes > shared.bytes);
    assert_eq!(harness.studio().delete_finished_copies().await, usage.finished_bytes);
    let sent =
        harness.videos().join("studio/videos").join(sent["video_id"].as_str().expect("an id")).join("source.mp4");
    assert!(!sent.exists() && copy.exists() == (shared.finished == 0));
    let after = (fs::read(&video).expect("a file"), fs::metadata(&video).expect("a file").modified().expect("a time"));
    assert!(before == after, "the original is unchanged");
    assert_eq!(fs::read_dir(harness.videos().join("studio/incoming")).expect("a folder").count(), 0);
}

#[tokio::test]
async fn only_files_in_the_incoming_folder_are_accepted() {
    let harness = StudioHarness::live().await;
    let api = StudioApi::of(&harness).await;
    let incoming = harness.videos().join("studio/incoming");
    Video::Silent.make(harness.videos(), "outside.mp4");
    fs::write(incoming.join("named.mp4"), b"not by a UUID").expect("a file");
    let folder = "5f0c6d0e-8d7a-4c53-9f3a-0d8a4f3c2b1a";
    fs::create_dir(incoming.join(folder)).expect("a folder");
    let id = "5f0c6d0e-8d7a-4c53-9f3a-0d8a4f3c2b1b";
    for placed in ["../../outside.mp4", "named.mp4", "/etc/passwd", folder, id, ""] {
        let part = multipart::Part::text(placed).file_name("v.mp4");
        let form = multipart::Form::new().part("placed", part);
        let answer = api.request(reqwest::Method::POST, "/api/v1/videos/upload").multipart(form).send().await;
        assert_eq!(answer.expect("an answer").status(), StatusCode::BAD_REQUEST, "{placed}");
    }
    assert!(harness.videos().join("outside.mp4").exists() && incoming.join("named.mp4").exists());
}

#[tokio::test]
async fn incomplete_upload_of_a_crash_is_removed_at_next_start() {
    let mut harness = StudioHarness::live().await;
    let video = Video::Silent.make(harness.videos(), "whole.mp4");
    harness.client.upload(video).await.expect("a job");
    let kept = harness.ended("whole.mp4").await.video_id.expect("a video");
    harness.stop_studio().await;
    let videos = harness.videos().join("studio/videos");
    let folder = |name: &str, file: &str| {
        fs::create_dir(videos.join(name)).expect("a folder");
        fs::write(videos.join(name).join(file), b"some bytes").expect("a file");
    };
    folder("half", "source.mp4");
    folder("of-a-lost-database", "picture.jpg");
    harness.restart_studio().await;
    let left = |name: &str| videos.join(name).exists();
    assert_eq!((left(kept.as_str()), left("half"), left("of-a-lost-database")), (true, false, true));
}
