//! Uploads: runs the upload queue of the core. It keeps the queue on disk, sends files in background tasks, and publishes
//! what a window sees.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::SignedDuration;
use tallylight_core::{
    Code, Error, JobId, auth, connection,
    library::Library,
    settings::Settings,
    upload_queue::{Effect, Input, Transfer, Upload, UploadQueue},
};
use tallylight_view::{Event, UploadState, UploadView};
use tokio::sync::Semaphore;
use tokio_util::task::AbortOnDropHandle;

use super::{
    context::Context,
    errors::signed_out,
    message::{
        FetchRequest, FetcherInput, JobsInput, ListCoverage, ListedJobs, SentBytes, UploadAttempt, UploadPurpose,
        UploadsInput,
    },
};
use crate::{
    command::Reply,
    config::UploadStorage,
    net::{
        http::Failure,
        upload::{self, SpeedLimit, StepResult, send_failure},
    },
};

mod file_check;
mod requests;
mod sending;
mod speed;
mod stored;
mod view;

use sending::Sending;
use speed::Speed;

/// The most files that are checked at the same time.
const CHECKS_AT_ONCE: usize = 4;

/// The uploads of one account at one backend.
pub(super) struct Uploads {
    queue: UploadQueue,
    /// Whose they are; none before anybody signed in.
    owner: Option<String>,
    storage: UploadStorage,
    /// Whether the disk has all of them.
    on_disk: OnDisk,
    /// How many files are being checked.
    checking: usize,
    /// The place of the next file: the files that are being checked have theirs already.
    next_position: u32,
    /// The uploads that are being sent.
    running: BTreeMap<u32, Running>,
    attempts: u64,
    /// The commands that wait for the first end of an upload.
    replies: BTreeMap<u32, Vec<Reply<JobId>>>,
    /// The jobs of complete uploads of this run.
    completed: BTreeSet<JobId>,
    limit: SpeedLimit,
    /// Bounds the files that are checked at the same time: each is open meanwhile.
    checks: Arc<Semaphore>,
    /// How far the backend's clock is ahead.
    server_ahead: SignedDuration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnDisk {
    All,
    NotAll,
}

/// An attempt to send an upload.
struct Running {
    attempt: u64,
    /// It ends with the account: an account that was removed sends nothing.
    task: AbortOnDropHandle<()>,
    speed: Speed,
}

impl Uploads {
    pub(super) fn new(storage: UploadStorage, settings: &Settings) -> Self {
        let limit = SpeedLimit::default();
        limit.set(settings.uploads.bytes_per_second());
        Self {
            queue: UploadQueue::default(),
            owner: None,
            storage,
            on_disk: OnDisk::All,
            checking: 0,
            next_position: 0,
            running: BTreeMap::new(),
            attempts: 0,
            replies: BTreeMap::new(),
            completed: BTreeSet::new(),
            limit,
            checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
            server_ahead: SignedDuration::ZERO,
        }
    }

    /// Returns the uploads, in the order in which they are sent.
    pub(super) fn views(&self) -> Vec<UploadView> {
        self.queue.uploads().into_iter().map(|upload| self.view(upload)).collect()
    }

    /// Returns whether quitting would interrupt any.
    pub(super) fn is_under_way(&self) -> bool {
        self.checking > 0 || self.queue.uploads().into_iter().any(|upload| view::state(upload).is_under_way())
    }

    /// Limits the speed of all uploads together; none for no limit.
    pub(super) fn set_speed_limit(&self, bytes_per_second: Option<u64>) {
        self.limit.set(bytes_per_second);
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.queue.deadline()
    }

    pub(super) fn tick(&mut self, now: Duration, context: &mut Context) {
        if self.queue.deadline().is_some_and(|due| now >= due) {
            self.on(Input::Tick, context);
        }
    }

