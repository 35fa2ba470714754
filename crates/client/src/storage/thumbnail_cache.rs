//! The thumbnail cache: thumbnails are downloaded once and stored within a size limit (docs/adr/0028-thumbnails.md).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use reqwest::{Client, StatusCode};
use tallylight_core::{
    Code, Error, JobId,
    model::{digest, job::Thumbnail, trusted_url::is_trustworthy},
    settings::Network,
};
use url::Url;

use crate::{
    create_private_folder,
    net::{
        connector::NetworkConnector,
        http::{self, CALL_LIMIT},
    },
    platform::clock::system_time,
};

/// How much disk space thumbnails may use, in bytes. The least recently used one is deleted first.
const CACHE_LIMIT: u64 = 200 << 20;
/// The largest thumbnail that is downloaded, in bytes.
const MAX_BYTES: usize = 16 << 20;
/// The media types that the page may show. SVG is excluded, because it can contain scripts.
const KINDS: [(&str, &str); 5] =
    [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp"), ("image/gif", "gif"), ("image/avif", "avif")];

/// A thumbnail on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The path of the file.
    pub path: PathBuf,
    /// The media type, detected from the first bytes.
    pub kind: &'static str,
}

/// The thumbnail cache. Copies share it.
#[derive(Clone, Debug)]
pub struct ThumbnailCache {
    folder: PathBuf,
    limit: u64,
    connector: Arc<Mutex<NetworkConnector>>,
    /// One lock per thumbnail that is being downloaded; other requests for it wait.
    underway: Arc<Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

impl ThumbnailCache {
    /// Creates a cache in the folder `pictures` of a data folder.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("pictures"),
            limit: CACHE_LIMIT,
            connector: Arc::default(),
            underway: Arc::default(),
        }
    }

    /// Returns a thumbnail from the disk, or downloads it.
    ///
    /// # Errors
    /// [`Code::InsecureAddress`] for a URL without HTTPS, [`Code::NotFound`] if the server has no such file,
    /// [`Code::ServerError`] for an unsupported format, [`Code::File`] if it cannot be stored; otherwise the error of
    /// the download.
    pub async fn picture(&self, job_id: &JobId, thumbnail: &Thumbnail) -> Result<Picture, Error> {
        let url = Url::parse(&thumbnail.thumbnail_url).ok().filter(is_trustworthy);
        let url = url.ok_or_else(|| Error::new(Code::InsecureAddress, "The thumbnail URL doesn't use HTTPS."))?;
        let key = key(job_id, thumbnail, &url);
        let lock = Arc::clone(self.locks().entry(key.clone()).or_default());
        let picture = {
            let _guard = lock.lock().await;
            match self.stored(&key) {
                Some(picture) => Ok(picture),
                None => self.fetch(&key, url).await,
            }
        };
        self.locks().remove(&key);
        picture
    }

    /// Returns whether a path is inside the cache.
    pub fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.folder)
    }

    /// Applies the proxy and certificates of the settings.
    ///
    /// # Errors
    /// [`Code::File`] if the certificate file cannot be read; the previous settings stay in effect.
    pub fn set_network(&self, network: &Network) -> Result<(), Error> {
        *self.connector.lock().unwrap_or_else(PoisonError::into_inner) = NetworkConnector::new(network)?;
        Ok(())
    }

    fn connector(&self) -> NetworkConnector {
        self.connector.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes all thumbnails.
    pub fn clear(&self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the thumbnails could not be deleted");
        }
    }

    fn locks(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.underway.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stored(&self, key: &str) -> Option<Picture> {
        KINDS.into_iter().find_map(|(kind, extension)| {
            let path = self.folder.join(key).with_extension(extension);
            if !path.is_file() {
                return None;
            }
            // The time of the last use, which not every file system records by itself. Windows changes it only for a
            // file that is open for writing.
            if let Ok(file) = std::fs::File::options().write(true).open(&path) {
                let _ = file.set_modified(system_time());
            }
            Some(Picture { path, kind })
        })
    }

    async fn fetch(&self, key: &str, url: Url) -> Result<Picture, Error> {
        let bytes = download(&http::client(&url, &self.connector())?, url).await?;
        let found = infer::get(&bytes).map(|kind| kind.mime_type()).unwrap_or_default();
        let (kind, extension) = KINDS
            .into_iter()
            .find(|(kind, _)| *kind == found)
            .ok_or_else(|| Error::new(Code::ServerError, "Unsupported thumbnail format."))?;
        create_private_folder(&self.folder).map_err(not_stored)?;
        self.make_room(bytes.len() as u64);
        let path = self.folder.join(key).with_extension(extension);
        // Written under another name first, so that a partial file is never used.
        let partial = path.with_extension("part");
        std::fs::write(&partial, &bytes).and_then(|()| std::fs::rename(&partial, &path)).map_err(not_stored)?;
        Ok(Picture { path, kind })
    }

    fn make_room(&self, bytes: u64) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = bytes + files.iter().map(|(_, length, _)| length).sum::<u64>();
        for (_, length, path) in files {
            if total <= self.limit {
                return;
            }
            if std::fs::remove_file(path).is_ok() {
                total -= length;
            }
        }
    }
}

