//! Edits as a state machine of the same shape as the link: `on(input, now) -> Vec<Effect>`.
//!
//! It keeps one promise above all: what a person typed is always somewhere. It is an edit on its way, or a draft that
//! says why it is one, or the backend has it, or the person wrote something else in its place. And one order: an edit
//! is on disk before anybody sees it, and marked as sent before it is.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    JobId, Now, VideoId,
    connection::backoff::Backoff,
    library::Library,
    model::job::{Content, Field},
    view::{EditOutcome, EditView, ReasonView},
};

mod answers;
mod io;

pub use answers::content_of;
pub use io::{
    Answer, Changes, Confirmed, DeliveryCertainty, Draft, DraftStatus, Edit, EditState, Effect, Input, OpId,
    Unanswered, read_content,
};

/// How many jobs' edits are on their way at the same time; of one job it is one.
const AT_ONCE: usize = 4;

/// Holds every edit that the backend has not confirmed, and every draft.
#[derive(Debug, Default)]
pub struct Edits {
    queues: BTreeMap<JobId, Queue>,
    drafts: BTreeMap<JobId, BTreeMap<Field, Draft>>,
    last: i64,
    gate: Gate,
}

/// Tells whether requests can be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gate {
    #[default]
    Closed,
    Open,
}

/// Holds the edits of one job, in the order in which they were made. Only the first is ever on its way.
#[derive(Debug, Default)]
struct Queue {
    edits: VecDeque<Edit>,
    step: Step,
    backoff: Backoff,
    /// Which video the job works on, where the cache does not say yet.
    video_id: Option<VideoId>,
    /// Whether a fresh token was already asked for on behalf of the first.
    token: Token,
}

#[derive(Clone, Debug, Default)]
enum Step {
    /// The first may go.
    #[default]
    Ready,
    /// The backend is asked whether it has the first.
    Checking,
    /// The first is on its way.
    Sending { sent_over: BTreeMap<Field, Timestamp> },
    /// Nothing goes before `until`, and whoever asks, not before `not_before`: the backend wants to be left alone.
    Waiting { until: Duration, not_before: Duration },
    /// Nothing goes before there is another token.
    WaitingForToken,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Token {
    #[default]
    AsItIs,
    Renewed,
}

impl Edits {
    /// Takes up what the disk kept.
    pub fn restore(edits: impl IntoIterator<Item = Edit>, drafts: impl IntoIterator<Item = Draft>) -> Self {
        let mut restored = Self::default();
        let mut edits: Vec<Edit> = edits.into_iter().filter(|edit| !edit.changes.is_empty()).collect();
        edits.sort_by_key(|edit| edit.op_id);
        for edit in edits {
            restored.last = restored.last.max(edit.op_id.0);
            restored.queues.entry(edit.job_id.clone()).or_default().edits.push_back(edit);
        }
        for draft in drafts {
            restored.drafts.entry(draft.job_id.clone()).or_default().insert(draft.field, draft);
        }
        restored
    }

    /// Makes sure that no id up to this one is given again.
    pub fn count_from(&mut self, last: OpId) {
        self.last = self.last.max(last.0);
    }

    /// Takes up another account's words in place of these, while whether requests can be made stays as it is.
    pub fn replace(&mut self, other: Self) {
        *self = Self { gate: self.gate, last: self.last.max(other.last), ..other };
    }

    /// Returns how many jobs have edits that the backend does not have yet.
    pub fn pending_jobs(&self) -> u32 {
        u32::try_from(self.queues.len()).unwrap_or(u32::MAX)
    }

    /// Returns every edit, in order.
    pub fn all_edits(&self) -> Vec<Edit> {
        self.queues.values().flat_map(|queue| queue.edits.iter().cloned()).collect()
    }

    /// Returns every draft.
    pub fn all_drafts(&self) -> Vec<Draft> {
        self.drafts.values().flat_map(|drafts| drafts.values().cloned()).collect()
    }

    /// Tells whether a job has words that the backend does not have.
    pub fn has(&self, job_id: &JobId) -> bool {
        self.queues.contains_key(job_id) || self.drafts.contains_key(job_id)
    }

    /// Returns what is pending of a job: each field as the person wrote it last.
    pub fn pending(&self, job_id: &JobId) -> BTreeMap<Field, &Content> {
        let edits = self.queues.get(job_id).into_iter().flat_map(|queue| &queue.edits);
        edits.flat_map(|edit| edit.changes.iter().map(|(field, content)| (*field, content))).collect()
    }

    /// Returns the drafts of a job.
    pub fn drafts(&self, job_id: &JobId) -> impl Iterator<Item = &Draft> {
        self.drafts.get(job_id).into_iter().flat_map(BTreeMap::values)
    }

    /// Returns every job with words that the backend does not have.
    pub fn jobs(&self) -> BTreeSet<&JobId> {
        self.queues.keys().chain(self.drafts.keys()).collect()
    }

    /// Returns when something is due by itself.
    pub fn deadline(&self) -> Option<Duration> {
        if self.gate == Gate::Closed {
            return None;
        }
        let until = |queue: &Queue| if let Step::Waiting { until, .. } = queue.step { Some(until) } else { None };
        self.queues.values().filter_map(until).min()
    }

