//! Videos on their way to the backend: a few at a time, the others in a queue, and what failed until it is tried again
//! or given up.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tallylight_core::{
    Code, Error, JobId, auth, connection,
    library::DismissAction,
    model::text::one_line,
    view::{Event, UploadState, UploadView},
};

use tokio::task::AbortHandle;

use super::{
    fetcher::Call,
    runtime::{Actor, TaskEvent, signed_out},
};
use crate::{
    handle::Reply,
    net::{http::Failure, rest},
};

mod file_check;
mod speed;

use file_check::check_file;
use speed::Speed;

/// How often the progress of an upload is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// How long a line may take no byte before the upload is given up: TCP itself waits for a quarter of an hour.
const STALLED: Duration = Duration::from_mins(1);
/// How many videos are sent at the same time: more of them only take turns on the same line, and all end late.
const AT_ONCE: usize = 2;

/// Holds the uploads that are not over.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    held: BTreeMap<u32, Upload>,
    last: u32,
    /// How many files are looked at.
    looking: usize,
}

impl Uploads {
    /// Returns how they stand, in the order in which they were begun.
    pub(super) fn views(&self) -> Vec<UploadView> {
        self.held.values().map(|upload| upload.view.clone()).collect()
    }

    /// Tells whether the end of the program would cut any off.
    pub(super) fn is_under_way(&self) -> bool {
        self.looking > 0 || self.held.values().any(|upload| upload.view.state.is_under_way())
    }

    fn in_state(&self, state: UploadState) -> impl Iterator<Item = u32> {
        self.held.iter().filter(move |(_, upload)| upload.view.state == state).map(|(upload_id, _)| *upload_id)
    }
}

/// Is a video that somebody wants to be uploaded.
#[derive(Debug)]
pub(super) struct Asked {
    path: PathBuf,
    /// The job that it takes the place of: its trouble is put aside once the file is taken.
    again: Option<JobId>,
    reply: Reply<JobId>,
}

/// Is one upload.
#[derive(Debug)]
struct Upload {
    path: PathBuf,
    view: UploadView,
    speed: Speed,
    /// Whoever began it waits for its first end.
    reply: Option<Reply<JobId>>,
    token: TokenNeed,
    /// Sends it.
    task: Option<AbortHandle>,
}

/// Tells whether an upload needs another token than it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenNeed {
    /// Its token was not refused.
    Met,
    /// It waits for a fresh one.
    Awaited,
    /// It was sent again with a fresh one, and will not be sent a third time.
    Renewed,
}

/// Is what an upload tells.
#[derive(Debug)]
pub(super) enum UploadEvent {
    Looked(u64, Result<u64, Error>, Asked),
    Sent(u32, u64),
    Done(u32, u64, Result<JobId, Failure>),
}

impl Actor {
    pub(super) fn upload(&mut self, path: PathBuf, reply: Reply<JobId>) {
        self.start_upload(Asked { path, again: None, reply });
    }

    fn start_upload(&mut self, asked: Asked) {
        let refusal = match &self.server {
            _ if !self.session.is_signed_in() => Some(signed_out()),
            Some(server) if server.offers("upload") => None,
            _ => Some(Error::new(Code::NotOffered, "Uploads aren't available in this studio. Use its website.")),
        };
        if let Some(error) = refusal {
            return drop(asked.reply.send(Err(error)));
        }
        self.uploads.looking += 1;
        let (task_events, epoch) = (self.task_events.clone(), self.fetcher.epoch());
        tokio::spawn(async move {
            let clock_checked = check_file(&asked.path).await;
            task_events.send(TaskEvent::Upload(UploadEvent::Looked(epoch, clock_checked, asked))).await
        });
    }

    pub(super) fn upload_event(&mut self, report: UploadEvent) {
        match report {
            UploadEvent::Looked(epoch, clock_checked, asked) => {
                self.uploads.looking -= 1;
                if epoch == self.fetcher.epoch() {
                    self.clock_checked(clock_checked, asked);
                } else {
                    // Whoever chose it has left while the disk was slow.
                    drop(asked.reply.send(Err(signed_out())));
                }
            }
            UploadEvent::Sent(upload_id, sent) => self.sent(upload_id, sent),
            UploadEvent::Done(upload_id, epoch, outcome) => {
                // Sent in a session that is over: the job is somebody else's.
                let gone = || Err(Failure::local(signed_out()));
                let outcome = if epoch == self.fetcher.epoch() { outcome } else { gone() };
                self.upload_done(upload_id, outcome);
            }
        }
        self.send_next();
    }