/// Returns the file name of a thumbnail, without the query of its URL: signed URLs have a new signature each time.
fn key(job_id: &JobId, thumbnail: &Thumbnail, url: &Url) -> String {
    let mut place = url.clone();
    place.set_query(None);
    digest::sha256(&format!("{job_id}\n{}\n{place}", thumbnail.thumbnail_id))
}

async fn download(client: &Client, url: Url) -> Result<Vec<u8>, Error> {
    let call = client.get(url).timeout(CALL_LIMIT);
    let response = http::send(client, call).await.map_err(|failure| failure.error)?;
    if response.status() != StatusCode::OK {
        let words = format!("Couldn't load thumbnail (status {}). Try again.", response.status().as_u16());
        return Err(Error::new(Code::NotFound, words));
    }
    http::bytes(response, MAX_BYTES).await.map_err(|failure| failure.error)
}

fn not_stored(error: std::io::Error) -> Error {
    Error::new(Code::File, format!("Couldn't save thumbnail ({error}). Check the disk.")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::{Router, http::Uri};

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n rest of it";

    async fn server() -> (String, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let router = Router::new().fallback(move |uri: Uri| {
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                match uri.path() {
                    "/page" => b"<html>".to_vec(),
                    "/vector" => b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
                    _ => PNG.to_vec(),
                }
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (address, asked)
    }

    fn thumbnail(id: &str, url: String) -> Thumbnail {
        let thumbnail_id = tallylight_core::ThumbnailId::new(id);
        Thumbnail { thumbnail_id, thumbnail_url: url, width: 0, height: 0, timestamp_seconds: None }
    }

    #[tokio::test]
    async fn a_thumbnail_is_downloaded_once_whatever_its_signature() {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, asked) = server().await;
        let (pictures, job_id) = (ThumbnailCache::new(folder.path()), JobId::new("7"));
        let shown = thumbnail("t", format!("{address}/a?signature=1"));
        let both = tokio::join!(pictures.picture(&job_id, &shown), pictures.picture(&job_id, &shown));
        assert_eq!(both.0.expect("one").kind, "image/png");
        assert!(both.1.is_ok());
        let signed_anew = thumbnail("t", format!("{address}/a?signature=2"));
        let later = ThumbnailCache::new(folder.path()).picture(&job_id, &signed_anew).await.expect("stored");
        assert_eq!(std::fs::read(later.path).expect("bytes"), PNG);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        pictures.clear();
        pictures.picture(&job_id, &shown).await.expect("downloaded again");
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn files_that_are_not_images_are_not_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, _) = server().await;
        let pictures = ThumbnailCache::new(folder.path());
        for url in [
            format!("{address}/page"),
            format!("{address}/vector"),
            "http://192.0.2.1/x.png".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            assert!(pictures.picture(&JobId::new("7"), &thumbnail("t", url.clone())).await.is_err(), "{url}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[tokio::test]
    async fn the_least_recently_used_thumbnail_is_deleted_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, asked) = server().await;
        let pictures = ThumbnailCache { limit: 2 * PNG.len() as u64, ..ThumbnailCache::new(folder.path()) };
        for name in ["a", "b", "a", "c", "a"] {
            let shown = thumbnail(name, format!("{address}/{name}"));
            pictures.picture(&JobId::new("7"), &shown).await.expect("a picture");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 3, "b was deleted and not requested again");
        assert_eq!(std::fs::read_dir(folder.path().join("pictures")).expect("a folder").count(), 2);
    }
}
