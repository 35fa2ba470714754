//! The subscriptions to jobs.

use super::{Connection, Effect, Open, State};
use crate::{
    ConnId, JobId,
    protocol::{ClientMessage, SUBSCRIPTION_CHUNK},
};

impl Connection {
    pub(super) fn watch(&mut self, job_ids: Vec<JobId>, effects: &mut Vec<Effect>) {
        let fresh: Vec<JobId> = job_ids.into_iter().filter(|job_id| self.watched.insert(job_id.clone())).collect();
        if let State::Open(Open { conn, .. }) = self.state {
            subscribe(conn, &fresh, effects);
        }
    }
}

/// Subscribes to jobs, in chunks of [`SUBSCRIPTION_CHUNK`]. Source: docs/protocol.md#after-the-open.
pub(super) fn subscribe(conn: ConnId, job_ids: &[JobId], effects: &mut Vec<Effect>) {
    for chunk in job_ids.chunks(SUBSCRIPTION_CHUNK) {
        effects.push(Effect::Send(conn, ClientMessage::Subscribe { job_ids: chunk.to_vec() }));
    }
}
