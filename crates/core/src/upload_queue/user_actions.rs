//! What the user does with the uploads of the queue.

use super::{Effect, Transfer, Upload, UploadQueue, UploadStatus, VideoFile, held::Held};
use crate::{Error, Now};

impl UploadQueue {
    pub(super) fn cancel(&mut self, upload_id: u32, effects: &mut Vec<Effect>) {
        let Some(Held { upload, .. }) = self.held.remove(&upload_id) else { return };
        effects.push(Effect::Delete(upload_id));
        if matches!(upload.status, UploadStatus::Sending(_)) {
            effects.push(Effect::Abort(upload_id));
        }
        if let Transfer::Resumable { url, .. } = &upload.transfer {
            effects.push(Effect::Terminate(url.clone()));
        }
        effects.push(Effect::Cancelled(upload));
    }

    pub(super) fn pause(&mut self, upload_id: u32, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        match held.upload.status {
            UploadStatus::Failed(_) | UploadStatus::Paused => return,
            UploadStatus::Sending(_) => effects.push(Effect::Abort(upload_id)),
            UploadStatus::Queued | UploadStatus::Waiting(_) | UploadStatus::Verifying(_) => {}
        }
        held.set(UploadStatus::Paused, effects);
    }

    pub(super) fn resume(&mut self, upload_id: u32, now: Now, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        if held.upload.status == UploadStatus::Paused {
            held.backoff.reset();
            held.requeue(now, effects);
        }
    }

    pub(super) fn retry(&mut self, upload_id: u32, file: VideoFile, now: Now, effects: &mut Vec<Effect>) {
        if matches!(self.upload(upload_id), Some(Upload { status: UploadStatus::Failed(_), .. })) {
            self.replace(upload_id, file, now, effects);
        }
    }

    pub(super) fn replace(&mut self, upload_id: u32, file: VideoFile, now: Now, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        if !held.upload.file.is_same_content(&file) {
            // What the backend has is of another file.
            effects.extend(held.forget_transfer());
            (held.upload.first_sent_at, held.searches) = (None, 0);
        }
        held.upload.file = file;
        held.searches = held.searches.min(1);
        held.backoff.reset();
        held.requeue(now, effects);
    }

    pub(super) fn retry_failed(&mut self, upload_id: u32, error: &Error, effects: &mut Vec<Effect>) {
        let Some(held) = self.held.get_mut(&upload_id) else { return };
        if let UploadStatus::Failed(_) = held.upload.status {
            held.set(UploadStatus::Failed(error.clone().into()), effects);
        }
        effects.push(Effect::AttemptFailed(upload_id, error.clone()));
    }

    /// Moves an upload before another one, or to the end.
    pub(super) fn move_before(&mut self, upload_id: u32, before: Option<u32>, effects: &mut Vec<Effect>) {
        let mut order: Vec<u32> = self.uploads().into_iter().map(|upload| upload.upload_id).collect();
        if before == Some(upload_id) || !self.held.contains_key(&upload_id) {
            return;
        }
        order.retain(|other| *other != upload_id);
        let place = before.and_then(|before| order.iter().position(|other| *other == before)).unwrap_or(order.len());
        order.insert(place, upload_id);
        for (position, upload_id) in (0..).zip(order) {
            let Some(held) = self.held.get_mut(&upload_id).filter(|held| held.upload.position != position) else {
                continue;
            };
            held.upload.position = position;
            held.persist(effects);
            effects.push(Effect::Changed(upload_id));
        }
    }
}
