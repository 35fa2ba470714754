//! What the user asks of the uploads: to add a file, and what to do with an upload.

use tallylight_core::{
    Code, Error,
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
    command::UploadAction,
    net::upload,
};

impl Uploads {
    pub(super) fn check(&mut self, request: UploadRequest, context: &Context) {
        let refusal = match context.server() {
            _ if !context.access.is_signed_in => Some(signed_out()),
            Some(server) if upload::is_offered(server) => None,
            _ => Some(Error::new(Code::NotOffered, "Uploads aren't available in this studio. Use its website.")),
        };
        if let Some(error) = refusal {
            return drop(request.reply.send(Err(error)));
        }
        self.checking += 1;
        let (messages, epoch) = (context.tasks.messages.clone(), context.access.epoch);
        tokio::spawn(async move {
            let file = check_file(&request.path).await;
            messages.send(UploadsInput::Checked(epoch, file, request).into()).await
        });
    }

    pub(super) fn checked(&mut self, file: Result<VideoFile, Error>, request: UploadRequest, context: &mut Context) {
        let UploadRequest { path, purpose, reply } = request;
        match purpose {
            UploadPurpose::Retries(upload_id) => {
                let input = match file {
                    Ok(file) => Input::Retry(upload_id, file),
                    Err(error) => Input::RetryFailed(upload_id, error),
                };
                return self.on(input, context);
            }
            UploadPurpose::Replaces(job_id) if file.is_ok() => {
                context.send(JobsInput::SetDismissed(vec![job_id], DismissAction::Dismiss));
            }
            UploadPurpose::Replaces(_) | UploadPurpose::New => {}
        }
        if self.queue.is_full() {
            let message = "The upload queue is full. Add more videos when some are uploaded.";
            return drop(reply.send(Err(Error::new(Code::NotOffered, message))));
        }
        let (video, error) = match file {
            Ok(file) => (file, None),
            Err(error) => (VideoFile::unreadable(path), Some(error)),
        };
        let held = self.queue.of_video(&video).map(|upload| (upload.upload_id, upload.status.clone()));
        let upload_id = held.as_ref().map_or(self.queue.next_id(), |(upload_id, _)| *upload_id);
        self.replies.entry(upload_id).or_default().push(reply);
        match (held, error) {
            (None, None) => self.on(Input::Add(video), context),
            (None, Some(error)) => self.on(Input::AddFailed(video, error), context),
            // The same video is not sent twice: the command follows the upload that is under way.
            (Some((_, UploadStatus::Paused)), None) => self.on(Input::Resume(upload_id), context),
            (Some((_, UploadStatus::Failed(_))), None) => self.on(Input::Retry(upload_id, video), context),
            (Some(_), Some(error)) => self.on(Input::RetryFailed(upload_id, error), context),
            (Some(_), None) => {}
        }
    }

    pub(super) fn act(&mut self, action: UploadAction, context: &mut Context) {
        match action {
            UploadAction::Cancel(upload_id) => self.on(Input::Cancel(upload_id), context),
            UploadAction::Pause(upload_id) => self.on(Input::Pause(upload_id), context),
            UploadAction::Resume(upload_id) => self.on(Input::Resume(upload_id), context),
            UploadAction::Move(upload_id, before) => self.on(Input::Move(upload_id, before), context),
            UploadAction::PauseAll => {
                // The last one first: otherwise the next in the queue would begin before it is paused.
                self.ids().into_iter().rev().for_each(|upload_id| self.on(Input::Pause(upload_id), context));
            }
            UploadAction::ResumeAll => {
                self.ids().into_iter().for_each(|upload_id| self.on(Input::Resume(upload_id), context));
            }
            UploadAction::Retry(upload_id) => {
                let failed = self.queue.upload(upload_id);
                let failed = failed.filter(|upload| matches!(upload.status, UploadStatus::Failed(_)));
                if let Some(path) = failed.map(|upload| upload.file.path.clone()) {
                    let (reply, _) = tokio::sync::oneshot::channel();
                    let purpose = UploadPurpose::Retries(upload_id);
                    self.check(UploadRequest { path, purpose, reply }, context);
                }
            }
        }
    }
}
