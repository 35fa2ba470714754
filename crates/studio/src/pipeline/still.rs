//! A thumbnail of a moment that the user chose, of a video that has been processed.

use std::sync::Arc;

use super::{Pipeline, context::Context, failure::Failure, probe, thumbnails};
use crate::{
    jobs::{Job, Thumbnail},
    storage::video_folder,
};

impl Pipeline {
    /// Takes the frame at a position in seconds as a thumbnail, and adds it to the job; one at a time. `Ok(None)` if
    /// the studio stops, or the job was removed meanwhile.
    ///
    /// # Errors
    /// The message for the user.
    pub async fn take_thumbnail(&self, job: Job, moment: f64) -> Result<Option<Thumbnail>, String> {
        let taken = self.running.track_future(self.stop.run_until_cancelled(self.take(job, moment)));
        taken.await.transpose().map(Option::flatten).map_err(|failure| failure.message)
    }

    async fn take(&self, job: Job, moment: f64) -> Result<Option<Thumbnail>, Failure> {
        let Ok(_turn) = self.stills.acquire().await else { return Ok(None) };
        let folder = video_folder(&self.data_dir, &job.video_id);
        let (jobs, tools) = (self.jobs.clone(), Arc::clone(&self.tools));
        let mut context = Context::new(jobs, tools, self.speech.clone(), self.hardware.clone(), job, folder);
        probe::inspect(&mut context).await?;
        let thumbnail = thumbnails::take(&context, moment).await?;
        self.jobs.add_thumbnail(&context.job.id, thumbnail.clone());
        Ok(self.jobs.job(&context.job.id).map(|_| thumbnail))
    }
}
