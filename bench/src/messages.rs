//! Messages as a backend sends them, generated from a number, so that every run gets the same ones.

use serde_json::{Value, json};

/// The id of the job whose completion ends a measurement.
pub const LAST: &str = "last";

/// The kinds of messages in a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mix {
    /// All five types, in the proportions of a real pipeline.
    Mixed,
    /// Titles that contain the time at which they were sent.
    WithServerTime,
}

/// Returns the id of a job.
pub fn job_id(number: usize) -> String {
    format!("job-{number:06}")
}

/// Returns a timestamp that increases with the message's number.
fn time(number: u64) -> String {
    let start = jiff::Timestamp::from_second(1_790_000_000).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let after = jiff::SignedDuration::from_millis(i64::try_from(number).unwrap_or_default());
    start.checked_add(after).unwrap_or(start).to_string()
}

/// Returns a job as the job list contains it.
pub fn listed(id: &str, title: &str, percent: u64, changes: u64) -> Value {
    let stage = json!({ "status": "PROCESSING", "progress_percent": 50 });
    json!({
        "id": id, "video_id": format!("v-{id}"), "status": "PROCESSING", "progress_percent": percent,
        "processing_stages": { "PROBE": stage, "TRANSCODE": stage, "TRANSCRIPTION": stage },
        "created_at": time(0), "updated_at": time(changes),
        "video": { "id": format!("v-{id}"), "original_filename": format!("{id}.mp4"), "size_bytes": 123_456_789 },
        "video_metadata": {
            "title": title, "description": "What was filmed, where, and with whom. ".repeat(4),
            "tags": ["film", "sea", "autumn"], "extracted_video_duration_seconds": 61.5,
        },
    })
}

/// Returns a message; its number determines its kind and its job.
pub fn message(number: u64, jobs: usize, mix: Mix, size: usize) -> String {
    // A step that visits every job in a scattered order.
    let job = usize::try_from(number.wrapping_mul(7919)).unwrap_or_default() % jobs.max(1);
    let (job_id, percent) = (job_id(job), number % 100);
    let (kind, data) = match (mix, number % 20) {
        (Mix::WithServerTime, _) => (
            "METADATA_UPDATE",
            json!({ "metadata_type": "TITLE", "content": padded(format!("t{:020}", crate::nanos()), size) }),
        ),
        (Mix::Mixed, 0..=7) => ("JOB_UPDATE", json!({ "status": "PROCESSING", "progress_percent": percent })),
        (Mix::Mixed, 8..=13) => {
            let data = json!({ "stage_id": "TRANSCODE", "status": "PROCESSING", "progress_percent": percent });
            ("STAGE_UPDATE", data)
        }
        (Mix::Mixed, 14..=16) => (
            "METADATA_UPDATE",
            json!({ "metadata_type": "DESCRIPTION", "content": padded(format!("The sea, take {number}"), size) }),
        ),
        (Mix::Mixed, 17 | 18) => {
            let url = format!("https://pictures.example/{job}/{}.jpg", number % 4);
            (
                "THUMBNAIL_GENERATED",
                json!({ "thumbnail_id": format!("t{}", number % 4), "thumbnail_url": url, "width": 1280, "height": 720 }),
            )
        }
        (Mix::Mixed, _) => {
            let data = json!({ "error_code": "no_audio", "error_message": "There is no sound.", "recoverable": true });
            ("ERROR", data)
        }
    };
    json!({ "type": kind, "job_id": job_id, "data": data, "timestamp": time(number + 1) }).to_string()
}

/// Returns the message that ends a measurement.
pub fn last(number: u64) -> String {
    let data = json!({ "status": "COMPLETED", "progress_percent": 100 });
    json!({ "type": "JOB_UPDATE", "job_id": LAST, "data": data, "timestamp": time(number + 1) }).to_string()
}

/// Returns the message of a new title.
pub fn titled(job_id: &str, title: &str, changes: u64) -> String {
    let data = json!({ "metadata_type": "TITLE", "content": title });
    json!({ "type": "METADATA_UPDATE", "job_id": job_id, "data": data, "timestamp": time(changes) }).to_string()
}

fn padded(mut text: String, size: usize) -> String {
    if text.len() < size {
        text.extend(std::iter::repeat_n('x', size - text.len()));
    }
    text
}

/// Returns the time in nanoseconds that a title contains, if it does.
pub fn sent_at(title: &str) -> Option<u64> {
    title.get(1..21)?.parse().ok().filter(|_| title.starts_with('t'))
}

/// Appends a message as a WebSocket frame from a server: text, unfragmented, unmasked.
pub fn frame(text: &str, into: &mut Vec<u8>) {
    into.push(0x81);
    match text.len() {
        short @ 0..=125 => into.push(u8::try_from(short).unwrap_or_default()),
        long => {
            if let Ok(long) = u16::try_from(long) {
                into.push(126);
                into.extend(long.to_be_bytes());
            } else {
                into.push(127);
                into.extend((long as u64).to_be_bytes());
            }
        }
    }
    into.extend(text.as_bytes());
}
