//! Jobs about which a message said too little: requested at once, but each at most once in an interval.

use std::{collections::BTreeMap, time::Duration};

use tallylight_core::JobId;

use super::Fetcher;
use crate::account::{
    context::Context,
    message::{FetchRequest, RecheckReason},
};

/// The shortest time between two requests for a job whose messages are dated long ago, or cannot be read whole.
const OUTDATED_INTERVAL: Duration = Duration::from_mins(1);
/// The shortest time between two requests for a job whose status cannot be read, or whose row changes: the next message
/// may be its end.
const UNREADABLE_INTERVAL: Duration = Duration::from_secs(2);
/// The most jobs whose last request is remembered; other jobs are requested at once.
const REMEMBERED: usize = 1_000;

/// When which job was requested last, and is due next.
#[derive(Debug, Default)]
pub(super) struct Rechecks {
    requested: BTreeMap<JobId, Duration>,
    due: BTreeMap<JobId, Duration>,
}

impl Rechecks {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.due.values().min().copied()
    }

    /// Notes a request, and bounds how many are remembered.
    fn note(&mut self, job_id: JobId, now: Duration) {
        self.due.remove(&job_id);
        if self.requested.len() >= REMEMBERED {
            self.requested.retain(|_, requested| *requested + OUTDATED_INTERVAL > now);
            if self.requested.len() >= REMEMBERED {
                self.requested.clear();
            }
        }
        self.requested.insert(job_id, now);
    }
}

impl Fetcher {
    /// Requests a job now, or as soon as its interval has passed.
    pub(super) fn recheck(&mut self, job_id: JobId, reason: RecheckReason, context: &mut Context) {
        let now = context.monotonic();
        let interval = match reason {
            RecheckReason::MayBeOutdated => OUTDATED_INTERVAL,
            RecheckReason::Unreadable | RecheckReason::RowChanged => UNREADABLE_INTERVAL,
        };
        let next = self.rechecks.requested.get(&job_id).map(|requested| *requested + interval);
        match next.filter(|next| *next > now) {
            Some(next) => {
                let due = self.rechecks.due.entry(job_id).or_insert(next);
                *due = next.min(*due);
            }
            None => self.recheck_now(job_id, now, context),
        }
    }

    /// Requests the jobs that are due.
    pub(super) fn recheck_due(&mut self, now: Duration, context: &mut Context) {
        let due = self.rechecks.due.iter().filter(|(_, due)| **due <= now);
        let due: Vec<JobId> = due.map(|(job_id, _)| job_id.clone()).collect();
        for job_id in due {
            self.recheck_now(job_id, now, context);
        }
    }

    fn recheck_now(&mut self, job_id: JobId, now: Duration, context: &mut Context) {
        self.rechecks.note(job_id.clone(), now);
        self.fetch(FetchRequest::job(job_id), context);
    }
}
