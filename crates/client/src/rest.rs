//! The REST endpoints: one function for each.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::StreamExt;
use jiff::Timestamp;
use reqwest::{
    Client, Response, StatusCode, header,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tallylight_core::{
    Code, Error, JobId, VideoId,
    discovery::{self, Identity, Server},
    edits::{Answer, Arrival, Edit, Unanswered},
    job::Field,
    snapshot::{Snapshot, read_job, read_page},
};
use tokio_util::io::ReaderStream;
use url::Url;

use crate::http::{ANSWER_LIMIT, CALL_LIMIT, Failure, date, is_data, json, refused, text, unanswered};

/// How many jobs are asked for at a time.
const PAGE: usize = 200;
/// The most pages that are asked for: a backend that never sends a short page must not keep us for ever.
const PAGE_LIMIT: usize = 1000;
/// The largest page that is read, in bytes: some backends answer with every job at once, transcripts and all.
const PAGE_BYTES: usize = 256 << 20;

/// Is an answer with what its headers tell.
#[derive(Debug)]
pub struct Dated<T> {
    /// The answer.
    pub value: T,
    /// The server's clock at that time.
    pub date: Option<Timestamp>,
}

/// Is the whole job list.
#[derive(Debug)]
pub enum Listing {
    /// It is the same as last time.
    Unchanged,
    /// It is this.
    Jobs {
        /// The jobs, newest first.
        jobs: Vec<Snapshot>,
        /// What to send next time, to hear whether it changed.
        etag: Option<String>,
    },
}

/// Asks a server who it is.
pub async fn discover(http: &Client, address: &Url, identity: Identity) -> Result<Server, Error> {
    let url = format!("{}{}", address.as_str().trim_end_matches('/'), discovery::WELL_KNOWN);
    let response = http.get(url).timeout(CALL_LIMIT).send().await.map_err(|error| unanswered(&error).error)?;
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        let message = format!(
            "{} answers, but is no studio that describes itself: check the address with whoever runs it",
            discovery::shown(address)
        );
        return Err(Error::new(Code::NotAStudio, message));
    }
    if !status.is_success() {
        return Err(refused(response).await.error);
    }
    let document = text(response, ANSWER_LIMIT).await?;
    discovery::read(address, identity, &document)
}

/// Fetches every job, a page at a time.
pub async fn jobs(
    http: &Client,
    server: &Server,
    token: &SecretString,
    etag: Option<String>,
) -> Result<Dated<Listing>, Failure> {
    let (mut jobs, mut tag, mut clock) = (Vec::new(), None, None);
    let mut ids = BTreeSet::new();
    for page in 0..PAGE_LIMIT {
        let statuses = ["PENDING", "PROCESSING", "COMPLETED", "FAILED"].map(|status| ("status", status.to_owned()));
        let place = [("limit", PAGE.to_string()), ("offset", (page * PAGE).to_string())];
        let query: Vec<(&str, String)> = statuses.into_iter().chain(place).collect();
        let mut url = address(server, "jobs/")?;
        url.query_pairs_mut().extend_pairs(query);
        let mut call = http.get(url).timeout(CALL_LIMIT).bearer_auth(token.expose_secret());
        if let (0, Some(etag)) = (page, &etag) {
            call = call.header(header::IF_NONE_MATCH, etag);
        }
        let response = call.send().await.map_err(|error| unanswered(&error))?;
        clock = date(response.headers()).or(clock);
        // Only the first page is asked about: new jobs come first, and whatever runs is new.
        if page == 0 && response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Dated { value: Listing::Unchanged, date: clock });
        }
        let response = accepted(response).await?;
        if page == 0 {
            tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        }
        let text = text(response, PAGE_BYTES).await?;
        is_data(&text)?;
        let (read, skipped) = read_page(&text).map_err(Failure::local)?;
        if skipped > 0 {
            tracing::warn!(skipped, "jobs that could not be read were left out");
        }
        let count = read.len() + skipped;
        let known = ids.len();
        ids.extend(read.iter().map(|job| job.job_id.clone()));
        // The same page again comes from a backend that knows no offset.
        if page > 0 && ids.len() == known {
            break;
        }
        jobs.extend(read);
        // A short page is the last; a longer one comes from a backend that knows no pages.
        if count != PAGE {
            break;
        }
    }
    // With more than one page, a change on a later one would go unnoticed.
    let etag = tag.filter(|_| jobs.len() < PAGE);
    Ok(Dated { value: Listing::Jobs { jobs, etag }, date: clock })
}

/// Fetches one job.
pub async fn job(
    http: &Client,
    server: &Server,
    token: &SecretString,
    job_id: &JobId,
) -> Result<Dated<Snapshot>, Failure> {
    let mut url = address(server, "videos/jobs/")?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(job_id.as_str());
    }
    let call = http.get(url).timeout(CALL_LIMIT).bearer_auth(token.expose_secret());
    let response = accepted(call.send().await.map_err(|error| unanswered(&error))?).await?;
    let date = date(response.headers());
    let value: Value = json(&text(response, ANSWER_LIMIT).await?)?;
    Ok(Dated { value: read_job(&value).map_err(Failure::local)?, date })
}

/// Sends an edit, and returns what became of it.
pub async fn edit(http: &Client, server: &Server, token: &SecretString, video_id: &VideoId, edit: &Edit) -> Answer {
    let answer = send_edit(http, server, token, video_id, edit).await;
    answer.unwrap_or_else(|failure| decided(&failure, Arrival::Unknown))
}

