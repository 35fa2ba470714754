//! Retry, cancel and delete at a scripted backend.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{delete, post},
};
use serde_json::{Value, json};

use super::{Answer, Script, ScriptedBackend, edits};

/// The routes of the actions.
pub(super) fn routes() -> Router<ScriptedBackend> {
    Router::new()
        .route("/api/v1/videos/jobs/{job_id}/{action}", post(change))
        .route("/api/v1/videos/{video_id}", delete(remove))
}

impl ScriptedBackend {
    /// Scripts the answers to the next actions, in order; further actions are performed.
    pub fn script_actions(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script().action_answers.extend(answers);
    }

    /// Returns the received actions, in order, such as `retry 7`.
    pub fn actions(&self) -> Vec<String> {
        self.script().actions.clone()
    }

    /// Records an action, and returns the scripted answer to it.
    fn receive(&self, action: String, headers: &HeaderMap) -> Option<Response> {
        if !self.accepts(headers) {
            return Some(StatusCode::UNAUTHORIZED.into_response());
        }
        let mut script = self.script();
        script.actions.push(action);
        script.action_answers.pop_front().map(IntoResponse::into_response)
    }
}

async fn change(
    State(backend): State<ScriptedBackend>,
    Path((job_id, action)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(answer) = backend.receive(format!("{action} {job_id}"), &headers) {
        return answer;
    }
    let mut script = backend.script();
    let Some(job) = find(&mut script, "id", &job_id) else { return StatusCode::NOT_FOUND.into_response() };
    let (required, fields) = match action.as_str() {
        "retry" => ("FAILED", json!({ "status": "PENDING", "error_message": null })),
        _ => ("PROCESSING", json!({ "status": "FAILED", "error_message": "Cancelled" })),
    };
    if job["status"] != required {
        return (StatusCode::CONFLICT, Json(job.clone())).into_response();
    }
    if let (Some(job), Some(fields)) = (job.as_object_mut(), fields.as_object()) {
        job.extend(fields.clone());
    }
    if edits::advance(job).is_none() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    Json(job.clone()).into_response()
}

async fn remove(State(backend): State<ScriptedBackend>, Path(video_id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(answer) = backend.receive(format!("delete {video_id}"), &headers) {
        return answer;
    }
    let mut script = backend.script();
    let jobs = script.jobs.as_array_mut().map(|jobs| {
        let before = jobs.len();
        jobs.retain(|job| job["video_id"] != video_id.as_str());
        before != jobs.len()
    });
    if jobs == Some(true) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }.into_response()
}

fn find<'a>(script: &'a mut Script, key: &str, id: &str) -> Option<&'a mut Value> {
    script.jobs.as_array_mut()?.iter_mut().find(|job| job[key] == id)
}
