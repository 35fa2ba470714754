//! Actions on a job: retry, cancel, and delete its video.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{AppState, AuthUser, problem};
use crate::{auth::tokens::Claims, jobs::Job, storage::video_folder};

/// Restarts a failed job.
pub async fn retry(State(app): State<AppState>, AuthUser(claims): AuthUser, Path(job_id): Path<String>) -> Response {
    let job = match owned_job(app.jobs.job(&job_id), &claims) {
        Ok(job) => job,
        Err(response) => return response,
    };
    if !app.jobs.restart_failed(&job.id) {
        return problem(StatusCode::CONFLICT, "Only failed jobs can be retried");
    }
    app.pipeline.enqueue(job.id.clone());
    current_job(&app, &job.id)
}

/// Cancels an unfinished job.
pub async fn cancel(State(app): State<AppState>, AuthUser(claims): AuthUser, Path(job_id): Path<String>) -> Response {
    let job = match owned_job(app.jobs.job(&job_id), &claims) {
        Ok(job) => job,
        Err(response) => return response,
    };
    app.pipeline.cancel(&job.id).await;
    if app.jobs.mark_cancelled(&job.id) {
        return current_job(&app, &job.id);
    }
    problem(StatusCode::CONFLICT, "This job has already finished")
}

/// Deletes a video with its job and its files.
pub async fn delete(State(app): State<AppState>, AuthUser(claims): AuthUser, Path(video_id): Path<String>) -> Response {
    let job = match owned_job(app.jobs.of_video(&video_id), &claims) {
        Ok(job) => job,
        Err(response) => return response,
    };
    if let Err(error) = app.jobs.remove(&job.id) {
        return problem(StatusCode::INSUFFICIENT_STORAGE, format!("Couldn't delete the job: {error}"));
    }
    app.pipeline.cancel(&job.id).await;
    let folder = video_folder(&app.settings.data_dir, &job.video_id);
    if let Err(error) = tokio::fs::remove_dir_all(&folder).await {
        tracing::warn!(video_id = %job.video_id, %error, "could not delete the files of a deleted video");
    }
    StatusCode::NO_CONTENT.into_response()
}

/// Returns a job if it exists and belongs to the user.
#[expect(clippy::result_large_err, reason = "the error is the response")]
pub fn owned_job(job: Option<Job>, claims: &Claims) -> Result<Job, Response> {
    match job {
        Some(job) if job.account_id == claims.sub => Ok(job),
        Some(_) => Err(problem(StatusCode::FORBIDDEN, "Not authorized to change this job")),
        None => Err(problem(StatusCode::NOT_FOUND, "Job not found")),
    }
}

fn current_job(app: &AppState, job_id: &str) -> Response {
    match app.jobs.job(job_id) {
        Some(job) => Json(job.to_json(app.jobs.urls())).into_response(),
        None => problem(StatusCode::NOT_FOUND, "Job not found"),
    }
}
