//! The upload queue of an account as a state machine of the same shape as the edits: `on(input, now) -> Vec<Effect>`.
//!
//! Two rules hold. An upload is on disk before it is shown, and stays there until the backend has its job or the user
//! cancels it. And no video is sent twice: a file that is in the queue is not added again, and one that may have arrived
//! is looked for in the list of jobs before it is sent again. Source: docs/protocol.md#uploads.

use std::{collections::BTreeMap, path::Path, time::Duration};

use crate::{Code, Error, JobId, Now};

mod held;
mod io;
mod listed_job;
mod user_actions;

use held::{Held, is_connection};

pub use io::{
    Effect, FailureKind, Input, SendFailure, TokenNeed, Transfer, Upload, UploadStatus, Verification, VideoFile, Wait,
};

/// The most uploads at the same time: more of them share the same bandwidth, and all end late.
const AT_ONCE: usize = 2;
/// The most uploads in the queue, failed ones included.
pub const CAPACITY: usize = 1000;
/// After so many searches in vain, an upload waits for the user.
const MAX_SEARCHES: usize = 6;
/// How often a list is fetched for uploads that may have arrived, if the last one could not decide.
const SEARCH_INTERVAL: Duration = Duration::from_secs(30);

/// The uploads that are not over.
#[derive(Debug, Default)]
pub struct UploadQueue {
    held: BTreeMap<u32, Held>,
    last: u32,
    access: Access,
    /// Until when nothing is sent, because the backend could not be reached: one upload tries for all.
    blocked_until: Option<Duration>,
}

/// Whether there was an access token in this session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Access {
    /// Not yet: nothing is sent.
    #[default]
    None,
    /// Uploads are sent. A token that expires is renewed.
    Granted,
}

impl UploadQueue {
    /// Restores the uploads stored on disk. What may have arrived is verified first.
    pub fn restore(uploads: impl IntoIterator<Item = Upload>, last: u32, now: Now) -> Self {
        let mut queue = Self { last, ..Self::default() };
        for mut upload in uploads {
            upload.sent_bytes = upload.confirmed_bytes;
            queue.last = queue.last.max(upload.upload_id);
            let mut held = Held::restored(upload);
            if held.upload.status == UploadStatus::Queued && held.upload.transfer.may_have_arrived() {
                // The last run may have ended just now.
                let since = now.monotonic + held.job_creation();
                held.upload.status = UploadStatus::Verifying(Verification { since, fetch_at: since });
            }
            queue.held.insert(held.upload.upload_id, held);
        }
        queue
    }

    /// Returns the uploads in the order in which they are sent.
    pub fn uploads(&self) -> Vec<&Upload> {
        let mut uploads: Vec<&Upload> = self.held.values().map(|held| &held.upload).collect();
        uploads.sort_by_key(|upload| (upload.position, upload.upload_id));
        uploads
    }

    /// Returns an upload.
    pub fn upload(&self, upload_id: u32) -> Option<&Upload> {
        self.held.get(&upload_id).map(|held| &held.upload)
    }

    /// Returns the upload of the same video, if there is one.
    pub fn of_video(&self, file: &VideoFile) -> Option<&Upload> {
        self.held.values().map(|held| &held.upload).find(|upload| upload.file.is_same_video(file))
    }

    /// Returns the upload of a path whose file may be replaced by what the path holds now: it is not being sent, and
    /// has not arrived.
    pub fn replaceable(&self, path: &Path) -> Option<&Upload> {
        let is_replaceable = |upload: &&Upload| {
            let is_idle = !matches!(upload.status, UploadStatus::Sending(_) | UploadStatus::Verifying(_));
            upload.file.path == path && is_idle && !upload.transfer.may_have_arrived()
        };
        self.held.values().map(|held| &held.upload).find(is_replaceable)
    }

