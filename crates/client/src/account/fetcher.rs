//! REST requests for jobs: each with the current access token, and once more with a fresh one when it was refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tallylight_core::{
    Error, JobId, Now, auth,
    connection::{self, backoff::Backoff},
    edits::Edits,
    library::Library,
    view::ListView,
};

use super::{
    alerts,
    context::{Context, signed_out},
    library::{self, Merge},
    message::Message,
};
use crate::{
    handle::Reply,
    net::{
        http::{self, Failure},
        rest::{self, Listing, WithServerTime},
    },
};

mod call;
mod failure;
mod list;
mod questions;
mod recheck;

pub(super) use call::Call;
use call::{Attempt, FetchReason, What};
pub(super) use questions::{Question, no_job};
pub(super) use recheck::Urgency;

/// The most jobs that are requested at the same time.
const AT_ONCE: usize = 6;
/// The most jobs that may wait for a request; with more of them, the list is requested instead.
const QUEUE_LIMIT: usize = 50;

/// What the fetcher handles.
pub(super) enum Input {
    /// A request for the list or a job.
    Fetch(Call),
    /// A job is to be requested at once, and a question about it answered.
    Ask(JobId, Question),
    /// A message left a question about a job.
    Recheck(JobId, Urgency),
    /// The result of a request.
    Fetched(Box<FetchResult>),
    /// Jobs that a list no longer holds.
    Missing(Vec<JobId>),
    /// The list was merged.
    Synced,
    /// The next list replaces all that is known.
    Replace,
    /// A session is being restored, or has begun: the list is awaited.
    AwaitList,
    /// There is a fresh access token.
    TokenReady,
    /// There will be no fresh access token for now.
    TokenDelayed(Error),
    /// The session ended.
    SignedOut(Error),
    WhenSynced(Reply<()>),
}

/// The result of a request.
pub(super) struct FetchResult {
    call: Call,
    /// When it was sent, by our clocks.
    requested: Now,
    generation: u64,
    epoch: u64,
    answer: Result<Answer, Failure>,
}

enum Answer {
    List(WithServerTime<Listing>),
    Job(Box<WithServerTime<tallylight_core::protocol::snapshot::Snapshot>>),
}

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
    waiting: Vec<Call>,
    etag: Option<String>,
    /// Whether the next list replaces all that is known.
    replaces: Replaces,
    sync: Sync,
    waiting_for_sync: Vec<Reply<()>>,
    /// Questions about jobs that are in flight.
    questions: BTreeMap<JobId, Vec<Question>>,
    rechecks: recheck::Rechecks,
    /// Whether a token refresh was spent on a list that was forbidden.
    forbidden: Forbidden,
    /// What is missing of the list.
    list: ListView,
}

/// Whether this account was refused the list with a fresh token, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Forbidden {
    #[default]
    No,
    Refreshed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Replaces {
    #[default]
    No,
    Yes,
}

/// Whether the job list was fetched since signing in.
#[derive(Debug)]
enum Sync {
    /// No session, for this reason.
    SignedOut(Error),
    Awaited,
    Done(Result<(), Error>),
}

impl Default for Sync {
    fn default() -> Self {
        Self::SignedOut(signed_out())
    }
}

