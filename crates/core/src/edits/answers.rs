//! Handling of the backend's responses to edits.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Answer, DeliveryCertainty, Draft, DraftStatus, Edit, EditOutcome, EditState, Edits, Effect, OpId, Queue, Step,
    Token, Unanswered, publish,
};
use crate::{
    Code, Error, JobId, Now, Reason,
    library::{ConfirmedEdit, Library},
    model::job::{Content, Field},
    protocol::snapshot::Snapshot,
};

impl Edits {
    pub(super) fn checked(
        &mut self,
        op_id: OpId,
        answer: Result<Box<Snapshot>, Answer>,
        library: &Library,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(queue) = self.queue_of(op_id) else { return };
        let (Step::Checking, Some(edit)) = (&queue.step, queue.edits.front_mut()) else { return };
        match answer {
            Err(answer) => self.answered(op_id, answer, library, now, effects),
            // The fetch served only to find the video, or the backend does not have the edit: the edit is sent (again).
            Ok(snapshot) if edit.state == EditState::Queued || !holds(&snapshot, edit) => {
                let is_known = library.job(&edit.job_id).is_some_and(|job| job.video_id.is_some());
                if snapshot.video_id.is_none() && !is_known {
                    let words = "This video can't be edited. The studio returned no video ID.";
                    let reason = Reason::from(Error::new(Code::ServerError, words));
                    return self.refused(op_id, Vec::new(), &reason, library, effects);
                }
                edit.state = EditState::Queued;
                queue.video_id.clone_from(&snapshot.video_id);
                queue.step = Step::Ready;
                effects.push(Effect::Merge(snapshot));
            }
            Ok(snapshot) => self.saved(op_id, Some(snapshot), BTreeMap::new(), effects),
        }
    }

    pub(super) fn answered(
        &mut self,
        op_id: OpId,
        answer: Answer,
        library: &Library,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(queue) = self.queue_of(op_id) else { return };
        let sent_over = match queue.step.clone() {
            Step::Sending { sent_over } => sent_over,
            Step::Checking => BTreeMap::new(),
            // The request was given up in the meantime.
            Step::Ready | Step::Waiting { .. } | Step::WaitingForToken => return,
        };
        match answer {
            Answer::Saved(snapshot) => self.saved(op_id, snapshot, sent_over, effects),
            Answer::Conflict(snapshot, reason) => self.conflict(op_id, snapshot, &reason, library, effects),
            Answer::Refused(fields, reason) => self.refused(op_id, fields, &reason, library, effects),
            Answer::Unauthorized if queue.token == Token::Unchanged => {
                queue.token = Token::Refreshed;
                if let Step::Sending { .. } = std::mem::replace(&mut queue.step, Step::WaitingForToken) {
                    requeue(queue, effects);
                }
                effects.push(Effect::RefreshToken);
            }
            Answer::Unauthorized => {
                let error = Error::new(Code::Forbidden, "You don't have permission to edit this video.");
                self.refused(op_id, Vec::new(), &error.into(), library, effects);
            }
            Answer::Unanswered(unanswered) => self.wait(op_id, &unanswered, now, effects),
        }
    }

    fn saved(
        &mut self,
        op_id: OpId,
        snapshot: Option<Box<Snapshot>>,
        sent_over: BTreeMap<Field, Timestamp>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(edit) = self.take(op_id, effects) else { return };
        let Edit { job_id, changes, .. } = edit;
        effects.extend(changes.keys().map(|field| publish(&job_id, *field, EditOutcome::Saved, None)));
        effects.push(Effect::Confirm(ConfirmedEdit { job_id, changes, snapshot, sent_over }));
    }

    /// Handles a conflict: both texts are kept, and the user has to choose.
    fn conflict(
        &mut self,
        op_id: OpId,
        snapshot: Option<Box<Snapshot>>,
        reason: &Reason,
        library: &Library,
        effects: &mut Vec<Effect>,
    ) {
        let Some(edit) = self.take(op_id, effects) else { return };
        let theirs = |field: Field| {
            let in_snapshot = snapshot.as_ref().and_then(|snapshot| snapshot.content(field));
            in_snapshot.or_else(|| library.job(&edit.job_id)?.content(field))
        };
        for (field, content) in &edit.changes {
            let base = theirs(*field);
            if base.as_ref() == Some(content) {
                effects.push(publish(&edit.job_id, *field, EditOutcome::Saved, None));
                continue;
            }
            // A later edit of the same field has the same conflict.
            let newest = self.take_field(&edit.job_id, *field, effects).unwrap_or_else(|| content.clone());
            self.keep_as_draft(&edit.job_id, *field, newest, base, DraftStatus::Conflict(reason.clone()), effects);
            effects.push(publish(&edit.job_id, *field, EditOutcome::Conflict, Some(reason.clone())));
        }
        effects.extend(snapshot.map(Effect::Merge));
    }

