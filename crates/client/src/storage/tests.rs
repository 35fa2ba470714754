use tallylight_core::{
    edits::{Draft, DraftStatus, Edit, EditState, Effect, OpId},
    library::record::LwwRegister,
    model::{
        job::{Content, Field, Status},
        outcome::Outcome,
    },
    notifications::{HistoryEntry, NotificationKind},
    protocol::Progress,
    settings::{Automation, WebhookFormat},
};

use super::*;

#[test]
fn data_survives_a_restart_and_is_deleted_by_clear() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = Record { filename: Some("a.mp4".to_owned()), ..Record::new(JobId::new("7")) };
    let notified = OutcomeKey { job_id: JobId::new("7"), run: 1, outcome: Outcome::Failed };
    let mut store = Store::open(folder.path());
    store.save([&job].into_iter(), |_| false);
    store.mark_notified(&[notified.clone(), notified.clone()]);
    store.set_value("server", &"x");
    drop(store);
    let mut store = Store::open(folder.path());
    assert_eq!((store.jobs(&BTreeSet::new()), store.delivered()), (vec![job], vec![notified]));
    assert_eq!(store.value::<String>("server").as_deref(), Some("x"));
    store.clear();
    assert_eq!((store.jobs(&BTreeSet::new()).len(), store.delivered().len()), (0, 0));
    assert!(store.value::<String>("server").is_some());
}

#[test]
fn clear_leaves_nothing_of_a_job_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path());
    let job = Record { filename: Some("canary.mp4".to_owned()), ..Record::new(JobId::new("7")) };
    let holds = || {
        let files = std::fs::read_dir(folder.path()).expect("files").filter_map(Result::ok);
        files
            .filter(|file| {
                std::fs::read(file.path()).is_ok_and(|bytes| bytes.windows(10).any(|ten| ten == b"canary.mp4"))
            })
            .count()
    };
    store.save([&job].into_iter(), |_| false);
    assert!(holds() > 0, "the search finds data that is there");
    store.clear();
    assert_eq!(holds(), 0);
}

#[test]
fn a_corrupt_file_is_set_aside_and_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tallylight.db"), "not a database ".repeat(100)).expect("a file");
    let mut store = Store::open(folder.path());
    store.save([&Record::new(JobId::new("7"))].into_iter(), |_| false);
    assert_eq!(store.jobs(&BTreeSet::new()).len(), 1);
    assert!(folder.path().join("tallylight.unreadable.db").exists());
}

fn edit_and_draft(content: &str) -> (Effect, Effect) {
    let (job_id, content) = (JobId::new("7"), Content::Text(content.to_owned()));
    let changes = [(Field::Title, content.clone())].into();
    let edit = Edit { op_id: OpId(1), job_id: job_id.clone(), changes, state: EditState::Queued };
    let draft = Draft { job_id, field: Field::Description, content, base: None, cause: DraftStatus::Typed };
    (Effect::PersistEdit(edit), Effect::PersistDraft(draft))
}

fn write_edits(folder: &Path) {
    let (edit, draft) = edit_and_draft("never to be lost");
    let mut store = Store::open(folder);
    assert!(store.save_edits("me", &[edit, draft], std::iter::empty()));
    store.set_value("server", &"acme");
    // Filled, so that the damage below hits data.
    let jobs: Vec<Record> = (0..200).map(|n| Record::new(JobId::new(format!("job {n}")))).collect();
    store.save(jobs.iter(), |_| false);
}

fn file(folder: &Path, sql: &str) {
    let connection = Connection::open(folder.join("tallylight.db")).expect("a file");
    connection.execute_batch(sql).expect("written");
}

