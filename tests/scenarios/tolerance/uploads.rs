//! Unusual names and kinds of uploaded files.

use std::path::PathBuf;

#[cfg(unix)]
use tallylight_core::Code;

use super::PublicBackendHarness;

fn file(harness: &PublicBackendHarness, name: impl AsRef<std::ffi::OsStr>, bytes: &[u8]) -> PathBuf {
    let path = harness.folder.path().join(PathBuf::from(name.as_ref()));
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Returns the beginning of an MP4 file and 2,000 further bytes.
fn video_bytes() -> Vec<u8> {
    [b"\0\0\0\x20ftypisom".as_slice(), &[0; 2000]].concat()
}

#[tokio::test]
async fn upload_sends_media_type_and_any_file_name() {
    let harness = PublicBackendHarness::of(|_| {}).await;
    let mut names = vec![("plain.mp4", "plain.mp4"), ("שלום ümläut 😀.mkv", "שלום ümläut 😀.mkv")];
    // No file of Windows has such a name.
    if cfg!(unix) {
        names.push(("line\nbreak \"quoted\".mov", "line%0Abreak %22quoted%22.mov"));
    }
    for (name, _) in &names {
        let path = file(&harness, name, &video_bytes());
        harness.client.upload(path).await.unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
    let uploads = harness.backend.uploads();
    let received: Vec<_> = uploads.iter().map(|(name, _, length)| (name.as_str(), *length)).collect();
    let expected: Vec<_> = names.iter().map(|(_, received)| (*received, 2012)).collect();
    assert_eq!(received, expected);
    assert!(uploads.iter().all(|(_, kind, _)| kind == "video/mp4"), "{uploads:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn file_name_that_is_not_utf8_is_uploaded() {
    use std::os::unix::ffi::OsStrExt;
    let harness = PublicBackendHarness::of(|_| {}).await;
    let path = file(&harness, std::ffi::OsStr::from_bytes(b"caf\xe9.mp4"), &video_bytes());
    let job_id = harness.client.upload(path).await.expect("accepted");
    assert_eq!(harness.backend.uploads()[0].0, "caf\u{fffd}.mp4");
    assert!(harness.client.source_file(job_id).await.is_some(), "the path is stored in bytes");
}

#[cfg(unix)]
#[tokio::test]
async fn path_that_is_not_a_file_is_rejected_with_its_kind() {
    let harness = PublicBackendHarness::of(|_| {}).await;
    let pipe = harness.folder.path().join("pipe.mp4");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    for (path, message) in [
        (pipe, "isn't a file"),
        (harness.folder.path().to_owned(), "is a folder"),
        ("/dev/zero".into(), "isn't a file"),
    ] {
        let error = harness.client.upload(path).await.expect_err(message);
        assert!(error.code == Code::File && error.message.contains(message), "{error}");
    }
}

#[tokio::test]
async fn redirect_that_keeps_the_method_resends_the_whole_video() {
    use axum::{
        Router,
        extract::State,
        http::{StatusCode, Uri, header},
    };
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    for status in [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT] {
        let harness = PublicBackendHarness::of(|_| {}).await;
        let counted = Arc::new(AtomicUsize::new(0));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let redirect = move |State(count): State<Arc<AtomicUsize>>, uri: Uri| async move {
            count.fetch_add(1, Ordering::SeqCst);
            (status, [(header::LOCATION, format!("{uri}/"))])
        };
        let handler = axum::routing::post(|body: axum::body::Body| async move {
            let length = axum::body::to_bytes(body, usize::MAX).await.map_or(0, |bytes| bytes.len());
            axum::Json(serde_json::json!({ "video_id": 1, "job_id": length, "status": "PENDING" }))
        });
        let router = Router::new()
            .route("/api/v1/videos/upload", axum::routing::post(redirect))
            .route("/api/v1/videos/upload/", handler.layer(axum::extract::DefaultBodyLimit::disable()))
            .with_state(Arc::clone(&counted));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let description = tallylight_core::discovery::Description {
            auth_url: Some(harness.backend.address.clone()),
            auth_key: Some("anon".to_owned()),
            features: Some(vec!["upload".to_owned()]),
            ..Default::default()
        };
        let address = tallylight_core::discovery::parse_address(&base).expect("an address");
        harness.client.connect_as(address, description).await.expect("connected");
        harness.client.sign_in("me@acme.tv".to_owned(), "password".into()).await.expect("signed in");
        let path = file(&harness, "large.mp4", &[video_bytes(), vec![1; 20 << 20]].concat());
        let job_id = harness.client.upload(path).await.expect("accepted");
        assert!(job_id.as_str().parse::<usize>().is_ok_and(|length| length > 20 << 20), "{job_id}");
        assert_eq!(counted.load(Ordering::SeqCst), 1);
    }
}
