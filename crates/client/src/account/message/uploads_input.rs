//! The messages of the uploads.

use std::{path::PathBuf, time::Duration};

use tallylight_core::{Error, JobId, upload_queue::VideoFile};

use crate::{
    command::{Reply, UploadAction},
    net::{http::Failure, upload::StepResult},
};

/// What the uploads handle.
pub(in crate::account) enum UploadsInput {
    Upload(PathBuf, Reply<JobId>),
    /// The file of this job is to be uploaded once more.
    UploadAgain(JobId, Reply<JobId>),
    Act(UploadAction),
    /// A file was checked, in this session; or why it is not accepted.
    Checked(u64, Result<VideoFile, Error>, UploadRequest),
    /// The progress of an upload.
    Progress(UploadAttempt, SentBytes),
    /// A step of an upload ended.
    StepDone(UploadAttempt, SentBytes, Result<StepResult, Failure>),
    /// The backend's list of jobs was merged.
    Listed(ListedJobs),
    /// The backend has answered some request.
    Reachable,
    /// There is a fresh access token.
    TokenReady,
    /// There will be no fresh access token for now.
    TokenDelayed(Error),
    /// The uploads of this account are to be loaded from the disk.
    Load(String),
    /// The session ended: the uploads stay on the disk.
    SignedOut,
    /// The uploads of the account are to be deleted from the disk.
    Delete,
}

/// A file to be uploaded.
#[derive(Debug)]
pub(in crate::account) struct UploadRequest {
    pub(in crate::account) path: PathBuf,
    pub(in crate::account) purpose: UploadPurpose,
    /// Its place in the queue: that of the command, however long the file is checked.
    pub(in crate::account) position: u32,
    pub(in crate::account) reply: Reply<JobId>,
}

/// Why a file is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::account) enum UploadPurpose {
    /// The user chose it.
    New,
    /// It replaces a failed job, which is dismissed once the file is accepted.
    Replaces(JobId),
    /// The user retries a failed upload.
    Retries(u32),
}

/// An attempt to send an upload: what comes of an earlier one does not concern it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) struct UploadAttempt {
    pub(in crate::account) upload_id: u32,
    /// Counts all attempts of this run.
    pub(in crate::account) attempt: u64,
    /// The session.
    pub(in crate::account) epoch: u64,
}

/// How far an attempt is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::account) struct SentBytes {
    pub(in crate::account) sent: u64,
    /// What the backend has confirmed.
    pub(in crate::account) confirmed: u64,
}

/// A list of jobs that was merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) struct ListedJobs {
    /// When it was requested, as monotonic time.
    pub(in crate::account) requested: Duration,
    /// Whether it has every new job.
    pub(in crate::account) coverage: ListCoverage,
}

/// Whether a job that is not in a list does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) enum ListCoverage {
    AllNewJobs,
    Partial,
}
