//! Errors that several components answer with.

use tallylight_core::{Code, Error, JobId};

use crate::net::http::Failure;

/// Returns the error for what needs a session.
pub(super) fn signed_out() -> Error {
    Error::new(Code::SignedOut, "You're not signed in. Sign in first.")
}

/// Returns the error for a job that neither this computer nor the backend knows.
pub(super) fn no_job(job_id: &JobId) -> Error {
    Error::new(Code::NotFound, format!("Video {job_id} not found. Run `tally jobs` to list all videos."))
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}
