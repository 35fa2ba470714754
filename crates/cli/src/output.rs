//! What is printed: JSON lines for programs, tables for people, one line of standard error for what went wrong.

#![expect(clippy::print_stderr, reason = "the one place that prints")]

use std::io::{ErrorKind, Write};

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde::Serialize;
use tallylight_core::{
    JobId,
    model::{
        job::Status,
        text::{for_terminal, within_terminal},
    },
    view::{EditOutcome, EditView, Event, JobView, ListView, NotificationView, RowView, SessionState, StorageView},
};

/// Says in one line of standard error what went wrong, and what to do.
pub fn complain(message: &str) {
    eprintln!("tally: {}", for_terminal(message));
}

/// Says something on standard error that is no failure.
pub fn remark(message: &str) {
    complain(message);
}

/// Prints lines for a person, flushed at once: no control in them commands the terminal.
pub fn line(text: &str) {
    print(&for_terminal(text));
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) {
    json_line(&serde_json::to_string(value).unwrap_or_default());
}

/// Prints a line of JSON.
pub fn json_line(text: &str) {
    print(text);
}

/// Prints a line. A reader that has gone away ends the program, as it does for every tool; where the line cannot be written,
/// the program fails and says so.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            complain(&format!("Couldn't write the output ({error}). Check the destination."));
            std::process::exit(1);
        }
    }
}

/// Returns a text of somebody else for a place within a line.
pub fn shown(text: &str) -> String {
    within_terminal(text)
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
        Event::List(list) => vec![stamped("list", list)],
        // A history is for whoever has a window.
        Event::News(_) => Vec::new(),
    }
}

/// Prints the JSON lines of an event.
pub fn event(event: &Event) {
    for text in event_lines(event) {
        json_line(&text);
    }
}

/// Returns the JSON line of a job as it is.
pub fn job_line(job: &JobView) -> String {
    stamped("job", JobBody { job })
}

/// Returns the JSON line of a notification.
pub fn notice_line(notice: &NotificationView) -> String {
    stamped("notice", notice)
}

#[expect(clippy::disallowed_methods, reason = "a driver")]
fn stamped(event: &'static str, body: impl Serialize) -> String {
    serde_json::to_string(&Line { event, at: Timestamp::now(), body }).unwrap_or_default()
}

/// Returns what became of an edit in words.
pub fn edit_words(edit: &EditView) -> String {
    let outcome = match edit.outcome {
        EditOutcome::Queued => "queued, will sync",
        EditOutcome::Saved => "saved",
        EditOutcome::Refused => "not saved",
        EditOutcome::Conflict => "conflict",
    };
    let why = edit.reason.as_ref().map(|reason| format!(": {}", shown(&reason.message))).unwrap_or_default();
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
            shown(job.row.job_id.as_str()),
            status_words(&job.row),
            percent(job.row.progress_percent),
            name(job),
            now_doing(job),
        ]);
    }
    table.to_string()
}

/// Returns the title, or what stands in for it.
pub fn name(job: &JobView) -> String {
    shown(job.row.title.as_deref().or(job.row.filename.as_deref()).unwrap_or("Untitled video"))
}

/// Returns a percentage; nothing where the backend does not say.
pub fn percent(percent: Option<f64>) -> String {
    percent.map(|percent| format!("{percent:>3.0} %")).unwrap_or_default()
}

/// Returns what is worth saying of a job in a few words: why it failed, or the stage that it is in.
pub fn now_doing(job: &JobView) -> String {
    if let Some(error) = &job.row.error {
        return shown(&error.message);
    }
    let running = job.stages.iter().find(|stage| stage.status == Status::Processing);
    match (running, job.row.warnings.as_slice()) {
        (Some(stage), _) => {
            let words = [shown(stage.stage_id.as_str()), percent(stage.progress_percent).trim_start().to_owned()];
            words.join(" ").trim_end().to_owned()
        }
        (None, [warning, ..]) => format!("Warning: {}", shown(&warning.message)),
        (None, []) => String::new(),
    }
}

/// Returns what of the job list is missing, a line each; nothing where it is whole.
pub fn list_words(list: &ListView) -> Vec<String> {
    let newest = list.newest.map(|count| format!("Showing the newest {count} videos. The studio doesn't list older ones."));
    let missing: Vec<&str> = list.missing.iter().map(|status| status_word(*status)).collect();
    let missing = (!missing.is_empty())
        .then(|| format!("Couldn't load videos: {}. The studio returned an error.", missing.join(", ")));
    let unreadable = match list.unreadable {
        0 => None,
        1 => Some("1 video couldn't be read and isn't shown.".to_owned()),
        count => Some(format!("{count} videos couldn't be read and aren't shown.")),
    };
    [newest, missing, unreadable].into_iter().flatten().collect()
}

/// Returns the status of a job in words: the backend's own, too, where it has one of its own.
pub fn status_words(row: &RowView) -> String {
    let word = status_word(row.status);
    row.status_word.as_ref().map_or_else(|| word.to_owned(), |own| format!("{word} ({})", shown(own)))
}

/// Returns a status as a word for people.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "Queued",
        Status::Processing => "Processing",
        Status::Completed => "Ready",
        Status::Failed => "Failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::{edits::Edits, forecast::Forecast, library::record::Record, view};

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

    proptest::proptest! {
        #[test]
        fn no_text_commands_the_terminal(text in proptest::collection::vec(proptest::prelude::any::<char>(), 0..40), code in 0..0xa0_u32) {
            let text: String = text.into_iter().chain(char::from_u32(code)).chain("\u{1b}]0;x\u{7}\u{202e}\r\n".chars()).collect();
            let is_quiet = |shown: &str| shown.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
            proptest::prop_assert!(is_quiet(&shown(&text)) && !shown(&text).contains('\n'));
            proptest::prop_assert!(is_quiet(&for_terminal(&text)));
            let mut view = view::job(&Record::new(JobId::new(text.as_str())), &Edits::default(), &Forecast::default());
            view.row.title = Some(text.clone());
            view.row.status_word = Some(text);
            proptest::prop_assert!(is_quiet(&table(&[view])));
        }
    }
}
