//! REST requests for jobs: each with the current access token, and once more with a fresh one when it was refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tallylight_core::{Error, JobId, auth, backoff::Backoff, connection, edits::Edits, library::Library};
use tallylight_view::ListView;

use super::{
    context::Context,
    errors::signed_out,
    message::{
        AutomationsInput, FetchAnswer, FetchReason, FetchRequest, FetchResult, FetchTarget, FetcherInput, JobsInput,
        Merge, Message, WaitingCommand,
    },
};
use crate::{
    command::Reply,
    net::{
        http::Failure,
        rest::{self, WithServerTime},
    },
};

mod failure;
mod list_answer;
mod missing;
mod recheck;
mod waiting_commands;

/// The most jobs that are requested at the same time.
const AT_ONCE: usize = 6;
/// The most jobs that may wait for a request; with more of them, the list is requested instead.
const QUEUE_LIMIT: usize = 50;

/// The requests that wait or are in flight.
#[derive(Debug, Default)]
pub(super) struct Fetcher {
    /// Jobs to request, each once.
    queued: BTreeMap<JobId, FetchReason>,
    in_flight: BTreeSet<JobId>,
    /// When queued jobs may be requested again after a failure.
    queued_at: Option<Duration>,
    backoff: Backoff,
    /// Requests whose token was refused.
    waiting: Vec<FetchRequest>,
    etag: Option<String>,
    next_list: ListUse,
    sync: SyncState,
    waiting_for_sync: Vec<Reply<()>>,
    /// Commands that wait for jobs that are in flight.
    commands: BTreeMap<JobId, Vec<WaitingCommand>>,
    rechecks: recheck::Rechecks,
    forbidden: ForbiddenRefresh,
    /// What is missing of the list.
    list: ListView,
}

/// Whether the token was refreshed because the list was forbidden. That is tried once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ForbiddenRefresh {
    #[default]
    NotTried,
    Tried,
}

/// What is done with the next list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ListUse {
    /// It is merged into what is known.
    #[default]
    Merge,
    /// It replaces all that is known.
    Replace,
}

/// Whether the job list was fetched since signing in.
#[derive(Debug)]
enum SyncState {
    /// No session, for this reason.
    SignedOut(Error),
    Awaited,
    Done(Result<(), Error>),
}

impl Default for SyncState {
    fn default() -> Self {
        Self::SignedOut(signed_out())
    }
}

impl Fetcher {
    pub(super) fn handle(&mut self, input: FetcherInput, library: &Library, edits: &Edits, context: &mut Context) {
        match input {
            FetcherInput::Fetch(request) => self.fetch(request, context),
            FetcherInput::FetchFor(job_id, command) => self.fetch_for(job_id, command, context),
            FetcherInput::Recheck(job_id, reason) => self.recheck(job_id, reason, context),
            FetcherInput::Fetched(result) => self.fetched(*result, library, edits, context),
            FetcherInput::Missing(job_ids) => self.confirm_missing(job_ids, context),
            FetcherInput::Synced => self.synced(Ok(())),
            FetcherInput::ReplaceWithNextList => {
                self.next_list = ListUse::Replace;
                self.etag = None;
            }
            FetcherInput::AwaitList => self.await_list(),
            FetcherInput::TokenReady => {
                for request in std::mem::take(&mut self.waiting) {
                    self.begin(request.with_fresh_token(), context);
                }
            }
            FetcherInput::TokenDelayed(error) => {
                for request in std::mem::take(&mut self.waiting) {
                    self.failed(request.target, &Failure::local(error.clone()), library, edits, context);
                }
            }
            FetcherInput::SignedOut(reason) => self.signed_out(&reason),
            FetcherInput::WhenSynced(reply) => match &self.sync {
                SyncState::SignedOut(reason) => drop(reply.send(Err(reason.clone()))),
                SyncState::Awaited => self.waiting_for_sync.push(reply),
                SyncState::Done(outcome) => drop(reply.send(outcome.clone())),
            },
        }
    }

    /// Returns when a request is due that failed or was postponed.
    pub(super) fn deadline(&self) -> Option<Duration> {
        [self.queued_at, self.rechecks.deadline()].into_iter().flatten().min()
    }

    pub(super) fn tick(&mut self, now: Duration, context: &mut Context) {
        if self.queued_at.is_some_and(|due| now >= due) {
            self.queued_at = None;
            self.begin_queued(context);
        }
        self.recheck_due(now, context);
    }

    /// Returns what is missing of the list.
    pub(super) fn list(&self) -> &ListView {
        &self.list
    }

    /// Returns whether the list was fetched since signing in.
    pub(super) fn is_synced(&self) -> bool {
        matches!(self.sync, SyncState::Done(Ok(())))
    }

    /// Returns whether the list is awaited.
    pub(super) fn is_syncing(&self) -> bool {
        matches!(self.sync, SyncState::Awaited)
    }

    fn await_list(&mut self) {
        if matches!(self.sync, SyncState::SignedOut(_)) {
            self.sync = SyncState::Awaited;
        }
    }

