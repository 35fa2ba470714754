//! What the user asks of the uploads: to add a file, and what to do with an upload.

use std::{path::PathBuf, sync::Arc};

use tallylight_core::{
    Code, Error, JobId,
    library::DismissAction,
    upload_queue::{Input, UploadStatus, VideoFile},
};

use super::{Uploads, file_check::check_file};
use crate::{
    account::{
        context::Context,
        errors::signed_out,
        message::{JobsInput, UploadPurpose, UploadRequest, UploadsInput},
    },
    command::{Reply, UploadAction},
};

impl Uploads {
    pub(super) fn check(&mut self, path: PathBuf, purpose: UploadPurpose, reply: Reply<JobId>, context: &Context) {
        let refusal = match context.server() {
            _ if !context.access.is_signed_in => Some(signed_out()),
            Some(server) if server.takes_uploads() => None,
            _ => Some(Error::new(Code::NotOffered, "Uploads aren't available in this studio. Use its website.")),
        };
        if let Some(error) = refusal {
            return drop(reply.send(Err(error)));
        }
        let position = self.next_position.max(self.queue.next_position());
        self.next_position = position.saturating_add(1);
        let request = UploadRequest { path, purpose, position, reply };
        self.checking += 1;
        let (messages, epoch) = (context.tasks.messages.clone(), context.access.epoch);
        let checks = Arc::clone(&self.checks);
        tokio::spawn(async move {
            let _permit = checks.acquire().await;
            let file = check_file(&request.path).await;
            messages.send(UploadsInput::Checked(epoch, file, request).into()).await
        });
    }

    pub(super) fn checked(&mut self, file: Result<VideoFile, Error>, request: UploadRequest, context: &mut Context) {
        let UploadRequest { path, purpose, position, reply } = request;
        if let UploadPurpose::Retries(upload_id) = purpose {
            let input = match file {
                Ok(file) => Input::Retry(upload_id, file),
                Err(error) => Input::RetryFailed(upload_id, error),
            };
            return self.on(input, context);
        }
        let (video, error) = match file {
            Ok(file) => (file, None),
            Err(error) => (VideoFile::unreadable(std::path::absolute(&path).unwrap_or(path)), Some(error)),
        };
        let same = self.queue.of_video(&video).map(|upload| (upload.upload_id, upload.status.clone()));
        let older = self.queue.replaceable(&video.path).map(|upload| (upload.upload_id, upload.status.clone()));
        let upload_id = same.as_ref().or(older.as_ref()).map(|(upload_id, _)| *upload_id);
        if upload_id.is_none() && self.queue.is_full() {
            let message = "The upload queue is full. Add more videos when some are uploaded.";
            return drop(reply.send(Err(Error::new(Code::NotOffered, message))));
        }
        if let (UploadPurpose::Replaces(job_id), None) = (&purpose, &error) {
            context.send(JobsInput::SetDismissed(vec![job_id.clone()], DismissAction::Dismiss));
        }
        let input = match (same, older, error) {
            // The same video is not sent twice: the command follows the upload that is under way.
            (Some((upload_id, UploadStatus::Paused)), _, None) => Some(Input::Resume(upload_id)),
            (Some((upload_id, UploadStatus::Failed(_))), _, None) => Some(Input::Retry(upload_id, video)),
            (Some(_), _, None) => None,
            (None, Some((upload_id, _)), None) => Some(Input::Replace(upload_id, video)),
            (_, Some((upload_id, UploadStatus::Failed(_))), Some(error)) => Some(Input::RetryFailed(upload_id, error)),
            // Whatever is under way has been read already.
            (Some(_), _, Some(error)) | (None, Some(_), Some(error)) => return drop(reply.send(Err(error))),
            (None, None, Some(error)) => Some(Input::AddFailed(video, position, error)),
            (None, None, None) => Some(Input::Add(video, position)),
        };
        self.replies.entry(upload_id.unwrap_or_else(|| self.queue.next_id())).or_default().push(reply);
        if let Some(input) = input {
            self.on(input, context);
        }
    }

    pub(super) fn act(&mut self, action: UploadAction, context: &mut Context) {
        match action {
            UploadAction::Cancel(upload_id) => self.on(Input::Cancel(upload_id), context),
            UploadAction::Pause(upload_id) => self.on(Input::Pause(upload_id), context),
            UploadAction::Resume(upload_id) => self.on(Input::Resume(upload_id), context),
            UploadAction::Move(upload_id, before) => self.on(Input::Move(upload_id, before), context),
            UploadAction::PauseAll => self.on(Input::PauseAll, context),
            UploadAction::ResumeAll => self.on(Input::ResumeAll, context),
            UploadAction::Retry(upload_id) => {
                let failed = self.queue.upload(upload_id);
                let failed = failed.filter(|upload| matches!(upload.status, UploadStatus::Failed(_)));
                if let Some(path) = failed.map(|upload| upload.file.path.clone()) {
                    let (reply, _) = tokio::sync::oneshot::channel();
                    self.check(path, UploadPurpose::Retries(upload_id), reply, context);
                }
            }
        }
    }
}
