//! What an edit does, in order: the library, the disk, then the window and the backend.

use super::Runtime;
use crate::account::{
    jobs,
    message::{OutboxInput, PublisherInput},
    outbox::{self, EditStep},
};

impl Runtime {
    /// Handles an input of the edits. An edit is on disk before it is shown and sent; if the disk fails, it goes on in memory
    /// and the window says so.
    pub(super) fn handle_edits(&mut self, input: OutboxInput) {
        let context = &mut self.context;
        let step = self.outbox.handle(input, &self.jobs.library, context);
        let is_empty = step.is_empty();
        if !is_empty {
            fail::fail_point!("edits_before_write");
        }
        let EditStep { date, library, persist, changed, actions } = step;
        self.jobs.observe(date, context.now());
        let (mut changes, confirmed) = self.jobs.apply_edits(library, context);
        let confirmed: Vec<_> = confirmed.iter().filter_map(|job_id| self.jobs.library.job(job_id)).collect();
        self.outbox.persist(&persist, confirmed.iter().map(AsRef::as_ref), context);
        drop(confirmed);
        if !is_empty {
            fail::fail_point!("edits_written");
        }
        let is_shown = !changed.is_empty();
        changes.extend(changed.into_iter().map(jobs::edited));
        self.jobs.changed(changes, context.monotonic(), context);
        outbox::act(actions, &self.jobs.library, context);
        if is_shown {
            // The user looks at the field: it waits for no frame.
            context.send(PublisherInput::Flush);
        }
    }
}
