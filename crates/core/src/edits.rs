//! Edits as a state machine of the same shape as the connection: `on(input, now) -> Vec<Effect>`.
//!
//! Two rules hold. No text of the user is lost: it is a pending edit, a draft with a reason, confirmed by the backend,
//! or replaced by a later text of the user. And an edit is on disk before it is shown, and marked as sent before it is
//! sent. Source: docs/protocol.md#edits.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    JobId, Now, Reason, VideoId,
    backoff::Backoff,
    library::Library,
    model::job::{Content, Field},
};

mod answers;
mod io;

pub use io::{
    Answer, Changes, DeliveryCertainty, Draft, DraftStatus, Edit, EditOutcome, EditState, Effect, FieldOutcome, Input,
    OpId, Unanswered, read_content,
};

/// The number of jobs whose edits are sent at the same time. Of one job, one edit is sent at a time.
const MAX_JOBS_IN_FLIGHT: usize = 4;

/// All edits that the backend has not confirmed, and all drafts.
#[derive(Debug, Default)]
pub struct Edits {
    queues: BTreeMap<JobId, Queue>,
    drafts: BTreeMap<JobId, BTreeMap<Field, Draft>>,
    last: i64,
    gate: Gate,
}

/// Whether requests can be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gate {
    #[default]
    Closed,
    Open,
}

/// The edits of one job, in the order in which they were made. Only the first one is ever sent.
#[derive(Debug, Default)]
struct Queue {
    edits: VecDeque<Edit>,
    step: Step,
    backoff: Backoff,
    /// The video of the job, if the cache does not contain it yet.
    video_id: Option<VideoId>,
    /// Whether the access token was already refreshed for the first edit.
    token: Token,
}

#[derive(Clone, Debug, Default)]
enum Step {
    /// The first edit can be sent.
    #[default]
    Ready,
    /// The job is being fetched to find out whether the backend has the first edit.
    Checking,
    /// The first edit is being sent.
    Sending { sent_over: BTreeMap<Field, Timestamp> },
    /// The first edit is retried at `until`, or earlier once the backend is reachable, but not before `not_before`,
    /// which comes from `Retry-After`.
    Waiting { until: Duration, not_before: Duration },
    /// The first edit waits for another access token.
    WaitingForToken,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Token {
    #[default]
    Unchanged,
    Refreshed,
}

impl Edits {
    /// Restores the edits and drafts stored on disk.
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

    /// Reserves all edit ids up to `last`, so that none is used again.
    pub fn count_from(&mut self, last: OpId) {
        self.last = self.last.max(last.0);
    }

    /// Replaces all edits and drafts by those of another account. Whether requests can be sent does not change.
    pub fn replace(&mut self, other: Self) {
        *self = Self { gate: self.gate, last: self.last.max(other.last), ..other };
    }

    /// Returns the number of jobs with unconfirmed edits.
    pub fn pending_jobs(&self) -> u32 {
        u32::try_from(self.queues.len()).unwrap_or(u32::MAX)
    }

    /// Returns all edits, in order.
    pub fn all_edits(&self) -> Vec<Edit> {
        self.queues.values().flat_map(|queue| queue.edits.iter().cloned()).collect()
    }

    /// Returns all drafts.
    pub fn all_drafts(&self) -> Vec<Draft> {
        self.drafts.values().flat_map(|drafts| drafts.values().cloned()).collect()
    }

    /// Returns whether a job has unconfirmed edits or drafts.
    pub fn has(&self, job_id: &JobId) -> bool {
        self.queues.contains_key(job_id) || self.drafts.contains_key(job_id)
    }

    /// Returns the pending value of each field of a job, as the user last edited it.
    pub fn pending(&self, job_id: &JobId) -> BTreeMap<Field, &Content> {
        let edits = self.queues.get(job_id).into_iter().flat_map(|queue| &queue.edits);
        edits.flat_map(|edit| edit.changes.iter().map(|(field, content)| (*field, content))).collect()
    }

