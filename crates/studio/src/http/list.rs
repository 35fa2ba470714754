//! Reading jobs: the list, and a single job.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{AppState, AuthUser, problem};
use crate::jobs::Job;

/// The default and the largest number of jobs on a page.
const PAGE: usize = 200;

/// Returns a page of the account's jobs, newest first, with the query `status` (repeatable), `limit` and `offset`.
pub async fn jobs(
    State(app): State<AppState>,
    AuthUser(claims): AuthUser,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let all = |name: &str| query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.to_uppercase()).collect();
    let number = |name: &str, default| {
        query.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<usize>().ok()).unwrap_or(default)
    };
    let statuses: Vec<String> = all("status");
    let matches = |job: &Job| {
        let status = serde_json::to_value(job.progress.status).unwrap_or_default();
        statuses.is_empty() || statuses.iter().any(|filter| status == filter.as_str())
    };
    let page: Vec<Value> = app
        .jobs
        .of_account(&claims.sub)
        .iter()
        .filter(|job| matches(job))
        .skip(number("offset", 0))
        .take(number("limit", PAGE).clamp(1, PAGE))
        .map(|job| job.to_json(app.jobs.urls()))
        .collect();
    with_etag(&headers, &Value::Array(page))
}

/// Returns a job of the account.
pub async fn job(
    State(app): State<AppState>,
    AuthUser(claims): AuthUser,
    Path(job_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match app.jobs.job(&job_id) {
        Some(job) if job.account_id == claims.sub => with_etag(&headers, &job.to_json(app.jobs.urls())),
        Some(_) => problem(StatusCode::FORBIDDEN, "Not authorized to see this job"),
        None => problem(StatusCode::NOT_FOUND, "Job not found"),
    }
}

/// Returns a response with an ETag, or 304 if the client already has the same content.
fn with_etag(headers: &HeaderMap, value: &Value) -> Response {
    let etag = etag(value);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    ([(header::ETAG, etag)], Json(value)).into_response()
}

/// Returns the ETag of a value's exact content.
pub fn etag(value: &Value) -> String {
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
