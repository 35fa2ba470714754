//! REST calls: each with the current token, once more with a fresh one when it was refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use tallylight_core::{
    Error, JobId, Now, auth,
    connection::{self, backoff::Backoff},
    library::Authority,
    protocol::snapshot::Snapshot,
    view::ListView,
};

mod failed;
mod list;
mod on_demand;
mod recheck;

pub(super) use recheck::Urgency;

use super::runtime::{Actor, TaskEvent};
use crate::{
    handle::Reply,
    net::{
        http::{self, Failure},
        rest::{self, Dated, Listing},
    },
};

/// How many jobs that a list no longer holds are asked for one by one, at each list.
const MISSING_LIMIT: usize = 20;
/// How many jobs are asked for at the same time.
const AT_ONCE: usize = 6;
/// How many jobs may wait to be asked for to know more about them; when it would be more, the list is asked for instead.
const WANTED_LIMIT: usize = 50;

/// Is a call that can be repeated.
#[derive(Clone, Debug)]
pub(super) struct Call {
    what: What,
    attempt: Attempt,
}

#[derive(Clone, Debug)]
enum What {
    List,
    Job(JobId, FetchReason),
}

/// Tells what the answer about one job is for; a later one does for an earlier one, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FetchReason {
    /// To know more about it.
    Learn,
    /// To learn whether it still exists.
    Confirm,
    /// To settle a doubt that messages left.
    ResolveConflict,
}

/// Tells whether a refused token is worth another call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    First,
    WithFreshToken,
}

impl Call {
    pub(super) fn list() -> Self {
        Self { what: What::List, attempt: Attempt::First }
    }

    pub(super) fn job(job_id: JobId) -> Self {
        Self { what: What::Job(job_id, FetchReason::Learn), attempt: Attempt::First }
    }

    /// Asks for a job whose answer settles a doubt.
    pub(super) fn deciding(job_id: JobId) -> Self {
        Self { what: What::Job(job_id, FetchReason::ResolveConflict), attempt: Attempt::First }
    }

    /// Asks for a job that may be gone.
    fn confirming(job_id: JobId) -> Self {
        Self { what: What::Job(job_id, FetchReason::Confirm), attempt: Attempt::First }
    }
}

/// Is the end of a call.
#[derive(Debug)]
pub(super) struct FetchResult {
    call: Call,
    /// When it was sent, by our clocks.
    requested: Now,
    generation: u64,
    epoch: u64,
    answer: Result<FetchAnswer, Failure>,
}

#[derive(Debug)]
enum FetchAnswer {
    List(Dated<Listing>),
    Job(Box<Dated<Snapshot>>),
}

/// Is what is known about calls under way.
#[derive(Debug, Default)]
pub(super) struct Fetcher {
    /// Jobs that are to be asked for, each once.
    queued: BTreeMap<JobId, FetchReason>,
    /// Jobs that are being asked for.
    in_flight: BTreeSet<JobId>,
    /// When the next job may be asked for, after one could not be had.
    queued_at: Option<Duration>,
    backoff: Backoff,
    /// Calls whose token was refused.
    waiting: Vec<Call>,
    /// Counts tokens, to tell a call that an old token made from one that the current made.
    generation: u64,
    /// Counts sessions, to tell an answer to somebody who has left.
    epoch: u64,
    etag: Option<String>,
    /// Whether the next list is to take the place of all that is known.
    renewal: Renewal,
    sync: Sync,
    waiting_for_sync: Vec<Reply<()>>,
    /// What somebody wants with jobs that are not known here.
    questions: BTreeMap<JobId, Vec<on_demand::Question>>,
    rechecks: recheck::Rechecks,
    /// Whether a refresh was spent on a list that the account may not have.
    forbidden: Forbidden,
    /// What is missing of the list.
    pub(super) list: ListView,
}

/// Tells whether this account was refused the list with a fresh token, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Forbidden {
    #[default]
    No,
    Refreshed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Renewal {
    #[default]
    No,
    Wanted,
}

/// Tells whether the job list was had since signing in.
#[derive(Debug)]
enum Sync {
    /// Nobody is signed in, for this reason.
    SignedOut(Error),
    Awaited,
    Done(Result<(), Error>),
}

impl Default for Sync {
    fn default() -> Self {
        Self::SignedOut(super::runtime::signed_out())
    }
}

impl Fetcher {
    /// A session is being taken up, or was just begun.
    pub(super) fn await_sync(&mut self) {
        if matches!(self.sync, Sync::SignedOut(_)) {
            self.sync = Sync::Awaited;
        }
    }

