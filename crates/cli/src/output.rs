//! What is printed: JSON lines for programs, tables for people, one line of standard error for what went wrong.

#![expect(clippy::print_stderr, reason = "the one place that prints")]

use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde::Serialize;
use tallylight_core::{
    JobId,
    job::Status,
    view::{EditOutcome, EditView, Event, JobView, NoticeView, SessionState, StorageView},
};

/// Says in one line of standard error what went wrong, and what to do.
pub fn complain(message: &str) {
    eprintln!("tally: {message}");
}

/// Says something on standard error that is no failure.
pub fn remark(message: &str) {
    eprintln!("tally: {message}");
}

/// Prints a line, flushed at once. A reader that has gone away ends the program, as it does for every tool.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) {
    line(&serde_json::to_string(value).unwrap_or_default());
}

/// Is one line of `tally watch --json`.
#[derive(Serialize)]
struct Line<T> {
    event: &'static str,
    at: Timestamp,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct JobBody<'a> {
    job: &'a JobView,
}

#[derive(Serialize)]
struct RemovedBody<'a> {
    job_id: &'a JobId,
}

/// Returns the JSON lines of an event, as documented for `tally watch --json`.
pub fn event_lines(event: &Event) -> Vec<String> {
    match event {
        Event::Jobs { changed, removed } => {
            let jobs = changed.iter().map(|change| job_line(&change.job));
            jobs.chain(removed.iter().map(|job_id| stamped("removed", RemovedBody { job_id }))).collect()
        }
        Event::Connection(connection) => vec![stamped("connection", connection)],
        // A script waits for the outcome, not for the question.
        Event::Session(session) if matches!(session.state, SessionState::SigningIn | SessionState::Restoring) => {
            Vec::new()
        }
        Event::Session(session) => vec![stamped("session", session)],
        Event::Rejected(rejected) => vec![stamped("rejected", rejected)],
        Event::Upload(upload) => vec![stamped("upload", upload)],
        Event::Edit(edit) => vec![stamped("edit", edit)],
        Event::Storage(storage) => vec![stamped("storage", storage)],
        // A history is for whoever has a window.
        Event::News(_) => Vec::new(),
    }
}

/// Prints the JSON lines of an event.
pub fn event(event: &Event) {
    for text in event_lines(event) {
        line(&text);
    }
}

/// Returns the JSON line of a job as it is.
pub fn job_line(job: &JobView) -> String {
    stamped("job", JobBody { job })
}

/// Returns the JSON line of a notification.
pub fn notice_line(notice: &NoticeView) -> String {
    stamped("notice", notice)
}

#[expect(clippy::disallowed_methods, reason = "a driver")]
fn stamped(event: &'static str, body: impl Serialize) -> String {
    serde_json::to_string(&Line { event, at: Timestamp::now(), body }).unwrap_or_default()
}

/// Returns what became of an edit in words.
pub fn edit_words(edit: &EditView) -> String {
    let outcome = match edit.outcome {
        EditOutcome::Queued => "waits for the studio",
        EditOutcome::Saved => "saved",
        EditOutcome::Refused => "was refused",
        EditOutcome::Conflict => "was changed meanwhile",
    };
    let why = edit.reason.as_ref().map(|reason| format!(": {}", reason.message)).unwrap_or_default();
    format!("{} {outcome}{why}", edit.field.as_str())
}

/// Returns how it stands with the disk in words; nothing where all is well.
pub fn storage_words(storage: &StorageView) -> Option<String> {
    let reason = storage.trouble.as_ref().or(storage.incident.as_ref())?;
    Some(reason.message.clone())
}

/// Returns the jobs as a table.
pub fn table(jobs: &[JobView]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["JOB", "STATUS", "", "TITLE", "WHAT"]);
    for job in jobs {
        table.add_row([
            job.row.job_id.to_string(),
            status_word(job.row.status).to_owned(),
            format!("{:>3.0} %", job.row.progress_percent),
            name(job).to_owned(),
            now_doing(job),
        ]);
    }
    table.to_string()
}

/// Returns the title, or what stands in for it.
pub fn name(job: &JobView) -> &str {
    job.row.title.as_deref().or(job.row.filename.as_deref()).unwrap_or("(no title yet)")
}

/// Returns what is worth saying of a job in a few words: why it failed, or the stage that it is in.
pub fn now_doing(job: &JobView) -> String {
    if let Some(error) = &job.row.error {
        return error.message.clone();
    }
    let running = job.stages.iter().find(|stage| stage.status == Status::Processing);
    match (running, job.row.warnings.as_slice()) {
        (Some(stage), _) => format!("{} {:.0} %", stage.stage_id, stage.progress_percent),
        (None, [warning, ..]) => format!("warning: {}", warning.message),
        (None, []) => String::new(),
    }
}

/// Returns a status as a word for people.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "waiting",
        Status::Processing => "working",
        Status::Completed => "done",
        Status::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::{edits::Edits, forecast::Forecast, record::Record, view};

    #[test]
    fn a_job_line_has_the_documented_shape() {
        let line = job_line(&view::job(&Record::new(JobId::new("7")), &Edits::default(), &Forecast::default()));
        assert!(line.starts_with(r#"{"event":"job","at":""#), "{line}");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(line["event"], "job");
        assert!(line["at"].as_str().is_some_and(|at| at.parse::<Timestamp>().is_ok()));
        for field in [
            "job_id",
            "video_id",
            "filename",
            "title",
            "status",
            "progress_percent",
            "error",
            "warnings",
            "stages",
            "metadata",
            "thumbnails",
            "pending",
            "created_at",
            "updated_at",
        ] {
            assert!(line["job"].get(field).is_some(), "{field} is missing");
        }
        assert_eq!((line["job"]["job_id"].as_str(), line["job"]["status"].as_str()), (Some("7"), Some("PENDING")));
    }
}
