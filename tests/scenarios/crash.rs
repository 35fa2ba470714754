//! Crashes: the client is killed at every step of an edit and of a migration.

use std::{path::Path, process::Stdio};

use serde_json::json;
use tallylight_core::{
    JobId,
    edits::EditOutcome,
    library::record::Record,
    model::job::{Content, Field},
};
use tallylight_tests::{FaultProxy, ScriptedBackend, ScriptedHarness};
use tallylight_view::Event;
use tempfile::TempDir;

/// Runs a client until it aborts at a failpoint that is reached for the `times`-th time. It edits a job, or uploads a
/// video.
async fn run_until_crash(folder: &Path, address: &str, step: &str, times: usize, video: Option<&Path>) {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_crash-client"))
        .arg(folder)
        .args([address, step, &times.to_string()])
        .args(video)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("a client");
    let ended = tokio::time::timeout(std::time::Duration::from_mins(1), child.wait()).await;
    assert!(!ended.expect("the client reaches the step").expect("an exit status").success(), "{step} {times}");
}

async fn backend() -> (ScriptedBackend, FaultProxy) {
    let backend = ScriptedBackend::start().await;
    backend.set_jobs(json!([{ "id": "7", "video_id": "v7", "status": "PROCESSING", "progress_percent": 1,
        "updated_at": "2026-01-01T00:00:00Z", "video_metadata": { "title": "theirs" } }]));
    let proxy = FaultProxy::before(&backend.address).await;
    (backend, proxy)
}

/// Crashes a client at a step of an edit and starts another one. Returns whether there is a draft then, and how often
/// the edit was sent.
async fn after_crash(step: &str, times: usize) -> (bool, usize) {
    let (backend, proxy) = backend().await;
    let folder = tempfile::tempdir().expect("a folder");
    run_until_crash(folder.path(), &proxy.address, step, times, None).await;
    let harness = ScriptedHarness::after(folder, backend, proxy).await;
    harness.client.synced().await.expect("the list");
    let mut job = harness.job("7").await.expect("the job");
    while !job.pending.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        job = harness.job("7").await.expect("the job");
    }
    let is_draft = job.drafts.iter().any(|draft| draft.content == Content::Text("mine".to_owned()));
    let is_saved = job.row.title.as_deref() == Some("mine");
    // A crash before the first write loses the text, which was not shown as stored yet.
    let was_seen = times > 1 || step == "edits_written" || step == "edit_is_answered";
    assert_eq!(is_draft || is_saved, was_seen, "{step} {times}: {job:?}");
    let is_reported = harness.recorder.seen().events.iter().any(
        |event| matches!(event, Event::Edit(view) if view.field == Field::Title && view.outcome == EditOutcome::Saved),
    );
    assert!(!is_saved || is_reported || times == 3, "{step} {times}");
    (is_draft, harness.backend.edits().len())
}

#[tokio::test]
async fn crash_at_any_step_of_an_edit_neither_loses_nor_resends_it() {
    // The edit is written to disk when it is typed, when it is saved, and when it is answered.
    let steps = [
        ("edits_before_write", 1, (false, 0)),
        ("edits_half_written", 1, (false, 0)),
        ("edits_written", 1, (true, 0)),
        ("edits_before_write", 2, (true, 0)),
        ("edits_half_written", 2, (true, 0)),
        // On disk as sent, although it was not; after the restart it is sent once.
        ("edits_written", 2, (false, 1)),
        ("edit_is_answered", 1, (false, 1)),
        ("edits_before_write", 3, (false, 1)),
        ("edits_half_written", 3, (false, 1)),
        ("edits_written", 3, (false, 1)),
    ];
    for (step, times, expected) in steps {
        assert_eq!(after_crash(step, times).await, expected, "{step} {times}");
    }
}

/// Crashes a client at a step of an upload and starts another one. Returns the number of jobs that the backend made of
/// the video.
async fn jobs_after_crash(way: &str, step: &str, times: usize) -> usize {
    let backend = ScriptedBackend::start().await;
    backend.set_discovery(json!({ "features": [way] }));
    let proxy = FaultProxy::before(&backend.address).await;
    let folder = tempfile::tempdir().expect("a folder");
    let video = folder.path().join("a.mp4");
    std::fs::write(&video, [b"\0\0\0\x20ftypisom".as_slice(), &vec![1; 50_000]].concat()).expect("a file");
    run_until_crash(folder.path(), &proxy.address, step, times, Some(&video)).await;
    let harness = ScriptedHarness::after(folder, backend, proxy).await;
    harness.client.synced().await.expect("the list");
    while !harness.client.uploads().await.expect("uploads").is_empty() {
        // What may have arrived is looked for in later lists.
        harness.clock.advance(std::time::Duration::from_secs(1));
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    harness.backend.job_files().len()
}

#[tokio::test]
async fn crash_at_any_step_of_an_upload_neither_loses_nor_repeats_it() {
    for way in ["upload", "upload_resumable", "upload_signed"] {
        // The queue is written when the video is added, when a way of sending it has begun, and when its job is known.
        for (step, count) in [("uploads_before_write", 3), ("uploads_written", 3), ("upload_step_is_done", 2)] {
            for times in 1..=count {
                let jobs = jobs_after_crash(way, step, times).await;
                // A crash before the first write loses the upload, which was not shown yet.
                let was_seen = (step, times) != ("uploads_before_write", 1);
                assert_eq!(jobs, usize::from(was_seen), "{way} {step} {times}");
            }
        }
    }
}

/// Creates a data folder with the first version of the schema.
fn first_version() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = rusqlite::Connection::open(folder.path().join("tallylight.db")).expect("a file");
    file.execute_batch(
        "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
         CREATE TABLE job (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
         CREATE TABLE delivered (body TEXT PRIMARY KEY) STRICT;
         PRAGMA user_version = 1;",
    )
    .expect("a schema");
    let job = Record { filename: Some("kept.mp4".to_owned()), ..Record::new(JobId::new("5")) };
    let body = serde_json::to_string(&job).expect("text");
    file.execute("INSERT INTO job VALUES ('5', ?1)", [body]).expect("a job");
    folder
}

#[tokio::test]
async fn crash_at_any_step_of_a_migration_is_recovered_at_next_start() {
    for step in ["migration_begins", "migration_is_half_done", "migration_is_done"] {
        let (backend, proxy) = backend().await;
        let folder = first_version();
        run_until_crash(folder.path(), &proxy.address, step, 1, None).await;
        let harness = ScriptedHarness::after(folder, backend, proxy).await;
        let job = harness.job("5").await.expect("the job of the first version");
        assert_eq!(job.row.filename.as_deref(), Some("kept.mp4"), "{step}");
        assert_eq!(harness.client.status().await.expect("status").storage.incident, None);
        let changes = [(Field::Title, Content::Text("mine".to_owned()))].into();
        harness.client.synced().await.expect("the list");
        harness.client.edit(JobId::new("7"), changes).await.expect("the new tables exist");
    }
}

#[tokio::test]
async fn listed_jobs_are_stored_within_seconds() {
    let jobs = |count: u32| (0..count).map(|n| tallylight_tests::running(&n.to_string())).collect::<Vec<_>>();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs(5)))).await;
    harness.clock.advance(std::time::Duration::from_secs(2));
    harness.wait_until_settled().await;
    let file = rusqlite::Connection::open(harness.folder.path().join("tallylight.db")).expect("a file");
    let count: u32 = file.query_row("SELECT COUNT(*) FROM job", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, 5);
}
