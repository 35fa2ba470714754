use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use jiff::SignedDuration;
use serde_json::{Value, json};
use tallylight_core::{
    Code, Error,
    edits::{self, Answer, DeliveryCertainty, Unanswered},
    model::job::{Content, Field},
    notifications::Notification,
    protocol::snapshot::{Snapshot, read_job},
    upload_queue::VideoFile,
};
use tallylight_view::Event;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::{
    account::{
        context::Access,
        endpoint::Endpoint,
        message::{EditAnswer, EditResult, JobsInput, ListPosition, UploadPurpose, UploadRequest, UploadsInput},
        test_context::{RecordingShell, job_id, library, reply, server, socket_event},
    },
    command::{Action, Pause},
    config::Config,
    net::rest::WithServerTime,
    platform::{
        clock::{Clock, ClockController},
        keychain::Keychain,
    },
    shell::{Shell, TrayView},
};

/// A runtime whose loop the test runs by itself.
struct TestRuntime {
    runtime: Runtime,
    clock: ClockController,
    _from_tasks: mpsc::Receiver<Message>,
    _folder: TempDir,
}

impl TestRuntime {
    /// Creates a runtime with a session and these jobs.
    fn signed_in(shell: impl Shell, jobs: &[Value]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (clock, clock_controller) = Clock::adjustable();
        let (messages, from_tasks) = mpsc::channel(64);
        let config = Config { clock, ..Config::new(folder.path().to_owned(), Keychain::Memory) };
        crate::choose_cryptography();
        let mut runtime = Runtime::new(config, Box::new(shell), messages);
        let context = &mut runtime.context;
        context.endpoint = Some(Endpoint::new(server(), &context.connector).expect("clients"));
        context.access =
            Access { token: Some("token".into()), is_signed_in: true, generation: 1, epoch: 1, ..Access::default() };
        runtime.jobs.library = library(jobs, context);
        Self { runtime, clock: clock_controller, _from_tasks: from_tasks, _folder: folder }
    }

    /// Routes a message and everything that it causes.
    fn handle(&mut self, message: impl Into<Message>) {
        self.runtime.context.send(message);
        self.runtime.drain();
    }

    fn stored_jobs(&mut self) -> usize {
        self.runtime.context.store.jobs(&std::collections::BTreeSet::new()).len()
    }
}

/// A shell that notes of each event whether a command had been answered before it.
struct ReplyWatcher {
    answer: Arc<Mutex<oneshot::Receiver<Result<(), Error>>>>,
    was_answered: Arc<Mutex<Vec<bool>>>,
}

impl Shell for ReplyWatcher {
    fn emit(&self, _: Event) {
        let was_answered = self.answer.lock().expect("unpoisoned").try_recv().is_ok();
        self.was_answered.lock().expect("unpoisoned").push(was_answered);
    }

    fn notify(&self, _: Notification) {}

    fn tray(&self, _: TrayView) {}
}

fn running() -> Value {
    json!({ "id": "7", "video_id": "3", "status": "PROCESSING", "updated_at": "2026-01-01T00:00:00Z" })
}

fn snapshot(job: &Value) -> Snapshot {
    read_job(job).expect("a job")
}

#[tokio::test]
async fn commands_are_answered_after_the_events_that_they_caused() {
    let (reply, answer) = reply();
    let (answer, was_answered) = (Arc::new(Mutex::new(answer)), Arc::new(Mutex::new(Vec::new())));
    let shell = ReplyWatcher { answer: Arc::clone(&answer), was_answered: Arc::clone(&was_answered) };
    let mut test = TestRuntime::signed_in(shell, &[]);
    test.runtime.command(Command::Action(Action::Pause(Pause::Hour), reply));
    test.runtime.drain();
    assert_eq!(*was_answered.lock().expect("unpoisoned"), [false]);
    assert!(matches!(answer.lock().expect("unpoisoned").try_recv(), Ok(Ok(()))));
}

#[tokio::test]
async fn held_events_of_uploads_do_not_outlive_a_sign_out() {
    let shell = RecordingShell::default();
    let mut test = TestRuntime::signed_in(shell.clone(), &[]);
    shell.stall();
    let ((upload, _uploaded), (checked, _answer)) = (reply(), reply());
    test.handle(UploadsInput::Upload("/nowhere/a.mp4".into(), upload));
    let (path, purpose) = (PathBuf::from("/nowhere/a.mp4"), UploadPurpose::New);
    let file = VideoFile { path: path.clone(), size: 1000, modified: None, fingerprint: "a hash".to_owned() };
    let request = UploadRequest { path, purpose, position: 0, reply: checked };
    test.handle(UploadsInput::Checked(1, Ok(file), request));
    assert_eq!(test.runtime.uploads.views().len(), 1);

    // Both messages of a sign-out are in the queue before the uploads report their end.
    test.runtime.context.send(UploadsInput::SignedOut);
    test.handle(Message::ForgetJobs);
    shell.resume();
    test.clock.advance(Duration::from_secs(1));
    test.runtime.tick();
    let events = shell.events();
    assert!(!events.iter().any(|event| matches!(event, Event::Upload(_))), "{events:?}");
}

