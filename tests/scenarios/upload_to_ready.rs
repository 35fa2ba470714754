//! The main path: a real video from upload to ready.

use tallylight_core::{Code, JobId, model::job::Status, notifications::NotificationKind};
use tallylight_tests::{StudioHarness, Video};
use tallylight_view::{Event, UploadState};

#[tokio::test]
async fn video_is_followed_from_upload_to_ready_and_notifies_once() {
    let harness = StudioHarness::live().await;
    let video = Video::Complete.make(harness.videos(), "walk.mp4");
    let job_id = harness.client.upload(video).await.expect("accepted");
    let job = harness.ended("walk.mp4").await;
    assert_eq!((job.row.status, job.row.job_id), (Status::Completed, job_id));
    assert_eq!((job.row.title.as_deref(), job.metadata.description.as_deref()), (Some("A walk"), Some("By the sea")));
    assert_eq!(job.metadata.tags.as_deref(), Some(["sea".to_owned(), "walk".to_owned()].as_slice()));
    let chapters: Vec<_> = job.metadata.chapters.iter().flatten().map(|chapter| chapter.title.as_str()).collect();
    assert_eq!(chapters, ["Beach", "Harbour"]);
    assert_eq!(job.thumbnails.len(), 5);
    // The studio deletes them just after it has announced the end.
    let video_id = job.video_id.as_ref().map_or("", |video_id| video_id.as_str());
    let has_audio = || harness.files(video_id).iter().any(|name| name.starts_with("audio"));
    harness.until("the deletion of temporary files", |_| !has_audio()).await;

    harness.until("the notification", |seen| !seen.notices.is_empty()).await;
    let seen = harness.recorder.seen();
    let notices: Vec<_> = seen.notices.iter().map(|notice| (notice.kind, notice.title.as_str())).collect();
    assert_eq!(notices, [(NotificationKind::Completed, "A walk is ready")]);
    let percents: Vec<f64> = seen.versions("walk.mp4").iter().filter_map(|job| job.row.progress_percent).collect();
    assert!(percents.is_sorted() && percents.iter().any(|percent| (1.0..99.0).contains(percent)), "{percents:?}");
    let sent =
        seen.events.iter().filter(|event| matches!(event, Event::Upload(upload) if upload.state == UploadState::Sent));
    assert_eq!(sent.count(), 1);
}

#[tokio::test]
async fn thumbnail_urls_return_jpeg_images() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Silent.make(harness.videos(), "quiet.mp4")).await.expect("accepted");
    let job = harness.ended("quiet.mp4").await;
    let url = job.cover_url.expect("a cover");
    let picture = reqwest::get(&url).await.expect("an answer").bytes().await.expect("a picture");
    assert_eq!(picture[..3], [0xff, 0xd8, 0xff], "a JPEG");
}

#[tokio::test]
async fn silent_video_completes_without_warning() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Silent.make(harness.videos(), "my_holiday.mp4")).await.expect("accepted");
    let job = harness.ended("my_holiday.mp4").await;
    assert_eq!((job.row.status, job.row.title.as_deref()), (Status::Completed, Some("My holiday")));
    assert_eq!(job.row.warnings.len(), 0, "missing speech is no warning");
    let transcription = job.stages.iter().find(|stage| stage.stage_id.as_str() == "TRANSCRIPTION");
    assert_eq!(transcription.map(|stage| stage.status), Some(Status::Completed));
}

#[tokio::test]
async fn subtitles_beside_the_file_become_the_transcript() {
    let harness = StudioHarness::live().await;
    let video = Video::Silent.make(harness.videos(), "talk.mp4");
    let vtt = "WEBVTT\n\n00:00.500 --> 00:02.000\nHello from beside\n";
    std::fs::write(harness.videos().join("talk.vtt"), vtt).expect("a file");
    harness.client.upload(video).await.expect("accepted");
    let job = harness.ended("talk.mp4").await;
    assert_eq!(job.metadata.transcript.as_deref(), Some("Hello from beside"));
    let captions = harness.client.captions(job.row.job_id).await.expect("captions");
    let captions: Vec<_> = captions.iter().map(|caption| (caption.start, caption.end, caption.text.as_str())).collect();
    assert_eq!(captions, [(0.5, 2.0, "Hello from beside")], "captions have their times");
    let unknown = harness.client.captions(JobId::new("unknown")).await.expect_err("no such job");
    assert_eq!(unknown.code, Code::NotFound);
}

#[tokio::test]
async fn two_jobs_run_at_a_time_and_others_are_queued() {
    let harness = StudioHarness::live().await;
    for number in 0..4 {
        harness.client.upload(Video::Silent.make(harness.videos(), &format!("{number}.mp4"))).await.expect("accepted");
    }
    for number in 0..4 {
        assert_eq!(harness.ended(&format!("{number}.mp4")).await.row.status, Status::Completed);
    }
    harness.until("all four notifications", |seen| seen.told() == 4).await;
    let seen = harness.recorder.seen();
    let mut running = std::collections::BTreeSet::new();
    for event in &seen.events {
        let Event::Jobs { changed, .. } = event else { continue };
        for change in changed {
            match change.job.row.status {
                Status::Processing => drop(running.insert(change.job.row.job_id.clone())),
                Status::Pending | Status::Completed | Status::Failed => drop(running.remove(&change.job.row.job_id)),
            }
        }
        assert!(running.len() <= 2, "{running:?}");
    }
}
