//! Reading jobs: the list, and one.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{App, AuthUser, problem};
use crate::jobs::Job;

/// How many jobs a page holds unless told otherwise, and at most.
const PAGE: usize = 200;

pub async fn jobs(
    State(app): State<App>,
    AuthUser(claims): AuthUser,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let all = |name: &str| query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.to_uppercase()).collect();
    let number = |name: &str, default| {
        query.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<usize>().ok()).unwrap_or(default)
    };
    let statuses: Vec<String> = all("status");
    let wanted = |job: &Job| {
        let status = serde_json::to_value(job.progress.status).unwrap_or_default();
        statuses.is_empty() || statuses.iter().any(|wanted| status == wanted.as_str())
    };
    let page: Vec<Value> = app
        .jobs
        .of_account(&claims.sub)
        .iter()
        .filter(|job| wanted(job))
        .skip(number("offset", 0))
        .take(number("limit", PAGE).clamp(1, PAGE))
        .map(|job| job.to_json(app.jobs.base()))
        .collect();
    tagged(&headers, &Value::Array(page))
}

pub async fn job(
    State(app): State<App>,
    AuthUser(claims): AuthUser,
    Path(job_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match app.jobs.job(&job_id) {
        Some(job) if job.account_id == claims.sub => tagged(&headers, &job.to_json(app.jobs.base())),
        Some(_) => problem(StatusCode::FORBIDDEN, "Not authorized to see this job"),
        None => problem(StatusCode::NOT_FOUND, "Job not found"),
    }
}

/// Answers with an ETag, or with 304 when the asker has the same already.
fn tagged(headers: &HeaderMap, value: &Value) -> Response {
    let etag = etag(value);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    ([(header::ETAG, etag)], Json(value)).into_response()
}

/// Returns the tag of an answer's exact content.
pub fn etag(value: &Value) -> String {
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
