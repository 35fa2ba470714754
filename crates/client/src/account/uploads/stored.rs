//! The queue on disk: written before anything is done about a change, and loaded when its account signs in.

use std::collections::BTreeSet;

use tallylight_core::upload_queue::{Effect, Input, Upload, UploadQueue};
use tallylight_view::{Event, UploadState, UploadView};

use super::{OnDisk, Uploads};
use crate::{
    account::{context::Context, errors::signed_out, message::JobsInput},
    config::UploadStorage,
};

impl Uploads {
    /// Writes what the disk did not take before, and returns whether it has everything now.
    pub(in crate::account) fn save(&mut self, context: &mut Context) -> bool {
        let Some(owner) = self.owner.as_ref().filter(|_| self.on_disk == OnDisk::NotAll) else { return true };
        let uploads: Vec<Upload> = self.queue.uploads().into_iter().cloned().collect();
        let written = context.store.save_all_uploads(owner, uploads);
        if written {
            self.on_disk = OnDisk::All;
        }
        written
    }

    /// Writes what changed to disk, before anything is done about it.
    pub(super) fn persist(&mut self, effects: &[Effect], context: &mut Context) {
        let is_stored =
            |effect: &Effect| matches!(effect, Effect::Persist(_) | Effect::Delete(_) | Effect::Completed(..));
        let stored: Vec<Effect> = effects.iter().filter(|effect| is_stored(effect)).cloned().collect();
        if stored.is_empty() || self.storage == UploadStorage::Memory {
            return;
        }
        if !context.store.save_uploads(self.owner.as_deref().unwrap_or_default(), &stored) {
            self.on_disk = OnDisk::NotAll;
            context.send(JobsInput::RetrySaving);
        }
    }

    pub(super) fn load(&mut self, owner: String, context: &mut Context) {
        if self.owner.as_ref() == Some(&owner) && !self.queue.uploads().is_empty() {
            return;
        }
        // What the disk did not take yet must not be overtaken by what it has.
        if !self.save(context) {
            return;
        }
        let stored = match self.storage {
            UploadStorage::Disk => context.store.uploads(&owner),
            UploadStorage::Memory => Vec::new(),
        };
        let last = context.store.last_upload().max(self.queue.next_id() - 1);
        self.queue = UploadQueue::restore(stored, last, context.now());
        (self.owner, self.on_disk) = (Some(owner), OnDisk::All);
        for view in self.views() {
            context.publish(Event::Upload(view));
        }
        if context.access.token.is_some() {
            self.on(Input::TokenReady, context);
        }
    }

    /// Ends every upload of this session. They stay on the disk, and go on when the same account signs in again.
    pub(super) fn unload(&mut self, context: &mut Context) {
        // The last chance: an empty queue must never replace what is on the disk.
        self.save(context);
        (self.on_disk, self.completed) = (OnDisk::All, BTreeSet::new());
        for running in std::mem::take(&mut self.running).into_values() {
            running.task.abort();
        }
        for view in self.views() {
            let error = Some(signed_out().into());
            context.publish(Event::Upload(UploadView { state: UploadState::Failed, error, ..view }));
        }
        for upload_id in self.replies.keys().copied().collect::<Vec<_>>() {
            self.reply(upload_id, &Err(signed_out()));
        }
        let last = self.queue.next_id() - 1;
        self.queue = UploadQueue::restore([], last, context.now());
    }
}
