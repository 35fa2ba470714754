//! Taking a video: streamed to disk, looked at, and handed to the pipeline.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use axum::{
    Json,
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::{App, Who, problem};
use crate::{
    jobs::{Job, Metadata, Progress, Status, later_than, video_folder},
    pipeline::Stage,
};

/// How much of a file is looked at before it is called a video.
const SNIFF: usize = 4096;
/// The largest subtitle file that is taken, in bytes.
const SUBTITLE_LIMIT: u64 = 16 << 20;

pub async fn upload(State(app): State<App>, Who(claims): Who, multipart: Multipart) -> Response {
    let video_id = Uuid::new_v4().to_string();
    let folder = video_folder(&app.settings.data_dir, &video_id);
    let taken = match take(&app, multipart, &folder).await {
        Ok(taken) => taken,
        Err(refusal) => {
            // Half a file is of no use to anybody.
            let _ = tokio::fs::remove_dir_all(&folder).await;
            return refusal;
        }
    };
    let now = later_than(Timestamp::UNIX_EPOCH);
    let mut stages = Stage::ALL.map(|stage| (stage.id().to_owned(), Progress::new(Status::Pending, 0.0)));
    stages[0].1 = Progress::new(Status::Completed, 100.0);
    let job = Job {
        id: Uuid::new_v4().to_string(),
        video_id,
        account_id: claims.sub,
        progress: Progress::new(Status::Pending, 0.0),
        stages: stages.into(),
        times: BTreeMap::new(),
        created_at: now,
        updated_at: now,
        original_filename: taken.video.name,
        content_type: taken.video.content_type,
        size_bytes: taken.video.size,
        source: taken.video.path,
        subtitles: taken.subtitles.map(|part| part.path),
        metadata: Metadata::default(),
        errors: Vec::new(),
        edited: BTreeSet::new(),
    };
    let answer = json!({ "video_id": job.video_id, "job_id": job.id, "status": job.progress.status });
    let job_id = job.id.clone();
    if let Err(error) = app.jobs.add(job) {
        let _ = tokio::fs::remove_dir_all(&folder).await;
        return problem(StatusCode::INSUFFICIENT_STORAGE, format!("the job could not be saved: {error}"));
    }
    app.pipeline.enqueue(job_id);
    Json(answer).into_response()
}

struct Taken {
    video: Part,
    subtitles: Option<Part>,
}

struct Part {
    name: String,
    content_type: String,
    path: PathBuf,
    size: u64,
}

async fn take(app: &App, mut multipart: Multipart, folder: &Path) -> Result<Taken, Response> {
    tokio::fs::create_dir_all(folder).await.map_err(|error| disk_problem(&error))?;
    let (mut video, mut subtitles) = (None, None);
    while let Some(field) = multipart.next_field().await.map_err(|error| upload_problem(&error))? {
        match field.name() {
            Some("file") if video.is_none() => {
                video = Some(store(field, folder, "source", app.settings.upload_limit, Content::Video).await?);
            }
            Some("subtitles") if subtitles.is_none() => {
                subtitles = Some(store(field, folder, "subtitles", SUBTITLE_LIMIT, Content::Text).await?);
            }
            _ => {}
        }
    }
    let video = video
        .ok_or_else(|| problem(StatusCode::BAD_REQUEST, "no file was sent: send it as the form field \"file\""))?;
    Ok(Taken { video, subtitles })
}

#[derive(Clone, Copy, PartialEq)]
enum Content {
    Video,
    Text,
}

async fn store(
    mut field: Field<'_>,
    folder: &Path,
    stem: &str,
    limit: u64,
    content: Content,
) -> Result<Part, Response> {
    let name = field.file_name().unwrap_or("video").rsplit(['/', '\\']).next().unwrap_or("video").to_owned();
    let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let extension: String = Path::new(&name)
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or("bin")
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    let path = folder.join(format!("{stem}.{extension}"));
    let mut file = tokio::fs::File::create(&path).await.map_err(|error| disk_problem(&error))?;
    let (mut size, mut head) = (0_u64, Vec::with_capacity(SNIFF));
    while let Some(chunk) = field.chunk().await.map_err(|error| upload_problem(&error))? {
        size += chunk.len() as u64;
        if size > limit {
            return Err(problem(StatusCode::PAYLOAD_TOO_LARGE, format!("the file is larger than {} GiB", limit >> 30)));
        }
        if head.len() < SNIFF {
            head.extend_from_slice(&chunk[..chunk.len().min(SNIFF - head.len())]);
        }
        file.write_all(&chunk).await.map_err(|error| disk_problem(&error))?;
    }
    file.flush().await.map_err(|error| disk_problem(&error))?;
    if content == Content::Video {
        if size == 0 {
            return Err(problem(StatusCode::BAD_REQUEST, format!("{name} is empty (0 bytes): export the video again")));
        }
        if is_text(&head) {
            return Err(problem(StatusCode::BAD_REQUEST, format!("{name} is not a video: it holds text")));
        }
    }
    Ok(Part { name, content_type, path, size })
}

/// Tells whether the beginning of a file is plain text. Every container of videos has control bytes there.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return false,
    };
    head[..valid].iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x1b))
}

fn upload_problem(error: &MultipartError) -> Response {
    problem(error.status(), format!("the upload broke off or is no form: {}", error.body_text()))
}

fn disk_problem(error: &std::io::Error) -> Response {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        let detail = "the disk of the studio is full: free some space and upload the video again";
        return problem(StatusCode::INSUFFICIENT_STORAGE, detail);
    }
    problem(StatusCode::INTERNAL_SERVER_ERROR, format!("the studio could not write the file: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_containers() {
        for text in ["hello", "{\"a\": 1}\n", "grüße", "1\n00:00:01,000 --> 00:00:02,000\nHi"] {
            assert!(is_text(text.as_bytes()), "{text}");
        }
        assert!(is_text("ä".repeat(9).as_bytes().split_at(5).0), "cut in the middle of a character");
        for container in [b"\0\0\0\x20ftypisom".as_slice(), b"\x1a\x45\xdf\xa3\x93\x42", b"RIFF\x24\0\0\0AVI "] {
            assert!(!is_text(container));
        }
    }
}
