//! The tolerant reader of messages that [`super::fast_decode`] does not read. Each field is read on its own, so that an
//! unreadable one does not affect the others.

use serde_json::Value;
use url::Url;

use super::{Body, ErrorData, Event, Frame, Heartbeat, Progress, RejectedKind, content};
use crate::{
    JobId, StageId, ThumbnailId,
    model::json_field::{Fields, LossCounter},
    model::{
        job::{Field, Status, Thumbnail},
        media_url,
    },
    protocol::{json, snapshot},
};

/// The reason why a message is skipped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub kind: RejectedKind,
    pub reason: String,
    pub job_id: Option<JobId>,
}

pub(super) fn read(text: &str, known_kind: &str, api_url: Option<&Url>) -> Result<Frame, Fault> {
    let not_a_message =
        |why: &str| Fault { kind: RejectedKind::NotAMessage, reason: format!("not a message: {why}"), job_id: None };
    let json::Parsed { value, lost } = json::parse(text).map_err(|error| not_a_message(&error.to_string()))?;
    let Value::Object(_) = &value else { return Err(not_a_message("no object")) };
    let lost = LossCounter::from(lost);
    let message = Fields::of(&value, &lost);
    let given = message.text(&["type"]).or_else(|| (!known_kind.is_empty()).then(|| known_kind.to_owned()));
    let Some(kind) = given else { return Err(not_a_message("missing field `type`")) };
    let name = kind.trim().to_ascii_uppercase();
    match name.as_str() {
        "HEARTBEAT" => return Ok(Frame::Heartbeat(Heartbeat::Heartbeat)),
        "PING" => return Ok(Frame::Heartbeat(Heartbeat::Ping)),
        "AUTH_OK" => return Ok(Frame::Accepted),
        _ => {}
    }
    // In a flat message, the fields are beside the type.
    let nested = message.value(&["data"]).filter(|data| data.is_object());
    let data = nested.map_or(message, |data| Fields::of(data, &lost));
    let job_id = message.id(&["job_id"]).or_else(|| data.id(&["job_id"]));
    let body = match name.as_str() {
        "JOB_UPDATE" if nested.is_some() => progress(data).map(Body::Job),
        "JOB_UPDATE" => flat_job(data, api_url),
        "STAGE_UPDATE" => stage(data),
        "METADATA_UPDATE" => metadata(data),
        "THUMBNAIL_GENERATED" => {
            thumbnail(data, api_url).map(Body::Thumbnail).ok_or_else(|| "no thumbnail_url that is https".to_owned())
        }
        "ERROR" => error(data).map(Body::Error),
        _ => {
            let reason = format!("unknown type {kind:?}");
            return Err(Fault { kind: RejectedKind::UnknownType, reason, job_id: None });
        }
    };
    let unreadable =
        |job_id, why: &str| Fault { kind: RejectedKind::Unreadable, reason: format!("{name}: {why}"), job_id };
    let body = body.map_err(|why| unreadable(job_id.clone(), &why))?;
    let job_id = job_id.ok_or_else(|| unreadable(None, "no job_id"))?;
    let at = message.time(&["timestamp"]);
    Ok(Frame::Event(Event { job_id, at, body, lost: lost.count() }))
}

/// Reads a flat message about a job, which has the fields of a REST response.
fn flat_job(data: Fields, api_url: Option<&Url>) -> Result<Body, String> {
    let progress = progress(data);
    let parts = snapshot::parts(data, api_url);
    let mut bodies: Vec<Body> = Vec::new();
    let error_message = parts.error_message;
    match progress {
        Ok(progress) => {
            bodies.push(Body::Job(Progress { error_message: progress.error_message.or(error_message), ..progress }));
        }
        Err(why) if parts.stages.is_empty() && parts.metadata.is_empty() && parts.thumbnails.is_empty() => {
            return Err(why);
        }
        Err(_) => data.lost().add(),
    }
    bodies.extend(parts.stages.into_iter().map(|(stage_id, stage)| Body::Stage(stage_id, stage.progress)));
    bodies.extend(parts.metadata.into_iter().map(|(field, content)| Body::Metadata(field, content)));
    bodies.extend(parts.thumbnails.into_iter().map(Body::Thumbnail));
    match bodies.len() {
        1 => Ok(bodies.remove(0)),
        _ => Ok(Body::Many(bodies)),
    }
}

/// Reads the progress of a job or a stage.
///
/// # Errors
/// Returns a message if the status is missing or unknown, because the other fields have no meaning without it.
pub(crate) fn progress(data: Fields) -> Result<Progress, String> {
    let status = status(data)?;
    Ok(Progress {
        status,
        progress_percent: data.percent(&["progress_percent"]),
        error_message: data.message(&["error_message"]),
    })
}

fn status(data: Fields) -> Result<Status, String> {
    let word = data.value(&["status"]).ok_or("missing field `status`")?;
    let word = word.as_str().ok_or("unreadable status")?;
    Status::parse(word).ok_or_else(|| format!("unknown status {word:?}"))
}

fn stage(data: Fields) -> Result<Body, String> {
    let stage_id = data.id::<StageId>(&["stage_id"]).ok_or("no stage_id")?;
    Ok(Body::Stage(stage_id, progress(data)?))
}

fn metadata(data: Fields) -> Result<Body, String> {
    let kind = data.text(&["metadata_type"]).ok_or("no metadata_type")?;
    let field = Field::parse(&kind).ok_or_else(|| format!("unknown metadata_type {kind:?}"))?;
    let content = data.value(&["content"]).and_then(|value| content(field, value, data.lost()));
    Ok(Body::Metadata(field, content.ok_or("unreadable content")?))
}

/// Reads a thumbnail of a message or snapshot; none if its URL must not be loaded by a window.
pub(crate) fn thumbnail(data: Fields, api_url: Option<&Url>) -> Option<Thumbnail> {
    let thumbnail_url = data.read(&["thumbnail_url"], |url| media_url::resolve(url.as_str()?, api_url))?;
    // A thumbnail without an id is identified by its URL.
    let thumbnail_id = data.id(&["thumbnail_id"]).unwrap_or_else(|| ThumbnailId::from(thumbnail_url.as_str()));
    Some(Thumbnail {
        thumbnail_id,
        thumbnail_url,
        width: data.size(&["width"]).unwrap_or(0),
        height: data.size(&["height"]).unwrap_or(0),
        timestamp_seconds: data.number(&["timestamp_seconds"]),
    })
}

/// Reads an ERROR message, or one that is stored with a job.
///
/// # Errors
/// Returns a message if `recoverable` is missing or unreadable, because it is unknown then whether processing
/// continues.
pub(crate) fn error(data: Fields) -> Result<ErrorData, String> {
    let recoverable = data.read(&["recoverable"], |value| match value {
        Value::Bool(recoverable) => Some(*recoverable),
        Value::String(word) if word.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(word) if word.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) if number.as_i64() == Some(1) => Some(true),
        Value::Number(number) if number.as_i64() == Some(0) => Some(false),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    });
    let error_code = data.read(&["error_code"], |code| match code {
        Value::String(code) => Some(code.clone()),
        Value::Number(code) => Some(code.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    Ok(ErrorData {
        recoverable: recoverable.ok_or("no readable `recoverable`")?,
        error_code: error_code.unwrap_or_else(|| "ERROR".to_owned()),
        error_message: data.message(&["error_message"]).unwrap_or_default(),
        affected_stage: data.id(&["affected_stage"]),
    })
}
