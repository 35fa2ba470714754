//! A job as the cache holds it: open or packed, with what is asked of all jobs at once beside it.

use std::{borrow::Cow, sync::Arc};

use crate::{
    JobId,
    library::record::{Packed, Record},
    model::{job::Status, unix_nanos::UnixNanos},
};

/// Is what a glance over all jobs needs of each, so that it need not fetch a hundred thousand records from far away in
/// memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobSummary {
    /// How far the job has come.
    pub status: Status,
    /// 0–100; none where the backend does not say.
    pub percent: Option<f64>,
    /// Whether it failed, and nobody has put that aside.
    pub has_open_failure: bool,
    /// When it was made.
    pub created_at: Option<UnixNanos>,
    /// When it ended, or, before that, when it was made.
    pub since: Option<UnixNanos>,
}

impl JobSummary {
    pub(crate) fn of(job: &Record) -> Self {
        let status = job.overall.status();
        let ended_at = || job.overall.since().map(UnixNanos::from);
        Self {
            status,
            percent: job.overall.known_percent(),
            has_open_failure: job.has_open_failure(),
            created_at: job.created_at,
            since: if status.is_final() { ended_at() } else { job.created_at },
        }
    }
}

/// Holds a record, and what is in brief of it.
#[derive(Debug)]
pub(super) struct CacheSlot {
    record: SlotState,
    summary: JobSummary,
}

#[derive(Debug)]
enum SlotState {
    /// Whoever writes it to disk shares it, and changes go on in a copy meanwhile.
    Open(Arc<Record>),
    Packed(Packed),
}

impl CacheSlot {
    /// Holds an open record.
    pub(super) fn new(record: Record) -> Self {
        Self { summary: JobSummary::of(&record), record: SlotState::Open(Arc::new(record)) }
    }

    pub(super) fn record(&self, job_id: &JobId) -> Cow<'_, Record> {
        match &self.record {
            SlotState::Open(record) => Cow::Borrowed(record),
            SlotState::Packed(packed) => Cow::Owned(packed.unpack(job_id)),
        }
    }

    pub(super) fn shared(&self, job_id: &JobId) -> Arc<Record> {
        match &self.record {
            SlotState::Open(record) => Arc::clone(record),
            SlotState::Packed(packed) => Arc::new(packed.unpack(job_id)),
        }
    }

    pub(super) fn summary(&self) -> &JobSummary {
        &self.summary
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.record, SlotState::Open(_))
    }

    /// Packs the record, and returns whether it is: one with the words of its video is not, because whoever looked at it
    /// would copy them.
    pub(super) fn pack(&mut self) -> bool {
        if let SlotState::Open(record) = &self.record
            && record.transcript().is_none()
            && let Ok(packed) = Packed::of(record)
        {
            self.record = SlotState::Packed(packed);
        }
        !self.is_open()
    }

    /// Changes the record, which is open from then on: the only way, so that what is in brief of it stays true.
    pub(super) fn change<T>(&mut self, job_id: &JobId, by: impl FnOnce(&mut Record) -> T) -> T {
        if let SlotState::Packed(packed) = &self.record {
            self.record = SlotState::Open(Arc::new(packed.unpack(job_id)));
        }
        let SlotState::Open(record) = &mut self.record else { unreachable!("it was opened") };
        let result = by(Arc::make_mut(record));
        self.summary = JobSummary::of(record);
        result
    }
}
