//! The answer to a request for the list.

use tallylight_core::{Now, connection, edits};
use tallylight_view::{Event, ListView};

use super::{Fetcher, ForbiddenRefresh, ListUse};
use crate::{
    account::{
        context::Context,
        message::{FetcherInput, JobsInput, ListCoverage, ListPosition, ListUpdate, ListedJobs, Message, UploadsInput},
    },
    net::rest::{List, Listing, MissingJobs, WithServerTime},
};

impl Fetcher {
    pub(super) fn listed(&mut self, answer: WithServerTime<Listing>, requested: Now, context: &mut Context) {
        let WithServerTime { date, value } = answer;
        self.forbidden = ForbiddenRefresh::NotTried;
        let mut coverage = ListCoverage::AllNewJobs;
        match value {
            Listing::Jobs(List { jobs, skipped, lost, etag, incomplete }) => {
                self.etag = etag;
                context.diagnostics.lost_fields(lost);
                if let Some(MissingJobs::Statuses(_)) = incomplete {
                    coverage = ListCoverage::Partial;
                }
                self.publish_incomplete(skipped, incomplete.as_ref(), context);
                let position = if self.is_syncing() { ListPosition::First } else { ListPosition::Later };
                let update = Box::new(ListUpdate { jobs, date, requested, incomplete, position });
                context.send(match std::mem::take(&mut self.next_list) {
                    // An incomplete list must not replace the jobs that it leaves out.
                    ListUse::Replace if update.incomplete.is_none() => Message::ReplaceJobs(update),
                    ListUse::Replace | ListUse::Merge => JobsInput::List(update).into(),
                });
            }
            Listing::Unchanged => context.send(JobsInput::ObserveDate(date)),
        }
        context.set_known_at(context.now().wall);
        context.send(JobsInput::WatchUnfinished);
        context.send(connection::Input::Fetched);
        context.send(FetcherInput::Synced);
        context.send(edits::Input::Reachable);
        // Behind the list: it decides about uploads that may have arrived.
        context.send(UploadsInput::Listed(ListedJobs { requested: requested.monotonic, coverage }));
        context.send(UploadsInput::Reachable);
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
}
