//! Edits of a video's metadata (docs/protocol.md#edits).

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{AppState, AuthUser, list::etag, problem};
use crate::jobs::{Chapter, Job, Metadata, Stage};

/// A function that applies a validated change.
type Apply = Box<dyn FnOnce(&mut Metadata) + Send>;

/// A validated change of one field.
struct Edit {
    /// The field's `metadata_type` in messages; `None` for the chosen thumbnail, which has no message.
    kind: Option<&'static str>,
    content: Value,
    apply: Apply,
}

/// Applies an edit and returns the job. Answers 409 with the current job if `If-Match` does not match or a stage would
/// overwrite the field, and 422 with the invalid fields.
pub async fn edit(
    State(app): State<AppState>,
    AuthUser(claims): AuthUser,
    Path(video_id): Path<String>,
    headers: HeaderMap,
    body: Result<Json<Value>, JsonRejection>,
) -> Response {
    let Some(job) = app.jobs.of_video(&video_id) else { return problem(StatusCode::NOT_FOUND, "Video not found") };
    if job.account_id != claims.sub {
        return problem(StatusCode::FORBIDDEN, "Not authorized to edit this video");
    }
    let fields = match body {
        Ok(Json(Value::Object(fields))) => fields,
        Ok(_) => return invalid(vec![detail("", "A JSON object is required", "dict_type")]),
        Err(error) => return invalid(vec![detail("", &error.body_text(), "json_invalid")]),
    };
    let edits = match check(&job, fields) {
        Ok(edits) => edits,
        Err(details) => return invalid(details),
    };
    let current = job.to_json(app.jobs.urls());
    let changed_meanwhile =
        headers.get(header::IF_MATCH).is_some_and(|held| held.as_bytes() != etag(&current).as_bytes());
    if changed_meanwhile || edits.iter().any(|edit| stage_is_pending(&job, edit.kind)) {
        return (StatusCode::CONFLICT, Json(current)).into_response();
    }
    for edit in edits {
        match edit.kind {
            Some(kind) => app.jobs.edit_metadata(&job.id, kind, &edit.content, edit.apply),
            None => app.jobs.set_unannounced(&job.id, edit.apply),
        }
    }
    match app.jobs.job(&job.id) {
        Some(job) => Json(job.to_json(app.jobs.urls())).into_response(),
        None => problem(StatusCode::NOT_FOUND, "Video not found"),
    }
}

/// Returns whether the stage that produces a field has not finished: it would overwrite the edit.
fn stage_is_pending(job: &Job, kind: Option<&str>) -> bool {
    let stage = match kind {
        Some("TITLE" | "DESCRIPTION" | "TAGS") => Stage::Probe,
        Some("TRANSCRIPT") => Stage::Transcription,
        Some("CHAPTERS") => Stage::Chapters,
        _ => return false,
    };
    let finished = job.stages.get(stage.id()).is_some_and(|stage| stage.status.is_final());
    !finished && !job.progress.status.is_final()
}

fn check(job: &Job, fields: Map<String, Value>) -> Result<Vec<Edit>, Vec<Value>> {
    let (mut edits, mut details) = (Vec::new(), Vec::new());
    for (name, value) in fields {
        match read(job, &name, value) {
            Ok(edit) => edits.push(edit),
            Err((message, kind)) => details.push(detail(&name, &message, kind)),
        }
    }
    if details.is_empty() { Ok(edits) } else { Err(details) }
}

fn read(job: &Job, name: &str, value: Value) -> Result<Edit, (String, &'static str)> {
    let wrong = |error: serde_json::Error| (error.to_string(), "value_error");
    let content = value.clone();
    let (kind, apply): (_, Apply) = match name {
        "title" => {
            let title: String = serde_json::from_value(value).map_err(wrong)?;
            if title.trim().is_empty() {
                return Err(("Enter a title".to_owned(), "string_too_short"));
            }
            (Some("TITLE"), Box::new(|metadata| metadata.title = Some(title)))
        }
        "description" => {
            let description = serde_json::from_value(value).map_err(wrong)?;
            (Some("DESCRIPTION"), Box::new(|metadata| metadata.description = Some(description)))
        }
        "tags" => {
            let tags = serde_json::from_value(value).map_err(wrong)?;
            (Some("TAGS"), Box::new(|metadata| metadata.tags = Some(tags)))
        }
        "transcript_text" => {
            let text: String = serde_json::from_value(value).map_err(wrong)?;
            (Some("TRANSCRIPT"), Box::new(|metadata| metadata.set_transcript_text(text)))
        }
        "chapters" => {
            let chapters: Vec<Chapter> = serde_json::from_value(value).map_err(wrong)?;
            if chapters.iter().any(|chapter| chapter.start_seconds < 0.0) {
                return Err(("Chapters can't start before 0:00".to_owned(), "greater_than_equal"));
            }
            (Some("CHAPTERS"), Box::new(|metadata| metadata.chapters = Some(chapters)))
        }
        "thumbnail_id" => {
            let id: String = serde_json::from_value(value).map_err(wrong)?;
            if !job.metadata.thumbnails.iter().any(|thumbnail| thumbnail.thumbnail_id == id) {
                return Err(("Thumbnail not found".to_owned(), "value_error"));
            }
            (None, Box::new(|metadata| metadata.thumbnail_id = Some(id)))
        }
        _ => return Err(("This field can't be edited".to_owned(), "extra_forbidden")),
    };
    Ok(Edit { kind, content, apply })
}

fn detail(field: &str, message: &str, kind: &str) -> Value {
    let loc = if field.is_empty() { json!(["body"]) } else { json!(["body", field]) };
    json!({ "loc": loc, "msg": message, "type": kind })
}

fn invalid(details: Vec<Value>) -> Response {
    problem(StatusCode::UNPROCESSABLE_ENTITY, details)
}
