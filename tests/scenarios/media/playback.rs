//! Playing a video: its file is served in ranges at a signed URL, as long as the studio has it.

use reqwest::{
    Method, StatusCode,
    header::{self, HeaderMap},
};
use serde_json::{Value, json};

use super::{H264, Media};

/// Sends a request for a file without a token. Returns the status, the headers and the body of the response.
async fn ask(media: &Media, method: Method, url: &str, range: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = media.api.http.request(method, url);
    if let Some(range) = range {
        request = request.header(header::RANGE, range).header(header::IF_RANGE, "Thu, 01 Jan 2026 00:00:00 GMT");
    }
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.expect("a body").to_vec())
}

fn playback_url(job: &Value) -> String {
    job["video"]["playback_url"].as_str().expect("a URL").to_owned()
}

#[tokio::test]
async fn video_is_served_whole_and_in_ranges() {
    let media = Media::set().await;
    let file = media.video();
    let bytes = std::fs::read(&file).expect("a file");
    let url = playback_url(&media.processed(&file).await);

    let (status, headers, body) = ask(&media, Method::GET, &url, None).await;
    assert_eq!((status, headers[header::CONTENT_TYPE].to_str().ok()), (StatusCode::OK, Some("video/mp4")));
    assert_eq!((headers[header::ACCEPT_RANGES].to_str().ok(), body.len()), (Some("bytes"), bytes.len()));
    assert!(body == bytes, "the file as it was uploaded");

    let (status, headers, body) = ask(&media, Method::GET, &url, Some("bytes=100-199")).await;
    let range = format!("bytes 100-199/{}", bytes.len());
    assert_eq!((status, headers[header::CONTENT_RANGE].to_str().ok()), (StatusCode::PARTIAL_CONTENT, Some(&*range)));
    assert_eq!(body, bytes[100..200]);
    let (status, _, body) = ask(&media, Method::GET, &url, Some("bytes=-7")).await;
    assert_eq!((status, body.as_slice()), (StatusCode::PARTIAL_CONTENT, &bytes[bytes.len() - 7..]));

    let beyond = format!("bytes={}-", bytes.len());
    assert_eq!(ask(&media, Method::GET, &url, Some(&beyond)).await.0, StatusCode::RANGE_NOT_SATISFIABLE);

    let (status, headers, body) = ask(&media, Method::HEAD, &url, None).await;
    let length = headers[header::CONTENT_LENGTH].to_str().ok().map(str::to_owned);
    assert_eq!((status, length, body.len()), (StatusCode::OK, Some(bytes.len().to_string()), 0));
}