    /// Returns the drafts of a job.
    pub fn drafts(&self, job_id: &JobId) -> impl Iterator<Item = &Draft> {
        self.drafts.get(job_id).into_iter().flat_map(BTreeMap::values)
    }

    /// Returns the jobs with unconfirmed edits or drafts.
    pub fn jobs(&self) -> BTreeSet<&JobId> {
        self.queues.keys().chain(self.drafts.keys()).collect()
    }

    /// Returns when the next retry is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        if self.gate == Gate::Closed {
            return None;
        }
        let until = |queue: &Queue| if let Step::Waiting { until, .. } = queue.step { Some(until) } else { None };
        self.queues.values().filter_map(until).min()
    }

    /// Applies one input and returns the effects to perform, in order.
    pub fn on(&mut self, input: Input, library: &Library, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Edit(job_id, changes) => self.begin(job_id, changes, &mut effects),
            Input::Type(draft) => self.type_draft(draft, &mut effects),
            Input::Discard(job_id, field) => self.forget_draft(&job_id, field, &mut effects),
            Input::Opened => self.gate = Gate::Open,
            Input::Closed => self.close(),
            Input::TokenRefreshed => self.release(|step| matches!(step, Step::WaitingForToken)),
            Input::Reachable => {
                self.release(|step| matches!(step, Step::Waiting { not_before, .. } if *not_before <= now.monotonic));
            }
            Input::Tick => {
                self.release(|step| matches!(step, Step::Waiting { until, .. } if *until <= now.monotonic));
            }
            Input::Checked(op_id, answer) => self.checked(op_id, answer, library, now, &mut effects),
            Input::Answered(op_id, answer) => self.answered(op_id, answer, library, now, &mut effects),
        }
        self.send_ready(library, &mut effects);
        // The disk effects form one transaction before anything is sent or shown; the stable sort keeps the order
        // within each kind.
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
            effects.push(publish(&job_id, *field, EditOutcome::Queued, None));
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

    /// Stops sending. Responses to requests under way are ignored; that an edit may have been delivered is stored on
    /// disk.
    fn close(&mut self) {
        self.gate = Gate::Closed;
        for queue in self.queues.values_mut() {
            queue.step = Step::Ready;
            queue.token = Token::Unchanged;
            queue.backoff.reset();
        }
    }

    fn release(&mut self, which: impl Fn(&Step) -> bool) {
        for queue in self.queues.values_mut().filter(|queue| which(&queue.step)) {
            queue.step = Step::Ready;
        }
    }

    /// Sends the edits that are ready, the oldest first.
    fn send_ready(&mut self, library: &Library, effects: &mut Vec<Effect>) {
        if self.gate == Gate::Closed {
            return;
        }
        let is_busy = |queue: &&mut Queue| matches!(queue.step, Step::Checking | Step::Sending { .. });
        let room = MAX_JOBS_IN_FLIGHT.saturating_sub(self.queues.values_mut().filter(is_busy).count());
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
    /// Returns the position among the effects of one input: confirmed values, then disk, then the rest.
    fn place(&self) -> u8 {
        match self {
            Self::Confirm(_) | Self::Merge(_) => 0,
            Self::PersistEdit(_) | Self::DeleteEdit(_) | Self::PersistDraft(_) | Self::DeleteDraft(..) => 1,
            Self::Check(..) | Self::Send(_) | Self::RefreshToken | Self::Changed(_) | Self::Publish(_) => 2,
        }
    }
}

fn publish(job_id: &JobId, field: Field, outcome: EditOutcome, reason: Option<Reason>) -> Effect {
    Effect::Publish(FieldOutcome { job_id: job_id.clone(), field, outcome, reason })
}

fn times(library: &Library, edit: &Edit) -> BTreeMap<Field, Timestamp> {
    let job = library.job(&edit.job_id);
    edit.changes.keys().filter_map(|field| Some((*field, job.as_ref()?.field_updated_at(*field)?))).collect()
}

#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "the tests match few variants only")]
mod tests;
