//! The search for the job of an upload that may have arrived, among the jobs that the backend lists.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Transfer, Upload, UploadQueue};
use crate::{
    JobId, VideoId,
    library::{Library, record::Record},
    model::unix_nanos::UnixNanos,
};

/// How far the clocks of the backend and of this computer may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

impl Upload {
    /// Returns the job that the backend made of this upload, if the library has it: by its video, or by the file's name
    /// and size among the jobs that were created since sending began. `is_taken` says which jobs belong to other uploads.
    ///
    /// Two files of the same name and size cannot be told apart: [`UploadQueue::has_double`] says whether there are.
    pub fn listed_job(&self, library: &Library, is_taken: impl Fn(&JobId) -> bool) -> Option<JobId> {
        let first_sent_at = self.first_sent_at.or(self.transfer.begun_at())?;
        let earliest = first_sent_at.checked_sub(SignedDuration::try_from(CLOCK_TOLERANCE).ok()?).ok()?;
        let filename = comparable(&self.file.path.file_name()?.to_string_lossy());
        let is_new = |created: Option<UnixNanos>| created.is_some_and(|created| Timestamp::from(created) >= earliest);
        let video_id = self.transfer.video_id();
        let is_job = |job: &Record| {
            if let (Some(video_id), Some(of_job)) = (video_id, &job.video_id) {
                return video_id == of_job;
            }
            let is_size = job.size_bytes.is_none_or(|size| size == self.file.size);
            is_size && is_new(job.created_at) && job.filename.as_deref().map(comparable).as_ref() == Some(&filename)
        };
        library
            .summaries()
            .filter(|(_, job)| video_id.is_some() || is_new(job.created_at))
            .map(|(job_id, _)| job_id)
            .find(|job_id| library.job(job_id).is_some_and(|job| is_job(&job)) && !is_taken(job_id))
            .cloned()
    }
}

impl UploadQueue {
    /// Returns whether another upload of the queue could be taken for this one in a list: it has the same name and was
    /// sent, too.
    pub fn has_double(&self, upload: &Upload) -> bool {
        let name = |upload: &Upload| upload.file.path.file_name().map(|name| comparable(&name.to_string_lossy()));
        self.uploads().into_iter().any(|other| {
            let is_other = other.upload_id != upload.upload_id && other.first_sent_at.is_some();
            is_other && name(other) == name(upload)
        })
    }
}

/// Returns the letters and digits of a file name: backends replace other characters.
fn comparable(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Transfer {
    /// Returns when sending began.
    pub(super) fn begun_at(&self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::OneRequest { begun_at }
            | Self::Resumable { begun_at, .. }
            | Self::Stored { begun_at, .. }
            | Self::Accepted { begun_at, .. } => Some(*begun_at),
        }
    }

    /// Returns the video, if the backend named it.
    pub fn video_id(&self) -> Option<&VideoId> {
        match self {
            Self::Stored { video_id, .. } => Some(video_id),
            Self::Accepted { video_id, .. } => video_id.as_ref(),
            Self::None | Self::OneRequest { .. } | Self::Resumable { .. } => None,
        }
    }
}
