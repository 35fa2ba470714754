//! Resumable uploads with tus 1.0.0, request by request. The end-to-end tests use a public tus client.

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use super::Media;

const UPLOADS: &str = "/api/v1/videos/uploads";

impl Media {
    async fn create(&self, length: usize) -> Response {
        let request = self.api.request(Method::POST, UPLOADS).header("Tus-Resumable", "1.0.0");
        // `walk.mp4` and `video/mp4` in Base64.
        let metadata = "filename d2Fsay5tcDQ=,filetype dmlkZW8vbXA0";
        request.header("Upload-Length", length).header("Upload-Metadata", metadata).send().await.expect("an answer")
    }

    async fn patch(&self, location: &str, offset: usize, bytes: &[u8]) -> Response {
        let request = self.api.http.patch(location).bearer_auth(&self.api.token).header("Tus-Resumable", "1.0.0");
        let request = request.header("Upload-Offset", offset).header("Content-Type", "application/offset+octet-stream");
        request.body(bytes.to_vec()).send().await.expect("an answer")
    }

    async fn head(&self, location: &str) -> Response {
        self.api
            .http
            .head(location)
            .bearer_auth(&self.api.token)
            .header("Tus-Resumable", "1.0.0")
            .send()
            .await
            .expect("an answer")
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn interrupted_upload_continues_at_its_offset_and_becomes_a_job() {
    let mut media = Media::set().await;
    let bytes = std::fs::read(media.video()).expect("a file");
    let created = media.create(bytes.len()).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let location = header(&created, "location").to_owned();
    assert!(!header(&created, "upload-expires").is_empty());
    let half = bytes.len() / 2;
    let first = media.patch(&location, 0, &bytes[..half]).await;
    assert_eq!((first.status(), header(&first, "upload-offset")), (StatusCode::NO_CONTENT, half.to_string().as_str()));
    assert_eq!(media.patch(&location, 0, &bytes[..half]).await.status(), StatusCode::CONFLICT, "the wrong offset");

    // The received bytes survive a restart of the studio.
    media.harness.stop_studio().await;
    media.harness.restart_studio().await;
    let known = media.head(&location).await;
    assert_eq!(
        (header(&known, "upload-offset"), header(&known, "upload-length")),
        (half.to_string().as_str(), bytes.len().to_string().as_str())
    );
    assert_eq!(header(&known, "cache-control"), "no-store");
    let last = media.patch(&location, half, &bytes[half..]).await;
    assert_eq!(last.status(), StatusCode::OK);
    let ids: Value = last.json().await.expect("JSON");
    let job_id = ids["job_id"].as_str().expect("an id");
    assert_eq!(
        header(&media.head(&location).await, "upload-job-id"),
        job_id,
        "HEAD returns the job id after a lost answer"
    );
    let job = media.api.until(job_id, |job| job["status"] == "COMPLETED").await;
    assert_eq!(
        (job["video"]["original_filename"].as_str(), job["video_id"] == ids["video_id"]),
        (Some("walk.mp4"), true)
    );
}

#[tokio::test]
async fn invalid_requests_are_rejected_and_ended_upload_is_removed() {
    let media = Media::set().await;
    let options = media
        .api
        .http
        .request(Method::OPTIONS, format!("{}{UPLOADS}", media.api.base))
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (header(&options, "tus-version"), header(&options, "tus-extension")),
        ("1.0.0", "creation,termination,expiration")
    );
    let location = header(&media.create(10).await, "location").to_owned();
    let old = media.api.http.head(&location).bearer_auth(&media.api.token).header("Tus-Resumable", "0.2.0").send();
    assert_eq!(old.await.expect("an answer").status(), StatusCode::PRECONDITION_FAILED);
    let unauthorized = media.api.http.head(&location).header("Tus-Resumable", "1.0.0").send().await.expect("an answer");
    assert_eq!(unauthorized.status(), StatusCode::UNAUTHORIZED);
    let json = media.api.http.patch(&location).bearer_auth(&media.api.token).header("Upload-Offset", 0).json(&1).send();
    assert_eq!(json.await.expect("an answer").status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(media.patch(&location, 0, &[0; 11]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(media.create(0).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(media.create(usize::MAX).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let text = header(&media.create(5).await, "location").to_owned();
    assert_eq!(media.patch(&text, 0, b"words").await.status(), StatusCode::BAD_REQUEST, "no video");
    let end = media.api.http.delete(&location).bearer_auth(&media.api.token).header("Tus-Resumable", "1.0.0").send();
    assert_eq!(end.await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(media.head(&location).await.status(), StatusCode::NOT_FOUND);
    let escape = media.head(&format!("{}{UPLOADS}/..%2F..%2Fstudio.db", media.api.base)).await;
    assert_eq!(escape.status(), StatusCode::NOT_FOUND);
    assert_eq!(tallylight_tests::json_of(media.api.get("/api/v1/jobs/")).await, serde_json::json!([]));
}