    pub(super) fn token_changed(&mut self) {
        self.generation += 1;
        self.await_sync();
    }

    /// Lets the next list, which must be a whole one, take the place of all that is known.
    pub(super) fn want_renewal(&mut self) {
        self.renewal = Renewal::Wanted;
        self.etag = None;
    }

    /// Nobody is signed in, so nothing is to be waited for.
    pub(super) fn signed_out(&mut self, reason: Error) {
        self.waiting.clear();
        self.queued.clear();
        self.in_flight.clear();
        self.queued_at = None;
        self.backoff.reset();
        self.etag = None;
        self.renewal = Renewal::No;
        self.rechecks.clear();
        self.forbidden = Forbidden::No;
        self.list = ListView::default();
        for question in std::mem::take(&mut self.questions).into_values().flatten() {
            question.refuse(reason.clone());
        }
        self.epoch += 1;
        self.answer_waiting(&Err(reason.clone()));
        self.sync = Sync::SignedOut(reason);
    }

    /// Returns which token of it is in use.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns which session this is; whatever was begun in another is nobody's.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn when_synced(&mut self, reply: Reply<()>) {
        match &self.sync {
            Sync::SignedOut(reason) => drop(reply.send(Err(reason.clone()))),
            Sync::Awaited => self.waiting_for_sync.push(reply),
            Sync::Done(outcome) => drop(reply.send(outcome.clone())),
        }
    }

    fn synced(&mut self, outcome: Result<(), Error>) {
        self.answer_waiting(&outcome);
        self.sync = Sync::Done(outcome);
    }

    fn answer_waiting(&mut self, outcome: &Result<(), Error>) {
        for reply in self.waiting_for_sync.drain(..) {
            let _ = reply.send(outcome.clone());
        }
    }
}

impl Actor {
    /// Makes a call as soon as there is a token and room for it.
    pub(super) fn call(&mut self, call: Call) {
        match call.what {
            What::List => self.begin(call),
            What::Job(job_id, purpose) => {
                let queued = self.fetcher.queued.entry(job_id).or_insert(purpose);
                *queued = purpose.max(*queued);
                if self.fetcher.queued.len() > WANTED_LIMIT {
                    self.fetch_list_instead();
                }
                self.begin_queued();
            }
        }
    }

    fn fetch_list_instead(&mut self) {
        let before = self.fetcher.queued.len();
        let is_waited_for = |job_id: &JobId| self.fetcher.questions.contains_key(job_id);
        let kept: BTreeMap<JobId, FetchReason> = std::mem::take(&mut self.fetcher.queued)
            .into_iter()
            .filter(|(job_id, purpose)| *purpose == FetchReason::ResolveConflict || is_waited_for(job_id))
            .collect();
        self.fetcher.queued = kept;
        if self.fetcher.queued.len() < before {
            self.connection_input(connection::Input::RefreshSoon);
        }
    }

    /// Returns when what failed is asked for again.
    pub(super) fn fetcher_deadline(&self) -> Option<Duration> {
        [self.fetcher.queued_at, self.fetcher.rechecks.deadline()].into_iter().flatten().min()
    }

    /// Asks again for what failed.
    pub(super) fn fetch_due(&mut self) {
        let now = self.now().monotonic;
        if self.fetcher.queued_at.is_some_and(|due| now >= due) {
            self.fetcher.queued_at = None;
            self.begin_queued();
        }
        self.recheck_due(now);
    }

    /// Asks for jobs as far as there is room, unless what failed is waited for.
    fn begin_queued(&mut self) {
        if self.fetcher.queued_at.is_some() {
            return;
        }
        while self.fetcher.in_flight.len() < AT_ONCE {
            let next = self.fetcher.queued.keys().find(|job_id| !self.fetcher.in_flight.contains(*job_id)).cloned();
            let Some((job_id, purpose)) = next.and_then(|job_id| self.fetcher.queued.remove_entry(&job_id)) else {
                return;
            };
            self.fetcher.in_flight.insert(job_id.clone());
            self.begin(Call { what: What::Job(job_id, purpose), attempt: Attempt::First });
        }
    }

    /// Asks for a job at once, whatever else is waited for: somebody waits for the answer.
    fn fetch_now(&mut self, job_id: JobId) {
        if self.fetcher.in_flight.insert(job_id.clone()) {
            self.fetcher.queued.remove(&job_id);
            self.begin(Call::job(job_id));
        }
    }

