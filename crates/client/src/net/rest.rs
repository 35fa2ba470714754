//! The REST endpoints, one function for each (docs/protocol.md#rest).

use jiff::Timestamp;
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tallylight_core::{
    Code, Error, JobId, VideoId,
    discovery::{self, ApiEndpoint, Identity, Server},
    edits::{Answer, DeliveryCertainty, Edit, Unanswered},
    model::job::{Content, Field},
    protocol::{
        json as core_json,
        snapshot::{Snapshot, read_job_from},
    },
};
use url::Url;

use crate::net::http::{self, ANSWER_LIMIT, CALL_LIMIT, Failure, date, is_data, json, read_failure, text};

mod actions;
mod list;
mod thumbnail;

pub use actions::{ActionAnswer, cancel, delete, retry};
pub use list::{List, Listing, MissingJobs, jobs};
pub use thumbnail::take_thumbnail;

/// A response's value with the time in its headers.
#[derive(Debug)]
pub struct WithServerTime<T> {
    /// The value.
    pub value: T,
    /// The `Date` header: the server's clock at that time.
    pub date: Option<Timestamp>,
}

/// Fetches a server's discovery document (docs/protocol.md#discovery). If the request is redirected to another origin,
/// that origin is the server.
///
/// # Errors
/// [`Code::NotAStudio`] for 404 or an unreadable document; otherwise the error of the request.
pub async fn discover(http: &Client, address: &Url, identity: Identity) -> Result<Server, Error> {
    let url = format!("{}{}", address.as_str().trim_end_matches('/'), discovery::WELL_KNOWN);
    let response = http::send(http, http.get(url).timeout(CALL_LIMIT)).await.map_err(|failure| failure.error)?;
    let address = &led_to(address, response.url());
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        let message = format!("No Tallylight studio at this address ({}). Check the URL.", discovery::shown(address));
        return Err(Error::new(Code::NotAStudio, message));
    }
    if !status.is_success() {
        return Err(read_failure(response).await.error);
    }
    let document = text(response, ANSWER_LIMIT).await?;
    discovery::read(address, identity, &document)
}

/// Returns the URL of the server that answered after redirects.
fn led_to(typed: &Url, answered: &Url) -> Url {
    if typed.origin() == answered.origin() {
        return typed.clone();
    }
    let mut address = answered.clone();
    let folder = answered.path().strip_suffix(discovery::WELL_KNOWN).unwrap_or_default();
    address.set_path(folder);
    address.set_query(None);
    address.set_fragment(None);
    address
}

/// Fetches one job.
///
/// # Errors
/// [`Code::ServerError`] if the response contains another job; otherwise the failure of the request.
pub async fn job(
    http: &Client,
    server: &Server,
    token: &SecretString,
    job_id: &JobId,
) -> Result<WithServerTime<Snapshot>, Failure> {
    let url = address(server, ApiEndpoint::Job, Some(job_id.as_str()))?;
    let call = http.get(url).timeout(CALL_LIMIT).bearer_auth(token.expose_secret());
    let response = accepted(http::send(http, call).await?).await?;
    let date = date(response.headers());
    let value = json(&text(response, ANSWER_LIMIT).await?)?;
    let job = read_job_from(&value, Some(&server.api_url)).map_err(Failure::local)?;
    match matching(job_id, job) {
        Some(value) => Ok(WithServerTime { value, date }),
        None => Err(Failure::local(Error::new(
            Code::ServerError,
            "The studio returned a different video. Contact its administrator.",
        ))),
    }
}

/// Returns the job of a response if it is the requested one. Ids may differ in case or in leading zeros.
fn matching(job_id: &JobId, job: Snapshot) -> Option<Snapshot> {
    let number = |id: &JobId| id.as_str().parse::<u64>().ok();
    let is_number = || number(&job.job_id).is_some_and(|found| number(job_id) == Some(found));
    let is_it = job.job_id.as_str().eq_ignore_ascii_case(job_id.as_str()) || is_number();
    is_it.then(|| Snapshot { job_id: job_id.clone(), ..job })
}

/// Sends an edit, and returns its outcome (docs/protocol.md#edits).
pub async fn edit(http: &Client, server: &Server, token: &SecretString, video_id: &VideoId, edit: &Edit) -> Answer {
    let answer = send_edit(http, server, token, video_id, edit).await;
    answer.unwrap_or_else(|failure| edit_answer(&failure, DeliveryCertainty::Unknown))
}

