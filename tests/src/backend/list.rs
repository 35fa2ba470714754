//! The job requests of a scripted backend: the list, and a single job.

use std::sync::atomic::Ordering;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::ScriptedBackend;

/// Returns the job list as scripted.
pub(super) async fn jobs(
    State(backend): State<ScriptedBackend>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let offset = query.iter().find(|(name, _)| name == "offset").and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    if offset == 0 {
        backend.lists.fetch_add(1, Ordering::SeqCst);
    }
    let (instead, mut jobs, etag) = {
        let script = backend.script();
        (script.rest.clone(), script.jobs.clone(), script.etag.clone())
    };
    // The first page contains all jobs.
    if let Some(jobs) = jobs.as_array_mut() {
        jobs.drain(..offset.min(jobs.len()));
    }
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    match (instead, etag) {
        (Some(answer), _) => answer.into_response(),
        (None, Some(etag)) if known.as_ref() == Some(&etag) => StatusCode::NOT_MODIFIED.into_response(),
        (None, Some(etag)) => ([(header::ETAG, etag)], Json(jobs)).into_response(),
        (None, None) => Json(jobs).into_response(),
    }
}

/// Returns a job as scripted.
pub(super) async fn job(
    State(backend): State<ScriptedBackend>,
    Path(job_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (instead, jobs) = {
        let script = backend.script();
        (script.rest.clone(), script.jobs.clone())
    };
    let matches = |job: &&Value| job["id"] == job_id.as_str();
    match (instead, jobs.as_array().and_then(|jobs| jobs.iter().find(matches))) {
        _ if !backend.accepts(&headers) => StatusCode::UNAUTHORIZED.into_response(),
        (Some(answer), _) => answer.into_response(),
        (None, Some(job)) => Json(job.clone()).into_response(),
        (None, None) => StatusCode::NOT_FOUND.into_response(),
    }
}
