//! Edits and drafts: on disk before they are shown, and on their way to the backend after that.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use tallylight_core::{
    Code, Error, JobId, auth,
    edits::{
        Answer, DeliveryCertainty, Draft, Edit, Edits, Effect, FieldOutcome, Input as MachineInput, OpId, Unanswered,
    },
    library::{Library, record::Record},
    model::job::{Content, Field},
};
use tallylight_view::Event;

use super::{
    context::Context,
    errors::signed_out,
    message::{EditAnswer, EditResult, EditUpdate, FetchRequest, FetcherInput, JobsInput, OutboxInput},
};
use crate::{
    command::Reply,
    net::rest::{self, edit_answer},
};

/// All that one input of the edits asks for. It is carried out once, in this order.
#[derive(Default)]
pub(super) struct EditStep {
    /// The backend's clock, from the `Date` header of the answer.
    pub(super) date: Option<Timestamp>,
    /// Changes of the library. They are on disk together with the edits.
    pub(super) library: Vec<EditUpdate>,
    /// Changes of the edits and drafts on disk.
    pub(super) persist: Vec<Effect>,
    /// Jobs that a window sees differently.
    pub(super) changed: Vec<JobId>,
    /// Requests, and events for the window.
    pub(super) actions: Vec<EditAction>,
}

/// What follows once an edit step is on disk.
pub(super) enum EditAction {
    Check(OpId, JobId),
    Send(Edit),
    RefreshToken,
    Publish(Box<FieldOutcome>),
}

/// The edits and drafts of one account at one backend.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) edits: Edits,
    /// Whose they are; none before anybody signed in.
    owner: Option<String>,
    /// Whether the disk has all of them.
    on_disk: OnDisk,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum OnDisk {
    #[default]
    All,
    NotAll,
}

