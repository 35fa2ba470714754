//! Invalid files, tools and accounts: each results in a clear error, and nothing crashes.

use tallylight_client::Identity;
use tallylight_core::{
    Code, auth::SessionState, discovery::parse_address, model::job::Status, notifications::NotificationKind,
};
use tallylight_tests::{EMAIL, StudioHarness, Video};

#[tokio::test]
async fn truncated_file_fails_with_user_message_and_tool_details() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Truncated.make(harness.videos(), "half.mp4")).await.expect("accepted");
    let job = harness.ended("half.mp4").await;
    let error = job.row.error.expect("an error");
    assert_eq!((job.row.status, error.code.as_str()), (Status::Failed, "file_incomplete"));
    assert!(error.message.contains("incomplete"), "{}", error.message);
    let stage_error = job
        .stages
        .iter()
        .find(|stage| stage.stage_id.as_str() == "PROBE")
        .and_then(|stage| stage.error_message.clone());
    assert!(stage_error.is_some_and(|message| message.contains("moov atom not found")));
    harness
        .until("the notification", |seen| seen.notices.iter().any(|notice| notice.kind == NotificationKind::Failed))
        .await;
}

#[tokio::test]
async fn file_that_is_no_video_is_rejected_before_upload() {
    let harness = StudioHarness::live().await;
    for (name, content, message) in
        [("text.mp4", b"just words\n".as_slice(), "it contains text"), ("empty.mp4", b"".as_slice(), "0 bytes")]
    {
        let file = harness.videos().join(name);
        std::fs::write(&file, content).expect("a file");
        let error = harness.client.upload(file).await.expect_err(name);
        assert_eq!(error.code, Code::NotAVideo, "{name}");
        assert!(error.message.contains(message), "{}", error.message);
    }
    let missing = harness.client.upload(harness.videos().join("nowhere.mp4")).await.expect_err("missing");
    assert_eq!(missing.code, Code::File);
    assert!(harness.client.jobs().await.expect("jobs").is_empty());
}

#[tokio::test]
async fn unreadable_bytes_fail_as_a_job() {
    let harness = StudioHarness::live().await;
    let file = harness.videos().join("noise.mp4");
    let noise: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    std::fs::write(&file, noise).expect("a file");
    harness.client.upload(file).await.expect("accepted");
    let job = harness.ended("noise.mp4").await;
    assert_eq!(job.row.error.map(|error| error.code).as_deref(), Some("not_a_video"));
}

#[tokio::test]
async fn missing_ffmpeg_is_reported_with_install_command() {
    let harness = StudioHarness::set_with(|config| config.tools.ffprobe = "/nowhere/ffprobe".into()).await;
    harness.sign_in().await.expect("signed in");
    harness.client.upload(Video::Silent.make(harness.videos(), "a.mp4")).await.expect("accepted");
    let error = harness.ended("a.mp4").await.row.error.expect("an error");
    assert_eq!(error.code, "ffmpeg_missing");
    let install = tallylight_studio::install_ffmpeg().expect("a known system");
    assert!(error.message.contains(install), "{}", error.message);
}

// Windows does not delete a file that a program has open.
#[cfg(unix)]
#[tokio::test]
async fn file_deleted_during_processing_is_reported_as_gone() {
    // The first tool finds the file; the script then deletes it before the next tool runs.
    let folder = tempfile::tempdir().expect("a folder");
    let probe = folder.path().join("ffprobe");
    let script = "#!/bin/sh\nfor last; do :; done\nffprobe \"$@\"\nrm \"$last\"\n";
    std::fs::write(&probe, script).expect("a script");
    std::fs::set_permissions(&probe, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let harness = StudioHarness::set_with(|config| config.tools.ffprobe = probe.into()).await;
    harness.sign_in().await.expect("signed in");
    harness.client.upload(Video::Complete.make(harness.videos(), "a.mp4")).await.expect("accepted");
    let job = harness.ended("a.mp4").await;
    assert_eq!(job.row.error.map(|error| error.code).as_deref(), Some("file_gone"));
}

#[tokio::test]
async fn wrong_password_is_rejected_and_correct_one_signs_in() {
    let harness = StudioHarness::set().await;
    let error = harness.client.sign_in(EMAIL.to_owned(), "wrong".into()).await.expect_err("wrong");
    assert_eq!(error.code, Code::InvalidCredentials);
    assert_eq!(harness.client.status().await.expect("status").session.state, SessionState::SignedOut);
    let upload = harness.client.upload(harness.videos().join("a.mp4")).await.expect_err("signed out");
    assert_eq!(upload.code, Code::SignedOut);
    harness.sign_in().await.expect("signed in");
}

#[tokio::test]
async fn unusable_addresses_have_distinct_codes() {
    let harness = StudioHarness::set().await;
    let connect = async |address: &str| {
        let address = parse_address(address)?;
        harness.client.connect(address, Identity::Address).await
    };
    for (address, code) in [
        ("http://example.com", Code::InsecureAddress),
        ("no such address", Code::InvalidAddress),
        ("127.0.0.1:1", Code::Unreachable),
        ("nowhere.invalid", Code::Unreachable),
    ] {
        assert_eq!(connect(address).await.expect_err(address).code, code, "{address}");
    }
    let page = axum::Router::new().fallback(|| async { "<html>hello</html>" });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, page).await });
    assert_eq!(connect(&address).await.expect_err("a page").code, Code::NotAStudio);
}

#[tokio::test]
async fn sign_out_deletes_jobs_from_memory_and_disk() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Silent.make(harness.videos(), "private-canary.mp4")).await.expect("accepted");
    harness.ended("private-canary.mp4").await;
    harness.client.sign_out().await.expect("signed out");
    assert!(harness.client.jobs().await.expect("jobs").is_empty());
    harness.client.shutdown().await;
    for entry in std::fs::read_dir(harness.folder.path().join("client")).expect("a folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        let has_held_request = |canary: &[u8]| bytes.windows(canary.len()).any(|window| window == canary);
        assert!(
            !has_held_request(b"private-canary") && !has_held_request(b"eyJ"),
            "neither jobs nor tokens stay on disk"
        );
    }
}

#[tokio::test]
async fn second_studio_in_the_same_folder_is_rejected() {
    let mut harness = StudioHarness::set().await;
    let config = || tallylight_studio::Config::new(harness.folder.path().join("studio"));
    let second = tallylight_studio::Studio::start(config()).await.err().expect("refused");
    assert!(second.to_string().contains("already using"), "{second}");
    let config = config();
    harness.stop_studio().await;
    assert!(tallylight_studio::Studio::start(config).await.is_ok(), "the folder is free again");
}
