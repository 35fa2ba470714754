//! A slot of the job cache: the record, unpacked or packed, and its summary.

use std::{borrow::Cow, sync::Arc};

use crate::{
    JobId,
    library::record::{Packed, Record},
    model::{job::Status, unix_nanos::UnixNanos},
};

/// The values of a job that scans over all jobs need, stored in the slot so that a scan over 100,000 jobs does not have
/// to load every record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobSummary {
    /// The status of the job.
    pub status: Status,
    /// The progress, 0–100; none if the backend does not send it.
    pub percent: Option<f64>,
    /// Whether the job failed and the failure was not dismissed.
    pub has_open_failure: bool,
    /// The time at which the job was created.
    pub created_at: Option<UnixNanos>,
    /// The time at which the job ended; before that, the time at which it was created.
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

/// A record with its summary.
#[derive(Debug)]
pub(super) struct CacheSlot {
    record: SlotState,
    summary: JobSummary,
}

#[derive(Debug)]
enum SlotState {
    /// Unpacked. The record may be shared with a background save; a change then works on a copy.
    Open(Arc<Record>),
    Packed(Packed),
}

impl CacheSlot {
    /// Creates a slot with an unpacked record.
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

    /// Packs the record and returns whether it is packed. A record with a transcript in memory is not packed, because
    /// every read of it would copy the transcript.
    pub(super) fn pack(&mut self) -> bool {
        if let SlotState::Open(record) = &self.record
            && record.transcript().is_none()
            && let Ok(packed) = Packed::of(record)
        {
            self.record = SlotState::Packed(packed);
        }
        !self.is_open()
    }

    /// Changes the record, which stays unpacked afterwards. All changes go through this method, so that the summary
    /// stays correct.
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
