//! Files as people have them.

use std::path::PathBuf;

use tallylight_core::Code;

use super::PublicBackendHarness;

fn file(world: &PublicBackendHarness, name: impl AsRef<std::ffi::OsStr>, bytes: &[u8]) -> PathBuf {
    let path = world.folder.path().join(PathBuf::from(name.as_ref()));
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// The beginning of a film, and something more.
fn film() -> Vec<u8> {
    [b"\0\0\0\x20ftypisom".as_slice(), &[0; 2000]].concat()
}

#[tokio::test]
async fn a_video_has_its_kind_and_its_name_whatever_that_is() {
    let world = PublicBackendHarness::of(|_| {}).await;
    for name in ["plain.mp4", "line\nbreak \"quoted\".mov", "שלום ümläut 😀.mkv"] {
        let path = file(&world, name, &film());
        world.client.upload(path).await.unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
    let uploads = world.backend.uploads();
    let names: Vec<_> = uploads.iter().map(|(name, _, length)| (name.as_str(), *length)).collect();
    assert_eq!(names, [("plain.mp4", 2012), ("line%0Abreak %22quoted%22.mov", 2012), ("שלום ümläut 😀.mkv", 2012)]);
    assert!(uploads.iter().all(|(_, kind, _)| kind == "video/mp4"), "{uploads:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_name_that_is_no_text_is_uploaded() {
    use std::os::unix::ffi::OsStrExt;
    let world = PublicBackendHarness::of(|_| {}).await;
    let path = file(&world, std::ffi::OsStr::from_bytes(b"caf\xe9.mp4"), &film());
    let job_id = world.client.upload(path).await.expect("taken");
    assert_eq!(world.backend.uploads()[0].0, "caf\u{fffd}.mp4");
    assert!(world.client.can_upload_again(job_id).await, "its file is known by its bytes");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_called_by_its_name() {
    let world = PublicBackendHarness::of(|_| {}).await;
    let pipe = world.folder.path().join("pipe.mp4");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    for (path, words) in [
        (pipe, "isn't a file"),
        (world.folder.path().to_owned(), "is a folder"),
        ("/dev/zero".into(), "isn't a file"),
    ] {
        let error = world.client.upload(path).await.expect_err(words);
        assert!(error.code == Code::File && error.message.contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_that_keeps_the_method_is_followed_with_all_of_the_video() {
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
        let world = PublicBackendHarness::of(|_| {}).await;
        let counted = Arc::new(AtomicUsize::new(0));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let place = format!("http://{}", listener.local_addr().expect("an address"));
        let leads = move |State(count): State<Arc<AtomicUsize>>, uri: Uri| async move {
            count.fetch_add(1, Ordering::SeqCst);
            (status, [(header::LOCATION, format!("{uri}/"))])
        };
        let took = axum::routing::post(|body: axum::body::Body| async move {
            let length = axum::body::to_bytes(body, usize::MAX).await.map_or(0, |bytes| bytes.len());
            axum::Json(serde_json::json!({ "video_id": 1, "job_id": length, "status": "PENDING" }))
        });
        let router = Router::new()
            .route("/api/v1/videos/upload", axum::routing::post(leads))
            .route("/api/v1/videos/upload/", took.layer(axum::extract::DefaultBodyLimit::disable()))
            .with_state(Arc::clone(&counted));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let description = tallylight_core::discovery::Description {
            auth_url: Some(world.backend.address.clone()),
            auth_key: Some("anon".to_owned()),
            features: Some(vec!["upload".to_owned()]),
            ..Default::default()
        };
        let address = tallylight_core::discovery::parse_address(&place).expect("an address");
        world.client.connect_as(address, description).await.expect("described");
        world.client.sign_in("me@acme.tv".to_owned(), "password".into()).await.expect("signed in");
        let path = file(&world, "large.mp4", &[film(), vec![1; 20 << 20]].concat());
        let job_id = world.client.upload(path).await.expect("taken");
        assert!(job_id.as_str().parse::<usize>().is_ok_and(|length| length > 20 << 20), "{job_id}");
        assert_eq!(counted.load(Ordering::SeqCst), 1);
    }
}
