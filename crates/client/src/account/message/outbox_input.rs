//! The messages of the outbox.

use std::collections::BTreeMap;

use tallylight_core::{
    JobId,
    edits::{self, Answer, OpId},
    model::job::{Content, Field},
    protocol::snapshot::Snapshot,
};

use crate::{
    command::Reply,
    net::{http::Failure, rest::WithServerTime},
};

/// What the outbox handles.
pub(in crate::account) enum OutboxInput {
    /// An input of the state machine.
    Machine(edits::Input),
    /// The backend answered about an edit.
    Result(Box<EditResult>),
    /// The user saves fields of a job.
    Edit(JobId, BTreeMap<Field, Content>, Reply<()>),
    /// The edits and drafts of this owner are to be loaded.
    Load(String),
    /// Those in memory are to be dropped; they stay on disk.
    Unload,
    /// They are to be deleted here and on disk.
    Delete,
}

/// The answer of the backend about an edit.
pub(in crate::account) struct EditResult {
    pub(in crate::account) op_id: OpId,
    /// In which session the request was sent.
    pub(in crate::account) epoch: u64,
    /// Which access token it was sent with.
    pub(in crate::account) generation: u64,
    pub(in crate::account) answer: EditAnswer,
}

/// What the backend answered.
pub(in crate::account) enum EditAnswer {
    /// What the backend holds of the job.
    Checked(Box<Result<WithServerTime<Snapshot>, Failure>>),
    /// What became of the edit.
    Sent(Answer),
}
