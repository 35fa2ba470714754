//! What a window sees of an upload.

use tallylight_core::{
    Code, Error,
    model::text::one_line,
    upload_queue::{FailureKind, SendFailure, Transfer, Upload, UploadStatus},
};
use tallylight_view::{UploadState, UploadView};

use super::Uploads;

impl Uploads {
    /// Returns an upload as a window sees it.
    pub(super) fn view(&self, upload: &Upload) -> UploadView {
        let path = &upload.file.path;
        let error = match &upload.status {
            UploadStatus::Waiting(wait) => wait.reason.clone(),
            UploadStatus::Failed(reason) => Some(reason.clone()),
            UploadStatus::Queued | UploadStatus::Sending(_) | UploadStatus::Verifying(_) | UploadStatus::Paused => None,
        };
        UploadView {
            upload_id: upload.upload_id,
            position: upload.position,
            filename: one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()),
            sent_bytes: upload.sent_bytes,
            total_bytes: upload.file.size,
            bytes_per_second: self.running.get(&upload.upload_id).and_then(|running| running.speed.per_second()),
            state: state(upload),
            is_resumable: matches!(upload.transfer, Transfer::Resumable { .. }),
            job_id: None,
            error,
        }
    }
}

/// Returns the state of an upload as a window sees it.
pub(super) fn state(upload: &Upload) -> UploadState {
    match upload.status {
        UploadStatus::Queued => UploadState::Queued,
        UploadStatus::Sending(_) => UploadState::Sending,
        UploadStatus::Waiting(_) => UploadState::Waiting,
        UploadStatus::Verifying(_) => UploadState::Verifying,
        UploadStatus::Paused => UploadState::Paused,
        UploadStatus::Failed(_) => UploadState::Failed,
    }
}

/// Returns the failure of an upload that there is no access token for.
pub(super) fn no_token() -> SendFailure {
    let error = Error::new(Code::Unreachable, "Renewing your session.");
    SendFailure { error, kind: FailureKind::Unauthorized, retry_after: None }
}
