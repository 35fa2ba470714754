//! Retry, cancel and delete over HTTP.

use reqwest::{Method, StatusCode};
use serde_json::Value;
#[cfg(unix)]
use tallylight_tests::StudioHarness;

use super::{H264, Media, codes};

#[tokio::test]
async fn only_a_failed_job_can_be_retried() {
    let media = Media::set().await;
    let good = std::fs::read(media.make(&format!("-f lavfi -i testsrc2=d=2:s=320x240 {H264} b2.mp4"))).expect("a file");
    let job = media.processed(&media.write("half.mp4", &good[..good.len() / 2])).await;
    let id = job["id"].as_str().expect("an id");
    assert_eq!(job["status"], "FAILED");
    // The stored file is replaced by a complete one before the retry.
    let stored = media
        .harness
        .folder
        .path()
        .join("studio/videos")
        .join(job["video_id"].as_str().expect("an id"))
        .join("source.mp4");
    std::fs::write(stored, good).expect("a file");
    let answer = media.api.post(&format!("/api/v1/videos/jobs/{id}/retry")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.json::<Value>().await.expect("JSON")["id"], id);
    let job = media.api.until(id, |job| job["status"] == "COMPLETED").await;
    assert_eq!((codes(&job).len(), &job["error_message"]), (0, &Value::Null));
    let files = media.harness.files(job["video_id"].as_str().expect("an id"));
    assert_eq!(files.len(), 1 + super::thumbnails(&job).len(), "no temporary files are left: {files:?}");
    for (path, status) in [
        (format!("{id}/retry"), StatusCode::CONFLICT),
        (format!("{id}/cancel"), StatusCode::CONFLICT),
        ("unknown/retry".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(media.api.post(&format!("/api/v1/videos/jobs/{path}")).await.status(), status, "{path}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn cancelling_running_and_queued_jobs_frees_their_slots() {
    let folder = tempfile::tempdir().expect("a folder");
    let probe = folder.path().join("ffprobe");
    std::fs::write(&probe, "#!/bin/sh\nexec sleep 600\n").expect("a script");
    std::fs::set_permissions(&probe, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let media = Media::of(StudioHarness::set_with(|config| config.tools.ffprobe = probe.clone().into()).await).await;
    let video = media.video();
    let mut jobs = Vec::new();
    for _ in 0..3 {
        jobs.push(media.api.upload(&video, None).await.1);
    }
    let is_probing = |job: &Value| job["processing_stages"]["PROBE"]["status"] == "PROCESSING";
    media.api.until(&jobs[0], is_probing).await;
    for job in [&jobs[0], &jobs[2]] {
        let answer = media.api.post(&format!("/api/v1/videos/jobs/{job}/cancel")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let cancelled: Value = answer.json().await.expect("JSON");
        assert_eq!((cancelled["status"].as_str(), codes(&cancelled)), (Some("FAILED"), vec!["cancelled".to_owned()]));
    }
    std::fs::write(&probe, "#!/bin/sh\nexec ffprobe \"$@\"\n").expect("a script");
    let (_, fourth) = media.api.upload(&video, None).await;
    media.api.until(&fourth, |job| job["status"] == "COMPLETED").await;
}

#[tokio::test]
async fn deleted_video_is_removed_from_list_and_disk() {
    let media = Media::set().await;
    let job = media.processed(&media.video()).await;
    let video_id = job["video_id"].as_str().expect("an id").to_owned();
    let delete = || media.api.request(Method::DELETE, &format!("/api/v1/videos/{video_id}")).send();
    assert_eq!(delete().await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(delete().await.expect("an answer").status(), StatusCode::NOT_FOUND);
    assert_eq!(tallylight_tests::json_of(media.api.get("/api/v1/jobs/")).await, serde_json::json!([]));
    assert!(!media.harness.folder.path().join("studio/videos").join(video_id).exists());
}
