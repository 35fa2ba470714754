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
    let stage = StudioHarness::live().await;
    stage.client.upload(Video::Truncated.make(stage.videos(), "half.mp4")).await.expect("taken");
    let job = stage.ended("half.mp4").await;
    let error = job.row.error.expect("an error");
    assert_eq!((job.row.status, error.code.as_str()), (Status::Failed, "file_incomplete"));
    assert!(error.message.contains("incomplete"), "{}", error.message);
    let words = job
        .stages
        .iter()
        .find(|stage| stage.stage_id.as_str() == "PROBE")
        .and_then(|stage| stage.error_message.clone());
    assert!(words.is_some_and(|words| words.contains("moov atom not found")));
    stage.until("the notification", |seen| seen.notices.iter().any(|notice| notice.kind == NotificationKind::Failed)).await;
}

#[tokio::test]
async fn what_is_no_video_is_refused_at_once() {
    let stage = StudioHarness::live().await;
    for (name, content, words) in
        [("text.mp4", b"just words\n".as_slice(), "it holds text"), ("empty.mp4", b"".as_slice(), "0 bytes")]
    {
        let file = stage.videos().join(name);
        std::fs::write(&file, content).expect("a file");
        let error = stage.client.upload(file).await.expect_err(name);
        assert_eq!(error.code, Code::NotAVideo, "{name}");
        assert!(error.message.contains(words), "{}", error.message);
    }
    let missing = stage.client.upload(stage.videos().join("nowhere.mp4")).await.expect_err("missing");
    assert_eq!(missing.code, Code::File);
    assert!(stage.client.jobs().await.expect("jobs").is_empty());
}

#[tokio::test]
async fn bytes_that_are_no_video_fail_as_a_job() {
    let stage = StudioHarness::live().await;
    let file = stage.videos().join("noise.mp4");
    let noise: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    std::fs::write(&file, noise).expect("a file");
    stage.client.upload(file).await.expect("taken");
    let job = stage.ended("noise.mp4").await;
    assert_eq!(job.row.error.map(|error| error.code).as_deref(), Some("not_a_video"));
}

#[tokio::test]
async fn a_missing_ffmpeg_is_named_with_what_to_install() {
    let stage = StudioHarness::set_with(|config| config.tools.ffprobe = "/nowhere/ffprobe".into()).await;
    stage.sign_in().await.expect("signed in");
    stage.client.upload(Video::Silent.make(stage.videos(), "a.mp4")).await.expect("taken");
    let error = stage.ended("a.mp4").await.row.error.expect("an error");
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
    let stage = StudioHarness::set_with(|config| config.tools.ffprobe = probe.into()).await;
    stage.sign_in().await.expect("signed in");
    stage.client.upload(Video::Complete.make(stage.videos(), "a.mp4")).await.expect("taken");
    let job = stage.ended("a.mp4").await;
    assert_eq!(job.row.error.map(|error| error.code).as_deref(), Some("file_gone"));
}

#[tokio::test]
async fn a_wrong_password_signs_nobody_in_and_the_right_one_does() {
    let stage = StudioHarness::set().await;
    let error = stage.client.sign_in(EMAIL.to_owned(), "wrong".into()).await.expect_err("wrong");
    assert_eq!(error.code, Code::InvalidCredentials);
    assert_eq!(stage.client.status().await.expect("status").session.state, SessionState::SignedOut);
    let upload = stage.client.upload(stage.videos().join("a.mp4")).await.expect_err("signed out");
    assert_eq!(upload.code, Code::SignedOut);
    stage.sign_in().await.expect("signed in");
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_told_apart() {
    let stage = StudioHarness::set().await;
    let connect = async |address: &str| {
        let address = parse_address(address)?;
        stage.client.connect(address, Identity::Address).await
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
    let stage = StudioHarness::live().await;
    stage.client.upload(Video::Silent.make(stage.videos(), "private-canary.mp4")).await.expect("taken");
    stage.ended("private-canary.mp4").await;
    stage.client.sign_out().await.expect("signed out");
    assert!(stage.client.jobs().await.expect("jobs").is_empty());
    stage.client.shutdown().await;
    for entry in std::fs::read_dir(stage.folder.path().join("client")).expect("a folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        let holds = |canary: &[u8]| bytes.windows(canary.len()).any(|window| window == canary);
        assert!(!holds(b"private-canary") && !holds(b"eyJ"), "neither jobs nor tokens stay");
    }
}

#[tokio::test]
async fn a_second_studio_in_the_same_folder_is_refused() {
    let mut stage = StudioHarness::set().await;
    let config = || tallylight_studio::Config::new(stage.folder.path().join("studio"));
    let second = tallylight_studio::Studio::start(config()).await.err().expect("refused");
    assert!(second.to_string().contains("already runs"), "{second}");
    let config = config();
    stage.stop_studio().await;
    assert!(tallylight_studio::Studio::start(config).await.is_ok(), "the folder is free again");
}