    fn begin(&mut self, call: Call) {
        let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) else {
            return self.call_failed(call.what, &Failure::local(super::runtime::signed_out()));
        };
        let Some(token) = self.session.access_token().cloned() else {
            self.fetcher.waiting.push(call);
            return self.auth_input(auth::Input::AccessRefused);
        };
        let (task_events, generation, epoch) = (self.task_events.clone(), self.fetcher.generation, self.fetcher.epoch);
        let (requested, etag) = (self.now(), self.fetcher.etag.clone());
        tokio::spawn(async move {
            let answer = match &call.what {
                What::List => rest::jobs(&clients.rest, &server, &token, etag).await.map(FetchAnswer::List),
                What::Job(job_id, _) => {
                    rest::job(&clients.rest, &server, &token, job_id).await.map(Box::new).map(FetchAnswer::Job)
                }
            };
            let _ = task_events
                .send(TaskEvent::Call(Box::new(FetchResult { call, requested, generation, epoch, answer })))
                .await;
        });
    }

    pub(super) fn fetch_result(&mut self, report: FetchResult) {
        let FetchResult { call, requested, generation, epoch, answer } = report;
        // An answer to somebody who has signed out is nobody's.
        if !self.session.is_signed_in() || epoch != self.fetcher.epoch {
            return;
        }
        match answer {
            Err(failure) if self.is_worth_a_refresh(&call, &failure) => {
                let call = Call { attempt: Attempt::WithFreshToken, ..call };
                if generation == self.fetcher.generation {
                    self.fetcher.waiting.push(call);
                    self.auth_input(auth::Input::AccessRefused);
                } else {
                    self.begin(call);
                }
            }
            Err(failure) => self.call_failed(call.what, &failure),
            Ok(FetchAnswer::List(answer)) => self.listed(answer, requested),
            Ok(FetchAnswer::Job(mut answer)) => {
                let What::Job(job_id, purpose) = call.what else { return };
                let authority =
                    if purpose == FetchReason::ResolveConflict { Authority::Authoritative } else { Authority::Ordered };
                self.observe(answer.date);
                self.diagnostics.lost_fields(answer.value.lost);
                let captions = std::mem::take(&mut answer.value.captions);
                let changes = self.library.merge(answer.value, self.library.server_time(requested), authority);
                self.changed(changes);
                self.watch(&job_id);
                self.run_automations_of(&job_id);
                self.answered(&job_id);
                self.answer_questions(&job_id, Ok(&captions));
            }
        }
    }

    fn answered(&mut self, job_id: &JobId) {
        self.fetcher.in_flight.remove(job_id);
        self.fetcher.backoff.reset();
        self.begin_queued();
    }

    /// Tells whether the job list was had since signing in.
    pub(super) fn is_synced(&self) -> bool {
        matches!(self.fetcher.sync, Sync::Done(Ok(())))
    }

    /// Tells whether the job list is still waited for.
    pub(super) fn is_syncing(&self) -> bool {
        matches!(self.fetcher.sync, Sync::Awaited)
    }

    /// Repeats what waited for a token.
    pub(super) fn repeat_waiting_fetches(&mut self) {
        for call in std::mem::take(&mut self.fetcher.waiting) {
            self.begin(Call { attempt: Attempt::WithFreshToken, ..call });
        }
    }

    /// Gives up what waited for a token.
    pub(super) fn fail_waiting_fetches(&mut self, error: &Error) {
        for call in std::mem::take(&mut self.fetcher.waiting) {
            self.call_failed(call.what, &Failure::local(error.clone()));
        }
    }

    pub(super) fn observe(&mut self, date: Option<Timestamp>) {
        if let Some(date) = date {
            let now = self.now();
            self.library.server_clock.observe(date, now);
        }
    }

    /// Hears of a job as long as it has not ended.
    fn watch(&mut self, job_id: &JobId) {
        if self.library.summary(job_id).is_some_and(|job| !job.status.is_final()) {
            self.connection_input(connection::Input::Watch(vec![job_id.clone()]));
        }
    }

    pub(super) fn watch_unfinished(&mut self) {
        let mut unfinished: Vec<_> = self.library.unfinished().cloned().collect();
        unfinished.sort();
        self.connection_input(connection::Input::Watch(unfinished));
    }
}

impl From<http::Failure> for Error {
    fn from(failure: http::Failure) -> Self {
        failure.error
    }
}