impl Outbox {
    /// Handles an input, and returns what is to be done about it.
    pub(super) fn handle(&mut self, input: OutboxInput, library: &Library, context: &mut Context) -> EditStep {
        match input {
            OutboxInput::Machine(input) => self.machine_input(input, library, context),
            OutboxInput::Result(result) => self.result(*result, library, context),
            OutboxInput::Edit(job_id, changes, reply) => self.edit(job_id, changes, reply, library, context),
            OutboxInput::Load(owner) => self.load(owner, library, context),
            OutboxInput::Unload => {
                self.unload();
                EditStep::default()
            }
            OutboxInput::Delete => {
                if let Some(owner) = self.owner.take() {
                    context.store.delete_edits(&owner);
                }
                self.unload();
                EditStep::default()
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.edits.deadline()
    }

    pub(super) fn tick(&self, now: Duration, context: &mut Context) {
        if self.edits.deadline().is_some_and(|due| now >= due) {
            context.send(MachineInput::Tick);
        }
    }

    /// Checks a draft, and returns the input that stores it.
    ///
    /// # Errors
    /// `Code::SignedOut` before anybody signed in.
    pub(super) fn draft(&self, draft: Draft) -> Result<MachineInput, Error> {
        if self.owner.is_none() {
            return Err(signed_out());
        }
        Ok(MachineInput::Type(Draft { content: draft.content.cleaned(), ..draft }))
    }

    /// Writes what the step changes to disk, with the jobs that it confirmed, in one transaction.
    pub(super) fn persist<'a>(
        &mut self,
        effects: &[Effect],
        confirmed: impl Iterator<Item = &'a Record>,
        context: &mut Context,
    ) {
        if effects.is_empty() {
            return;
        }
        let owner = self.owner.clone().unwrap_or_default();
        if !context.store.save_edits(&owner, effects, confirmed) {
            self.on_disk = OnDisk::NotAll;
            context.send(JobsInput::RetrySaving);
        }
    }

    /// Writes what the disk did not take before, and returns whether it has everything now.
    pub(super) fn save(&mut self, context: &mut Context) -> bool {
        let Some(owner) = self.owner.as_ref().filter(|_| self.on_disk == OnDisk::NotAll) else {
            return true;
        };
        let written = context.store.save_all_edits(owner, self.edits.all_edits(), self.edits.all_drafts());
        if written {
            self.on_disk = OnDisk::All;
        }
        written
    }

    fn machine_input(&mut self, input: MachineInput, library: &Library, context: &Context) -> EditStep {
        EditStep::from_effects(self.edits.on(input, library, context.now()))
    }

    fn edit(
        &mut self,
        job_id: JobId,
        changes: BTreeMap<Field, Content>,
        reply: Reply<()>,
        library: &Library,
        context: &mut Context,
    ) -> EditStep {
        if let Err(error) = check_edit(&changes, context) {
            let _ = reply.send(Err(error));
            return EditStep::default();
        }
        let changes = changes.into_iter().map(|(field, content)| (field, content.cleaned())).collect();
        context.reply(reply, Ok(()));
        self.machine_input(MachineInput::Edit(job_id, changes), library, context)
    }

    fn result(&mut self, result: EditResult, library: &Library, context: &mut Context) -> EditStep {
        let EditResult { op_id, epoch, generation, answer } = result;
        // The answer to a request of an earlier session. What became of the edit is asked for later.
        if epoch != context.access.epoch {
            return EditStep::default();
        }
        fail::fail_point!("edit_is_answered");
        let mut date = None;
        let input = match answer {
            EditAnswer::Checked(checked) => match *checked {
                Ok(job) => {
                    date = job.date;
                    MachineInput::Checked(op_id, Ok(Box::new(job.value)))
                }
                Err(failure) => MachineInput::Checked(op_id, Err(edit_answer(&failure, DeliveryCertainty::Unknown))),
            },
            EditAnswer::Sent(answer) => {
                if matches!(answer, Answer::Saved(None))
                    && let Some(job_id) = self.edits.job_of(op_id)
                {
                    // The backend has the edit, and did not return the job.
                    context.send(FetcherInput::Fetch(FetchRequest::job(job_id)));
                }
                MachineInput::Answered(op_id, answer)
            }
        };
        let needs_token = matches!(
            input,
            MachineInput::Answered(_, Answer::Unauthorized) | MachineInput::Checked(_, Err(Answer::Unauthorized))
        );
        let mut step = EditStep { date, ..self.machine_input(input, library, context) };
        if needs_token && generation != context.access.generation {
            // It was sent with an earlier token: there is a fresh one already.
            step.actions.retain(|action| !matches!(action, EditAction::RefreshToken));
            context.send(MachineInput::TokenRefreshed);
        }
        step
    }

    fn load(&mut self, owner: String, library: &Library, context: &mut Context) -> EditStep {
        if self.owner.as_ref() == Some(&owner) {
            return EditStep::default();
        }
        let mut edits = Edits::restore(context.store.edits(&owner), context.store.drafts(&owner));
        edits.count_from(context.store.last_edit());
        let edited = edits.jobs().into_iter().cloned().collect();
        self.edits.replace(edits);
        (self.owner, self.on_disk) = (Some(owner), OnDisk::All);
        context.send(JobsInput::Edited(edited));
        self.machine_input(MachineInput::Reachable, library, context)
    }

    fn unload(&mut self) {
        self.edits.replace(Edits::default());
        (self.owner, self.on_disk) = (None, OnDisk::All);
    }
}

impl EditStep {
    fn from_effects(effects: Vec<Effect>) -> Self {
        let mut step = Self::default();
        for effect in effects {
            match effect {
                Effect::Confirm(confirmed) => step.library.push(EditUpdate::Confirm(Box::new(confirmed))),
                Effect::Merge(snapshot) => step.library.push(EditUpdate::Merge(snapshot)),
                effect @ (Effect::PersistEdit(_)
                | Effect::DeleteEdit(_)
                | Effect::PersistDraft(_)
                | Effect::DeleteDraft(..)) => step.persist.push(effect),
                Effect::Check(op_id, job_id) => step.actions.push(EditAction::Check(op_id, job_id)),
                Effect::Send(edit) => step.actions.push(EditAction::Send(edit)),
                Effect::RefreshToken => step.actions.push(EditAction::RefreshToken),
                Effect::Changed(job_id) => step.changed.push(job_id),
                Effect::Publish(outcome) => step.actions.push(EditAction::Publish(Box::new(outcome))),
            }
        }
        step
    }