#[test]
fn damage_is_found_after_a_crash_and_edits_are_carried_over() {
    let folder = tempfile::tempdir().expect("a folder");
    write_edits(folder.path());
    // The root page of the jobs is overwritten, after a crash.
    file(folder.path(), "INSERT INTO setting VALUES ('in_use', 'true'); PRAGMA wal_checkpoint(TRUNCATE);");
    let root: u32 = Connection::open(folder.path().join("tallylight.db"))
        .and_then(|file| file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'job'", [], |row| row.get(0)))
        .expect("a page");
    let path = folder.path().join("tallylight.db");
    let mut bytes = std::fs::read(&path).expect("bytes");
    let page = 4096 * (root as usize - 1);
    bytes[page + 1..page + 600].fill(0xff);
    std::fs::write(&path, bytes).expect("damaged");
    let mut store = Store::open(folder.path());
    let incident = store.view().incident.clone().expect("an incident");
    assert_eq!(incident.code, Code::StorageUnreadable, "{}", incident.message);
    assert!(
        incident.message.contains("tallylight.unreadable.db")
            && incident.message.contains("Unsaved edits recovered: 2.")
    );
    assert_eq!((store.edits("me").len(), store.drafts("me").len(), store.jobs(&BTreeSet::new()).len()), (1, 1, 0));
    assert_eq!(store.value::<String>("server").as_deref(), Some("acme"), "the session can be restored");
    drop(store);
    assert_eq!(Store::open(folder.path()).view(), &StorageView::default(), "reported once");
}

#[test]
fn a_newer_file_is_set_aside_and_edits_are_carried_over() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["tallylight.newer.db", "tallylight.newer-1.db"] {
        write_edits(folder.path());
        file(folder.path(), "ALTER TABLE draft ADD COLUMN mood TEXT; PRAGMA user_version = 99;");
        let store = Store::open(folder.path());
        let incident = store.view().incident.clone().expect("an incident");
        assert_eq!(incident.code, Code::StorageNewer);
        assert!(incident.message.contains(name), "{}", incident.message);
        assert_eq!((store.edits("me").len(), store.drafts("me").len()), (1, 1));
        assert!(folder.path().join(name).exists());
    }
}

#[test]
fn a_full_disk_is_reported_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path());
    let limit = |store: &Store, pages: u32| {
        store.disk.lend().pragma_update(None, "max_page_count", pages).expect("a limit");
    };
    limit(&store, 1);
    let long = "x".repeat(100_000);
    let (edit, draft) = edit_and_draft(&long);
    assert!(!store.save_edits("me", &[edit.clone(), draft], std::iter::empty()));
    assert_eq!(store.view().trouble.as_ref().map(|why| why.code), Some(Code::DiskFull));
    assert_eq!((store.edits("me").len(), store.drafts("me").len()), (0, 0), "all or nothing is written");
    limit(&store, 1_000_000);
    let Effect::PersistEdit(edit) = edit else { return };
    assert!(store.save_all_edits("me", vec![edit], Vec::new()));
    assert_eq!((store.edits("me").len(), store.view().trouble.as_ref()), (1, None));
}

#[test]
fn finished_jobs_expire_unless_they_have_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let time = |text: &str| text.parse::<Timestamp>().expect("a time");
    let job = |id: &str, status: Status, at: &str| {
        let mut job = Record::new(JobId::new(id));
        job.apply_overall(time(at), &Progress { status, progress_percent: None, error_message: None });
        job.touch(time(at));
        job
    };
    let jobs = [
        job("old", Status::Completed, "2026-01-01T00:00:00Z"),
        job("old, edited", Status::Completed, "2026-01-01T00:00:00Z"),
        job("old, running", Status::Processing, "2026-01-01T00:00:00Z"),
        job("new", Status::Failed, "2026-03-01T00:00:00Z"),
    ];
    let mut store = Store::open(folder.path());
    store.save(jobs.iter(), |_| false);
    drop(store);
    let ids = |jobs: Vec<Record>| jobs.into_iter().map(|job| job.job_id.to_string()).collect::<BTreeSet<_>>();
    let edited: BTreeSet<JobId> = [JobId::new("old, edited")].into();
    for _ in 0..2 {
        let mut store = Store::open(folder.path());
        store.set_retention(time("2026-02-01T00:00:00Z"));
        assert_eq!(ids(store.jobs(&edited)), ["new", "old, running", "old, edited"].map(str::to_owned).into());
        store.save(jobs.iter(), |job_id| edited.contains(job_id));
    }
}

#[test]
fn transcripts_are_stored_separately_from_their_jobs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut job = Record::new(JobId::new("7"));
    let words = Content::Text("spoken words".to_owned());
    job.metadata.insert(Field::Transcript, LwwRegister { at: Timestamp::UNIX_EPOCH.into(), value: words.clone() });
    let mut store = Store::open(folder.path());
    store.save([&job].into_iter(), |_| false);
    let kept = store.jobs(&BTreeSet::new()).remove(0);
    assert_eq!((kept.transcript(), kept.field_updated_at(Field::Transcript)), (None, Some(Timestamp::UNIX_EPOCH)));
    assert_eq!(store.transcript(&job.job_id).as_deref(), Some("spoken words"));
    assert!(kept.metadata[&Field::Transcript].value.is_same(&words));
    store.forget(std::slice::from_ref(&job.job_id));
    assert_eq!(store.transcript(&job.job_id), None);
}

