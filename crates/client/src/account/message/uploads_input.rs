//! The messages of the uploads.

use std::path::PathBuf;

use tallylight_core::{Error, JobId};

use crate::{command::Reply, net::http::Failure};

/// What the uploads handle.
pub(in crate::account) enum UploadsInput {
    Upload(PathBuf, Reply<JobId>),
    /// The file of this job is to be uploaded once more.
    UploadAgain(JobId, Reply<JobId>),
    Cancel(u32),
    Retry(u32),
    /// A file was checked, in this session; its size, or why it is not accepted.
    Checked(u64, Result<u64, Error>, UploadRequest),
    /// So many bytes are sent.
    Sent(u32, u64),
    /// An upload of this session ended.
    Done(u32, u64, Result<JobId, Failure>),
    /// There is a fresh access token.
    TokenReady,
    /// There will be no fresh access token for now.
    TokenDelayed(Error),
    SignedOut,
}

/// A file to be uploaded.
#[derive(Debug)]
pub(in crate::account) struct UploadRequest {
    pub(in crate::account) path: PathBuf,
    /// The failed job that it replaces, which is dismissed once the file is accepted.
    pub(in crate::account) replaces: Option<JobId>,
    pub(in crate::account) reply: Reply<JobId>,
}
