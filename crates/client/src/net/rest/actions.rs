//! Retry, cancel and delete (docs/protocol.md#actions).

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    JobId, VideoId,
    discovery::{ApiEndpoint, Server},
    protocol::snapshot::{Snapshot, read_job_from},
};

use super::{WithServerTime, accepted, address, matching};
use crate::net::http::{self, ANSWER_LIMIT, CALL_LIMIT, Failure, date, json, text};

/// What the backend answered to an action. The job is missing where the answer has none.
#[derive(Debug)]
pub enum ActionAnswer {
    /// It was done.
    Done(Option<Box<WithServerTime<Snapshot>>>),
    /// The job is not in a state in which it is possible.
    WrongState(Option<Box<WithServerTime<Snapshot>>>),
}

/// Asks the backend to process a failed job again.
///
/// # Errors
/// The failure of the request.
pub async fn retry(
    http: &Client,
    server: &Server,
    token: &SecretString,
    job_id: &JobId,
) -> Result<ActionAnswer, Failure> {
    send(http, http.post(address(server, ApiEndpoint::Retry, Some(job_id.as_str()))?), token, server, Some(job_id))
        .await
}

/// Asks the backend to cancel an unfinished job.
///
/// # Errors
/// The failure of the request.
pub async fn cancel(
    http: &Client,
    server: &Server,
    token: &SecretString,
    job_id: &JobId,
) -> Result<ActionAnswer, Failure> {
    send(http, http.post(address(server, ApiEndpoint::Cancel, Some(job_id.as_str()))?), token, server, Some(job_id))
        .await
}

/// Asks the backend to delete a video with its job and its files.
///
/// # Errors
/// The failure of the request.
pub async fn delete(
    http: &Client,
    server: &Server,
    token: &SecretString,
    video_id: &VideoId,
) -> Result<ActionAnswer, Failure> {
    let url = address(server, ApiEndpoint::Delete, Some(video_id.as_str()))?;
    send(http, http.delete(url), token, server, None).await
}

async fn send(
    http: &Client,
    call: RequestBuilder,
    token: &SecretString,
    server: &Server,
    job_id: Option<&JobId>,
) -> Result<ActionAnswer, Failure> {
    let response = http::send(http, call.timeout(CALL_LIMIT).bearer_auth(token.expose_secret())).await?;
    if response.status() == StatusCode::CONFLICT {
        return Ok(ActionAnswer::WrongState(answered_job(response, server, job_id).await));
    }
    let response = accepted(response).await?;
    Ok(ActionAnswer::Done(answered_job(response, server, job_id).await))
}

/// Returns the job of a response. Backends may answer with nothing, or with something else; the job is fetched then.
async fn answered_job(
    response: Response,
    server: &Server,
    job_id: Option<&JobId>,
) -> Option<Box<WithServerTime<Snapshot>>> {
    let date = date(response.headers());
    let body = text(response, ANSWER_LIMIT).await.ok()?;
    let value = matching(job_id?, read_job_from(&json(&body).ok()?, Some(&server.api_url)).ok()?)?;
    Some(Box::new(WithServerTime { value, date }))
}
