//! Uploads a video as one multipart request (docs/protocol.md#uploads).

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use reqwest::{Body, Response, StatusCode, header};
use secrecy::ExposeSecret;
use tallylight_core::{Code, Error, discovery::ApiEndpoint};
use url::Url;
use uuid::Uuid;

use super::{
    StepResult, UploadRequest, accepted_video,
    file_reader::{FileError, FileReader, check_unchanged, content_type},
    linked_file::{LinkedFile, place},
    response_of, subtitles,
};
use crate::net::{
    http::{self, Failure},
    rest::address,
};

/// Above this size in bytes, the upload pauses after the head of a part.
const LARGE: u64 = 64 << 10;
/// The length of the pause. A server that redirects or refuses the token answers after the head alone and closes the
/// connection; without the pause, its answer would be lost.
const PAUSE_AFTER_HEAD: Duration = Duration::from_millis(500);
/// How many redirects in a row are followed; each sends the video again.
const REDIRECT_LIMIT: usize = 3;

/// Sends a video in one request. Subtitles next to it are sent with it, if the backend accepts them.
///
/// # Errors
/// As [`super::send_step`].
pub async fn send(begun_at: Timestamp, request: &UploadRequest<'_>) -> Result<StepResult, Failure> {
    check_unchanged(request.file).await?;
    let video = request.file.path.as_path();
    let placed = place(request.server, video).await;
    let source = Source { video, placed: placed.as_ref() };
    let mut response = post(request, &source).await?;
    if placed.is_some() && response.status() == StatusCode::BAD_REQUEST {
        // A studio behind a tunnel may have another folder of that name, and finds no file in it.
        response = post(request, &Source { video, placed: None }).await?;
    }
    accepted_video(response, None, begun_at).await
}

/// The video to upload.
struct Source<'a> {
    /// The file.
    video: &'a Path,
    /// The file in the folder of a studio on this computer.
    placed: Option<&'a LinkedFile>,
}

/// Sends the request, and repeats it for redirects that keep the method.
async fn post(request: &UploadRequest<'_>, source: &Source<'_>) -> Result<Response, Failure> {
    let mut url = address(request.server, ApiEndpoint::Upload, None)?;
    let first = url.origin();
    for _ in 0..=REDIRECT_LIMIT {
        request.progress.sent.store(0, Ordering::Relaxed);
        let form = Form::of(request, source).await?;
        let mut call = request.http.post(url.clone()).header(header::CONTENT_TYPE, form.content_type());
        if url.origin() == first {
            call = call.bearer_auth(request.token.expose_secret());
        }
        let file_error = Arc::clone(&form.file_error);
        let call = call.header(header::CONTENT_LENGTH, form.length).body(form.into_body());
        let mut response = response_of(call, &file_error).await?;
        if url.origin() != first {
            // The token is not sent to another origin.
            response.extensions_mut().insert(http::WithoutToken);
        }
        match redirect_target(&response) {
            Some(next) => url = next,
            None => return Ok(response),
        }
    }
    Err(Failure::local(Error::new(Code::ServerError, "The studio redirects in a loop. Contact its administrator.")))
}

/// Returns the URL to send the video to instead. Redirects that turn a POST into a GET count as responses.
fn redirect_target(response: &Response) -> Option<Url> {
    let keeps_method = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT].contains(&response.status());
    keeps_method.then(|| http::redirected(response))?
}

/// A request body with one or two files.
struct Form {
    boundary: String,
    parts: Vec<(Bytes, Content)>,
    length: u64,
    file_error: FileError,
}

/// The content of a part of the body.
enum Content {
    File(FileReader),
    Text(Bytes),
}

impl Form {
    async fn of(request: &UploadRequest<'_>, source: &Source<'_>) -> Result<Self, Failure> {
        let Source { video, placed } = source;
        let boundary = format!("tallylight-{}", Uuid::new_v4().simple());
        let mut form = Self { boundary, parts: Vec::new(), length: 0, file_error: FileError::default() };
        if let Some(placed) = placed {
            form.add_placed(video, placed).await?;
            request.progress.sent.store(placed.length, Ordering::Relaxed);
        } else {
            let file = FileReader::open_video(request.file, Some(request.read_progress())).await?;
            form.add("file", video, file);
        }
        if request.server.offers("upload_subtitles")
            && let Some(subtitles) = subtitles::beside(video).await
        {
            form.add("subtitles", &subtitles, FileReader::open(&subtitles, None).await?);
        }
        form.length += u64::try_from(form.end().len()).unwrap_or(u64::MAX);
        Ok(form)
    }

    fn add(&mut self, name: &str, path: &Path, file: FileReader) {
        let (kind, length) = (content_type(path, &file.head), file.length);
        self.push(name, path, kind, length, Content::File(file));
    }

    /// Adds the name of a placed file instead of its bytes.
    async fn add_placed(&mut self, video: &Path, placed: &LinkedFile) -> Result<(), Failure> {
        let kind = content_type(video, &FileReader::open(video, None).await?.head);
        let name = Bytes::from(placed.name.clone());
        let length = u64::try_from(name.len()).unwrap_or(u64::MAX);
        self.push("placed", video, kind, length, Content::Text(name));
        Ok(())
    }

    fn push(&mut self, name: &str, path: &Path, kind: &str, length: u64, content: Content) {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {kind}\r\n\r\n",
            self.boundary,
            filename(path)
        );
        // Two bytes for the line break that ends each part.
        self.length += u64::try_from(head.len()).unwrap_or(u64::MAX) + length + 2;
        self.parts.push((head.into(), content));
    }

    fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    fn end(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }

    fn into_body(self) -> Body {
        let end = self.end();
        let file_error = self.file_error;
        let wait = if self.length > LARGE { PAUSE_AFTER_HEAD } else { Duration::ZERO };
        let parts = stream::iter(self.parts).flat_map(move |(head, content)| {
            let pause = stream::once(tokio::time::sleep(wait)).filter_map(async |()| None).boxed();
            let content = match content {
                Content::File(file) => {
                    let length = file.length;
                    file.stream(length, Arc::clone(&file_error)).boxed()
                }
                Content::Text(text) => whole(text).boxed(),
            };
            whole(head).chain(pause).chain(content).chain(whole(Bytes::from_static(b"\r\n")))
        });
        Body::wrap_stream(parts.chain(whole(end.into())))
    }
}

fn whole(bytes: Bytes) -> impl Stream<Item = std::io::Result<Bytes>> + Unpin {
    stream::iter([Ok(bytes)])
}

/// Returns the name of a file for a multipart header: UTF-8, with quotes and line breaks escaped as in browsers.
fn filename(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut escaped = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '"' => escaped.push_str("%22"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            '\0' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_break_out_of_the_header() {
        for (name, written) in [
            ("a\r\nX-Evil: 1\".mp4", "a%0D%0AX-Evil: 1%22.mp4"),
            ("ümläut 😀.mp4", "ümläut 😀.mp4"),
            // There it separates folders.
            ("back\\slash.mp4", if cfg!(windows) { "slash.mp4" } else { "back\\slash.mp4" }),
        ] {
            assert_eq!(filename(Path::new(name)), written);
        }
    }
}
