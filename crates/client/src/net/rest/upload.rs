//! Sending a video as one multipart request.

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
    linked_upload::{Placed, place},
};
use crate::net::http::{self, ANSWER_LIMIT, Failure, json, refused, text, unanswered};

/// How much of a file is read at a time, in bytes.
const CHUNK: usize = 64 << 10;
/// A video of more bytes waits a moment after its head was sent.
const LARGE: u64 = 1 << 20;
/// How long: whoever leads elsewhere, or wants another token, says so on the head alone, and hangs up on the rest before
/// anybody can read why.
const ANSWER_FIRST: Duration = Duration::from_millis(500);
/// Redirects that are followed in a row; each sends the video anew.
const REDIRECT_LIMIT: usize = 3;

/// Sends a video, counting the bytes that are sent.
///
/// Subtitles that stand beside it go along where the backend takes them.
///
/// # Errors
/// [`Code::File`] where the file cannot be read, or changes while it is sent; [`Code::NotAVideo`] and [`Code::TooLarge`] as
/// the backend says.
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
        // A studio at the other end of a tunnel has another folder of that name.
        response = post(http, server, token, &Source { video, placed: None }, sent).await?;
    }
    if response.status() == StatusCode::BAD_REQUEST {
        let failure = refused(response).await;
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

/// What is uploaded.
struct Source<'a> {
    /// The file.
    video: &'a Path,
    /// Where a studio on this computer finds it already.
    placed: Option<&'a Placed>,
}

/// Sends the request, and sends it again where a redirect that keeps the method leads elsewhere.
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
        let trouble = Arc::clone(&form.trouble);
        let call = call.header(header::CONTENT_LENGTH, form.length).body(form.into_body());
        let response = match call.send().await {
            Ok(response) => response,
            // What is wrong with the file says more than that the request broke off because of it.
            Err(_) if let Some(why) = trouble.get() => return Err(Failure::local(why.clone())),
            Err(error) => return Err(interrupted(&error)),
        };
        let mut response = response;
        if url.origin() != first {
            // Whatever it says of a token, it was sent none.
            response.extensions_mut().insert(http::WithoutToken);
        }
        match led_on(&response) {
            Some(next) => url = next,
            None => return Ok(response),
        }
    }
    Err(Failure::local(Error::new(Code::ServerError, "The studio redirects in a loop. Contact its administrator.")))
}

/// Returns why a video did not arrive. Once sending began, the reason is the same for every loss of the connection.
fn interrupted(error: &reqwest::Error) -> Failure {
    let failure = unanswered(error);
    if failure.never_left || failure.error.code != Code::Unreachable {
        return failure;
    }
    let message = "Upload interrupted. Check your network, then try again.";
    Failure { error: Error::new(Code::Unreachable, message), ..failure }
}

/// Returns where the video is to be sent instead. Redirects that turn a POST into a GET are answers.
fn led_on(response: &Response) -> Option<Url> {
    let keeps_method = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT].contains(&response.status());
    keeps_method.then(|| http::redirected(response))?
}

/// A request body of one or two files.
struct Form {
    boundary: String,
    parts: Vec<(Bytes, Content)>,
    length: u64,
    /// What is wrong with a file, once that is known.
    trouble: Arc<OnceLock<Error>>,
}

/// What a part of the body holds.
enum Content {
    File(Sent),
    Text(Bytes),
}

