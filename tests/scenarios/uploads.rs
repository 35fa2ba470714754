//! Videos on their way: in turns, given up, tried again.

use std::{fs::File, path::PathBuf};

use tallylight_core::{
    Code,
    view::{Event, UploadState},
};
use tallylight_tests::{Seen, Stage, Video};

/// More bytes than are sent before a test has looked.
const LARGE: u64 = 4 << 30;

/// Makes a large file of nothing, which costs no disk.
fn large(stage: &Stage, name: &str) -> PathBuf {
    let path = stage.videos().join(name);
    File::create(&path).and_then(|file| file.set_len(LARGE)).expect("a sparse file");
    path
}

/// Returns the last state of each upload, by its file's name.
fn state(seen: &Seen, name: &str) -> Option<UploadState> {
    let mut views =
        seen.events.iter().filter_map(|event| if let Event::Upload(view) = event { Some(view) } else { None });
    views.rfind(|view| view.filename == name).map(|view| view.state)
}

#[tokio::test]
async fn uploads_take_turns_and_can_be_given_up() {
    let stage = Stage::live().await;
    let files: Vec<PathBuf> = ["a.mp4", "b.mp4", "c.mp4"].iter().map(|name| large(&stage, name)).collect();
    let sending: Vec<_> = files
        .into_iter()
        .map(|file| {
            let client = stage.client.clone();
            tokio::spawn(async move { client.upload(file).await })
        })
        .collect();
    stage
        .until("two on their way and one that waits", |seen| {
            let states = ["a.mp4", "b.mp4", "c.mp4"].map(|name| state(seen, name));
            let count = |wanted| states.iter().filter(|state| **state == Some(wanted)).count();
            count(UploadState::Sending) == 2 && count(UploadState::Queued) == 1
        })
        .await;
    let uploads = stage.client.uploads().await.expect("uploads");
    let (queued, first) = (uploads.iter().find(|view| view.state == UploadState::Queued), uploads.first());
    let queued = queued.expect("one that waits").filename.clone();
    stage.client.cancel_upload(first.expect("a first").upload_id).await.expect("given up");
    stage.until("the next one's turn", |seen| state(seen, &queued) == Some(UploadState::Sending)).await;
    for view in stage.client.uploads().await.expect("uploads") {
        stage.client.cancel_upload(view.upload_id).await.expect("given up");
    }
    for sent in sending {
        assert_eq!(sent.await.expect("no panic").expect_err("given up").code, Code::Requested);
    }
    assert!(stage.client.uploads().await.expect("uploads").is_empty());
    assert!(stage.client.jobs().await.expect("jobs").is_empty(), "half a video is no job");
}

#[tokio::test]
async fn an_upload_that_failed_is_kept_until_it_is_tried_again() {
    let stage = Stage::live().await;
    let file = stage.videos().join("late.mp4");
    assert_eq!(stage.client.upload(file).await.expect_err("not there").code, Code::File);
    let [failed] = stage.client.uploads().await.expect("uploads").try_into().expect("one upload");
    assert_eq!((failed.state, failed.filename.as_str()), (UploadState::Failed, "late.mp4"));
    Video::Silent.make(stage.videos(), "late.mp4");
    stage.client.retry_upload(failed.upload_id).await.expect("tried again");
    stage.until("the video there", |seen| state(seen, "late.mp4") == Some(UploadState::Sent)).await;
    assert!(stage.client.uploads().await.expect("uploads").is_empty());
    stage.ended("late.mp4").await;
}

#[tokio::test]
async fn what_is_something_else_is_refused_before_a_byte_is_sent() {
    let mut stage = Stage::live().await;
    // Nobody is there to ask.
    stage.stop_studio().await;
    let picture = stage.videos().join("holiday.mp4");
    std::fs::write(&picture, [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 100]].concat()).expect("a file");
    let error = stage.client.upload(picture).await.expect_err("a picture");
    assert_eq!(error.code, Code::NotAVideo);
    assert!(error.message.contains("holiday.mp4 is no video, it holds a picture"), "{}", error.message);
}
