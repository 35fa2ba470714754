//! Uploads: a few at a time, the others in a queue, and failed ones until they are retried or cancelled.

use std::{collections::BTreeMap, path::PathBuf};

use tallylight_core::{Code, Error, JobId, auth, connection, library::DismissAction, model::text::one_line};
use tallylight_view::{Event, UploadState, UploadView};

use tokio::task::AbortHandle;

use super::{
    context::Context,
    errors::signed_out,
    message::{FetchRequest, FetcherInput, JobsInput, UploadRequest, UploadsInput},
};
use crate::{command::Reply, net::http::Failure};

mod file_check;
mod sending;
mod speed;

use file_check::check_file;
use sending::Sending;
use speed::Speed;

/// The most uploads at the same time: more of them share the same bandwidth, and all end late.
const AT_ONCE: usize = 2;

/// The uploads that are not over.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    held: BTreeMap<u32, Upload>,
    last: u32,
    /// How many files are being checked.
    checking: usize,
}

impl Uploads {
    /// Returns the uploads, in the order in which they were started.
    pub(super) fn views(&self) -> Vec<UploadView> {
        self.held.values().map(|upload| upload.view.clone()).collect()
    }

    /// Returns whether quitting would cancel any.
    pub(super) fn is_under_way(&self) -> bool {
        self.checking > 0 || self.held.values().any(|upload| upload.view.state.is_under_way())
    }

    fn in_state(&self, state: UploadState) -> impl Iterator<Item = u32> {
        self.held.iter().filter(move |(_, upload)| upload.view.state == state).map(|(upload_id, _)| *upload_id)
    }
}

/// One upload.
#[derive(Debug)]
struct Upload {
    path: PathBuf,
    view: UploadView,
    speed: Speed,
    /// The command that waits for its first end.
    reply: Option<Reply<JobId>>,
    token: TokenNeed,
    /// The task that sends it.
    task: Option<AbortHandle>,
}

/// Whether an upload needs another token than it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenNeed {
    /// Its token was not refused.
    Met,
    /// It waits for a fresh token.
    Awaited,
    /// It was sent again with a fresh token, and will not be sent a third time.
    Renewed,
}

impl Uploads {
    pub(super) fn handle(&mut self, input: UploadsInput, context: &mut Context) {
        match input {
            UploadsInput::Upload(path, reply) => self.check(UploadRequest { path, replaces: None, reply }, context),
            UploadsInput::UploadAgain(job_id, reply) => match context.store.source(&job_id) {
                Some(path) => self.check(UploadRequest { path, replaces: Some(job_id), reply }, context),
                None => drop(reply.send(Err(Error::new(Code::NotFound, "Original file not found. Choose it again.")))),
            },
            UploadsInput::Cancel(upload_id) => self.cancel(upload_id, context),
            UploadsInput::Retry(upload_id) => self.retry(upload_id, context),
            UploadsInput::Checked(epoch, size, request) => {
                self.checking -= 1;
                if epoch == context.access.epoch {
                    self.checked(size, request, context);
                } else {
                    // The session ended while the file was checked.
                    drop(request.reply.send(Err(signed_out())));
                }
            }
            UploadsInput::Sent(upload_id, sent) => self.sent(upload_id, sent, context),
            UploadsInput::Done(upload_id, epoch, outcome) => {
                // An upload of an earlier session: the job belongs to another account.
                let gone = || Err(Failure::local(signed_out()));
                let outcome = if epoch == context.access.epoch { outcome } else { gone() };
                self.done(upload_id, outcome, context);
            }
            UploadsInput::TokenReady => {
                for upload_id in self.awaiting_token() {
                    if let Some(upload) = self.held.get_mut(&upload_id) {
                        upload.token = TokenNeed::Renewed;
                    }
                    self.send(upload_id, context);
                }
            }
            UploadsInput::TokenDelayed(error) => {
                for upload_id in self.awaiting_token() {
                    self.done(upload_id, Err(Failure::local(error.clone())), context);
                }
                // Queued uploads wait for a token.
                if context.access.token.is_none() {
                    return;
                }
            }
            UploadsInput::SignedOut => return self.abort(context),
        }
        self.send_next(context);
    }

    fn check(&mut self, request: UploadRequest, context: &Context) {
        let refusal = match context.server() {
            _ if !context.access.is_signed_in => Some(signed_out()),
            Some(server) if server.offers("upload") => None,
            _ => Some(Error::new(Code::NotOffered, "Uploads aren't available in this studio. Use its website.")),
        };
        if let Some(error) = refusal {
            return drop(request.reply.send(Err(error)));
        }
        self.checking += 1;
        let (messages, epoch) = (context.tasks.messages.clone(), context.access.epoch);
        tokio::spawn(async move {
            let size = check_file(&request.path).await;
            messages.send(UploadsInput::Checked(epoch, size, request).into()).await
        });
    }