    /// Returns the uploads that have to be looked for in the list of jobs: those that may have arrived, and those that
    /// are sent again because no list had them.
    pub fn searched(&self) -> Vec<Upload> {
        let is_searched = |held: &&Held| matches!(held.upload.status, UploadStatus::Verifying(_)) || held.searches > 0;
        self.held.values().filter(is_searched).map(|held| held.upload.clone()).collect()
    }

    /// Returns the id that the next added upload gets.
    pub fn next_id(&self) -> u32 {
        self.last + 1
    }

    /// Returns the place behind all uploads.
    pub fn next_position(&self) -> u32 {
        self.held.values().map(|held| held.upload.position).max().map_or(0, |last| last.saturating_add(1))
    }

    /// Returns whether no more uploads are accepted.
    pub fn is_full(&self) -> bool {
        self.held.len() >= CAPACITY
    }

    /// Returns when the next upload is to be sent again, or to be looked for.
    pub fn deadline(&self) -> Option<Duration> {
        let blocked = self.blocked_until.filter(|_| self.has_queued());
        self.held.values().filter_map(Held::due_at).chain(blocked).min()
    }

    fn has_queued(&self) -> bool {
        self.held.values().any(|held| held.upload.status == UploadStatus::Queued)
    }

    /// Handles an input and returns what is to be done.
    pub fn on(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Add(file, position) => self.add(file, position, UploadStatus::Queued, &mut effects),
            Input::AddFailed(file, position, error) => {
                self.add(file, position, UploadStatus::Failed(error.clone().into()), &mut effects);
                effects.push(Effect::AttemptFailed(self.last, error));
            }
            Input::Cancel(upload_id) => self.cancel(upload_id, &mut effects),
            Input::Replace(upload_id, file) => self.replace(upload_id, file, now, &mut effects),
            Input::Pause(upload_id) => self.pause(upload_id, &mut effects),
            Input::Resume(upload_id) => self.resume(upload_id, now, &mut effects),
            Input::PauseAll => self.ids().into_iter().for_each(|upload_id| self.pause(upload_id, &mut effects)),
            Input::ResumeAll => self.ids().into_iter().for_each(|upload_id| self.resume(upload_id, now, &mut effects)),
            Input::Retry(upload_id, file) => self.retry(upload_id, file, now, &mut effects),
            Input::RetryFailed(upload_id, error) => self.retry_failed(upload_id, &error, &mut effects),
            Input::Move(upload_id, before) => self.move_before(upload_id, before, &mut effects),
            Input::Progress(upload_id, sent) => self.progress(upload_id, sent, &mut effects),
            Input::Transferred(upload_id, transfer, sent) => {
                self.transferred(upload_id, transfer, sent, now, &mut effects);
            }
            Input::PartLost(upload_id) => self.part_lost(upload_id, now, &mut effects),
            Input::Done(upload_id, job_id) => self.complete(upload_id, job_id, &mut effects),
            Input::Failed(upload_id, failure) => self.failed(upload_id, &failure, now, &mut effects),
            Input::NotListed(upload_id, requested) => self.not_listed(upload_id, requested, now, &mut effects),
            Input::TokenReady => self.token_ready(now, &mut effects),
            Input::TokenDelayed(error) => self.token_delayed(&error, now, &mut effects),
            Input::Reachable => self.reachable(now, &mut effects),
            Input::Tick => self.tick(now, &mut effects),
        }
        self.send_next(now, &mut effects);
        effects
    }

    fn ids(&self) -> Vec<u32> {
        self.held.keys().copied().collect()
    }

    fn add(&mut self, file: VideoFile, position: u32, status: UploadStatus, effects: &mut Vec<Effect>) {
        let upload_id = self.next_id();
        self.last = upload_id;
        let upload = Upload {
            upload_id,
            position,
            file,
            transfer: Transfer::None,
            first_sent_at: None,
            status,
            confirmed_bytes: 0,
            sent_bytes: 0,
        };
        let mut held = Held::new(upload);
        held.persist(effects);
        effects.push(Effect::Changed(upload_id));
        self.held.insert(upload_id, held);
    }

    fn progress(&mut self, upload_id: u32, sent: u64, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        if let UploadStatus::Sending(_) = held.upload.status {
            held.upload.sent_bytes = sent.min(held.upload.file.size);
            effects.push(Effect::Changed(upload_id));
        }
    }

    /// Handles what the backend has of an upload. A new way of continuing is stored before it is used.
    fn transferred(&mut self, upload_id: u32, transfer: Transfer, confirmed: u64, now: Now, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        let upload = &mut held.upload;
        let is_new_way = std::mem::discriminant(&upload.transfer) != std::mem::discriminant(&transfer);
        let is_progress = confirmed > upload.confirmed_bytes;
        if is_progress {
            held.backoff.reset();
        }
        // The token was accepted since: when it expires, it is renewed again.
        if (is_progress || is_new_way) && upload.status == UploadStatus::Sending(TokenNeed::Renewed) {
            upload.status = UploadStatus::Sending(TokenNeed::Met);
        }
        upload.first_sent_at = upload.first_sent_at.or(transfer.begun_at());
        (upload.transfer, upload.confirmed_bytes) = (transfer, confirmed.min(upload.file.size));
        upload.sent_bytes = upload.sent_bytes.max(upload.confirmed_bytes);
        let is_sending = matches!(upload.status, UploadStatus::Sending(_));
        if is_sending && matches!(upload.transfer, Transfer::Accepted { .. }) {
            return held.verify(now, effects);
        }
        held.persist(effects);
        effects.push(Effect::Changed(upload_id));
        if is_sending && is_new_way {
            effects.push(Effect::Send(held.upload.clone()));
        }
    }

    /// Handles that the backend does not know the part any more: it expired, or was complete.
    fn part_lost(&mut self, upload_id: u32, now: Now, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        if let (UploadStatus::Sending(_), Transfer::Resumable { begun_at, .. }) =
            (&held.upload.status, &held.upload.transfer)
        {
            held.upload.transfer = Transfer::OneRequest { begun_at: *begun_at };
            held.upload.confirmed_bytes = 0;
            held.verify(now, effects);
        }
    }

    fn complete(&mut self, upload_id: u32, job_id: JobId, effects: &mut Vec<Effect>) {
        let Some(Held { mut upload, .. }) = self.held.remove(&upload_id) else { return };
        upload.sent_bytes = upload.file.size;
        effects.push(Effect::Delete(upload_id));
        if matches!(upload.status, UploadStatus::Sending(_)) {
            // Its job was found while it was sent again.
            effects.push(Effect::Abort(upload_id));
        }
        effects.push(Effect::Completed(upload, job_id));
    }

    fn failed(&mut self, upload_id: u32, failure: &SendFailure, now: Now, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        let UploadStatus::Sending(token) = held.upload.status else { return };
        let SendFailure { error, kind, retry_after } = failure;
        if *kind == FailureKind::Unauthorized && token == TokenNeed::Met {
            held.upload.status = UploadStatus::Sending(TokenNeed::Awaited);
            effects.push(Effect::RefreshToken);
            return;
        }
        match kind {
            FailureKind::Final if error.code != Code::File => {
                // What the backend refused is not continued; a file that is put back is.
                effects.extend(held.forget_transfer());
                held.set(UploadStatus::Failed(error.clone().into()), effects);
            }
            FailureKind::Unauthorized | FailureKind::Final => {
                held.forget_request();
                held.set(UploadStatus::Failed(error.clone().into()), effects);
            }
            // Whether the attempt failed is not known yet.
            FailureKind::Uncertain if held.upload.transfer.may_have_arrived() => return held.verify(now, effects),
            FailureKind::Temporary | FailureKind::Uncertain => {
                held.forget_request();
                let was_reached = held.upload.sent_bytes > held.upload.confirmed_bytes;
                held.wait(error, retry_after.unwrap_or_default(), now, effects);
                // A connection that broke in the middle of a video says nothing about the next one.
                if is_connection(error) && !was_reached {
                    self.blocked_until = held.due_at();
                }
            }
        }
        effects.push(Effect::AttemptFailed(upload_id, error.clone()));
    }

    /// Handles that a list of jobs lacks an upload that may have arrived. A list that was requested too early decides
    /// nothing.
    fn not_listed(&mut self, upload_id: u32, requested: Duration, now: Now, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        let UploadStatus::Verifying(verification) = &mut held.upload.status else { return };
        if requested < verification.since {
            return;
        }
        held.searches += 1;
        if held.searches > MAX_SEARCHES {
            let error = held.not_found();
            held.forget_request();
            held.set(UploadStatus::Failed(error.clone().into()), effects);
            return effects.push(Effect::AttemptFailed(upload_id, error));
        }
        if let Transfer::Accepted { .. } = held.upload.transfer {
            // The backend said that it has the video. The job follows, and is looked for in a later list.
            let since = now.monotonic + held.job_creation();
            held.upload.status = UploadStatus::Verifying(Verification { since, fetch_at: since });
        } else {
            held.forget_request();
            held.set(UploadStatus::Queued, effects);
        }
    }

    fn token_ready(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.access = Access::Granted;
        for held in self.held.values_mut() {
            if held.upload.status == UploadStatus::Sending(TokenNeed::Awaited) {
                held.upload.status = UploadStatus::Sending(TokenNeed::Renewed);
                effects.push(Effect::Send(held.upload.clone()));
            }
        }
        self.reachable(now, effects);
    }

    fn reachable(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.blocked_until = None;
        self.wake(|wait| wait.not_before <= now.monotonic, now, effects);
    }

    fn token_delayed(&mut self, error: &Error, now: Now, effects: &mut Vec<Effect>) {
        for (upload_id, held) in &mut self.held {
            if held.upload.status == UploadStatus::Sending(TokenNeed::Awaited) {
                held.forget_request();
                held.wait_for_session(error, now, effects);
                effects.push(Effect::AttemptFailed(*upload_id, error.clone()));
            }
        }
    }

    /// Queues the uploads that wait, where this says so.
    fn wake(&mut self, is_due: impl Fn(&Wait) -> bool, now: Now, effects: &mut Vec<Effect>) {
        for held in self.held.values_mut() {
            if matches!(&held.upload.status, UploadStatus::Waiting(wait) if is_due(wait)) {
                held.requeue(now, effects);
            }
        }
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.wake(|wait| wait.until <= now.monotonic, now, effects);
        for held in self.held.values_mut() {
            if let UploadStatus::Verifying(verification) = &mut held.upload.status
                && verification.fetch_at <= now.monotonic
            {
                verification.fetch_at = now.monotonic + SEARCH_INTERVAL;
                effects.push(Effect::FetchList);
            }
        }
    }

    /// Sends queued uploads as far as there is room.
    fn send_next(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.blocked_until = self.blocked_until.filter(|until| now.monotonic < *until);
        if self.access == Access::None || self.blocked_until.is_some() {
            return;
        }
        let is_sending = |held: &&Held| matches!(held.upload.status, UploadStatus::Sending(_));
        let room = AT_ONCE.saturating_sub(self.held.values().filter(is_sending).count());
        let queued = self.uploads().into_iter().filter(|upload| upload.status == UploadStatus::Queued);
        let next: Vec<u32> = queued.take(room).map(|upload| upload.upload_id).collect();
        for upload_id in next {
            let Some(held) = self.held.get_mut(&upload_id) else { continue };
            held.upload.status = UploadStatus::Sending(TokenNeed::Met);
            held.upload.sent_bytes = held.upload.confirmed_bytes;
            effects.push(Effect::Changed(upload_id));
            effects.push(Effect::Send(held.upload.clone()));
        }
    }
}

#[cfg(test)]
mod tests;