impl Form {
    async fn of(server: &Server, source: &Source<'_>, sent: Arc<AtomicU64>) -> Result<Self, Failure> {
        let Source { video, placed } = source;
        let boundary = format!("tallylight-{}", Uuid::new_v4().simple());
        let mut form = Self { boundary, parts: Vec::new(), length: 0, trouble: Arc::default() };
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

    /// Adds the name of a file that is there already, in place of its bytes.
    async fn add_placed(&mut self, video: &Path, placed: &Placed) -> Result<(), Failure> {
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
        // A line break ends each part.
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
        let trouble = self.trouble;
        let wait = if self.length > LARGE { ANSWER_FIRST } else { Duration::ZERO };
        let parts = stream::iter(self.parts).flat_map(move |(head, content)| {
            let pause = stream::once(tokio::time::sleep(wait)).filter_map(async |()| None).boxed();
            let content = match content {
                Content::File(file) => file.stream(Arc::clone(&trouble)).boxed(),
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

/// A file on its way. It must be at the end what it was at the beginning.
struct Sent {
    name: String,
    file: File,
    /// Its beginning, which tells its kind.
    head: Vec<u8>,
    length: u64,
    modified: Option<SystemTime>,
    sent: Option<Arc<AtomicU64>>,
}

impl Sent {
    async fn open(path: &Path, sent: Option<Arc<AtomicU64>>) -> Result<Self, Failure> {
        let name = shown(path);
        let unreadable = |error: std::io::Error| {
            Failure::local(Error::new(Code::File, format!("Couldn't read {name} ({error}). Check that the file exists.")))
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

    /// Returns the bytes of the file, as many as it had at the beginning; fails where it is not the same at the end.
    fn stream(self, trouble: Arc<OnceLock<Error>>) -> impl Stream<Item = std::io::Result<Bytes>> {
        let left = self.length;
        stream::try_unfold((self, left), move |(mut file, left)| {
            let trouble = Arc::clone(&trouble);
            async move {
                let chunk = if left == 0 { None } else { file.next(left).await? };
                let is_as_it_was = chunk.is_some() || (left == 0 && file.is_unchanged().await);
                if !is_as_it_was {
                    let name = &file.name;
                    let message = format!("{name} changed during upload. Wait until it is complete, then try again.");
                    let _ = trouble.set(Error::new(Code::File, message.clone()));
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

    /// Reads on, at most so many bytes; none at the end of the file.
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

/// Returns the name of a file for a person.
fn shown(path: &Path) -> String {
    one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

/// Returns the name of a file as a form carries it: UTF-8, with what would end it early escaped as browsers do.
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

/// Returns the media type of a file, which backends of this shape want to begin with `video/`.
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
    fn a_name_never_ends_its_header() {
        for (name, written) in [
            ("a\r\nX-Evil: 1\".mp4", "a%0D%0AX-Evil: 1%22.mp4"),
            ("ümläut 😀.mp4", "ümläut 😀.mp4"),
            ("back\\slash.mp4", "back\\slash.mp4"),
        ] {
            assert_eq!(filename(Path::new(name)), written);
        }
    }

    #[test]
    fn the_kind_of_a_file_is_told_by_its_beginning_or_else_by_its_name() {
        assert_eq!(content_type(Path::new("a.bin"), b"RIFF\0\0\0\0AVI LIST"), "video/x-msvideo");
        assert_eq!(content_type(Path::new("a.MOV"), b""), "video/quicktime");
        assert_eq!(content_type(Path::new("a"), b"x"), "video/mp4");
        assert_eq!(content_type(Path::new("a.mxf"), b""), "video/mxf");
    }

    #[tokio::test]
    async fn a_file_that_grows_or_shrinks_meanwhile_is_not_sent_to_its_end() {
        for change in ["grows", "shrinks"] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("v.mp4");
            std::fs::write(&path, vec![7; 3 * CHUNK]).expect("a file");
            let file = Sent::open(&path, None).await.expect("it opens");
            let trouble = Arc::default();
            let mut chunks = Box::pin(file.stream(Arc::clone(&trouble)));
            assert!(chunks.next().await.expect("a chunk").is_ok());
            let length = if change == "grows" { 4 * CHUNK } else { CHUNK };
            std::fs::File::options().write(true).open(&path).expect("it").set_len(length as u64).expect("a length");
            let rest: Vec<_> = chunks.collect().await;
            assert!(rest.last().is_some_and(Result::is_err), "{change}");
            assert!(trouble.get().is_some_and(|error: &Error| error.message.contains("changed")), "{change}");
        }
    }
}
