//! Videos on their way to the backend.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tallylight_core::{
    Code, Error, JobId, link, session,
    view::{Event, UploadState, UploadView},
};

use tokio::task::AbortHandle;

use super::{Actor, Failure, Report, calls::Call, signed_out};
use crate::{handle::Reply, rest, shell::Shell};

/// How often the progress of an upload is told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Is one upload under way.
#[derive(Debug)]
pub(super) struct Upload {
    path: PathBuf,
    view: UploadView,
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
pub(super) enum UploadReport {
    Looked(PathBuf, Result<u64, Error>, Reply<JobId>),
    Sent(u32, u64),
    Done(u32, u64, Result<JobId, Failure>),
}

impl<S: Shell> Actor<S> {
    pub(super) fn upload(&mut self, path: PathBuf, reply: Reply<JobId>) {
        let refusal = match &self.server {
            _ if !self.session.is_signed_in() => Some(signed_out()),
            Some(server) if server.offers("upload") => None,
            _ => Some(Error::new(Code::NotOffered, "this studio takes no uploads from here: use its website")),
        };
        if let Some(error) = refusal {
            return drop(reply.send(Err(error)));
        }
        let reports = self.reports.clone();
        tokio::spawn(async move {
            let looked = look(&path).await;
            reports.send(Report::Upload(UploadReport::Looked(path, looked, reply))).await
        });
    }

    pub(super) fn upload_report(&mut self, report: UploadReport) {
        match report {
            UploadReport::Looked(path, looked, reply) => self.looked(path, looked, reply),
            UploadReport::Sent(upload_id, sent) => {
                if let Some(upload) = self.uploads.get_mut(&upload_id) {
                    upload.view.sent_bytes = sent.min(upload.view.total_bytes);
                    let view = upload.view.clone();
                    self.tell(Event::Upload(view));
                }
            }
            UploadReport::Done(upload_id, epoch, outcome) => {
                // Sent in a session that is over: the job is somebody else's.
                let gone = || Err(Failure::local(signed_out()));
                let outcome = if epoch == self.calls.epoch() { outcome } else { gone() };
                self.upload_done(upload_id, outcome);
            }
        }
    }

    fn looked(&mut self, path: PathBuf, looked: Result<u64, Error>, reply: Reply<JobId>) {
        self.last_upload += 1;
        let upload_id = self.last_upload;
        let view = UploadView {
            upload_id,
            filename: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            sent_bytes: 0,
            total_bytes: *looked.as_ref().unwrap_or(&0),
            state: UploadState::Sending,
            job_id: None,
            error: None,
        };
        self.uploads.insert(upload_id, Upload { path, view, reply: Some(reply), token: TokenNeed::Met, task: None });
        match looked {
            Ok(_) => self.send(upload_id),
            Err(error) => self.upload_done(upload_id, Err(Failure::local(error))),
        }
    }

    fn send(&mut self, upload_id: u32) {
        let Some(upload) = self.uploads.get(&upload_id) else { return };
        let (view, path) = (upload.view.clone(), upload.path.clone());
        self.tell(Event::Upload(view));
        let (Some(clients), Some(server), Some(token)) =
            (self.clients.clone(), self.server.clone(), self.session.access_token().cloned())
        else {
            return self.await_token(upload_id);
        };
        let (reports, sent) = (self.reports.clone(), Arc::new(AtomicU64::new(0)));
        let epoch = self.calls.epoch();
        let task = tokio::spawn(async move {
            let sending = rest::upload(&clients.rest, &server, &token, &path, Arc::clone(&sent));
            tokio::pin!(sending);
            let mut tell = tokio::time::interval(TELL_EVERY);
            let outcome = loop {
                tokio::select! {
                    outcome = &mut sending => break outcome,
                    _ = tell.tick() => {
                        let progress = UploadReport::Sent(upload_id, sent.load(Ordering::Relaxed));
                        let _ = reports.send(Report::Upload(progress)).await;
                    }
                }
            };
            let _ = reports.send(Report::Upload(UploadReport::Done(upload_id, epoch, outcome))).await;
        });
        if let Some(upload) = self.uploads.get_mut(&upload_id) {
            upload.task = Some(task.abort_handle());
        }
    }

    fn upload_done(&mut self, upload_id: u32, outcome: Result<JobId, Failure>) {
        let Some(upload) = self.uploads.get(&upload_id) else { return };
        if upload.token == TokenNeed::Met && outcome.as_ref().is_err_and(Failure::is_unauthorized) {
            return self.await_token(upload_id);
        }
        // Over, one way or the other: what is told of it is all that is left.
        let Some(Upload { mut view, reply, .. }) = self.uploads.remove(&upload_id) else { return };
        match &outcome {
            Ok(job_id) => {
                view.state = UploadState::Sent;
                view.sent_bytes = view.total_bytes;
                view.job_id = Some(job_id.clone());
            }
            Err(failure) => {
                view.state = UploadState::Failed;
                view.error = Some(failure.error.clone().into());
            }
        }
        self.tell(Event::Upload(view));
        if let Ok(job_id) = &outcome {
            self.cache.expect(job_id);
            self.link_input(link::Input::Watch(vec![job_id.clone()]));
            self.call(Call::job(job_id.clone()));
        }
        if let Some(reply) = reply {
            let _ = reply.send(outcome.map_err(|failure| failure.error));
        }
    }

    fn await_token(&mut self, upload_id: u32) {
        if let Some(upload) = self.uploads.get_mut(&upload_id) {
            upload.token = TokenNeed::Awaited;
            self.session_input(session::Input::AccessRefused);
        }
    }

    /// Sends what waited for a token.
    pub(super) fn repeat_waiting_uploads(&mut self) {
        for upload_id in self.uploads_awaiting_token() {
            if let Some(upload) = self.uploads.get_mut(&upload_id) {
                upload.token = TokenNeed::Renewed;
            }
            self.send(upload_id);
        }
    }

    /// Gives up what waited for a token.
    pub(super) fn fail_waiting_uploads(&mut self, error: &Error) {
        for upload_id in self.uploads_awaiting_token() {
            self.upload_done(upload_id, Err(Failure::local(error.clone())));
        }
    }

    /// Ends every upload: whoever began them has left.
    pub(super) fn abort_uploads(&mut self) {
        let upload_ids: Vec<u32> = self.uploads.keys().copied().collect();
        for upload_id in upload_ids {
            if let Some(upload) = self.uploads.get_mut(&upload_id) {
                upload.token = TokenNeed::Renewed;
                upload.task.take().inspect(AbortHandle::abort);
            }
            self.upload_done(upload_id, Err(Failure::local(signed_out())));
        }
    }

    fn uploads_awaiting_token(&self) -> Vec<u32> {
        let awaiting = |upload: &Upload| upload.token == TokenNeed::Awaited;
        self.uploads.iter().filter(|(_, upload)| awaiting(upload)).map(|(upload_id, _)| *upload_id).collect()
    }
}

/// Returns the size of a file that may be sent.
async fn look(path: &Path) -> Result<u64, Error> {
    let shown = path.display();
    let metadata = tokio::fs::metadata(path)
        .await
        .map_err(|error| Error::new(Code::File, format!("{shown} cannot be read ({error}): check that it is there")))?;
    if !metadata.is_file() {
        return Err(Error::new(Code::File, format!("{shown} is a folder: choose the video in it")));
    }
    if metadata.len() == 0 {
        return Err(Error::new(Code::NotAVideo, format!("{shown} is empty (0 bytes): export the video again")));
    }
    Ok(metadata.len())
}