    /// Gives up an upload, or takes one that failed out of sight.
    pub(super) fn cancel_upload(&mut self, upload_id: u32) {
        let Some(mut upload) = self.uploads.held.remove(&upload_id) else { return };
        upload.task.take().inspect(AbortHandle::abort);
        upload.view.state = UploadState::Cancelled;
        self.tell(Event::Upload(upload.view));
        if let Some(reply) = upload.reply {
            let _ = reply.send(Err(Error::new(Code::Requested, "Upload cancelled.")));
        }
        self.send_next();
    }

    /// Begins an upload that failed anew, with a fresh look at the file.
    pub(super) fn retry_upload(&mut self, upload_id: u32) {
        let Some(upload) = self.uploads.held.get(&upload_id) else { return };
        if upload.view.state == UploadState::Failed {
            let path = upload.path.clone();
            self.cancel_upload(upload_id);
            let (reply, _) = tokio::sync::oneshot::channel();
            self.upload(path, reply);
        }
    }

    /// Sends the file that a job was made of once more.
    pub(super) fn upload_again(&mut self, job_id: JobId, reply: Reply<JobId>) {
        match self.store.source(&job_id) {
            Some(path) => self.start_upload(Asked { path, again: Some(job_id), reply }),
            None => drop(reply.send(Err(Error::new(Code::NotFound, "Original file not found. Choose it again.")))),
        }
    }