#[test]
fn without_a_data_folder_the_database_is_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a-file");
    std::fs::write(&file, "x").expect("a file");
    let mut store = Store::open(&file.join("below"));
    store.save([&Record::new(JobId::new("7"))].into_iter(), |_| false);
    assert_eq!(store.jobs(&BTreeSet::new()).len(), 1);
}

fn record(job_id: &str) -> HistoryRecord {
    let (job_id, at) = (JobId::new(job_id), Timestamp::UNIX_EPOCH);
    let key = OutcomeKey { job_id: job_id.clone(), run: 0, outcome: Outcome::Failed };
    let kind = NotificationKind::Failed;
    let entry = HistoryEntry { entry_id: 0, at, job_id, kind, name: "a".to_owned(), fault: None, read: false };
    HistoryRecord { key, entry, tasks: Vec::new() }
}

#[test]
fn each_outcome_is_new_once_even_if_the_disk_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path());
    let again = || vec![record("7"), record("7")];
    assert_eq!(store.record(again()).len(), 1);
    assert!(store.has_recorded(&record("7").key));
    drop(store);
    let mut store = Store::open(folder.path());
    store.disk.lend().pragma_update(None, "max_page_count", 1).expect("a limit");
    let (edit, draft) = edit_and_draft(&"x".repeat(100_000));
    assert!(!store.save_edits("me", &[edit, draft], std::iter::empty()));
    assert!(store.view().trouble.is_some());
    assert_eq!(store.record(again()).len(), 0, "the outcome is known");
    let large = || vec![record(&"8".repeat(100_000))];
    assert_eq!(store.record(large()).len(), 1, "an outcome that cannot be stored still counts as new");
    assert_eq!(store.record(large()).len(), 0, "but only once");
}

#[test]
fn automation_tasks_are_stored_until_they_are_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Some(vec!["true".to_owned()]);
    let automation =
        Automation { enabled: true, when: vec![Outcome::Failed], run, webhook: None, format: WebhookFormat::default() };
    let task = AutomationTask::new(Timestamp::UNIX_EPOCH, JobId::new("7"), Outcome::Failed, automation);
    let failed = || vec![HistoryRecord { tasks: vec![task.clone()], ..record("7") }];
    let mut store = Store::open(folder.path());
    store.record(failed());
    store.clear_jobs();
    drop(store);
    let mut store = Store::open(folder.path());
    assert_eq!(store.tasks(), std::slice::from_ref(&task), "tasks survive a restart");
    store.record(failed());
    store.forget_task(&task.id);
    assert_eq!((store.tasks(), store.history().len()), (Vec::new(), 1));
}

#[test]
fn later_writes_follow_jobs_saved_in_the_background() {
    let folder = tempfile::tempdir().expect("a folder");
    let named = |name: &str| Record { filename: Some(name.to_owned()), ..Record::new(JobId::new("7")) };
    let kept = |store: &mut Store| store.jobs(&BTreeSet::new());
    let mut store = Store::open(folder.path());
    let write = store.save_in_background(vec![Arc::new(named("older.mp4"))]);
    store.save([&named("newer.mp4")].into_iter(), |_| false);
    let saved = write();
    assert!(store.saved(saved), "the later call wrote the queued job first");
    assert_eq!(kept(&mut store), [named("newer.mp4")]);
    let write = store.save_in_background(vec![Arc::new(named("back.mp4"))]);
    store.clear();
    write();
    assert_eq!(kept(&mut store), [], "cleared jobs do not come back");
    let write = store.save_in_background(vec![Arc::new(named("last.mp4"))]);
    drop(store);
    let mut store = Store::open(folder.path());
    assert_eq!(kept(&mut store), [named("last.mp4")], "dropping the store writes queued jobs");
    write();
}

#[test]
fn a_failed_background_save_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path());
    store.disk.lend().pragma_update(None, "max_page_count", 1).expect("a limit");
    let large = Record { filename: Some("x".repeat(100_000)), ..Record::new(JobId::new("7")) };
    let saved = store.save_in_background(vec![Arc::new(large)])();
    assert!(!store.saved(saved) && store.view().trouble.is_some());
}