#[tokio::test]
async fn video_is_served_to_whoever_has_its_url_only() {
    let media = Media::set().await;
    let (one, other) = (media.processed(&media.video()).await, media.processed(&media.video()).await);
    let signature = |job: &Value| playback_url(job).rsplit('/').next().expect("a signature").to_owned();
    let below = |path: String| format!("{}/media/{path}", media.api.base);
    let id = |job: &Value| job["video_id"].as_str().expect("an id").to_owned();
    for url in [
        below(format!("{}/{}", id(&one), signature(&other))),
        below(format!("{}/AAAA", id(&one))),
        below(format!("{}/", id(&one))),
        below(format!("..%2f{}/{}", id(&one), signature(&one))),
    ] {
        assert_eq!(ask(&media, Method::GET, &url, None).await.0, StatusCode::NOT_FOUND, "{url}");
    }
    let foreign = media.api.http.get(playback_url(&one)).header(header::ORIGIN, "https://evil.test");
    assert_eq!(foreign.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn video_without_a_file_has_no_url() {
    let media = Media::set().await;
    let job = media.processed(&media.video()).await;
    media.harness.studio().delete_finished_copies().await;
    assert_eq!(ask(&media, Method::GET, &playback_url(&job), None).await.0, StatusCode::NOT_FOUND);
    let job = media.api.job(job["id"].as_str().expect("an id")).await;
    assert_eq!(job["video"]["playback_url"], Value::Null);
}

#[tokio::test]
async fn client_learns_that_a_video_can_no_longer_be_played() {
    let media = Media::set().await;
    media.harness.sign_in().await.expect("signed in");
    let job_id = media.harness.client.upload(media.video()).await.expect("uploaded");
    let job = media.harness.ended("b.mp4").await;
    let url = job.playback_url.expect("a URL");
    assert_eq!(ask(&media, Method::GET, &url, Some("bytes=0-0")).await.0, StatusCode::PARTIAL_CONTENT);
    assert_eq!(media.harness.client.playback(job_id.clone()).await.expect("asked").map(String::from), Some(url));
    let source = media.harness.client.source_file(job_id.clone()).await;
    assert_eq!(source, Some(media.path("b.mp4")));
    // The studio's copy may be a link to it, and is deleted only if that frees space.
    std::fs::remove_file(media.path("b.mp4")).expect("deleted");
    assert_eq!(media.harness.client.source_file(job_id.clone()).await, None);
    media.harness.studio().delete_finished_copies().await;
    assert_eq!(media.harness.client.playback(job_id.clone()).await.expect("asked"), None);
    assert_eq!(media.harness.client.job(job_id).await.expect("a job").playback_url, None);
}

#[tokio::test]
async fn thumbnail_is_taken_at_the_requested_time() {
    let media = Media::set().await;
    media.harness.sign_in().await.expect("signed in");
    let red_then_blue = "-f lavfi -i color=red:s=320x240:d=2:r=25 -f lavfi -i color=blue:s=320x240:d=2:r=25";
    let file = media.make(&format!("{red_then_blue} -filter_complex [0][1]concat {H264} colors.mp4"));
    let job_id = media.harness.client.upload(file).await.expect("uploaded");
    let job = media.harness.ended("colors.mp4").await;
    let known = job.thumbnails.len();

    let id = media.harness.client.take_thumbnail(job_id.clone(), 3.04).await.expect("taken");
    let thumbnails = media.harness.client.job(job_id.clone()).await.expect("a job").thumbnails;
    assert_eq!(thumbnails.len(), known + 1);
    let taken = thumbnails.iter().find(|thumbnail| thumbnail.thumbnail_id == id).expect("the thumbnail");
    assert!((taken.timestamp_seconds.expect("a time") - 3.04).abs() < 0.05, "{taken:?}");
    let (_, _, picture) = ask(&media, Method::GET, &taken.thumbnail_url, None).await;
    media.write("taken.jpg", &picture);
    let color = "-i taken.jpg -vf scale=1:1,format=rgb24 -f rawvideo";
    let color = std::fs::read(media.make(&format!("{color} taken.rgb"))).expect("a color");
    assert!(color[2] > 200 && color[0] < 60, "blue: {color:?}");

    let last = media.harness.client.take_thumbnail(job_id.clone(), 4.0).await;
    assert!(last.is_ok(), "the end has no frame of its own: {last:?}");
    let id = job.video_id.expect("an id");
    let path = format!("/api/v1/videos/{id}/thumbnails");
    let post = async |path: &str, body: Value| {
        media.api.request(Method::POST, path).json(&body).send().await.expect("an answer").status()
    };
    for seconds in [json!(-1), json!(6), json!("1"), Value::Null] {
        let status = post(&path, json!({ "timestamp_seconds": seconds })).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{seconds}");
    }
    let status = post("/api/v1/videos/unknown/thumbnails", json!({ "timestamp_seconds": 1 })).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // The studio's copy is a link to the file, and is deleted only if that frees space.
    std::fs::remove_file(media.path("colors.mp4")).expect("deleted");
    media.harness.studio().delete_finished_copies().await;
    assert_eq!(post(&path, json!({ "timestamp_seconds": 1 })).await, StatusCode::CONFLICT);
    let refused = media.harness.client.take_thumbnail(job_id, 1.0).await.expect_err("without a file");
    assert!(refused.message.contains("no longer has this video file"), "{refused:?}");
}