    pub(super) fn handle(&mut self, input: UploadsInput, library: &Library, context: &mut Context) {
        self.server_ahead = library.server_clock.ahead(context.now()).unwrap_or_default();
        match input {
            UploadsInput::Upload(path, reply) => {
                self.check(path, UploadPurpose::New, reply, context);
            }
            UploadsInput::UploadAgain(job_id, reply) => match context.store.source(&job_id) {
                Some(path) => {
                    self.check(path, UploadPurpose::Replaces(job_id), reply, context);
                }
                None => drop(reply.send(Err(Error::new(Code::NotFound, "Original file not found. Choose it again.")))),
            },
            UploadsInput::Act(action) => self.act(action, context),
            UploadsInput::Checked(epoch, file, request) => {
                self.checking -= 1;
                if epoch == context.access.epoch {
                    self.checked(file, request, context);
                } else {
                    // The session ended while the file was checked.
                    drop(request.reply.send(Err(signed_out())));
                }
            }
            UploadsInput::Progress(attempt, bytes) => self.progress(attempt, bytes, context),
            UploadsInput::StepDone(attempt, bytes, outcome) => self.step_done(attempt, bytes, outcome, context),
            UploadsInput::Listed(listed) => self.listed(listed, library, context),
            UploadsInput::Reachable => self.on(Input::Reachable, context),
            UploadsInput::TokenReady => self.on(Input::TokenReady, context),
            UploadsInput::TokenDelayed(error) => self.on(Input::TokenDelayed(error), context),
            UploadsInput::Load(owner) => self.load(owner, context),
            UploadsInput::SignedOut => self.unload(context),
            UploadsInput::Delete => {
                self.unload(context);
                if let Some(owner) = self.owner.take() {
                    context.store.delete_uploads(&owner);
                }
            }
        }
    }

    /// Gives the queue an input, and performs its effects.
    fn on(&mut self, input: Input, context: &mut Context) {
        let effects = self.queue.on(input, context.now());
        self.persist(&effects, context);
        for effect in effects {
            self.perform(effect, context);
        }
    }

    fn perform(&mut self, effect: Effect, context: &mut Context) {
        match effect {
            Effect::Persist(_) | Effect::Delete(_) => {}
            Effect::Send(upload) => self.send(upload, context),
            Effect::Abort(upload_id) => {
                if let Some(running) = self.running.remove(&upload_id) {
                    running.task.abort();
                }
            }
            Effect::Terminate(url) => {
                if let Some((endpoint, token)) = context.authorized() {
                    let ending = async move {
                        upload::terminate(&endpoint.clients.rest, &endpoint.server, &token, &url).await;
                    };
                    drop(context.tasks.background.spawn(ending));
                }
            }
            Effect::RefreshToken => context.send(auth::Input::AccessRefused),
            Effect::FetchList => context.send(connection::Input::Refresh),
            Effect::Changed(upload_id) => {
                if let Some(upload) = self.queue.upload(upload_id) {
                    context.publish(Event::Upload(self.view(upload)));
                }
            }
            Effect::Completed(upload, job_id) => self.completed(&upload, job_id, context),
            Effect::Cancelled(upload) => {
                let cancelled = UploadView { state: UploadState::Cancelled, ..self.view(&upload) };
                context.publish(Event::Upload(cancelled));
                self.reply(upload.upload_id, &Err(Error::new(Code::Requested, "Upload cancelled.")));
            }
            Effect::AttemptFailed(upload_id, error) => {
                tracing::info!(code = ?error.code, error = error.with_causes(), "an upload was interrupted");
                self.reply(upload_id, &Err(error));
            }
        }
    }

    fn send(&mut self, upload: Upload, context: &mut Context) {
        self.attempts += 1;
        let (upload_id, attempt) = (upload.upload_id, self.attempts);
        let attempt = UploadAttempt { upload_id, attempt, epoch: context.access.epoch };
        let Some((endpoint, token)) = context.authorized() else {
            return self.on(Input::Failed(upload_id, view::no_token()), context);
        };
        let speed = match self.running.remove(&upload_id) {
            // The next step of the same upload. The last one has ended, unless it was overtaken.
            Some(running) => {
                running.task.abort();
                running.speed
            }
            None => Speed::from(context.monotonic(), upload.sent_bytes),
        };
        let wall = context.now().wall;
        let server_time = wall.checked_add(self.server_ahead).unwrap_or(wall);
        let sending = Sending { attempt, upload, endpoint, token, limit: self.limit.clone(), server_time };
        let task = sending.spawn(context);
        self.running.insert(upload_id, Running { attempt: attempt.attempt, task, speed });
    }

    /// Returns the attempt that is running, if it is this one.
    fn current(&mut self, attempt: UploadAttempt, context: &Context) -> Option<&mut Running> {
        let running = self.running.get_mut(&attempt.upload_id)?;
        (running.attempt == attempt.attempt && attempt.epoch == context.access.epoch).then_some(running)
    }

    fn progress(&mut self, attempt: UploadAttempt, bytes: SentBytes, context: &mut Context) {
        let now = context.monotonic();
        let Some(running) = self.current(attempt, context) else { return };
        let before = running.speed.per_second();
        running.speed.measure(now, bytes.sent);
        let is_same_speed = running.speed.per_second() == before;
        self.confirm(attempt.upload_id, bytes, context);
        let sent = self.queue.upload(attempt.upload_id).map(|upload| upload.sent_bytes);
        if !is_same_speed || sent != Some(bytes.sent) {
            self.on(Input::Progress(attempt.upload_id, bytes.sent), context);
        }
    }

