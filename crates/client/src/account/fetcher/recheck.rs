//! Jobs of which a message left a question that REST can answer: asked at once, and then not all the time.

use std::{collections::BTreeMap, time::Duration};

use tallylight_core::JobId;

use super::{Actor, Call};

/// How long REST is not asked again about a job whose messages are dated long ago, or cannot be read whole.
const NOW_AND_THEN: Duration = Duration::from_mins(1);
/// How long it is not asked again about one whose status cannot be read: the next message may be its end.
const SOON: Duration = Duration::from_secs(2);
/// How many jobs are remembered; of more, REST is asked at once again.
const REMEMBERED: usize = 1_000;

/// Tells how urgent a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) enum Urgency {
    /// What holds may be old.
    Stale,
    /// Nobody knows what the message said.
    Unread,
}

/// Remembers when REST was asked about which job.
#[derive(Debug, Default)]
pub(super) struct Rechecks {
    in_flight: BTreeMap<JobId, Duration>,
    due: BTreeMap<JobId, Duration>,
}

impl Rechecks {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.due.values().min().copied()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Actor {
    /// Asks REST about a job now, or as soon as it is time to ask again.
    pub(in crate::account) fn recheck(&mut self, job_id: JobId, urgency: Urgency) {
        let now = self.now().monotonic;
        let pause = match urgency {
            Urgency::Stale => NOW_AND_THEN,
            Urgency::Unread => SOON,
        };
        let rechecks = &mut self.fetcher.rechecks;
        match rechecks.in_flight.get(&job_id).map(|in_flight| *in_flight + pause).filter(|again| *again > now) {
            Some(again) => {
                let due = rechecks.due.entry(job_id).or_insert(again);
                *due = again.min(*due);
            }
            None => self.recheck_now(job_id, now),
        }
    }

    /// Asks about the jobs whose time has come.
    pub(in crate::account) fn recheck_due(&mut self, now: Duration) {
        let due: Vec<JobId> =
            self.fetcher.rechecks.due.iter().filter(|(_, due)| **due <= now).map(|(id, _)| id.clone()).collect();
        for job_id in due {
            self.recheck_now(job_id, now);
        }
    }

    fn recheck_now(&mut self, job_id: JobId, now: Duration) {
        let rechecks = &mut self.fetcher.rechecks;
        rechecks.due.remove(&job_id);
        if rechecks.in_flight.len() >= REMEMBERED {
            rechecks.in_flight.retain(|_, in_flight| *in_flight + NOW_AND_THEN > now);
            if rechecks.in_flight.len() >= REMEMBERED {
                rechecks.in_flight.clear();
            }
        }
        rechecks.in_flight.insert(job_id.clone(), now);
        self.call(Call::job(job_id));
    }
}