#[tokio::test]
async fn cleared_cache_is_saved_anew_after_the_history_of_what_ended_meanwhile() {
    let mut test = TestRuntime::signed_in(RecordingShell::default(), &[running()]);
    test.runtime.jobs.mark_all_unsaved();
    test.handle(Message::SaveAll);
    assert_eq!(test.stored_jobs(), 1);

    let now = test.runtime.context.now().wall.to_string();
    let failed = json!({ "id": "7", "status": "FAILED", "error_message": "The disk is full.", "updated_at": now });
    let update = ListUpdate {
        jobs: vec![snapshot(&failed)],
        date: None,
        requested: test.runtime.context.now(),
        incomplete: None,
        position: ListPosition::Later,
    };
    test.runtime.route(Message::ReplaceJobs(Box::new(update)));
    assert_eq!(test.stored_jobs(), 0, "a crash now must find the job as unfinished, or not at all");
    let outcome = test.runtime.context.queue.iter().position(|message| matches!(message, Message::Notifications(_)));
    let save = test.runtime.context.queue.iter().position(|message| matches!(message, Message::SaveAll));
    assert!(outcome.is_some() && outcome < save);

    test.runtime.drain();
    assert_eq!(test.stored_jobs(), 1);
    assert_eq!(test.runtime.context.store.history().len(), 1);
}

#[tokio::test]
async fn clock_of_the_backend_is_updated_before_an_answer_about_an_edit_is_applied() {
    let mut test = TestRuntime::signed_in(RecordingShell::default(), &[running()]);
    test.handle(OutboxInput::Load("owner".to_owned()));
    test.handle(edits::Input::Opened);
    let (reply, _answer) = reply();
    let title = BTreeMap::from([(Field::Title, Content::Text("mine".to_owned()))]);
    test.handle(OutboxInput::Edit(job_id("7"), title, reply));
    let op_id = test.runtime.outbox.edits.all_edits()[0].op_id;
    let result = |answer| OutboxInput::Result(Box::new(EditResult { op_id, epoch: 1, generation: 1, answer }));
    let error = Error::new(Code::Unreachable, "no answer");
    let lost = Unanswered { error, retry_after: None, arrival: DeliveryCertainty::Unknown };
    test.handle(result(EditAnswer::Sent(Answer::Unanswered(lost))));
    test.handle(edits::Input::Reachable);

    // The backend's clock is an hour ahead, and its answer names no time of the change.
    let ahead = test.runtime.context.now().wall + SignedDuration::from_hours(1);
    let value = snapshot(&json!({ "id": "7", "video_id": "3", "status": "PROCESSING",
        "video_metadata": { "title": "mine" } }));
    let checked = Ok(WithServerTime { value, date: Some(ahead) });
    test.handle(result(EditAnswer::Checked(Box::new(checked))));
    assert!(test.runtime.outbox.edits.all_edits().is_empty(), "the backend has the edit");
    let job = test.runtime.jobs.library.job(&job_id("7")).expect("the job");
    let changed = job.field_updated_at(Field::Title).expect("a title");
    assert!(changed > ahead - SignedDuration::from_mins(1), "{changed}");
}

#[tokio::test]
async fn deleted_jobs_are_removed_from_the_shell_and_from_disk() {
    let shell = RecordingShell::default();
    let mut test = TestRuntime::signed_in(shell.clone(), &[running()]);
    test.runtime.jobs.mark_all_unsaved();
    test.handle(Message::SaveAll);
    test.handle(Message::ForgetJobs);
    assert_eq!(test.stored_jobs(), 0);
    let removed = |event: &Event| matches!(event, Event::Jobs { removed, .. } if *removed == [job_id("7")]);
    assert!(shell.events().iter().any(removed));
}

#[tokio::test]
async fn waiting_command_about_a_job_that_is_still_unknown_is_answered_not_found() {
    let mut test = TestRuntime::signed_in(RecordingShell::default(), &[]);
    let ((show, mut shown), (edit, mut edited)) = (reply(), reply());
    let commands = vec![WaitingCommand::Show(show), WaitingCommand::Edit(BTreeMap::new(), edit)];
    test.handle(Message::JobFetched(job_id("7"), commands, Vec::new()));
    assert_eq!(shown.try_recv().expect("answered").expect_err("unknown").code, Code::NotFound);
    assert_eq!(edited.try_recv().expect("answered").expect_err("unknown").code, Code::NotFound);
}

#[tokio::test]
async fn change_of_a_job_is_shown_at_its_deadline() {
    let shell = RecordingShell::default();
    let mut test = TestRuntime::signed_in(shell.clone(), &[running()]);
    let data = json!({ "status": "PROCESSING", "progress_percent": 50 });
    let event = socket_event(&json!({ "type": "JOB_UPDATE", "job_id": "7", "data": data }));
    let now = test.runtime.context.now();
    test.handle(JobsInput::Events(vec![event], now));
    assert!(test.runtime.deadline().is_some());
    test.clock.advance(Duration::from_secs(1));
    test.runtime.tick();
    assert!(shell.events().iter().any(|event| matches!(event, Event::Jobs { changed, .. } if changed.len() == 1)));
}
