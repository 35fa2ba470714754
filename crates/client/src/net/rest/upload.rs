//! Uploads a video as one multipart request (docs/protocol.md#uploads).

use std::{
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::{Body, Client, Response, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{Code, Error, JobId, discovery::Server, model::text::one_line};
use tokio::{fs::File, io::AsyncReadExt};
use url::Url;
use uuid::Uuid;

use super::{
    accepted, address,
    linked_upload::{LinkedFile, place},
};
use crate::net::http::{self, ANSWER_LIMIT, Failure, json, read_failure, request_failure, text};

/// How much of a file is read at a time, in bytes.
const CHUNK: usize = 64 << 10;
/// Above this size in bytes, the upload pauses after the head of a part.
const LARGE: u64 = 1 << 20;
/// The length of the pause. A server that redirects or refuses the token answers after the head alone and closes the
/// connection; without the pause, its answer would be lost.
const PAUSE_AFTER_HEAD: Duration = Duration::from_millis(500);
/// How many redirects in a row are followed; each sends the video again.
const REDIRECT_LIMIT: usize = 3;

/// Uploads a video and returns its job. `sent` counts the bytes that were sent.
///
/// Subtitles next to the video are sent with it, if the backend accepts them.
///
/// # Errors
/// [`Code::File`] if the file cannot be read or changes during the upload; [`Code::NotAVideo`] and [`Code::TooLarge`]
/// if the backend says so; otherwise the failure of the request.
pub async fn upload(
    http: &Client,
    server: &Server,
    token: &SecretString,
    video: &Path,
    sent: Arc<AtomicU64>,
) -> Result<JobId, Failure> {
    let placed = place(server, video).await;
    let source = Source { video, placed: placed.as_ref() };
    let mut response = post(http, server, token, &source, Arc::clone(&sent)).await?;
    if placed.is_some() && response.status() == StatusCode::BAD_REQUEST {
        // A studio behind a tunnel may have another folder of that name, and finds no file in it.
        response = post(http, server, token, &Source { video, placed: None }, sent).await?;
    }
    if response.status() == StatusCode::BAD_REQUEST {
        let failure = read_failure(response).await;
        return Err(Failure { error: Error::new(Code::NotAVideo, failure.error.message.clone()), ..failure });
    }
    let value = json(&text(accepted(response).await?, ANSWER_LIMIT).await?)?;
    let job_id = value.get("job_id").or_else(|| value.get("id")).cloned().unwrap_or_default();
    serde_json::from_value(job_id).map_err(|_| {
        Failure::local(Error::new(
            Code::ServerError,
            "Video uploaded, but the studio returned no job ID. Check the list.",
        ))
    })
}

/// The video to upload.
struct Source<'a> {
    /// The file.
    video: &'a Path,
    /// The file in the folder of a studio on this computer.
    placed: Option<&'a LinkedFile>,
}

/// Sends the request, and repeats it for redirects that keep the method.
async fn post(
    http: &Client,
    server: &Server,
    token: &SecretString,
    source: &Source<'_>,
    sent: Arc<AtomicU64>,
) -> Result<Response, Failure> {
    let mut url = address(server, "videos/upload")?;
    let first = url.origin();
    for _ in 0..=REDIRECT_LIMIT {
        sent.store(0, Ordering::Relaxed);
        let form = Form::of(server, source, Arc::clone(&sent)).await?;
        let mut call = http.post(url.clone()).header(header::CONTENT_TYPE, form.content_type());
        if url.origin() == first {
            call = call.bearer_auth(token.expose_secret());
        }
        let file_error = Arc::clone(&form.file_error);
        let call = call.header(header::CONTENT_LENGTH, form.length).body(form.into_body());
        let response = match call.send().await {
            Ok(response) => response,
            // An error of the file is the cause of the interrupted request.
            Err(_) if let Some(why) = file_error.get() => return Err(Failure::local(why.clone())),
            Err(error) => return Err(interrupted(error)),
        };
        let mut response = response;
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

/// Maps the error of an upload. Once sending has begun, every loss of the connection gives the same error.
fn interrupted(error: reqwest::Error) -> Failure {
    let failure = request_failure(error);
    if failure.never_left || failure.error.code != Code::Unreachable {
        return failure;
    }
    let message = "Upload interrupted. Check your network, then try again.";
    Failure { error: Error::new(Code::Unreachable, message).caused_by(failure.error), ..failure }
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
    /// The error of a file that was found during the upload.
    file_error: Arc<OnceLock<Error>>,
}

/// The content of a part of the body.
enum Content {
    File(Sent),
    Text(Bytes),
}

impl Form {
    async fn of(server: &Server, source: &Source<'_>, sent: Arc<AtomicU64>) -> Result<Self, Failure> {
        let Source { video, placed } = source;
        let boundary = format!("tallylight-{}", Uuid::new_v4().simple());
        let mut form = Self { boundary, parts: Vec::new(), length: 0, file_error: Arc::default() };
        match placed {
            Some(placed) => {
                form.add_placed(video, placed).await?;
                sent.store(placed.length, Ordering::Relaxed);
            }
            None => form.add("file", video, Some(sent)).await?,
        }
        if server.offers("upload_subtitles")
            && let Some(subtitles) = super::subtitles::beside(video).await
        {
            form.add("subtitles", &subtitles, None).await?;
        }
        form.length += u64::try_from(form.end().len()).unwrap_or(u64::MAX);
        Ok(form)
    }

    async fn add(&mut self, name: &str, path: &Path, sent: Option<Arc<AtomicU64>>) -> Result<(), Failure> {
        let file = Sent::open(path, sent).await?;
        let (kind, length) = (content_type(path, &file.head), file.length);
        self.push(name, path, kind, length, Content::File(file));
        Ok(())
    }

    /// Adds the name of a placed file instead of its bytes.
    async fn add_placed(&mut self, video: &Path, placed: &LinkedFile) -> Result<(), Failure> {
        let kind = content_type(video, &Sent::open(video, None).await?.head);
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
                Content::File(file) => file.stream(Arc::clone(&file_error)).boxed(),
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

/// A file that is being sent. It must not change until the end.
struct Sent {
    name: String,
    file: File,
    /// The beginning of the file, which determines its media type.
    head: Vec<u8>,
    length: u64,
    modified: Option<SystemTime>,
    sent: Option<Arc<AtomicU64>>,
}

impl Sent {
    async fn open(path: &Path, sent: Option<Arc<AtomicU64>>) -> Result<Self, Failure> {
        let name = shown(path);
        let unreadable = |error: std::io::Error| {
            Failure::local(Error::new(
                Code::File,
                format!("Couldn't read {name} ({error}). Check that the file exists."),
            ))
        };
        let mut file = File::open(path).await.map_err(unreadable)?;
        let metadata = file.metadata().await.map_err(unreadable)?;
        let mut head = vec![0; CHUNK];
        let mut read = 0;
        while read < head.len() {
            match file.read(&mut head[read..]).await.map_err(unreadable)? {
                0 => break,
                more => read += more,
            }
        }
        head.truncate(read);
        Ok(Self { file, head, length: metadata.len(), modified: metadata.modified().ok(), sent, name })
    }

    /// Returns the bytes of the file, as many as it had when it was opened; fails if the file changes until the end.
    fn stream(self, file_error: Arc<OnceLock<Error>>) -> impl Stream<Item = std::io::Result<Bytes>> {
        let left = self.length;
        stream::try_unfold((self, left), move |(mut file, left)| {
            let file_error = Arc::clone(&file_error);
            async move {
                let chunk = if left == 0 { None } else { file.next(left).await? };
                let is_unchanged = chunk.is_some() || (left == 0 && file.is_unchanged().await);
                if !is_unchanged {
                    let name = &file.name;
                    let message = format!("{name} changed during upload. Wait until it is complete, then try again.");
                    let _ = file_error.set(Error::new(Code::File, message.clone()));
                    return Err(std::io::Error::other(message));
                }
                Ok(chunk.map(|chunk| {
                    let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                    if let Some(sent) = &file.sent {
                        sent.fetch_add(length, Ordering::Relaxed);
                    }
                    (chunk, (file, left - length))
                }))
            }
        })
    }

    /// Reads the next chunk of at most `most` bytes; `None` at the end of the file.
    async fn next(&mut self, most: u64) -> std::io::Result<Option<Bytes>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(CHUNK);
        let mut chunk = std::mem::take(&mut self.head);
        if chunk.is_empty() {
            chunk.resize(most, 0);
            let read = self.file.read(&mut chunk).await?;
            chunk.truncate(read);
        }
        chunk.truncate(most);
        Ok((!chunk.is_empty()).then(|| chunk.into()))
    }

    async fn is_unchanged(&self) -> bool {
        let now = self.file.metadata().await;
        now.is_ok_and(|now| now.len() == self.length && now.modified().ok() == self.modified)
    }
}

/// Returns the name of a file for messages to the user.
fn shown(path: &Path) -> String {
    one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
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

/// Returns the media type of a file. Some backends require a type that begins with `video/`.
fn content_type(path: &Path, head: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(head) {
        let kind = kind.mime_type();
        if kind.starts_with("video/") {
            return kind;
        }
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "srt" => "application/x-subrip",
        "vtt" => "text/vtt",
        "mov" | "qt" => "video/quicktime",
        "mkv" => "video/x-matroska",
        "webm" => "video/webm",
        "avi" => "video/x-msvideo",
        "wmv" | "asf" => "video/x-ms-wmv",
        "flv" | "f4v" => "video/x-flv",
        "mpg" | "mpeg" | "mpe" | "m1v" | "m2v" | "vob" => "video/mpeg",
        "ts" | "mts" | "m2ts" => "video/mp2t",
        "3gp" => "video/3gpp",
        "3g2" => "video/3gpp2",
        "ogv" | "ogg" | "ogm" => "video/ogg",
        "mxf" => "video/mxf",
        "m4v" => "video/x-m4v",
        _ => "video/mp4",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_break_out_of_the_header() {
        for (name, written) in [
            ("a\r\nX-Evil: 1\".mp4", "a%0D%0AX-Evil: 1%22.mp4"),
            ("ümläut 😀.mp4", "ümläut 😀.mp4"),
            ("back\\slash.mp4", "back\\slash.mp4"),
        ] {
            assert_eq!(filename(Path::new(name)), written);
        }
    }

    #[test]
    fn the_media_type_comes_from_the_content_or_else_the_name() {
        assert_eq!(content_type(Path::new("a.bin"), b"RIFF\0\0\0\0AVI LIST"), "video/x-msvideo");
        assert_eq!(content_type(Path::new("a.MOV"), b""), "video/quicktime");
        assert_eq!(content_type(Path::new("a"), b"x"), "video/mp4");
        assert_eq!(content_type(Path::new("a.mxf"), b""), "video/mxf");
    }

    #[tokio::test]
    async fn a_file_that_changes_during_the_upload_fails() {
        for change in ["grows", "shrinks"] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("v.mp4");
            std::fs::write(&path, vec![7; 3 * CHUNK]).expect("a file");
            let file = Sent::open(&path, None).await.expect("it opens");
            let file_error = Arc::default();
            let mut chunks = Box::pin(file.stream(Arc::clone(&file_error)));
            assert!(chunks.next().await.expect("a chunk").is_ok());
            let length = if change == "grows" { 4 * CHUNK } else { CHUNK };
            std::fs::File::options().write(true).open(&path).expect("it").set_len(length as u64).expect("a length");
            let rest: Vec<_> = chunks.collect().await;
            assert!(rest.last().is_some_and(Result::is_err), "{change}");
            assert!(file_error.get().is_some_and(|error: &Error| error.message.contains("changed")), "{change}");
        }
    }
}