    /// Returns whether there is nothing to write, to show or to request.
    pub(super) fn is_empty(&self) -> bool {
        self.library.is_empty() && self.persist.is_empty() && self.changed.is_empty() && self.actions.is_empty()
    }
}

/// Performs what follows once the step is on disk.
pub(super) fn act(actions: Vec<EditAction>, library: &Library, context: &mut Context) {
    for action in actions {
        match action {
            EditAction::Check(op_id, job_id) => check(op_id, job_id, context),
            EditAction::Send(edit) => send(edit, library, context),
            EditAction::RefreshToken => context.send(auth::Input::AccessRefused),
            EditAction::Publish(result) => {
                tracing::info!(job_id = %result.job_id, field = ?result.field, outcome = ?result.outcome, "edit");
                context.publish(Event::Edit((*result).into()));
            }
        }
    }
}

/// Returns whether the backend takes an edit of these fields.
///
/// # Errors
/// `Code::SignedOut`, `Code::NotOffered`.
fn check_edit(changes: &BTreeMap<Field, Content>, context: &Context) -> Result<(), Error> {
    let server = context.server().filter(|_| context.access.is_signed_in).ok_or_else(signed_out)?;
    let is_offered = |field: &&Field| match field {
        Field::Thumbnail => server.offers("select_thumbnail"),
        Field::Title | Field::Description | Field::Tags | Field::Transcript | Field::Chapters => {
            server.editable.contains(field)
        }
    };
    if let Some(field) = changes.keys().find(|field| !is_offered(field)) {
        let text = format!("{} can't be edited in this studio. Use its website.", field.as_str());
        return Err(Error::new(Code::NotOffered, text));
    }
    Ok(())
}

fn send(edit: Edit, library: &Library, context: &Context) {
    let (op_id, video_id) = (edit.op_id, library.job(&edit.job_id).and_then(|job| job.video_id.clone()));
    let (Some((endpoint, token)), Some(video_id)) = (context.authorized(), video_id) else {
        return answer(op_id, context, async { EditAnswer::Sent(Answer::Unanswered(no_token())) });
    };
    answer(op_id, context, async move {
        EditAnswer::Sent(rest::edit(&endpoint.clients.rest, &endpoint.server, &token, &video_id, &edit).await)
    });
}

fn check(op_id: OpId, job_id: JobId, context: &Context) {
    let Some((endpoint, token)) = context.authorized() else {
        return answer(op_id, context, async { EditAnswer::Sent(Answer::Unanswered(no_token())) });
    };
    answer(op_id, context, async move {
        EditAnswer::Checked(Box::new(rest::job(&endpoint.clients.rest, &endpoint.server, &token, &job_id).await))
    });
}

/// Sends the answer about an edit to the outbox once it is there.
fn answer(op_id: OpId, context: &Context, answer: impl Future<Output = EditAnswer> + Send + 'static) {
    let messages = context.tasks.messages.clone();
    let (epoch, generation) = (context.access.epoch, context.access.generation);
    tokio::spawn(async move {
        let result = EditResult { op_id, epoch, generation, answer: answer.await };
        let _ = messages.send(OutboxInput::Result(Box::new(result)).into()).await;
    });
}

fn no_token() -> Unanswered {
    let error = Error::new(Code::Unreachable, "Renewing your session.");
    Unanswered { error, retry_after: None, arrival: DeliveryCertainty::NotDelivered }
}

#[cfg(test)]
mod tests;