    /// Takes one input at a time, and returns what is to be done, in order.
    pub fn on(&mut self, input: Input, library: &Library, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Edit(job_id, changes) => self.begin(job_id, changes, &mut effects),
            Input::Type(draft) => self.type_draft(draft, &mut effects),
            Input::Discard(job_id, field) => self.forget_draft(&job_id, field, &mut effects),
            Input::Opened => self.gate = Gate::Open,
            Input::Closed => self.close(),
            Input::TokenRenewed => self.release(|step| matches!(step, Step::WaitingForToken)),
            Input::Reachable => {
                self.release(|step| matches!(step, Step::Waiting { not_before, .. } if *not_before <= now.monotonic));
            }
            Input::Tick => {
                self.release(|step| matches!(step, Step::Waiting { until, .. } if *until <= now.monotonic));
            }
            Input::Checked(op_id, answer) => self.checked(op_id, answer, library, now, &mut effects),
            Input::Answered(op_id, answer) => self.answered(op_id, answer, library, now, &mut effects),
        }
        self.go_on(library, &mut effects);
        // One transaction, before anything is sent or shown; the sort keeps the order within each kind.
        effects.sort_by_key(Effect::place);
        effects
    }

    fn begin(&mut self, job_id: JobId, changes: BTreeMap<Field, Content>, effects: &mut Vec<Effect>) {
        if changes.is_empty() {
            return;
        }
        self.last += 1;
        for field in changes.keys() {
            self.forget_draft(&job_id, *field, effects);
            effects.push(tell(&job_id, *field, EditOutcome::Queued, None));
        }
        let edit = Edit { op_id: OpId(self.last), job_id: job_id.clone(), changes, state: EditState::Queued };
        effects.extend([Effect::PersistEdit(edit.clone()), Effect::Changed(job_id.clone())]);
        self.queues.entry(job_id).or_default().edits.push_back(edit);
    }

    pub(super) fn type_draft(&mut self, draft: Draft, effects: &mut Vec<Effect>) {
        effects.extend([Effect::PersistDraft(draft.clone()), Effect::Changed(draft.job_id.clone())]);
        self.drafts.entry(draft.job_id.clone()).or_default().insert(draft.field, draft);
    }

    fn forget_draft(&mut self, job_id: &JobId, field: Field, effects: &mut Vec<Effect>) {
        let Some(drafts) = self.drafts.get_mut(job_id) else { return };
        if drafts.remove(&field).is_some() {
            effects.extend([Effect::DeleteDraft(job_id.clone(), field), Effect::Changed(job_id.clone())]);
        }
        if drafts.is_empty() {
            self.drafts.remove(job_id);
        }
    }

    /// Whatever was on its way is not heard of again; that it may have arrived is on the disk.
    fn close(&mut self) {
        self.gate = Gate::Closed;
        for queue in self.queues.values_mut() {
            queue.step = Step::Ready;
            queue.token = Token::AsItIs;
            queue.backoff.reset();
        }
    }

    fn release(&mut self, which: impl Fn(&Step) -> bool) {
        for queue in self.queues.values_mut().filter(|queue| which(&queue.step)) {
            queue.step = Step::Ready;
        }
    }

    /// Sends what may go, the oldest first.
    fn go_on(&mut self, library: &Library, effects: &mut Vec<Effect>) {
        if self.gate == Gate::Closed {
            return;
        }
        let is_busy = |queue: &&mut Queue| matches!(queue.step, Step::Checking | Step::Sending { .. });
        let room = AT_ONCE.saturating_sub(self.queues.values_mut().filter(is_busy).count());
        let mut ready: Vec<&mut Queue> =
            self.queues.values_mut().filter(|queue| matches!(queue.step, Step::Ready)).collect();
        ready.sort_by_key(|queue| queue.edits.front().map(|edit| edit.op_id));
        for queue in ready.into_iter().take(room) {
            let Some(edit) = queue.edits.front_mut() else { continue };
            let is_cached = library.job(&edit.job_id).is_some_and(|job| job.video_id.is_some());
            let knows_video = queue.video_id.is_some() || is_cached;
            if edit.state == EditState::Sent || !knows_video {
                queue.step = Step::Checking;
                effects.push(Effect::Check(edit.op_id, edit.job_id.clone()));
            } else {
                queue.step = Step::Sending { sent_over: times(library, edit) };
                edit.state = EditState::Sent;
                effects.extend([Effect::PersistEdit(edit.clone()), Effect::Send(edit.clone())]);
            }
        }
    }
}

impl Effect {
    /// Returns its place among the effects of one input: confirmed, then on disk, then the rest.
    fn place(&self) -> u8 {
        match self {
            Self::Confirm(_) | Self::Merge(_) => 0,
            Self::PersistEdit(_) | Self::DeleteEdit(_) | Self::PersistDraft(_) | Self::DeleteDraft(..) => 1,
            Self::Check(..) | Self::Send(_) | Self::RefreshToken | Self::Changed(_) | Self::Publish(_) => 2,
        }
    }
}

fn tell(job_id: &JobId, field: Field, outcome: EditOutcome, reason: Option<ReasonView>) -> Effect {
    Effect::Publish(EditView { job_id: job_id.clone(), field, outcome, reason })
}

fn times(library: &Library, edit: &Edit) -> BTreeMap<Field, Timestamp> {
    let job = library.job(&edit.job_id);
    edit.changes.keys().filter_map(|field| Some((*field, job.as_ref()?.said_at(*field)?))).collect()
}

#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "a model looks at few of them")]
mod tests;
