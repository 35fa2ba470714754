//! What a person writes: on disk before it is shown, and on its way to the backend after that.

use std::collections::{BTreeMap, BTreeSet};

use tallylight_core::{
    Code, Error, JobId, auth,
    discovery::Identity,
    edits::{Answer, DeliveryCertainty, Draft, Edit, Edits, Effect, Input, OpId, Unanswered},
    library::{Authority, Change, Scope},
    model::job::{Content, Field},
    protocol::snapshot::Snapshot,
    view::Event,
};
use tokio::sync::mpsc;

use super::{
    fetcher::Call,
    runtime::{Actor, TaskEvent, signed_out},
};
use crate::net::{
    http::Failure,
    rest::{self, decided},
};

/// Is what the backend says of an edit.
#[derive(Debug)]
pub(super) struct EditResult {
    op_id: OpId,
    epoch: u64,
    generation: u64,
    said: Said,
}

/// Reports what the backend says of an edit.
struct EditTask {
    task_events: mpsc::Sender<TaskEvent>,
    op_id: OpId,
    epoch: u64,
    generation: u64,
}

impl EditTask {
    async fn tell(self, said: Said) {
        let Self { task_events, op_id, epoch, generation } = self;
        let _ = task_events.send(TaskEvent::Edit(Box::new(EditResult { op_id, epoch, generation, said }))).await;
    }
}

#[derive(Debug)]
enum Said {
    Checked(Box<Result<rest::Dated<Snapshot>, Failure>>),
    Answered(Answer),
}

/// Holds what a person wrote at this backend with this account.
#[derive(Debug, Default)]
pub(super) struct EditStorage {
    /// Whose they are; none before anybody signed in.
    owner: Option<String>,
    /// Whether the disk lacks some of them.
    disk: OnDisk,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum OnDisk {
    #[default]
    All,
    NotAll,
}

impl Actor {
    /// Saves what a person changed of a job.
    pub(super) fn edit(&mut self, job_id: JobId, changes: BTreeMap<Field, Content>) -> Result<(), Error> {
        let server = self.server.as_ref().filter(|_| self.session.is_signed_in()).ok_or_else(signed_out)?;
        let is_offered = |field: &&Field| match field {
            Field::Thumbnail => server.offers("select_thumbnail"),
            Field::Title | Field::Description | Field::Tags | Field::Transcript | Field::Chapters => {
                server.editable.contains(field)
            }
        };
        if let Some(field) = changes.keys().find(|field| !is_offered(field)) {
            let words = format!("{} can't be edited in this studio. Use its website.", field.as_str());
            return Err(Error::new(Code::NotOffered, words));
        }
        // One that the list is yet to tell of is asked for before anything is sent.
        if self.library.summary(&job_id).is_none() && !self.is_syncing() {
            return Err(Error::new(Code::NotFound, format!("Video {job_id} not found. Run `tally jobs` to list all videos.")));
        }
        let changes = changes.into_iter().map(|(field, content)| (field, content.cleaned())).collect();
        self.edits_input(Input::Edit(job_id, changes));
        Ok(())
    }

    /// Keeps what a person has typed so far.
    pub(super) fn type_draft(&mut self, draft: Draft) -> Result<(), Error> {
        if self.edit_storage.owner.is_none() {
            return Err(signed_out());
        }
        self.edits_input(Input::Type(Draft { content: draft.content.cleaned(), ..draft }));
        Ok(())
    }

    /// Gives the edits an input, and does what they ask for: the disk first, then the backend and the window.
    pub(super) fn edits_input(&mut self, input: Input) {
        let now = self.now();
        let effects = self.edits.on(input, &self.library, now);
        self.perform_edits(effects);
    }

