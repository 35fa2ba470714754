//! The edits of a scripted backend.

use std::sync::MutexGuard;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::{Value, json};

use super::{EditFate, Script, ScriptedBackend};

impl ScriptedBackend {
    /// Scripts the results of the next edits, in order; further edits are saved.
    pub fn script_edits(&self, fates: impl IntoIterator<Item = EditFate>) {
        self.script().edit_fates.extend(fates);
    }

    /// Responds to the waiting edits.
    pub fn release_edits(&self) {
        for held in std::mem::take(&mut self.script().held_edits) {
            let _ = held.send(());
        }
    }

    /// Returns the bodies of the received edits, in order.
    pub fn edits(&self) -> Vec<Value> {
        self.script().edits.clone()
    }

    /// Changes a job like another client would.
    ///
    /// # Panics
    /// If the job does not exist.
    pub fn change(&self, video_id: &str, fields: &Value) -> Value {
        save(&mut self.script(), video_id, fields).expect("a job")
    }
}

/// Handles an edit as scripted.
pub(super) async fn edit(
    State(backend): State<ScriptedBackend>,
    Path(video_id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let fate = {
        let mut script = backend.script();
        script.edits.push(body.clone());
        script.edit_fates.pop_front()
    };
    match fate {
        Some(EditFate::Instead(answer)) => return answer.into_response(),
        Some(EditFate::Held) => {
            let (sender, released) = tokio::sync::oneshot::channel();
            backend.script().held_edits.push(sender);
            let _ = released.await;
        }
        Some(EditFate::SavedAndLost) => {
            save(&mut backend.script(), &video_id, &body);
            // The body fails, so that the connection ends before the response is complete.
            let lost = stream::once(async { Err::<axum::body::Bytes, _>(std::io::Error::other("the line was cut")) });
            return Response::new(axum::body::Body::from_stream(lost));
        }
        None => {}
    }
    match save(&mut backend.script(), &video_id, &body) {
        Some(job) => Json(job).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Writes fields into the job of a video, sets its time one second later, and returns it.
fn save(script: &mut MutexGuard<'_, Script>, video_id: &str, fields: &Value) -> Option<Value> {
    let jobs = script.jobs.as_array_mut()?;
    let job = jobs.iter_mut().find(|job| job["video_id"] == video_id)?;
    if job["video_metadata"].is_null() {
        job["video_metadata"] = json!({});
    }
    job["video_metadata"].as_object_mut()?.extend(fields.as_object()?.clone());
    advance(job)?;
    Some(job.clone())
}

/// Sets the time of a job one second later.
pub(super) fn advance(job: &mut Value) -> Option<()> {
    let before: jiff::Timestamp = job["updated_at"].as_str()?.parse().ok()?;
    job["updated_at"] = json!((before + jiff::SignedDuration::from_secs(1)).to_string());
    Some(())
}
