//! Uploads that are not complete yet: a folder for each, with its bytes and what is known of it.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, fmt::rfc2822};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::jobs::later_than;

/// How long an upload may rest before it is removed: a laptop may sleep over a weekend.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// What is known of an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Whose it is.
    pub account_id: String,
    /// How many bytes it will have.
    pub length: u64,
    /// The file's name on the creator's disk.
    pub filename: String,
    /// The file's type, as the upload said.
    pub content_type: String,
    /// The subtitles that came with it.
    pub subtitles: Option<String>,
    /// The id of the video that it will be.
    pub video_id: String,
    /// The ids of the video and the job that it became.
    pub job: Option<(String, String)>,
}

/// Why an upload cannot be continued.
#[derive(Debug)]
pub enum UploadError {
    /// There is none, or no longer.
    Missing,
    /// It is somebody else's.
    Foreign,
    /// The disk refuses.
    Disk(io::Error),
}

/// The uploads of a data folder.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
    locked: Arc<Mutex<BTreeSet<String>>>,
}

/// One request's right to write to an upload; given back when it is dropped.
pub struct WriteGuard {
    id: String,
    locked: Arc<Mutex<BTreeSet<String>>>,
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Uploads {
    /// Keeps uploads in a data folder.
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("uploads"), locked: Arc::default() }
    }

    /// Begins an upload, and returns its id. Removes those that have expired.
    pub async fn create(&self, upload: &Upload) -> io::Result<String> {
        self.remove_expired().await;
        let id = Uuid::new_v4().to_string();
        tokio::fs::create_dir_all(self.folder.join(&id)).await?;
        tokio::fs::write(self.file(&id), b"").await?;
        tokio::fs::write(self.description(&id), serde_json::to_vec(upload)?).await?;
        Ok(id)
    }

    /// Returns an upload of an account, and how many of its bytes are here.
    pub async fn get(&self, id: &str, account_id: &str) -> Result<(Upload, u64), UploadError> {
        // Ids are ours; anything else, such as `..`, is none.
        Uuid::try_parse(id).map_err(|_| UploadError::Missing)?;
        let description = tokio::fs::read(self.description(id)).await.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound { UploadError::Missing } else { UploadError::Disk(error) }
        })?;
        let upload: Upload = serde_json::from_slice(&description).map_err(|_| UploadError::Missing)?;
        if upload.account_id != account_id {
            return Err(UploadError::Foreign);
        }
        let offset = match &upload.job {
            Some(_) => upload.length,
            None => match tokio::fs::metadata(self.file(id)).await {
                Ok(file) => file.len(),
                // It was complete, and is where videos are.
                Err(error) if error.kind() == io::ErrorKind::NotFound => upload.length,
                Err(error) => return Err(UploadError::Disk(error)),
            },
        };
        Ok((upload, offset))
    }

    /// Writes what is known of an upload.
    pub async fn keep(&self, id: &str, upload: &Upload) {
        let written = match serde_json::to_vec(upload) {
            Ok(description) => tokio::fs::write(self.description(id), description).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = written {
            tracing::warn!(%id, %error, "a complete upload could not be noted");
        }
    }

    /// Lets one request write to an upload; none while another does.
    pub fn lock(&self, id: &str) -> Option<WriteGuard> {
        let is_free = self.locked.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        is_free.then(|| WriteGuard { id: id.to_owned(), locked: Arc::clone(&self.locked) })
    }

    /// Removes an upload.
    pub async fn remove(&self, id: &str) {
        let _ = tokio::fs::remove_dir_all(self.folder.join(id)).await;
    }

    /// Returns the file of an upload's bytes.
    pub fn file(&self, id: &str) -> PathBuf {
        self.folder.join(id).join("bytes")
    }

    /// Returns when an upload expires that rests from now on, as HTTP writes it.
    pub fn expires() -> String {
        let end = later_than(Timestamp::UNIX_EPOCH) + KEPT;
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&end).unwrap_or_default()
    }

    /// Returns the ids of the videos that unfinished uploads will be.
    pub async fn video_ids(&self) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        let Ok(mut entries) = tokio::fs::read_dir(&self.folder).await else { return ids };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let id = entry.file_name().to_string_lossy().into_owned();
            let Ok(description) = tokio::fs::read(self.description(&id)).await else { continue };
            ids.extend(serde_json::from_slice::<Upload>(&description).map(|upload| upload.video_id).ok());
        }
        ids
    }

    /// Removes the uploads that have rested too long.
    pub async fn remove_expired(&self) {
        let Ok(mut entries) = tokio::fs::read_dir(&self.folder).await else { return };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let id = entry.file_name().to_string_lossy().into_owned();
            let newest = [self.file(&id), self.description(&id)]
                .into_iter()
                .filter_map(|file| file.metadata().ok()?.modified().ok())
                .max();
            let has_expired = newest.and_then(|changed| changed.elapsed().ok()).is_some_and(|rested| rested > KEPT);
            if has_expired && let Some(_guard) = self.lock(&id) {
                self.remove(&id).await;
            }
        }
    }

    fn description(&self, id: &str) -> PathBuf {
        self.folder.join(id).join("upload.json")
    }
}
