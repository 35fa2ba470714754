//! Everything that `tally` prints: JSON lines for programs, text and tables for users, errors on standard error.

#![expect(clippy::print_stderr, reason = "the only module that prints")]

use std::{
    io::{ErrorKind, Write},
    sync::LazyLock,
};

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde::Serialize;
use tallylight_client::Clock;
use tallylight_core::{
    JobId,
    auth::SessionState,
    edits::EditOutcome,
    model::{
        job::Status,
        text::{for_terminal, within_terminal},
    },
    notifications::Notification,
};
use tallylight_view::{EditView, Event, JobView, ListView, NotificationView, RowView, StorageView};

/// The source of the time of JSON lines.
static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::system);

/// Prints an error on standard error, in one line.
pub fn print_error(message: &str) {
    eprintln!("tally: {}", for_terminal(message));
}

/// Prints a note on standard error that is not an error.
pub fn print_note(message: &str) {
    print_error(message);
}

/// Prints text for a user and flushes it. Control characters are replaced, so that a text from a server cannot control
/// the terminal.
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

/// Prints a line. If the reader has closed the pipe, the program ends with 0, as other tools do; if the line cannot be
/// written, it ends with 1 and an error.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            print_error(&format!("Couldn't write the output ({error}). Check the destination."));
            std::process::exit(1);
        }
    }
}

/// Returns a text from elsewhere without line breaks and control characters, for use within a line.
pub fn shown(text: &str) -> String {
    within_terminal(text)
}

/// A line of `tally watch --json`.
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
            jobs.chain(removed.iter().map(|job_id| timed_line("removed", RemovedBody { job_id }))).collect()
        }
        Event::Connection(connection) => vec![timed_line("connection", connection)],
        // Intermediate states: scripts only need the outcome.
        Event::Session(session) if matches!(session.state, SessionState::SigningIn | SessionState::Restoring) => {
            Vec::new()
        }
        Event::Session(session) => vec![timed_line("session", session)],
        Event::Rejected(rejected) => vec![timed_line("rejected", rejected)],
        Event::Upload(upload) => vec![timed_line("upload", upload)],
        Event::Edit(edit) => vec![timed_line("edit", edit)],
        Event::Storage(storage) => vec![timed_line("storage", storage)],
        Event::List(list) => vec![timed_line("list", list)],
        // `tally` has no history.
        Event::Notifications(_) => Vec::new(),
    }
}

/// Prints the JSON lines of an event.
pub fn event(event: &Event) {
    for text in event_lines(event) {
        json_line(&text);
    }
}

/// Returns the JSON line of a job's current state.
pub fn job_line(job: &JobView) -> String {
    timed_line("job", JobBody { job })
}

/// Returns the JSON line of a notification.
pub fn notice_line(notice: &Notification) -> String {
    timed_line("notice", NotificationView::from(notice.clone()))
}

fn timed_line(event: &'static str, body: impl Serialize) -> String {
    let at = CLOCK.now().wall;
    serde_json::to_string(&Line { event, at, body }).unwrap_or_default()
}

/// Returns the outcome of an edit as text.
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

/// Returns the error of the local storage as text; `None` if it works.
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
            activity(job),
        ]);
    }
    table.to_string()
}

/// Returns the job's title, or its file name if it has none.
pub fn name(job: &JobView) -> String {
    shown(job.row.title.as_deref().or(job.row.filename.as_deref()).unwrap_or("Untitled video"))
}

/// Returns a percentage as text; empty if the backend reports none.
pub fn percent(percent: Option<f64>) -> String {
    percent.map(|percent| format!("{percent:>3.0} %")).unwrap_or_default()
}

/// Returns a short text about a job: its error, its running stage or its first warning.
pub fn activity(job: &JobView) -> String {
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

/// Returns a line for each kind of jobs that are missing in the list; empty if it is complete.
pub fn list_words(list: &ListView) -> Vec<String> {
    let newest =
        list.newest.map(|count| format!("Showing the newest {count} videos. The studio doesn't list older ones."));
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

/// Returns a job's status as text, and the backend's own name of it if it differs.
pub fn status_words(row: &RowView) -> String {
    if row.is_cancelled {
        return "Cancelled".to_owned();
    }
    let word = status_word(row.status);
    row.status_word.as_ref().map_or_else(|| word.to_owned(), |own| format!("{word} ({})", shown(own)))
}

/// Returns a status as text for users.
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
    use tallylight_core::{edits::Edits, forecast::Forecast, library::record::Record};

    #[test]
    fn a_job_line_has_the_documented_shape() {
        let line =
            job_line(&tallylight_view::job(&Record::new(JobId::new("7")), &Edits::default(), &Forecast::default()));
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
        fn no_text_can_control_the_terminal(text in proptest::collection::vec(proptest::prelude::any::<char>(), 0..40), code in 0..0xa0_u32) {
            let text: String = text.into_iter().chain(char::from_u32(code)).chain("\u{1b}]0;x\u{7}\u{202e}\r\n".chars()).collect();
            let is_quiet = |shown: &str| shown.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
            proptest::prop_assert!(is_quiet(&shown(&text)) && !shown(&text).contains('\n'));
            proptest::prop_assert!(is_quiet(&for_terminal(&text)));
            let mut view = tallylight_view::job(&Record::new(JobId::new(text.as_str())), &Edits::default(), &Forecast::default());
            view.row.title = Some(text.clone());
            view.row.status_word = Some(text);
            proptest::prop_assert!(is_quiet(&table(&[view])));
        }
    }
}