    /// Handles a refusal: refused fields become drafts, and the others are sent again.
    fn refused(
        &mut self,
        op_id: OpId,
        fields: Vec<(Field, String)>,
        reason: &Reason,
        library: &Library,
        effects: &mut Vec<Effect>,
    ) {
        let Some(edit) = self.take(op_id, effects) else { return };
        let Edit { job_id, changes, .. } = edit;
        let named: BTreeMap<Field, String> =
            fields.into_iter().filter(|(field, _)| changes.contains_key(field)).collect();
        let is_refused = |field: &Field| named.is_empty() || named.contains_key(field);
        let (held, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            changes.into_iter().partition(|(field, _)| is_refused(field));
        for (field, content) in held {
            let why = named
                .get(&field)
                .map_or_else(|| reason.clone(), |message| Reason { code: reason.code, message: message.clone() });
            // A later edit of the same field supersedes the refused one.
            if !self.pending(&job_id).contains_key(&field) {
                let base = library.job(&job_id).and_then(|job| job.content(field));
                self.keep_as_draft(&job_id, field, content, base, DraftStatus::Refused(why.clone()), effects);
            }
            effects.push(publish(&job_id, field, EditOutcome::Refused, Some(why)));
        }
        if !rest.is_empty() {
            let edit = Edit { op_id, job_id: job_id.clone(), changes: rest, state: EditState::Queued };
            effects.retain(|effect| *effect != Effect::DeleteEdit(op_id));
            effects.push(Effect::PersistEdit(edit.clone()));
            self.queues.entry(job_id).or_default().edits.push_front(edit);
        }
    }

    /// Keeps an edit that was not accepted as a draft. A draft that was typed since then is newer and is kept instead.
    fn keep_as_draft(
        &mut self,
        job_id: &JobId,
        field: Field,
        content: Content,
        base: Option<Content>,
        cause: DraftStatus,
        effects: &mut Vec<Effect>,
    ) {
        let typed = self.drafts.get(job_id).and_then(|drafts| drafts.get(&field)).map(|draft| draft.content.clone());
        let content = typed.unwrap_or(content);
        self.type_draft(Draft { job_id: job_id.clone(), field, content, base, cause }, effects);
    }

    /// Schedules a retry and publishes the reason.
    fn wait(&mut self, op_id: OpId, unanswered: &Unanswered, now: Now, effects: &mut Vec<Effect>) {
        let Some(queue) = self.queue_of(op_id) else { return };
        let wait = queue.backoff.fail(now.draw).max(unanswered.retry_after.unwrap_or_default());
        let was_checking = matches!(queue.step, Step::Checking);
        let not_before = now.monotonic + unanswered.retry_after.unwrap_or_default();
        queue.step = Step::Waiting { until: now.monotonic + wait, not_before };
        queue.token = Token::Unchanged;
        if unanswered.arrival == DeliveryCertainty::NotDelivered && !was_checking {
            requeue(queue, effects);
        }
        let reason = Reason::from(unanswered.error.clone());
        let Some(edit) = queue.edits.front() else { return };
        effects.extend(
            edit.changes.keys().map(|field| publish(&edit.job_id, *field, EditOutcome::Queued, Some(reason.clone()))),
        );
    }

    /// Returns the job of the edit that is first in its queue.
    pub fn job_of(&self, op_id: OpId) -> Option<JobId> {
        let mut fronts = self.queues.values().filter_map(|queue| queue.edits.front());
        fronts.find(|edit| edit.op_id == op_id).map(|edit| edit.job_id.clone())
    }

    /// Returns the queue whose first edit has this id. Responses to other edits are too late.
    fn queue_of(&mut self, op_id: OpId) -> Option<&mut Queue> {
        self.queues.values_mut().find(|queue| queue.edits.front().is_some_and(|edit| edit.op_id == op_id))
    }

    /// Removes an edit from its queue.
    fn take(&mut self, op_id: OpId, effects: &mut Vec<Effect>) -> Option<Edit> {
        let queue = self.queue_of(op_id)?;
        let edit = queue.edits.pop_front()?;
        queue.step = Step::Ready;
        queue.token = Token::Unchanged;
        queue.backoff.reset();
        effects.extend([Effect::DeleteEdit(op_id), Effect::Changed(edit.job_id.clone())]);
        if queue.edits.is_empty() {
            self.queues.remove(&edit.job_id);
        }
        Some(edit)
    }

    /// Removes a field from all waiting edits and returns its latest value.
    fn take_field(&mut self, job_id: &JobId, field: Field, effects: &mut Vec<Effect>) -> Option<Content> {
        let queue = self.queues.get_mut(job_id)?;
        let mut newest = None;
        for edit in &mut queue.edits {
            let Some(content) = edit.changes.remove(&field) else { continue };
            newest = Some(content);
            effects.push(if edit.changes.is_empty() {
                Effect::DeleteEdit(edit.op_id)
            } else {
                Effect::PersistEdit(edit.clone())
            });
        }
        queue.edits.retain(|edit| !edit.changes.is_empty());
        if queue.edits.is_empty() {
            self.queues.remove(job_id);
        }
        newest
    }
}

/// Marks the first edit as certainly not delivered.
fn requeue(queue: &mut Queue, effects: &mut Vec<Effect>) {
    if let Some(edit) = queue.edits.front_mut() {
        edit.state = EditState::Queued;
        effects.push(Effect::PersistEdit(edit.clone()));
    }
}

/// Returns whether a snapshot contains all values of an edit.
fn holds(snapshot: &Snapshot, edit: &Edit) -> bool {
    edit.changes.iter().all(|(field, content)| snapshot.content(*field).as_ref() == Some(content))
}
