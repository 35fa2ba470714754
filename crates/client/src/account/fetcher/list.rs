//! The answer to a request for the list.

use tallylight_core::{
    JobId, Now, connection, edits,
    view::{Event, ListView},
};

use super::{Call, Context, Fetcher, Forbidden, Input, Replaces, library};
use crate::{
    account::{
        library::{FirstList, ListUpdate},
        message::Message,
    },
    net::rest::{List, Listing, MissingJobs, WithServerTime},
};

/// The most jobs missing in a list that are requested one by one.
const MISSING_LIMIT: usize = 20;

impl Fetcher {
    pub(super) fn listed(&mut self, answer: WithServerTime<Listing>, requested: Now, context: &mut Context) {
        let WithServerTime { date, value } = answer;
        self.forbidden = Forbidden::No;
        match value {
            Listing::Jobs(List { jobs, skipped, lost, etag, incomplete }) => {
                self.etag = etag;
                context.diagnostics.lost_fields(lost);
                self.publish_incomplete(skipped, incomplete.as_ref(), context);
                let first = if self.is_syncing() { FirstList::Yes } else { FirstList::No };
                let update = Box::new(ListUpdate { jobs, date, requested, incomplete, first });
                context.send(match std::mem::take(&mut self.replaces) {
                    // Without the whole list, what is known of the other jobs is all that there is.
                    Replaces::Yes if update.incomplete.is_none() => Message::Replace(update),
                    Replaces::Yes | Replaces::No => library::Input::List(update).into(),
                });
            }
            Listing::Unchanged => context.send(library::Input::ObserveDate(date)),
        }
        context.set_known_at(context.now().wall);
        context.send(library::Input::WatchUnfinished);
        context.send(connection::Input::Fetched);
        context.send(Input::Synced);
        context.send(edits::Input::Reachable);
    }

    /// Publishes what of the list is missing, where that changed.
    fn publish_incomplete(&mut self, skipped: usize, incomplete: Option<&MissingJobs>, context: &mut Context) {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let list = ListView {
            newest: match incomplete {
                Some(MissingJobs::Newest(newest)) => Some(count(*newest)),
                Some(MissingJobs::Statuses(_)) | None => None,
            },
            missing: match incomplete {
                Some(MissingJobs::Statuses(missing)) => missing.clone(),
                Some(MissingJobs::Newest(_)) | None => Vec::new(),
            },
            unreadable: count(skipped),
        };
        if self.list != list {
            self.list = list.clone();
            context.publish(Event::List(list));
        }
    }

    /// Requests jobs that a list no longer holds before they are removed: a page may have shifted in between.
    pub(super) fn confirm_missing(&mut self, missing: Vec<JobId>, context: &mut Context) {
        if missing.len() > MISSING_LIMIT {
            // The next request must get the same list again, to confirm more of them.
            self.etag = None;
        }
        for job_id in missing.into_iter().take(MISSING_LIMIT) {
            self.fetch(Call::confirming(job_id), context);
        }
    }
}