    fn perform_edits(&mut self, effects: Vec<Effect>) {
        if effects.is_empty() {
            return;
        }
        fail::fail_point!("words_reach_the_disk");
        self.take_in(&effects);
        fail::fail_point!("words_are_on_disk");
        let mut has_changed = false;
        for effect in effects {
            match effect {
                Effect::Check(op_id, job_id) => self.check_edit(op_id, job_id),
                Effect::Send(edit) => self.send_edit(edit),
                Effect::RefreshToken => self.auth_input(auth::Input::AccessRefused),
                Effect::Changed(job_id) => {
                    has_changed = true;
                    self.changed(vec![Change::Job(job_id, Scope::Increment)]);
                }
                Effect::Publish(view) => {
                    tracing::info!(job_id = %view.job_id, field = ?view.field, outcome = ?view.outcome, "edit");
                    self.tell(Event::Edit(view));
                }
                // Done above.
                Effect::Confirm(_)
                | Effect::Merge(_)
                | Effect::PersistEdit(_)
                | Effect::DeleteEdit(_)
                | Effect::PersistDraft(_)
                | Effect::DeleteDraft(..) => {}
            }
        }
        if has_changed {
            // Whoever wrote it looks at it.
            self.flush();
        }
    }

    /// Takes in what the backend holds, and puts all of it on disk at once.
    fn take_in(&mut self, effects: &[Effect]) {
        let (now, mut confirmed, mut changes) = (self.now(), BTreeSet::new(), Vec::new());
        let requested = self.library.server_time(now);
        for effect in effects {
            match effect.clone() {
                Effect::Confirm(edit) => {
                    confirmed.insert(edit.job_id.clone());
                    changes.extend(self.library.confirm(edit, requested));
                }
                Effect::Merge(snapshot) => {
                    changes.extend(self.library.merge(*snapshot, requested, Authority::Ordered));
                }
                Effect::PersistEdit(_)
                | Effect::DeleteEdit(_)
                | Effect::PersistDraft(_)
                | Effect::DeleteDraft(..)
                | Effect::Check(..)
                | Effect::Send(_)
                | Effect::RefreshToken
                | Effect::Changed(_)
                | Effect::Publish(_) => {}
            }
        }
        let is_for_disk = |effect: &Effect| {
            matches!(
                effect,
                Effect::PersistEdit(_) | Effect::DeleteEdit(_) | Effect::PersistDraft(_) | Effect::DeleteDraft(..)
            )
        };
        if effects.iter().any(is_for_disk) {
            let owner = self.edit_storage.owner.clone().unwrap_or_default();
            let jobs: Vec<_> = confirmed.iter().filter_map(|job_id| self.library.job(job_id)).collect();
            if !self.store.save_edits(&owner, effects, jobs.iter().map(AsRef::as_ref)) {
                self.edit_storage.disk = OnDisk::NotAll;
                self.save_soon();
            }
        }
        self.changed(changes);
    }

    /// Puts on disk what it did not take before.
    pub(super) fn save_edits(&mut self) -> bool {
        let Some(owner) = self.edit_storage.owner.as_ref().filter(|_| self.edit_storage.disk == OnDisk::NotAll) else {
            return true;
        };
        let kept = self.store.save_all_edits(owner, self.edits.all_edits(), self.edits.all_drafts());
        if kept {
            self.edit_storage.disk = OnDisk::All;
        }
        kept
    }

    fn send_edit(&self, edit: Edit) {
        let video_id = self.library.job(&edit.job_id).and_then(|job| job.video_id.clone());
        let (op_id, ready) = (edit.op_id, self.clients.clone().zip(self.server.clone()));
        let (Some((clients, server)), Some(token), Some(video_id)) =
            (ready, self.session.access_token().cloned(), video_id)
        else {
            return drop(tokio::spawn(self.edit_task(op_id).tell(Said::Answered(Answer::Unanswered(no_token())))));
        };
        let edit_task = self.edit_task(op_id);
        tokio::spawn(async move {
            edit_task.tell(Said::Answered(rest::edit(&clients.rest, &server, &token, &video_id, &edit).await)).await;
        });
    }

