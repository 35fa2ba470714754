//! Thumbnails for the window: shown, saved and dragged. The page gets them from the app's cache, so their servers learn
//! nothing about it.

use std::path::PathBuf;

use tallylight_client::{Handle, Picture, ThumbnailCache};
use tallylight_core::{Code, Error, JobId, ThumbnailId};
use tauri::{
    AppHandle, UriSchemeResponder, Url,
    http::{Request, Response, StatusCode, header},
};

use crate::{dialogs, window};

/// The URL scheme of thumbnails: the page requests `picture://localhost/JOB/THUMBNAIL`.
pub const SCHEME: &str = "picture";

/// The thumbnails of jobs, downloaded on first use. Copies share the cache.
#[derive(Clone)]
pub struct Thumbnails {
    client: Handle,
    cache: ThumbnailCache,
}

impl Thumbnails {
    /// Creates them; the client knows the thumbnails of a job, and `cache` has their files.
    pub fn new(client: Handle, cache: ThumbnailCache) -> Self {
        Self { client, cache }
    }

    /// Returns the cache of the files.
    pub fn cache(&self) -> &ThumbnailCache {
        &self.cache
    }

    /// Responds to the page's request for a thumbnail.
    pub fn serve(&self, request: &Request<Vec<u8>>, responder: UriSchemeResponder) {
        let (this, named) = (self.clone(), named(request.uri().path()));
        tauri::async_runtime::spawn(async move {
            let answer = match named {
                Some((job_id, thumbnail_id)) => this.read(job_id, thumbnail_id).await,
                None => Err(Error::new(Code::NotFound, "Thumbnail not found.")),
            };
            responder.respond(match answer {
                Ok((kind, bytes)) => response(StatusCode::OK, kind, bytes),
                Err(error) => {
                    tracing::info!(code = ?error.code, "a thumbnail could not be served");
                    response(StatusCode::NOT_FOUND, "text/plain", error.message.into_bytes())
                }
            });
        });
    }

    /// Saves a thumbnail where the user chooses, and returns its path; `None` if the user cancels.
    ///
    /// # Errors
    /// [`Code::NotFound`] if there is no such thumbnail, [`Code::File`] if it cannot be written, or the error of
    /// downloading it.
    pub async fn save(
        &self,
        app: &AppHandle,
        title: &str,
        job_id: JobId,
        thumbnail_id: ThumbnailId,
    ) -> Result<Option<String>, Error> {
        let thumbnail = self.find(job_id, thumbnail_id).await?;
        let kind = thumbnail.path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        let name = format!("thumbnail.{kind}");
        dialogs::save_with(app, title, &name, |path| std::fs::copy(&thumbnail.path, path).map(drop)).await
    }

    /// Returns the `file:` URL of a thumbnail, for the program that it is dropped on.
    ///
    /// # Errors
    /// [`Code::NotFound`] if there is no such thumbnail, or the error of downloading it.
    pub async fn file_url(&self, job_id: JobId, thumbnail_id: ThumbnailId) -> Result<String, Error> {
        let thumbnail = self.find(job_id, thumbnail_id).await?;
        let address = Url::from_file_path(thumbnail.path);
        address.map(String::from).map_err(|()| Error::new(Code::File, "The data folder path must be absolute."))
    }

    /// Returns the path of a thumbnail's file.
    ///
    /// # Errors
    /// [`Code::NotFound`] if there is no such thumbnail, or the error of downloading it.
    pub async fn path(&self, job_id: JobId, thumbnail_id: ThumbnailId) -> Result<PathBuf, Error> {
        self.find(job_id, thumbnail_id).await.map(|thumbnail| thumbnail.path)
    }

    /// Starts dragging a thumbnail out of the window, while the mouse button is held.
    ///
    /// # Errors
    /// [`Code::NotFound`] if there is no such thumbnail, or the error of downloading it.
    pub async fn drag(&self, app: &AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> Result<(), Error> {
        let thumbnail = self.find(job_id, thumbnail_id).await?;
        window::drag_out(app, thumbnail.path);
        Ok(())
    }

    async fn read(&self, job_id: JobId, thumbnail_id: ThumbnailId) -> Result<(&'static str, Vec<u8>), Error> {
        let Picture { path, kind } = self.find(job_id, thumbnail_id).await?;
        let gone = |error: std::io::Error| Error::new(Code::File, format!("Couldn't read thumbnail ({error})."));
        Ok((kind, tokio::fs::read(path).await.map_err(gone)?))
    }

    async fn find(&self, job_id: JobId, thumbnail_id: ThumbnailId) -> Result<Picture, Error> {
        let thumbnail = self.client.thumbnail(job_id.clone(), thumbnail_id).await?;
        self.cache.picture(&job_id, &thumbnail).await
    }
}

fn named(path: &str) -> Option<(JobId, ThumbnailId)> {
    let (job_id, thumbnail_id) = path.strip_prefix('/')?.split_once('/')?;
    let decoded = |text: &str| Some(percent_encoding::percent_decode_str(text).decode_utf8().ok()?.into_owned());
    Some((JobId::new(decoded(job_id)?), ThumbnailId::new(decoded(thumbnail_id)?)))
}

fn response(status: StatusCode, kind: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let built = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        // The file is on the disk already.
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body);
    built.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_url_names_the_job_and_the_thumbnail() {
        let ids = |path: &str| named(path).map(|(job, thumbnail)| (job.to_string(), thumbnail.to_string()));
        assert_eq!(ids("/7/t%2F1%20a"), Some(("7".to_owned(), "t/1 a".to_owned())));
        assert_eq!((ids("/7"), ids("")), (None, None));
    }
}