async fn send_edit(
    http: &Client,
    server: &Server,
    token: &SecretString,
    video_id: &VideoId,
    edit: &Edit,
) -> Result<Answer, Failure> {
    let mut url = address(server, "videos/")?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(video_id.as_str()).push("metadata");
    }
    let call = http.put(url).timeout(CALL_LIMIT).bearer_auth(token.expose_secret()).json(&edit.body());
    let response = match call.send().await {
        Ok(response) => response,
        Err(error) => {
            let arrival = if error.is_connect() { Arrival::Never } else { Arrival::Unknown };
            return Ok(decided(&unanswered(&error), arrival));
        }
    };
    let job = |text: &str| json::<Value>(text).ok().and_then(|job| read_job(&job).ok()).map(Box::new);
    match response.status() {
        status if status.is_success() => {
            let text = text(response, ANSWER_LIMIT).await?;
            // The page of a Wi-Fi is no answer of a studio, whatever its status.
            if !text.trim().is_empty() {
                is_data(&text)?;
            }
            Ok(Answer::Saved(job(&text)))
        }
        StatusCode::CONFLICT => {
            let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
            let words = "the studio has changed this meanwhile, or is still making it: choose which text to keep";
            Ok(Answer::Conflict(job(&text), Error::new(Code::Conflict, words).into()))
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
            Ok(invalid(&text))
        }
        _ => Ok(decided(&refused(response).await, Arrival::Unknown)),
    }
}

/// Reads why an edit was not accepted, field by field.
fn invalid(text: &str) -> Answer {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let said = |detail: &Value| detail.get("msg").and_then(Value::as_str).map(str::to_owned);
    let details = body.get("detail").and_then(Value::as_array).cloned().unwrap_or_default();
    let field = |detail: &Value| {
        let names: Vec<&str> = detail.get("loc")?.as_array()?.iter().filter_map(Value::as_str).collect();
        Field::ALL.into_iter().find(|field| names.contains(&field.key()))
    };
    let fields = details.iter().filter_map(|detail| Some((field(detail)?, said(detail)?))).collect();
    let whole = body.get("detail").and_then(Value::as_str).map(str::to_owned);
    let message =
        whole.or_else(|| details.iter().find_map(said)).unwrap_or("the studio does not accept this".to_owned());
    Answer::Refused(fields, Error::new(Code::InvalidContent, message).into())
}

/// Tells a refusal for good from one that may be over by itself.
pub fn decided(failure: &Failure, arrival: Arrival) -> Answer {
    let unanswered = |arrival| {
        let (error, retry_after) = (failure.error.clone(), failure.retry_after);
        Answer::Unanswered(Unanswered { error, retry_after, arrival })
    };
    match failure.status {
        _ if failure.is_unauthorized() => Answer::Unauthorized,
        Some(StatusCode::TOO_MANY_REQUESTS) => unanswered(Arrival::Never),
        Some(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::LOCKED) => unanswered(arrival),
        Some(status) if status.is_client_error() => Answer::Refused(Vec::new(), failure.error.clone().into()),
        _ => unanswered(arrival),
    }
}

/// Sends a video, counting the bytes that are sent.
///
/// Subtitles that stand beside it go along where the backend takes them.
pub async fn upload(
    http: &Client,
    server: &Server,
    token: &SecretString,
    video: &Path,
    sent: Arc<AtomicU64>,
) -> Result<JobId, Failure> {
    let mut form = Form::new().part("file", part(video, Some(sent)).await?);
    if server.offers("upload_subtitles")
        && let Some(subtitles) =
            ["srt", "vtt"].iter().map(|kind| video.with_extension(kind)).find(|path| path.is_file())
    {
        form = form.part("subtitles", part(&subtitles, None).await?);
    }
    let call = http.post(api(server, "videos/upload")).bearer_auth(token.expose_secret()).multipart(form);
    let response = call.send().await.map_err(|error| unanswered(&error))?;
    if response.status() == StatusCode::BAD_REQUEST {
        let failure = refused(response).await;
        let error = Error::new(Code::NotAVideo, failure.error.message);
        return Err(Failure { error, status: failure.status, retry_after: None, server_code: None });
    }
    let value: Value = json(&text(accepted(response).await?, ANSWER_LIMIT).await?)?;
    let job_id = value.get("job_id").or_else(|| value.get("id")).cloned().unwrap_or_default();
    serde_json::from_value(job_id).map_err(|_| {
        Failure::local(Error::new(
            Code::ServerError,
            "the studio took the video but named no job: look for it in the list",
        ))
    })
}

async fn part(path: &Path, sent: Option<Arc<AtomicU64>>) -> Result<Part, Failure> {
    let unreadable = |error: std::io::Error| {
        let message = format!("{} cannot be read ({error}): check that it is there", path.display());
        Failure::local(Error::new(Code::File, message))
    };
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let length = file.metadata().await.map_err(unreadable)?.len();
    let stream = ReaderStream::with_capacity(file, 64 << 10).inspect(move |chunk| {
        if let (Some(sent), Ok(chunk)) = (&sent, chunk) {
            sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Part::stream_with_length(reqwest::Body::wrap_stream(stream), length).file_name(name))
}

async fn accepted(response: Response) -> Result<Response, Failure> {
    if response.status().is_success() { Ok(response) } else { Err(refused(response).await) }
}

fn address(server: &Server, path: &str) -> Result<Url, Failure> {
    let invalid = |error: url::ParseError| Failure::local(Error::new(Code::InvalidAddress, error.to_string()));
    Url::parse(&api(server, path)).map_err(invalid)
}

fn api(server: &Server, path: &str) -> String {
    format!("{}/api/v1/{path}", server.api_url.as_str().trim_end_matches('/'))
}