    fn check_edit(&self, op_id: OpId, job_id: JobId) {
        let ready = self.clients.clone().zip(self.server.clone());
        let (Some((clients, server)), Some(token)) = (ready, self.session.access_token().cloned()) else {
            return drop(tokio::spawn(self.edit_task(op_id).tell(Said::Answered(Answer::Unanswered(no_token())))));
        };
        let edit_task = self.edit_task(op_id);
        tokio::spawn(async move {
            edit_task.tell(Said::Checked(Box::new(rest::job(&clients.rest, &server, &token, &job_id).await))).await;
        });
    }

    fn edit_task(&self, op_id: OpId) -> EditTask {
        let (epoch, generation) = (self.fetcher.epoch(), self.fetcher.generation());
        EditTask { task_events: self.task_events.clone(), op_id, epoch, generation }
    }

    pub(super) fn edit_result(&mut self, report: EditResult) {
        let EditResult { op_id, epoch, generation, said } = report;
        // An answer to somebody who has signed out is nobody's; what became of the edit is asked for later.
        if epoch != self.fetcher.epoch() {
            return;
        }
        fail::fail_point!("edit_is_answered");
        let is_current = generation == self.fetcher.generation();
        let input = match said {
            Said::Checked(checked) => match *checked {
                Ok(job) => {
                    self.observe(job.date);
                    Input::Checked(op_id, Ok(Box::new(job.value)))
                }
                Err(failure) => Input::Checked(op_id, Err(decided(&failure, DeliveryCertainty::Unknown))),
            },
            Said::Answered(answer) => {
                if matches!(answer, Answer::Saved(None))
                    && let Some(job_id) = self.edits.job_of(op_id)
                {
                    // The backend has it, and said nothing of the job: it is asked for.
                    self.call(Call::job(job_id));
                }
                Input::Answered(op_id, answer)
            }
        };
        let needs_token =
            matches!(input, Input::Answered(_, Answer::Unauthorized) | Input::Checked(_, Err(Answer::Unauthorized)));
        if needs_token && !is_current {
            // It was sent with the token of before: there is another already.
            let now = self.now();
            let effects = self.edits.on(input, &self.library, now);
            self.perform_edits(effects.into_iter().filter(|effect| *effect != Effect::RefreshToken).collect());
            return self.edits_input(Input::TokenRenewed);
        }
        self.edits_input(input);
    }

    /// Takes up the words of whoever signed in.
    pub(super) fn load_edits_of(&mut self, email: &str) {
        let Some(server) = &self.server else { return };
        let owner = match server.identity {
            Identity::Address => format!("{} {}", server.key(), email.to_lowercase()),
            Identity::ThisComputer => server.key().to_owned(),
        };
        if self.edit_storage.owner.as_ref() == Some(&owner) {
            return;
        }
        let mut words = Edits::restore(self.store.edits(&owner), self.store.drafts(&owner));
        words.count_from(self.store.last_edit());
        let job_ids: Vec<JobId> = words.jobs().into_iter().cloned().collect();
        self.edits.replace(words);
        self.edit_storage = EditStorage { owner: Some(owner), disk: OnDisk::All };
        self.changed(job_ids.into_iter().map(|job_id| Change::Job(job_id, Scope::Increment)).collect());
        self.edits_input(Input::Reachable);
    }

    /// Puts the words of whoever was signed in out of sight; they stay on disk.
    pub(super) fn unload_edits(&mut self) {
        self.edits.replace(Edits::default());
        self.edit_storage = EditStorage::default();
    }

    /// Throws the words away, because the person said so.
    pub(super) fn delete_edits(&mut self) {
        if let Some(owner) = self.edit_storage.owner.take() {
            self.store.delete_edits(&owner);
        }
        self.unload_edits();
    }
}

fn no_token() -> Unanswered {
    let error = Error::new(Code::Unreachable, "Renewing your session.");
    Unanswered { error, retry_after: None, arrival: DeliveryCertainty::NotDelivered }
}
