//! Thumbnails that the user takes at a moment of a video.

use tallylight_core::{Code, Error, JobId, ThumbnailId, VideoId, auth};

use super::Runtime;
use crate::{
    account::{
        errors::{no_job, signed_out},
        message::{AuthInput, FetcherInput, Message, WaitingCommand},
    },
    command::Reply,
    net::rest,
};

/// The feature of a backend that takes thumbnails.
const FEATURE: &str = "thumbnail_at";

impl Runtime {
    /// Has the backend take a thumbnail, and fetches the job then.
    pub(super) fn take_thumbnail(&mut self, job_id: JobId, seconds: f64, reply: Reply<ThumbnailId>) {
        let video_id = match self.video_of(&job_id) {
            Ok(video_id) => video_id,
            Err(error) => return drop(reply.send(Err(error))),
        };
        let Some((endpoint, token)) = self.context.authorized() else { return drop(reply.send(Err(signed_out()))) };
        let messages = self.context.tasks.messages.clone();
        tokio::spawn(async move {
            let (client, server) = (&endpoint.clients.rest, &endpoint.server);
            let message: Message = match rest::take_thumbnail(client, server, &token, &video_id, seconds).await {
                Ok(id) => FetcherInput::FetchFor(job_id, WaitingCommand::Thumbnail(id, reply)).into(),
                Err(failure) => {
                    let is_unauthorized = failure.is_unauthorized();
                    let _ = reply.send(Err(failure.error));
                    if !is_unauthorized {
                        return;
                    }
                    AuthInput::Machine(auth::Input::AccessRefused).into()
                }
            };
            let _ = messages.send(message).await;
        });
    }

    /// Returns the video of a job, if the backend takes thumbnails of it.
    fn video_of(&self, job_id: &JobId) -> Result<VideoId, Error> {
        if !self.context.server().is_some_and(|server| server.offers(FEATURE)) {
            return Err(Error::new(Code::NotOffered, "This studio doesn't take thumbnails at a time you choose."));
        }
        self.jobs.library.job(job_id).and_then(|job| job.video_id.clone()).ok_or_else(|| no_job(job_id))
    }
}
