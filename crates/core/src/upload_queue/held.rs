//! An upload of the queue, and the changes of its state that several inputs have in common.

use std::time::Duration;

use super::{Effect, Transfer, Upload, UploadStatus, Verification, Wait};
use crate::{Code, Error, Now, Reason, backoff::Backoff};

/// An upload, and what is known of it in this run.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) upload: Upload,
    pub(super) backoff: Backoff,
}

impl Held {
    pub(super) fn due_at(&self) -> Option<Duration> {
        match &self.upload.status {
            UploadStatus::Waiting(wait) => Some(wait.until),
            UploadStatus::Verifying(verification) => verification.fetch_at,
            UploadStatus::Queued | UploadStatus::Sending(_) | UploadStatus::Paused | UploadStatus::Failed(_) => None,
        }
    }

    pub(super) fn set(&mut self, status: UploadStatus, effects: &mut Vec<Effect>) {
        self.upload.status = status;
        self.upload.sent_bytes = self.upload.confirmed_bytes;
        effects.push(Effect::Persist(self.upload.clone()));
        effects.push(Effect::Changed(self.upload.upload_id));
    }

    /// Queues the upload, or looks first whether it arrived.
    pub(super) fn requeue(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.upload.transfer.may_have_arrived() {
            self.verify(now.monotonic, effects);
        } else {
            self.set(UploadStatus::Queued, effects);
        }
    }

    /// Looks for the job in a list that is requested now, and in one that is requested after a time.
    pub(super) fn verify(&mut self, since: Duration, effects: &mut Vec<Effect>) {
        effects.push(Effect::FetchList);
        self.set(UploadStatus::Verifying(Verification { since, fetch_at: Some(since) }), effects);
    }

    /// Waits for the next attempt.
    pub(super) fn wait(&mut self, error: &Error, retry_after: Duration, now: Now, effects: &mut Vec<Effect>) {
        let until = now.monotonic + self.backoff.fail(now.draw).max(retry_after);
        // A backend that answered is not asked again because it answers something else.
        let is_connection = matches!(error.code, Code::Unreachable | Code::Silent | Code::CaptivePortal);
        let not_before = if is_connection { now.monotonic + retry_after } else { until };
        let reason = Some(Reason::from(error.clone()));
        self.set(UploadStatus::Waiting(Wait { until, not_before, reason }), effects);
    }

    /// Forgets a request that did not arrive.
    pub(super) fn forget_request(&mut self) {
        if let Transfer::OneRequest { .. } = self.upload.transfer {
            self.upload.transfer = Transfer::None;
        }
    }
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