    fn clock_checked(&mut self, clock_checked: Result<u64, Error>, asked: Asked) {
        let Asked { path, again, reply } = asked;
        if let Some(job_id) = again.filter(|_| clock_checked.is_ok()) {
            self.set_dismissed(&[job_id], DismissAction::Dismiss);
        }
        self.uploads.last += 1;
        let upload_id = self.uploads.last;
        let view = UploadView {
            upload_id,
            filename: one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()),
            sent_bytes: 0,
            total_bytes: *clock_checked.as_ref().unwrap_or(&0),
            bytes_per_second: None,
            state: UploadState::Queued,
            job_id: None,
            error: None,
        };
        let upload = Upload {
            path,
            view: view.clone(),
            speed: Speed::default(),
            reply: Some(reply),
            token: TokenNeed::Met,
            task: None,
        };
        self.uploads.held.insert(upload_id, upload);
        match clock_checked {
            Ok(_) => self.tell(Event::Upload(view)),
            Err(error) => self.upload_done(upload_id, Err(Failure::local(error))),
        }
    }

    /// Sends what waits for its turn.
    fn send_next(&mut self) {
        let room = AT_ONCE.saturating_sub(self.uploads.in_state(UploadState::Sending).count());
        let next: Vec<u32> = self.uploads.in_state(UploadState::Queued).take(room).collect();
        for upload_id in next {
            self.send(upload_id);
        }
    }

    fn send(&mut self, upload_id: u32) {
        let now = self.now().monotonic;
        let Some(upload) = self.uploads.held.get_mut(&upload_id) else { return };
        upload.view.state = UploadState::Sending;
        upload.view.sent_bytes = 0;
        upload.speed = Speed::from(now);
        let (view, path) = (upload.view.clone(), upload.path.clone());
        let total = view.total_bytes;
        self.tell(Event::Upload(view));
        let (Some(clients), Some(server), Some(token)) =
            (self.clients.clone(), self.server.clone(), self.session.access_token().cloned())
        else {
            return self.await_token(upload_id);
        };
        let (task_events, sent) = (self.task_events.clone(), Arc::new(AtomicU64::new(0)));
        let epoch = self.fetcher.epoch();
        let task = tokio::spawn(async move {
            let sending = rest::upload(&clients.rest, &server, &token, &path, Arc::clone(&sent));
            tokio::pin!(sending);
            let mut tell = tokio::time::interval(PROGRESS_INTERVAL);
            let mut moved = (0, tokio::time::Instant::now());
            let outcome = loop {
                tokio::select! {
                    outcome = &mut sending => break outcome,
                    _ = tell.tick() => {
                        let bytes = sent.load(Ordering::Relaxed);
                        let _ = task_events.send(TaskEvent::Upload(UploadEvent::Sent(upload_id, bytes))).await;
                        if bytes != moved.0 || bytes >= total {
                            moved = (bytes, tokio::time::Instant::now());
                        } else if moved.1.elapsed() >= STALLED {
                            break Err(Failure::local(stalled()));
                        }
                    }
                }
            };
            let _ = task_events.send(TaskEvent::Upload(UploadEvent::Done(upload_id, epoch, outcome))).await;
        });
        if let Some(upload) = self.uploads.held.get_mut(&upload_id) {
            upload.task = Some(task.abort_handle());
        }
    }

    fn sent(&mut self, upload_id: u32, sent: u64) {
        let now = self.now().monotonic;
        let Some(upload) = self.uploads.held.get_mut(&upload_id) else { return };
        let sent = sent.min(upload.view.total_bytes);
        upload.view.sent_bytes = sent;
        upload.view.bytes_per_second = upload.speed.at(now, sent);
        let view = upload.view.clone();
        self.tell(Event::Upload(view));
    }

    fn upload_done(&mut self, upload_id: u32, outcome: Result<JobId, Failure>) {
        let Some(upload) = self.uploads.held.get_mut(&upload_id) else { return };
        if upload.token == TokenNeed::Met && outcome.as_ref().is_err_and(Failure::is_unauthorized) {
            return self.await_token(upload_id);
        }
        upload.view.bytes_per_second = None;
        upload.task = None;
        match &outcome {
            Ok(job_id) => {
                upload.view.state = UploadState::Sent;
                upload.view.sent_bytes = upload.view.total_bytes;
                upload.view.job_id = Some(job_id.clone());
            }
            Err(failure) => {
                upload.view.state = UploadState::Failed;
                upload.view.error = Some(failure.error.clone().into());
            }
        }
        let (view, reply) = (upload.view.clone(), upload.reply.take());
        self.tell(Event::Upload(view));
        if let Ok(job_id) = &outcome {
            if let Some(upload) = self.uploads.held.remove(&upload_id) {
                self.store.set_source(job_id, &upload.path);
            }
            self.library.expect(job_id);
            self.connection_input(connection::Input::Watch(vec![job_id.clone()]));
            self.call(Call::job(job_id.clone()));
        }
        if let Some(reply) = reply {
            let _ = reply.send(outcome.map_err(|failure| failure.error));
        }
    }

    fn await_token(&mut self, upload_id: u32) {
        if let Some(upload) = self.uploads.held.get_mut(&upload_id) {
            upload.token = TokenNeed::Awaited;
            self.auth_input(auth::Input::AccessRefused);
        }
    }

    /// Sends what waited for a token.
    pub(super) fn repeat_waiting_uploads(&mut self) {
        for upload_id in self.uploads_awaiting_token() {
            if let Some(upload) = self.uploads.held.get_mut(&upload_id) {
                upload.token = TokenNeed::Renewed;
            }
            self.send(upload_id);
        }
        self.send_next();
    }

    /// Gives up what waited for a token.
    pub(super) fn fail_waiting_uploads(&mut self, error: &Error) {
        for upload_id in self.uploads_awaiting_token() {
            self.upload_done(upload_id, Err(Failure::local(error.clone())));
        }
        // What waits for its turn waits on where there is no token to send it with.
        if self.session.access_token().is_some() {
            self.send_next();
        }
    }

    /// Ends every upload: whoever began them has left.
    pub(super) fn abort_uploads(&mut self) {
        for (_, mut upload) in std::mem::take(&mut self.uploads.held) {
            upload.task.take().inspect(AbortHandle::abort);
            upload.view.state = UploadState::Failed;
            upload.view.error = Some(signed_out().into());
            self.tell(Event::Upload(upload.view));
            if let Some(reply) = upload.reply {
                let _ = reply.send(Err(signed_out()));
            }
        }
    }

    fn uploads_awaiting_token(&self) -> Vec<u32> {
        let awaiting =
            |upload: &Upload| upload.token == TokenNeed::Awaited && upload.view.state == UploadState::Sending;
        self.uploads.held.iter().filter(|(_, upload)| awaiting(upload)).map(|(upload_id, _)| *upload_id).collect()
    }
}

fn stalled() -> Error {
    Error::new(Code::Silent, "Upload interrupted. Check your network, then try again.")
}
