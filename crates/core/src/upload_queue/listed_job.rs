//! The search for the job of an upload that may have arrived, among the jobs that the backend lists.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Transfer, Upload};
use crate::{JobId, VideoId, library::Library, library::record::Record};

/// How far the clocks of the backend and of this computer may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

impl Upload {
    /// Returns the job that the backend made of this upload, if the library has it: by its video, or by the file's name
    /// and size among the jobs that were created since sending began. `is_taken` says which jobs belong to other uploads.
    pub fn listed_job(&self, library: &Library, is_taken: impl Fn(&JobId) -> bool) -> Option<JobId> {
        let (video_id, begun_at) = self.transfer.identity()?;
        let earliest = begun_at.checked_sub(SignedDuration::try_from(CLOCK_TOLERANCE).ok()?).ok()?;
        let filename = self.file.path.file_name()?.to_string_lossy();
        let is_job = |job: &Record| match (video_id, &job.video_id) {
            (Some(video_id), Some(of_job)) => video_id == of_job,
            _ => {
                let is_size = job.size_bytes.is_none_or(|size| size == self.file.size);
                is_size && job.filename.as_deref() == Some(&*filename)
            }
        };
        library
            .summaries()
            .filter(|(_, job)| job.created_at.is_some_and(|created| Timestamp::from(created) >= earliest))
            .map(|(job_id, _)| job_id)
            .filter(|job_id| !is_taken(job_id))
            .find(|job_id| library.job(job_id).is_some_and(|job| is_job(&job)))
            .cloned()
    }
}

impl Transfer {
    /// Returns the video, if it is known, and when sending began.
    fn identity(&self) -> Option<(Option<&VideoId>, Timestamp)> {
        match self {
            Self::None => None,
            Self::OneRequest { begun_at } | Self::Resumable { begun_at, .. } => Some((None, *begun_at)),
            Self::Stored { video_id, begun_at, .. } => Some((Some(video_id), *begun_at)),
            Self::Accepted { video_id, begun_at } => Some((video_id.as_ref(), *begun_at)),
        }
    }
}
