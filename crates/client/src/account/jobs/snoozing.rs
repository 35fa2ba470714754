//! Snoozed reviews: when they end, by the wall clock.

use std::time::Duration;

use tallylight_core::{Code, Error, JobId, snooze::Snooze};

use super::Jobs;
use crate::{
    account::{
        context::Context,
        message::{Message, NotificationsInput},
    },
    command::MarkRead,
};

/// How often the wall clock is compared with the end of a snooze: timers stop while the machine sleeps.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

impl Jobs {
    /// Snoozes the reviews of jobs, or ends their snoozes.
    ///
    /// # Errors
    /// `Code::Internal` where the calendar has no such day.
    pub(in crate::account) fn snooze(
        &mut self,
        job_ids: &[JobId],
        snooze: Option<Snooze>,
        context: &mut Context,
    ) -> Result<(), Error> {
        let now = context.now();
        let ended = |snooze: Snooze| {
            let until = snooze.until(&now.wall.to_zoned(context.clock.zone()));
            until.ok_or_else(|| Error::new(Code::Internal, "Couldn't calculate when the snooze ends."))
        };
        let until = snooze.map(ended).transpose()?;
        let changes = job_ids.iter().filter_map(|job_id| self.library.set_snoozed(job_id, until)).collect();
        self.changed(changes, now.monotonic, context);
        if until.is_some() {
            context.send(NotificationsInput::MarkRead(MarkRead::Jobs(job_ids.to_vec())));
        }
        // No backend knows it: a crash must not forget what the user asked for.
        context.send(Message::SaveAll);
        Ok(())
    }

    /// Returns when the next snooze is over, or checked next.
    pub(super) fn snooze_deadline(&self, context: &Context) -> Option<Duration> {
        let now = context.now();
        let left = self.library.next_snooze_end()?.duration_since(now.wall);
        Some(now.monotonic + Duration::try_from(left).unwrap_or_default().min(CHECK_INTERVAL))
    }

    /// Ends the snoozes that are over, and reminds of their jobs.
    pub(super) fn end_snoozes(&mut self, context: &mut Context) {
        let Some(end) = self.library.next_snooze_end() else { return };
        let now = context.now();
        if end > now.wall {
            return;
        }
        let (changes, outcomes) = self.library.end_snoozes(now.wall);
        self.changed(changes, now.monotonic, context);
        if !outcomes.is_empty() {
            context.send(NotificationsInput::Remind(outcomes, now.monotonic));
        }
        // Before the reminder is shown: the next run must not remind again.
        context.send(Message::SaveAll);
    }
}