impl Fetcher {
    pub(super) fn handle(&mut self, input: Input, library: &Library, edits: &Edits, context: &mut Context) {
        match input {
            Input::Fetch(call) => self.fetch(call, context),
            Input::Ask(job_id, question) => self.ask(job_id, question, context),
            Input::Recheck(job_id, urgency) => self.recheck(job_id, urgency, context),
            Input::Fetched(result) => self.fetched(*result, library, edits, context),
            Input::Missing(job_ids) => self.confirm_missing(job_ids, context),
            Input::Synced => self.synced(Ok(())),
            Input::Replace => {
                self.replaces = Replaces::Yes;
                self.etag = None;
            }
            Input::AwaitList => self.await_list(),
            Input::TokenReady => {
                for call in std::mem::take(&mut self.waiting) {
                    self.begin(call.with_fresh_token(), context);
                }
            }
            Input::TokenDelayed(error) => {
                for call in std::mem::take(&mut self.waiting) {
                    self.failed(call.what, &Failure::local(error.clone()), library, edits, context);
                }
            }
            Input::SignedOut(reason) => self.signed_out(&reason),
            Input::WhenSynced(reply) => match &self.sync {
                Sync::SignedOut(reason) => drop(reply.send(Err(reason.clone()))),
                Sync::Awaited => self.waiting_for_sync.push(reply),
                Sync::Done(outcome) => drop(reply.send(outcome.clone())),
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
        matches!(self.sync, Sync::Done(Ok(())))
    }

    /// Returns whether the list is awaited.
    pub(super) fn is_syncing(&self) -> bool {
        matches!(self.sync, Sync::Awaited)
    }

    fn await_list(&mut self) {
        if matches!(self.sync, Sync::SignedOut(_)) {
            self.sync = Sync::Awaited;
        }
    }

    fn signed_out(&mut self, reason: &Error) {
        for question in std::mem::take(&mut self.questions).into_values().flatten() {
            question.refuse(reason.clone());
        }
        for reply in std::mem::take(&mut self.waiting_for_sync) {
            let _ = reply.send(Err(reason.clone()));
        }
        *self = Self { sync: Sync::SignedOut(reason.clone()), ..Self::default() };
    }

    fn synced(&mut self, outcome: Result<(), Error>) {
        for reply in self.waiting_for_sync.drain(..) {
            let _ = reply.send(outcome.clone());
        }
        self.sync = Sync::Done(outcome);
    }

    /// Makes a request as soon as there is a token and room for it.
    fn fetch(&mut self, call: Call, context: &mut Context) {
        match call.what {
            What::List => self.begin(call, context),
            What::Job(job_id, reason) => {
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
        let questions = &self.questions;
        let is_needed = |job_id: &JobId, reason: FetchReason| {
            reason == FetchReason::ResolveConflict || questions.contains_key(job_id)
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
            self.begin(Call { what: What::Job(job_id, reason), attempt: Attempt::First }, context);
        }
    }

    fn begin(&mut self, call: Call, context: &mut Context) {
        if context.endpoint.is_none() {
            return self.without_endpoint(call.what, context);
        }
        let Some((endpoint, token)) = context.authorized() else {
            self.waiting.push(call);
            return context.send(auth::Input::AccessRefused);
        };
        let messages = context.tasks.messages.clone();
        let (generation, epoch) = (context.access.generation, context.access.epoch);
        let (requested, etag) = (context.now(), self.etag.clone());
        tokio::spawn(async move {
            let (client, server) = (&endpoint.clients.rest, &endpoint.server);
            let answer = match &call.what {
                What::List => rest::jobs(client, server, &token, etag).await.map(Answer::List),
                What::Job(job_id, _) => rest::job(client, server, &token, job_id).await.map(Box::new).map(Answer::Job),
            };
            let result = FetchResult { call, requested, generation, epoch, answer };
            let _ = messages.send(Input::Fetched(Box::new(result)).into()).await;
        });
    }

    /// Ends a request that no backend can answer.
    fn without_endpoint(&mut self, what: What, context: &mut Context) {
        match what {
            What::List => {
                context.send(connection::Input::FetchFailed(signed_out(), None));
                self.synced(Err(signed_out()));
            }
            What::Job(job_id, _) => {
                self.in_flight.remove(&job_id);
                for question in self.questions.remove(&job_id).unwrap_or_default() {
                    question.refuse(signed_out());
                }
            }
        }
    }

    fn fetched(&mut self, result: FetchResult, library: &Library, edits: &Edits, context: &mut Context) {
        let FetchResult { call, requested, generation, epoch, answer } = result;
        // The answer to a request of an earlier session.
        if !context.access.is_signed_in || epoch != context.access.epoch {
            return;
        }
        match answer {
            Err(failure) if self.is_worth_a_refresh(&call, &failure) => {
                let call = call.with_fresh_token();
                if generation == context.access.generation {
                    self.waiting.push(call);
                    context.send(auth::Input::AccessRefused);
                } else {
                    self.begin(call, context);
                }
            }
            Err(failure) => self.failed(call.what, &failure, library, edits, context),
            Ok(Answer::List(answer)) => self.listed(answer, requested, context),
            Ok(Answer::Job(mut answer)) => {
                let What::Job(job_id, reason) = call.what else { return };
                context.diagnostics.lost_fields(answer.value.lost);
                let captions = std::mem::take(&mut answer.value.captions);
                let WithServerTime { date, value } = *answer;
                let authority = reason.authority();
                let merge = Merge { snapshot: Box::new(value), date, requested, authority };
                context.send(library::Input::Merge(merge));
                context.send(alerts::Input::RunAutomations(job_id.clone()));
                self.in_flight.remove(&job_id);
                self.backoff.reset();
                self.begin_queued(context);
                if let Some(questions) = self.questions.remove(&job_id) {
                    context.send(Message::Answer(job_id, questions, captions));
                }
            }
        }
    }
}

impl From<http::Failure> for Error {
    fn from(failure: http::Failure) -> Self {
        failure.error
    }
}
