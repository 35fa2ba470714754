//! A job as the cache holds it: what is asked of all jobs at once stands beside it.

use std::sync::Arc;

use crate::{job::Status, moment::Moment, record::Record};

/// Is what a glance over all jobs needs of each, so that it need not fetch a hundred thousand records from far away in
/// memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brief {
    /// How far the job has come.
    pub status: Status,
    /// 0–100.
    pub percent: f64,
    /// Whether it failed, and nobody has put that aside.
    pub has_open_failure: bool,
    /// When it ended, or, before that, when it was made.
    pub since: Option<Moment>,
}

impl Brief {
    pub(crate) fn of(job: &Record) -> Self {
        let status = job.overall.status();
        let since = if status.is_final() { job.overall.since() } else { job.created_at };
        Self {
            status,
            percent: job.overall.percent(),
            has_open_failure: job.has_open_failure(),
            since: since.map(Moment::from),
        }
    }
}

/// Holds a record, and what is in brief of it. Whoever writes one to disk shares it, and changes go on in a copy meanwhile.
#[derive(Debug)]
pub(super) struct Held {
    record: Arc<Record>,
    brief: Brief,
}

impl Held {
    pub(super) fn new(record: Record) -> Self {
        Self { brief: Brief::of(&record), record: Arc::new(record) }
    }

    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    pub(super) fn shared(&self) -> &Arc<Record> {
        &self.record
    }

    pub(super) fn brief(&self) -> &Brief {
        &self.brief
    }

    /// Changes the record: the only way, so that what is in brief of it stays true.
    pub(super) fn change<T>(&mut self, by: impl FnOnce(&mut Record) -> T) -> T {
        let result = by(Arc::make_mut(&mut self.record));
        self.brief = Brief::of(&self.record);
        result
    }
}
