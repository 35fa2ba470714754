//! Storage of unfinished uploads: one folder each, with the received bytes and a description.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::fmt::rfc2822;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock;

/// How long an upload may be inactive before it is removed; long enough for a laptop that is closed over a weekend.
const MAX_INACTIVITY: Duration = Duration::from_hours(7 * 24);

/// The description of an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// The account that created it.
    pub account_id: String,
    /// Its total size in bytes.
    pub length: u64,
    /// The file name on the user's computer, without folders.
    pub filename: String,
    /// The media type as stated in the upload.
    pub content_type: String,
    /// The text of the subtitles that were sent with it.
    pub subtitles: Option<String>,
    /// The id of the future video.
    pub video_id: String,
    /// The ids of the video and the job, once the job exists.
    pub job: Option<(String, String)>,
}

/// The reason why an upload cannot be continued.
#[derive(Debug)]
pub enum UploadError {
    /// The upload does not exist or has expired.
    NotFound,
    /// The upload belongs to another account.
    OtherAccount,
    /// The disk failed.
    Disk(io::Error),
}

/// The uploads of a data folder.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
    locked: Arc<Mutex<BTreeSet<String>>>,
}

/// The exclusive right of one request to write to an upload, released on drop.
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
    /// Returns the upload store of a data folder.
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("uploads"), locked: Arc::default() }
    }

    /// Creates an upload and returns its id. Expired uploads are removed first.
    pub async fn create(&self, upload: &Upload) -> io::Result<String> {
        self.remove_expired().await;
        let id = Uuid::new_v4().to_string();
        tokio::fs::create_dir_all(self.folder.join(&id)).await?;
        tokio::fs::write(self.file(&id), b"").await?;
        tokio::fs::write(self.description(&id), serde_json::to_vec(upload)?).await?;
        Ok(id)
    }

    /// Returns an upload of an account and the number of its received bytes.
    ///
    /// # Errors
    /// `NotFound` if it does not exist, `OtherAccount` if it belongs to another account, `Disk`.
    pub async fn get(&self, id: &str, account_id: &str) -> Result<(Upload, u64), UploadError> {
        // The studio generates the ids as UUIDs; anything else, such as `..`, is rejected.
        Uuid::try_parse(id).map_err(|_| UploadError::NotFound)?;
        let description = tokio::fs::read(self.description(id)).await.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound { UploadError::NotFound } else { UploadError::Disk(error) }
        })?;
        let upload: Upload = serde_json::from_slice(&description).map_err(|_| UploadError::NotFound)?;
        if upload.account_id != account_id {
            return Err(UploadError::OtherAccount);
        }
        let offset = match &upload.job {
            Some(_) => upload.length,
            None => match tokio::fs::metadata(self.file(id)).await {
                Ok(file) => file.len(),
                // The upload is complete: its file was moved to the video's folder.
                Err(error) if error.kind() == io::ErrorKind::NotFound => upload.length,
                Err(error) => return Err(UploadError::Disk(error)),
            },
        };
        Ok((upload, offset))
    }

    /// Stores the description of an upload.
    pub async fn save(&self, id: &str, upload: &Upload) {
        let written = match serde_json::to_vec(upload) {
            Ok(description) => tokio::fs::write(self.description(id), description).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = written {
            tracing::warn!(%id, %error, "could not store the state of a complete upload");
        }
    }

    /// Locks an upload for one request. Returns `None` if another request holds the lock.
    pub fn lock(&self, id: &str) -> Option<WriteGuard> {
        let is_free = self.locked.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        is_free.then(|| WriteGuard { id: id.to_owned(), locked: Arc::clone(&self.locked) })
    }

    /// Removes an upload.
    pub async fn remove(&self, id: &str) {
        let _ = tokio::fs::remove_dir_all(self.folder.join(id)).await;
    }

    /// Returns the path of an upload's received bytes.
    pub fn file(&self, id: &str) -> PathBuf {
        self.folder.join(id).join("bytes")
    }

    /// Returns the time at which an upload expires without further requests, as an HTTP date.
    pub fn expires() -> String {
        let end = clock::now() + MAX_INACTIVITY;
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&end).unwrap_or_default()
    }

    /// Returns the video ids of the stored uploads.
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

    /// Removes uploads that have been inactive for too long.
    pub async fn remove_expired(&self) {
        let Ok(mut entries) = tokio::fs::read_dir(&self.folder).await else { return };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let id = entry.file_name().to_string_lossy().into_owned();
            let newest = [self.file(&id), self.description(&id)]
                .into_iter()
                .filter_map(|file| file.metadata().ok()?.modified().ok())
                .max();
            let has_expired = newest.and_then(clock::elapsed_since).is_some_and(|inactive| inactive > MAX_INACTIVITY);
            if has_expired && let Some(_guard) = self.lock(&id) {
                self.remove(&id).await;
            }
        }
    }

    fn description(&self, id: &str) -> PathBuf {
        self.folder.join(id).join("upload.json")
    }
}
