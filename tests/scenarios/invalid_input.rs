//! What goes wrong with files, tools and accounts: each gets a clear word, and nothing crashes.

use tallylight_client::Identity;
use tallylight_core::{
    Code,
    discovery::parse_address,
    model::job::Status,
    view::{NotificationKind, SessionState},
};
use tallylight_tests::{EMAIL, StudioHarness, Video};

#[tokio::test]
async fn a_cut_off_file_fails_in_plain_words_with_the_tools_own_in_the_stage() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Truncated.make(harness.videos(), "half.mp4")).await.expect("taken");
    let job = harness.ended("half.mp4").await;
    let error = job.row.error.expect("an error");
    assert_eq!((job.row.status, error.code.as_str()), (Status::Failed, "file_incomplete"));
    assert!(error.message.contains("incomplete"), "{}", error.message);
    let words = job
        .stages
        .iter()
        .find(|harness| harness.stage_id.as_str() == "PROBE")
        .and_then(|harness| harness.error_message.clone());
    assert!(words.is_some_and(|words| words.contains("moov atom not found")));
    harness
        .until("the notification", |seen| seen.notices.iter().any(|notice| notice.kind == NotificationKind::Failed))
        .await;
}

#[tokio::test]
async fn what_is_no_video_is_refused_at_once() {
    let harness = StudioHarness::live().await;
    for (name, content, words) in
        [("text.mp4", b"just words\n".as_slice(), "it contains text"), ("empty.mp4", b"".as_slice(), "0 bytes")]
    {
        let file = harness.videos().join(name);
        std::fs::write(&file, content).expect("a file");
        let error = harness.client.upload(file).await.expect_err(name);
        assert_eq!(error.code, Code::NotAVideo, "{name}");
        assert!(error.message.contains(words), "{}", error.message);
    }
    let missing = harness.client.upload(harness.videos().join("nowhere.mp4")).await.expect_err("missing");
    assert_eq!(missing.code, Code::File);
    assert!(harness.client.jobs().await.expect("jobs").is_empty());
}

#[tokio::test]
async fn bytes_that_are_no_video_fail_as_a_job() {
    let harness = StudioHarness::live().await;
    let file = harness.videos().join("noise.mp4");
    let noise: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    std::fs::write(&file, noise).expect("a file");
    harness.client.upload(file).await.expect("taken");
    let job = harness.ended("noise.mp4").await;
    assert_eq!(job.row.error.map(|error| error.code).as_deref(), Some("not_a_video"));
}

#[tokio::test]
async fn a_missing_ffmpeg_is_named_with_what_to_install() {
    let harness = StudioHarness::set_with(|config| config.tools.ffprobe = "/nowhere/ffprobe".into()).await;
    harness.sign_in().await.expect("signed in");
    harness.client.upload(Video::Silent.make(harness.videos(), "a.mp4")).await.expect("taken");
    let error = harness.ended("a.mp4").await.row.error.expect("an error");
    assert_eq!(error.code, "ffmpeg_missing");
    assert!(error.message.contains("apt install ffmpeg"), "{}", error.message);
}

#[tokio::test]
async fn a_file_that_is_deleted_while_it_is_processed_is_called_gone() {
    // The first tool finds everything as it was; then the file is gone before the next.
    let folder = tempfile::tempdir().expect("a folder");
    let probe = folder.path().join("ffprobe");
    let script = "#!/bin/sh\nfor last; do :; done\nffprobe \"$@\"\nrm \"$last\"\n";
    std::fs::write(&probe, script).expect("a script");
    #[cfg(unix)]
    std::fs::set_permissions(&probe, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let harness = StudioHarness::set_with(|config| config.tools.ffprobe = probe.into()).await;
    harness.sign_in().await.expect("signed in");
    harness.client.upload(Video::Complete.make(harness.videos(), "a.mp4")).await.expect("taken");
    let job = harness.ended("a.mp4").await;
    assert_eq!(job.row.error.map(|error| error.code).as_deref(), Some("file_gone"));
}

#[tokio::test]
async fn a_wrong_password_signs_nobody_in_and_the_right_one_does() {
    let harness = StudioHarness::set().await;
    let error = harness.client.sign_in(EMAIL.to_owned(), "wrong".into()).await.expect_err("wrong");
    assert_eq!(error.code, Code::InvalidCredentials);
    assert_eq!(harness.client.status().await.expect("status").session.state, SessionState::SignedOut);
    let upload = harness.client.upload(harness.videos().join("a.mp4")).await.expect_err("signed out");
    assert_eq!(upload.code, Code::SignedOut);
    harness.sign_in().await.expect("signed in");
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_told_apart() {
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
async fn signing_out_forgets_the_jobs_here_and_on_disk() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Silent.make(harness.videos(), "private-canary.mp4")).await.expect("taken");
    harness.ended("private-canary.mp4").await;
    harness.client.sign_out().await.expect("signed out");
    assert!(harness.client.jobs().await.expect("jobs").is_empty());
    harness.client.shutdown().await;
    for entry in std::fs::read_dir(harness.folder.path().join("client")).expect("a folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        let holds = |canary: &[u8]| bytes.windows(canary.len()).any(|window| window == canary);
        assert!(!holds(b"private-canary") && !holds(b"eyJ"), "neither jobs nor tokens stay");
    }
}

#[tokio::test]
async fn a_second_studio_in_the_same_folder_is_refused() {
    let mut harness = StudioHarness::set().await;
    let config = || tallylight_studio::Config::new(harness.folder.path().join("studio"));
    let second = tallylight_studio::Studio::start(config()).await.err().expect("refused");
    assert!(second.to_string().contains("already using"), "{second}");
    let config = config();
    harness.stop_studio().await;
    assert!(tallylight_studio::Studio::start(config).await.is_ok(), "the folder is free again");
}
