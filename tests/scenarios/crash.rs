//! A program that is killed in the middle: at every step of an edit, and of a migration.

use std::{path::Path, process::Stdio};

use serde_json::json;
use tallylight_core::{
    JobId,
    library::record::Record,
    model::job::{Content, Field},
    view::{EditOutcome, Event},
};
use tallylight_tests::{FaultProxy, ScriptedBackend, ScriptedHarness};
use tempfile::TempDir;

/// Runs a client until it comes to a step for so many times.
async fn die(folder: &Path, address: &str, step: &str, times: usize) {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_crash-client"))
        .arg(folder)
        .args([address, step, &times.to_string()])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("a client");
    let ended = tokio::time::timeout(std::time::Duration::from_mins(1), child.wait()).await;
    assert!(!ended.expect("it comes to the step").expect("its end").success(), "{step} {times}");
}

async fn backend() -> (ScriptedBackend, FaultProxy) {
    let backend = ScriptedBackend::start().await;
    backend.set_jobs(json!([{ "id": "7", "video_id": "v7", "status": "PROCESSING", "progress_percent": 1,
        "updated_at": "2026-01-01T00:00:00Z", "video_metadata": { "title": "theirs" } }]));
    let proxy = FaultProxy::before(&backend.address).await;
    (backend, proxy)
}

/// Returns what became of the edit after the program was started again: whether there is a draft, and how often it was
/// sent.
async fn afterwards(step: &str, times: usize) -> (bool, usize) {
    let (backend, proxy) = backend().await;
    let folder = tempfile::tempdir().expect("a folder");
    die(folder.path(), &proxy.address, step, times).await;
    let harness = ScriptedHarness::after(folder, backend, proxy).await;
    harness.client.synced().await.expect("the list");
    let mut job = harness.job("7").await.expect("the job");
    while !job.pending.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        job = harness.job("7").await.expect("the job");
    }
    let is_draft = job.drafts.iter().any(|draft| draft.content == Content::Text("mine".to_owned()));
    let is_saved = job.row.title.as_deref() == Some("mine");
    // Killed before the first key was on disk, nobody had seen it.
    let was_seen = times > 1 || step == "words_are_on_disk" || step == "edit_is_answered";
    assert_eq!(is_draft || is_saved, was_seen, "{step} {times}: {job:?}");
    let told = harness.recorder.seen().events.iter().any(
        |event| matches!(event, Event::Edit(view) if view.field == Field::Title && view.outcome == EditOutcome::Saved),
    );
    assert!(!is_saved || told || times == 3, "{step} {times}");
    (is_draft, harness.backend.edits().len())
}

#[tokio::test]
async fn at_every_step_of_an_edit_nothing_is_lost_and_nothing_is_sent_twice() {
    // The disk is written to when it is typed, when it is saved, and when it is answered.
    let steps = [
        ("words_reach_the_disk", 1, (false, 0)),
        ("words_are_half_kept", 1, (false, 0)),
        ("words_are_on_disk", 1, (true, 0)),
        ("words_reach_the_disk", 2, (true, 0)),
        ("words_are_half_kept", 2, (true, 0)),
        // On disk, and marked as sent, which it never was.
        ("words_are_on_disk", 2, (false, 1)),
        ("edit_is_answered", 1, (false, 1)),
        ("words_reach_the_disk", 3, (false, 1)),
        ("words_are_half_kept", 3, (false, 1)),
        ("words_are_on_disk", 3, (false, 1)),
    ];
    for (step, times, expected) in steps {
        assert_eq!(afterwards(step, times).await, expected, "{step} {times}");
    }
}

/// Makes a data folder as the first version of the schema left it.
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
async fn at_every_step_of_a_migration_the_next_start_goes_on() {
    for step in ["migration_begins", "migration_is_half_done", "migration_is_done"] {
        let (backend, proxy) = backend().await;
        let folder = first_version();
        die(folder.path(), &proxy.address, step, 1).await;
        let harness = ScriptedHarness::after(folder, backend, proxy).await;
        let job = harness.job("5").await.expect("the job of before");
        assert_eq!(job.row.filename.as_deref(), Some("kept.mp4"), "{step}");
        assert_eq!(harness.client.status().await.expect("status").storage.incident, None);
        let changes = [(Field::Title, Content::Text("mine".to_owned()))].into();
        harness.client.synced().await.expect("the list");
        harness.client.edit(JobId::new("7"), changes).await.expect("the new tables are there");
    }
}

#[tokio::test]
async fn what_was_listed_is_on_disk_a_moment_later() {
    let jobs = |count: u32| (0..count).map(|n| tallylight_tests::running(&n.to_string())).collect::<Vec<_>>();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs(5)))).await;
    harness.clock.advance(std::time::Duration::from_secs(2));
    harness.set_dismissed().await;
    let file = rusqlite::Connection::open(harness.folder.path().join("tallylight.db")).expect("a file");
    let count: u32 = file.query_row("SELECT COUNT(*) FROM job", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, 5);
}