    /// Cancels an upload, or removes a failed one.
    fn cancel(&mut self, upload_id: u32, context: &mut Context) {
        let Some(mut upload) = self.held.remove(&upload_id) else { return };
        upload.task.take().inspect(AbortHandle::abort);
        upload.view.state = UploadState::Cancelled;
        context.publish(Event::Upload(upload.view));
        if let Some(reply) = upload.reply {
            let _ = reply.send(Err(Error::new(Code::Requested, "Upload cancelled.")));
        }
    }

    /// Starts a failed upload anew, and checks its file again.
    fn retry(&mut self, upload_id: u32, context: &mut Context) {
        let failed = self.held.get(&upload_id).filter(|upload| upload.view.state == UploadState::Failed);
        if let Some(path) = failed.map(|upload| upload.path.clone()) {
            self.cancel(upload_id, context);
            let (reply, _) = tokio::sync::oneshot::channel();
            self.check(UploadRequest { path, replaces: None, reply }, context);
        }
    }

    fn checked(&mut self, size: Result<u64, Error>, request: UploadRequest, context: &mut Context) {
        let UploadRequest { path, replaces, reply } = request;
        if let Some(job_id) = replaces.filter(|_| size.is_ok()) {
            context.send(JobsInput::SetDismissed(vec![job_id], DismissAction::Dismiss));
        }
        self.last += 1;
        let upload_id = self.last;
        let view = UploadView {
            upload_id,
            filename: one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()),
            sent_bytes: 0,
            total_bytes: *size.as_ref().unwrap_or(&0),
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
        self.held.insert(upload_id, upload);
        match size {
            Ok(_) => context.publish(Event::Upload(view)),
            Err(error) => self.done(upload_id, Err(Failure::local(error)), context),
        }
    }

    /// Sends queued uploads as far as there is room.
    fn send_next(&mut self, context: &mut Context) {
        let room = AT_ONCE.saturating_sub(self.in_state(UploadState::Sending).count());
        let next: Vec<u32> = self.in_state(UploadState::Queued).take(room).collect();
        for upload_id in next {
            self.send(upload_id, context);
        }
    }

    fn send(&mut self, upload_id: u32, context: &mut Context) {
        let now = context.monotonic();
        let Some(upload) = self.held.get_mut(&upload_id) else { return };
        upload.view.state = UploadState::Sending;
        upload.view.sent_bytes = 0;
        upload.speed = Speed::from(now);
        let (path, total) = (upload.path.clone(), upload.view.total_bytes);
        context.publish(Event::Upload(upload.view.clone()));
        match context.authorized() {
            Some((endpoint, token)) => {
                let sending = Sending { upload_id, path, total, endpoint, token };
                upload.task = Some(sending.spawn(context));
            }
            None => self.await_token(upload_id, context),
        }
    }

    fn sent(&mut self, upload_id: u32, sent: u64, context: &mut Context) {
        let now = context.monotonic();
        let Some(upload) = self.held.get_mut(&upload_id) else { return };
        let sent = sent.min(upload.view.total_bytes);
        upload.view.sent_bytes = sent;
        upload.view.bytes_per_second = upload.speed.at(now, sent);
        context.publish(Event::Upload(upload.view.clone()));
    }

    fn done(&mut self, upload_id: u32, outcome: Result<JobId, Failure>, context: &mut Context) {
        let Some(upload) = self.held.get_mut(&upload_id) else { return };
        if upload.token == TokenNeed::Met && outcome.as_ref().is_err_and(Failure::is_unauthorized) {
            return self.await_token(upload_id, context);
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
        let reply = upload.reply.take();
        context.publish(Event::Upload(upload.view.clone()));
        if let Ok(job_id) = &outcome {
            if let Some(upload) = self.held.remove(&upload_id) {
                context.store.set_source(job_id, &upload.path);
            }
            context.send(JobsInput::Expect(job_id.clone()));
            context.send(connection::Input::Watch(vec![job_id.clone()]));
            context.send(FetcherInput::Fetch(FetchRequest::job(job_id.clone())));
        }
        if let Some(reply) = reply {
            let _ = reply.send(outcome.map_err(|failure| failure.error));
        }
    }

    fn await_token(&mut self, upload_id: u32, context: &mut Context) {
        if let Some(upload) = self.held.get_mut(&upload_id) {
            upload.token = TokenNeed::Awaited;
            context.send(auth::Input::AccessRefused);
        }
    }

    /// Ends every upload: the session ended.
    fn abort(&mut self, context: &mut Context) {
        for (_, mut upload) in std::mem::take(&mut self.held) {
            upload.task.take().inspect(AbortHandle::abort);
            upload.view.state = UploadState::Failed;
            upload.view.error = Some(signed_out().into());
            context.publish(Event::Upload(upload.view));
            if let Some(reply) = upload.reply {
                let _ = reply.send(Err(signed_out()));
            }
        }
    }

    fn awaiting_token(&self) -> Vec<u32> {
        let awaiting =
            |upload: &Upload| upload.token == TokenNeed::Awaited && upload.view.state == UploadState::Sending;
        self.held.iter().filter(|(_, upload)| awaiting(upload)).map(|(upload_id, _)| *upload_id).collect()
    }
}

#[cfg(test)]
mod tests;
