//! An upload of the queue, and the changes of its state that several inputs have in common.

use std::time::Duration;

use super::{Effect, Transfer, Upload, UploadStatus, Verification, Wait};
use crate::{Code, Error, Now, Reason, backoff::Backoff};

/// How long a backend may take to make a job of a video whose connection broke after the last byte. Each time that no
/// job is found, it is given longer.
pub(super) const JOB_CREATION: [Duration; 4] =
    [Duration::from_secs(15), Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15)];
/// After so many answers in a row that refuse it for now, an upload waits for the user: each may cost the whole video.
const MAX_REFUSALS: u32 = 5;

/// An upload, and what is known of it in this run.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) upload: Upload,
    pub(super) backoff: Backoff,
    /// How often it was looked for in vain.
    pub(super) searches: usize,
    /// What is on disk.
    stored: Option<Upload>,
}

impl Held {
    pub(super) fn new(upload: Upload) -> Self {
        Self { upload, backoff: Backoff::default(), searches: 0, stored: None }
    }

    /// Returns an upload that is on disk.
    pub(super) fn restored(upload: Upload) -> Self {
        Self { stored: Some(stored_form(&upload)), ..Self::new(upload) }
    }

    /// Stores the upload, if what is stored of it changed.
    pub(super) fn persist(&mut self, effects: &mut Vec<Effect>) {
        let form = stored_form(&self.upload);
        if self.stored.as_ref() != Some(&form) {
            effects.push(Effect::Persist(form.clone()));
            self.stored = Some(form);
        }
    }

    /// Returns how long the backend may take to make a job of the video.
    pub(super) fn job_creation(&self) -> Duration {
        JOB_CREATION[self.searches.min(JOB_CREATION.len() - 1)]
    }

    pub(super) fn due_at(&self) -> Option<Duration> {
        match &self.upload.status {
            UploadStatus::Waiting(wait) => Some(wait.until),
            UploadStatus::Verifying(verification) => Some(verification.fetch_at),
            UploadStatus::Queued | UploadStatus::Sending(_) | UploadStatus::Paused | UploadStatus::Failed(_) => None,
        }
    }

    pub(super) fn set(&mut self, status: UploadStatus, effects: &mut Vec<Effect>) {
        self.upload.status = status;
        self.upload.sent_bytes = self.upload.confirmed_bytes;
        self.persist(effects);
        effects.push(Effect::Changed(self.upload.upload_id));
    }

    /// Queues the upload, or looks first whether it arrived.
    pub(super) fn requeue(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.upload.transfer.may_have_arrived() {
            self.verify(now, effects);
        } else {
            self.set(UploadStatus::Queued, effects);
        }
    }

    /// Looks for the job in a list that is requested now, and in one that is requested when the backend had time to make
    /// it.
    pub(super) fn verify(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let since = now.monotonic + self.job_creation();
        effects.push(Effect::FetchList);
        self.set(UploadStatus::Verifying(Verification { since, fetch_at: since }), effects);
    }

    /// Waits for the next attempt, or for the user.
    pub(super) fn wait(&mut self, error: &Error, retry_after: Duration, now: Now, effects: &mut Vec<Effect>) {
        let until = now.monotonic + self.backoff.fail(now.draw).max(retry_after);
        let is_connection = is_connection(error);
        if !is_connection && error.code != Code::RateLimited && self.backoff.failures() >= MAX_REFUSALS {
            return self.set(UploadStatus::Failed(error.clone().into()), effects);
        }
        // A backend that answered is not asked again because it answers something else.
        let not_before = if is_connection { now.monotonic + retry_after } else { until };
        let reason = Some(Reason::from(error.clone()));
        self.set(UploadStatus::Waiting(Wait { until, not_before, reason }), effects);
    }

    /// Waits for the next attempt, because the session could not be renewed: that is no refusal of the video.
    pub(super) fn wait_for_session(&mut self, error: &Error, now: Now, effects: &mut Vec<Effect>) {
        let until = now.monotonic + Backoff::default().fail(now.draw);
        let reason = Some(Reason::from(error.clone()));
        self.set(UploadStatus::Waiting(Wait { until, not_before: now.monotonic, reason }), effects);
    }

    /// Returns the error of an upload whose job was searched in vain.
    pub(super) fn not_found(&self) -> Error {
        let message = match self.upload.transfer {
            Transfer::Accepted { .. } => "The studio received the video, but doesn't list it. Check its website.",
            Transfer::None | Transfer::OneRequest { .. } | Transfer::Resumable { .. } | Transfer::Stored { .. } => {
                "The studio didn't confirm the video. Check its website before you try again."
            }
        };
        Error::new(Code::ServerError, message)
    }

    /// Forgets what the backend has, and returns the effect that tells it so.
    pub(super) fn forget_transfer(&mut self) -> Option<Effect> {
        self.upload.confirmed_bytes = 0;
        match std::mem::replace(&mut self.upload.transfer, Transfer::None) {
            Transfer::Resumable { url, .. } => Some(Effect::Terminate(url)),
            Transfer::None | Transfer::OneRequest { .. } | Transfer::Stored { .. } | Transfer::Accepted { .. } => None,
        }
    }

    /// Forgets a request that did not arrive.
    pub(super) fn forget_request(&mut self) {
        if let Transfer::OneRequest { .. } = self.upload.transfer {
            self.upload.transfer = Transfer::None;
        }
    }
}

/// Returns whether the connection failed, and not the backend.
pub(super) fn is_connection(error: &Error) -> bool {
    matches!(error.code, Code::Unreachable | Code::Silent | Code::CaptivePortal)
}

/// Returns an upload as it is after a restart.
fn stored_form(upload: &Upload) -> Upload {
    Upload { status: upload.status.clone().after_restart(), sent_bytes: 0, ..upload.clone() }
}

impl Transfer {
    /// Returns whether the backend may have made a job of the video already.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::OneRequest { .. } | Self::Stored { .. } | Self::Accepted { .. } => true,
            // The backend says itself how much it has.
            Self::None | Self::Resumable { .. } => false,
        }
    }
}