    /// Stores a part that the backend has confirmed.
    fn confirm(&mut self, upload_id: u32, bytes: SentBytes, context: &mut Context) {
        let Some(upload) = self.queue.upload(upload_id) else { return };
        if let transfer @ Transfer::Resumable { .. } = &upload.transfer
            && bytes.confirmed > upload.confirmed_bytes
        {
            let input = Input::Transferred(upload_id, transfer.clone(), bytes.confirmed);
            self.on(input, context);
        }
    }

    fn step_done(
        &mut self,
        attempt: UploadAttempt,
        bytes: SentBytes,
        outcome: Result<StepResult, Failure>,
        context: &mut Context,
    ) {
        let upload_id = attempt.upload_id;
        if attempt.epoch != context.access.epoch {
            return;
        }
        self.confirm(upload_id, bytes, context);
        let is_current = self.current(attempt, context).is_some();
        let is_overtaken = !is_current && self.running.contains_key(&upload_id);
        let input = match outcome {
            // Whatever became of the upload meanwhile: the backend has it.
            Ok(StepResult::Done(job_id)) => Input::Done(upload_id, job_id),
            Ok(StepResult::Transferred(Transfer::Resumable { url, .. })) if is_overtaken => {
                return self.perform(Effect::Terminate(url), context);
            }
            Ok(StepResult::Transferred(transfer)) if !is_overtaken => {
                Input::Transferred(upload_id, transfer, bytes.confirmed)
            }
            Ok(StepResult::PartLost) if is_current => Input::PartLost(upload_id),
            Err(failure) if is_current => {
                let total = self.queue.upload(upload_id).map_or(0, |upload| upload.file.size);
                Input::Failed(upload_id, send_failure(failure, bytes.sent, total))
            }
            Ok(StepResult::PartLost | StepResult::Transferred(_)) | Err(_) => return,
        };
        // A new step takes over the measured speed.
        let has_next_step =
            matches!(&input, Input::Transferred(_, transfer, _) if !matches!(transfer, Transfer::Accepted { .. }));
        if is_current && !has_next_step {
            self.running.remove(&upload_id);
        }
        self.on(input, context);
    }

    /// Looks for the jobs of uploads that may have arrived.
    fn listed(&mut self, listed: ListedJobs, library: &Library, context: &mut Context) {
        let mut taken = BTreeSet::new();
        for upload in self.queue.searched() {
            let is_taken = |job_id: &JobId| {
                let is_completed = taken.contains(job_id) || self.completed.contains(job_id);
                is_completed || context.store.source(job_id).is_some()
            };
            // Two uploads of the same name are not told apart by it: each waits until the other has its answer.
            if upload.transfer.video_id().is_none() && self.queue.has_double(&upload) && self.is_any_sent(&upload) {
                continue;
            }
            match upload.listed_job(library, is_taken) {
                Some(job_id) => {
                    taken.insert(job_id.clone());
                    self.on(Input::Done(upload.upload_id, job_id), context);
                }
                None if listed.coverage == ListCoverage::AllNewJobs => {
                    self.on(Input::NotListed(upload.upload_id, listed.requested), context);
                }
                None => {}
            }
        }
    }

    /// Returns whether another upload is being sent, so that its answer may still come.
    fn is_any_sent(&self, upload: &Upload) -> bool {
        self.running.keys().any(|upload_id| *upload_id != upload.upload_id)
    }

    fn completed(&mut self, upload: &Upload, job_id: JobId, context: &mut Context) {
        self.running.remove(&upload.upload_id);
        self.completed.insert(job_id.clone());
        let view = UploadView {
            state: UploadState::Sent,
            bytes_per_second: None,
            job_id: Some(job_id.clone()),
            error: None,
            ..self.view(upload)
        };
        context.publish(Event::Upload(view));
        context.send(JobsInput::Expect(job_id.clone()));
        context.send(connection::Input::Watch(vec![job_id.clone()]));
        context.send(FetcherInput::Fetch(FetchRequest::job(job_id.clone())));
        self.reply(upload.upload_id, &Ok(job_id));
    }

    fn reply(&mut self, upload_id: u32, outcome: &Result<JobId, Error>) {
        for reply in self.replies.remove(&upload_id).into_iter().flatten() {
            let _ = reply.send(outcome.clone());
        }
    }
}

#[cfg(test)]
mod tests;