async fn send_edit(
    http: &Client,
    server: &Server,
    token: &SecretString,
    video_id: &VideoId,
    edit: &Edit,
) -> Result<Answer, Failure> {
    let url = address(server, ApiEndpoint::Metadata, Some(video_id.as_str()))?;
    let call = http.put(url).timeout(CALL_LIMIT).bearer_auth(token.expose_secret()).json(&edit.body());
    let response = match http::send(http, call).await {
        Ok(response) => response,
        Err(failure) => {
            let arrival = if failure.never_left { DeliveryCertainty::NotDelivered } else { DeliveryCertainty::Unknown };
            return Ok(edit_answer(&failure, arrival));
        }
    };
    let job = |text: &str| answered_job(text, server, edit).map(Box::new);
    match response.status() {
        status if status.is_success() => {
            let text = text(response, ANSWER_LIMIT).await?;
            // A captive portal's page is not a response of the studio, whatever its status.
            if !text.trim().is_empty() && core_json::parse(&text).is_err() {
                is_data(&text)?;
            }
            // Backends may answer without the job; it is fetched then.
            let job = match job(&text) {
                Some(job) => Some(job),
                None => fetched_after(http, server, token, edit).await.map(Box::new),
            };
            Ok(Answer::Saved(job))
        }
        StatusCode::CONFLICT => {
            let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
            let words = "Conflict: choose a version. This text changed in the studio.";
            Ok(Answer::Conflict(job(&text), Error::new(Code::Conflict, words).into()))
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
            Ok(invalid(&text))
        }
        _ => Ok(edit_answer(&read_failure(response).await, DeliveryCertainty::Unknown)),
    }
}

/// Returns the job in the response to an edit: the edited one, and not another object with the same id. A row of the
/// video or of its metadata is not a job.
fn answered_job(text: &str, server: &Server, edit: &Edit) -> Option<Snapshot> {
    let value = json(text).ok()?;
    let is_job =
        ["video_id", "video", "processing_stages", "progress_percent"].iter().any(|name| value.get(name).is_some());
    if !is_job {
        return None;
    }
    matching(&edit.job_id, read_job_from(&value, Some(&server.api_url)).ok()?)
}

/// Fetches the job after an edit that was answered without it. A job that does not contain the edit yet is ignored.
async fn fetched_after(http: &Client, server: &Server, token: &SecretString, edit: &Edit) -> Option<Snapshot> {
    let job = job(http, server, token, &edit.job_id).await.ok()?.value;
    let holds = |(field, sent): (&Field, &Content)| job.content(*field).is_some_and(|held| held.is_same(sent));
    edit.changes.iter().all(holds).then_some(job)
}

/// Reads the reasons why an edit was refused, by field.
fn invalid(text: &str) -> Answer {
    let body = core_json::parse(text).map(|parsed| parsed.value).unwrap_or_default();
    let said = |detail: &Value| detail.get("msg").and_then(Value::as_str).map(str::to_owned);
    let details = body.get("detail").and_then(Value::as_array).cloned().unwrap_or_default();
    let field = |detail: &Value| {
        let names: Vec<&str> = detail.get("loc")?.as_array()?.iter().filter_map(Value::as_str).collect();
        Field::ALL.into_iter().find(|field| names.contains(&field.key()))
    };
    let fields = details.iter().filter_map(|detail| Some((field(detail)?, said(detail)?))).collect();
    let whole = body.get("detail").and_then(Value::as_str).map(str::to_owned);
    let message =
        whole.or_else(|| details.iter().find_map(said)).unwrap_or("The studio rejected this change.".to_owned());
    Answer::Refused(fields, Error::new(Code::InvalidContent, message).into())
}

/// Maps a failed request to the outcome of an edit: refused for good, or unanswered and to be tried again.
pub fn edit_answer(failure: &Failure, arrival: DeliveryCertainty) -> Answer {
    let request_failure = |arrival| {
        let (error, retry_after) = (failure.error.clone(), failure.retry_after);
        Answer::Unanswered(Unanswered { error, retry_after, arrival })
    };
    match failure.status {
        _ if failure.is_unauthorized() => Answer::Unauthorized,
        Some(StatusCode::TOO_MANY_REQUESTS) => request_failure(DeliveryCertainty::NotDelivered),
        Some(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::LOCKED) => request_failure(arrival),
        Some(status) if status.is_client_error() => Answer::Refused(Vec::new(), failure.error.clone().into()),
        _ => request_failure(arrival),
    }
}

/// Returns a successful response unchanged, and maps any other to a [`Failure`].
pub(crate) async fn accepted(response: Response) -> Result<Response, Failure> {
    if response.status().is_success() { Ok(response) } else { Err(read_failure(response).await) }
}

/// Returns the URL of a request, about the job or the video with an id.
///
/// # Errors
/// [`Code::InvalidAddress`] if it is not a valid URL.
pub(crate) fn address(server: &Server, endpoint: ApiEndpoint, id: Option<&str>) -> Result<Url, Failure> {
    server.endpoints.url(&server.api_url, endpoint, id).map_err(Failure::local)
}