    fn signed_out(&mut self, reason: &Error) {
        for command in std::mem::take(&mut self.commands).into_values().flatten() {
            command.reject(reason.clone());
        }
        for reply in std::mem::take(&mut self.waiting_for_sync) {
            let _ = reply.send(Err(reason.clone()));
        }
        *self = Self { sync: SyncState::SignedOut(reason.clone()), ..Self::default() };
    }

    fn synced(&mut self, outcome: Result<(), Error>) {
        for reply in self.waiting_for_sync.drain(..) {
            let _ = reply.send(outcome.clone());
        }
        self.sync = SyncState::Done(outcome);
    }

    /// Makes a request as soon as there is a token and room for it.
    fn fetch(&mut self, request: FetchRequest, context: &mut Context) {
        match request.target {
            FetchTarget::List => self.begin(request, context),
            FetchTarget::Job(job_id, reason) => {
                let queued = self.queued.entry(job_id).or_insert(reason);
                *queued = reason.max(*queued);
                if self.queued.len() > QUEUE_LIMIT {
                    self.fetch_list_instead(context);
                }
                self.begin_queued(context);
            }
        }
    }

    fn fetch_list_instead(&mut self, context: &mut Context) {
        let before = self.queued.len();
        let commands = &self.commands;
        let is_needed = |job_id: &JobId, reason: FetchReason| {
            reason == FetchReason::ResolveConflict || commands.contains_key(job_id)
        };
        self.queued.retain(|job_id, reason| is_needed(job_id, *reason));
        if self.queued.len() < before {
            context.send(connection::Input::RefreshSoon);
        }
    }

    /// Requests queued jobs as far as there is room, unless a failure postponed them.
    fn begin_queued(&mut self, context: &mut Context) {
        if self.queued_at.is_some() {
            return;
        }
        while self.in_flight.len() < AT_ONCE {
            let next = self.queued.keys().find(|job_id| !self.in_flight.contains(*job_id)).cloned();
            let Some((job_id, reason)) = next.and_then(|job_id| self.queued.remove_entry(&job_id)) else {
                return;
            };
            self.in_flight.insert(job_id.clone());
            self.begin(FetchRequest::first(FetchTarget::Job(job_id, reason)), context);
        }
    }

    fn begin(&mut self, request: FetchRequest, context: &mut Context) {
        if context.endpoint.is_none() {
            return self.without_endpoint(request.target, context);
        }
        let Some((endpoint, token)) = context.authorized() else {
            self.waiting.push(request);
            return context.send(auth::Input::AccessRefused);
        };
        let messages = context.tasks.messages.clone();
        let (generation, epoch) = (context.access.generation, context.access.epoch);
        let (requested, etag) = (context.now(), self.etag.clone());
        tokio::spawn(async move {
            let (client, server) = (&endpoint.clients.rest, &endpoint.server);
            let answer = match &request.target {
                FetchTarget::List => rest::jobs(client, server, &token, etag).await.map(FetchAnswer::List),
                FetchTarget::Job(job_id, _) => {
                    rest::job(client, server, &token, job_id).await.map(Box::new).map(FetchAnswer::Job)
                }
            };
            let result = FetchResult { request, requested, generation, epoch, answer };
            let _ = messages.send(FetcherInput::Fetched(Box::new(result)).into()).await;
        });
    }

    /// Ends a request that no backend can answer.
    fn without_endpoint(&mut self, target: FetchTarget, context: &mut Context) {
        match target {
            FetchTarget::List => {
                context.send(connection::Input::FetchFailed(signed_out(), None));
                self.synced(Err(signed_out()));
            }
            FetchTarget::Job(job_id, _) => {
                self.in_flight.remove(&job_id);
                for command in self.commands.remove(&job_id).unwrap_or_default() {
                    command.reject(signed_out());
                }
            }
        }
    }

    fn fetched(&mut self, result: FetchResult, library: &Library, edits: &Edits, context: &mut Context) {
        let FetchResult { request, requested, generation, epoch, answer } = result;
        // The answer to a request of an earlier session.
        if !context.access.is_signed_in || epoch != context.access.epoch {
            return;
        }
        match answer {
            Err(failure) if self.is_worth_a_refresh(&request, &failure) => {
                let request = request.with_fresh_token();
                if generation == context.access.generation {
                    self.waiting.push(request);
                    context.send(auth::Input::AccessRefused);
                } else {
                    self.begin(request, context);
                }
            }
            Err(failure) => self.failed(request.target, &failure, library, edits, context),
            Ok(FetchAnswer::List(answer)) => self.listed(answer, requested, context),
            Ok(FetchAnswer::Job(answer)) => {
                let FetchTarget::Job(job_id, reason) = request.target else { return };
                context.diagnostics.lost_fields(answer.value.lost);
                let captions = answer.value.captions.clone();
                let WithServerTime { date, value } = *answer;
                let authority = reason.authority();
                let merge = Merge { snapshot: Box::new(value), date, requested, authority };
                context.send(JobsInput::Merge(merge));
                context.send(AutomationsInput::RunFor(job_id.clone()));
                self.in_flight.remove(&job_id);
                self.backoff.reset();
                self.begin_queued(context);
                if let Some(commands) = self.commands.remove(&job_id) {
                    context.send(Message::JobFetched(job_id, commands, captions));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
