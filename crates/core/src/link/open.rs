//! A connection that is open, and when it must be looked at.

use std::time::Duration;

use super::{SETTLED_AFTER, SILENCE_LIMIT};
use crate::ConnId;

/// Is a connection that is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) conn: ConnId,
    pub(super) since: Duration,
    /// When the last frame arrived.
    pub(super) life: Duration,
    /// Whether it has been open for [`SETTLED_AFTER`].
    pub(super) settled: bool,
    /// When a probe must have been answered.
    pub(super) probe: Option<Duration>,
}

impl Open {
    pub(super) fn deadline(&self) -> Option<Duration> {
        let settled = (!self.settled).then_some(self.since + SETTLED_AFTER);
        [Some(self.life + SILENCE_LIMIT), settled, self.probe].into_iter().flatten().min()
    }
}
