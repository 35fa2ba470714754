//! `tally watch`: stays connected and prints every event.

use std::{io::IsTerminal, time::Duration};

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use tallylight_client::Handle;
use tallylight_core::{
    Code, Error, JobId,
    auth::SessionState,
    connection::ConnectionState,
    edits::{self, EditOutcome},
    model::job::Field,
};
use tallylight_view::{EditView, Event};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Split, Stdin},
    sync::mpsc,
};

use super::session::connection_words;
use crate::{
    Global,
    client::{begin, sign_in},
    output,
    terminal::{ShellMessage, Terminal},
};

mod live;

use live::LiveTable;

/// The arguments of `tally watch`.
#[derive(Args, Clone, Debug)]
pub struct Watch {
    /// Sign in with this email if there is no session
    #[arg(long)]
    email: Option<String>,
    /// Stop after this many seconds
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Read commands from standard input, one JSON object per line
    #[arg(long)]
    commands: bool,
}

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
enum Command {
    Edit { job_id: JobId, field: Field, content: Value },
    Open { job_id: JobId },
    Refresh,
    SignOut,
    Reconnect,
}

/// The format in which events are shown.
pub enum Display {
    /// One line of JSON for each event.
    Json,
    /// A table that is updated in place.
    Table(LiveTable),
    /// One line of text for each event that matters to a user.
    Lines,
}

impl Display {
    /// Chooses the format: JSON with `--json`, a table on a terminal, lines otherwise.
    pub fn choose(global: &Global) -> Self {
        match (global.json, std::io::stdout().is_terminal()) {
            (true, _) => Self::Json,
            (false, true) => Self::Table(LiveTable::new()),
            (false, false) => Self::Lines,
        }
    }

    /// Shows an event or a notification.
    pub fn show(&mut self, update: &ShellMessage) {
        match (self, update) {
            (Self::Json, ShellMessage::Event(event)) => output::event(event),
            (Self::Json, ShellMessage::Notice(notice)) => output::json_line(&output::notice_line(notice)),
            (Self::Table(table), update) => table.show(update),
            (Self::Lines, update) => print_lines(update),
        }
    }
}

/// Prints events until Ctrl-C, SIGTERM or the end of the given time, and executes commands from standard input.
///
/// # Errors
/// The error of starting the client, or [`Code::SignedOut`].
pub async fn run(global: &Global, watch: Watch) -> Result<(), Error> {
    let (terminal, mut updates) = Terminal::new();
    let handle = begin(global, terminal).await?;
    ensure_session(&handle, watch.email.as_deref()).await?;
    let mut display = Display::choose(global);
    if let Display::Json = display {
        let jobs = handle.jobs().await?;
        // Events about jobs until now are included in `jobs`, and the initial signed-out state is over.
        while let Ok(earlier) = updates.try_recv() {
            if !is_superseded(&earlier) {
                display.show(&earlier);
            }
        }
        for job in &jobs {
            output::json_line(&output::job_line(job));
        }
    }
    let end = async {
        tokio::select! {
            () = wait(watch.seconds) => {}
            () = stop_signal() => {}
        }
    };
    tokio::pin!(end);
    let mut stdin = watch.commands.then(|| BufReader::new(tokio::io::stdin()).split(b'\n'));
    loop {
        tokio::select! {
            Some(update) = updates.recv() => display.show(&update),
            line = next_line(&mut stdin) => execute(&handle, line).await,
            () = &mut end => break,
        }
    }
    handle.shutdown().await;
    drain(&mut updates, &mut display);
    Ok(())
}

fn is_superseded(update: &ShellMessage) -> bool {
    match update {
        ShellMessage::Event(Event::Jobs { .. }) => true,
        ShellMessage::Event(Event::Session(session)) => {
            session.state == SessionState::SignedOut && session.reason.is_none()
        }
        ShellMessage::Event(Event::Connection(connection)) => connection.state == ConnectionState::SignedOut,
        ShellMessage::Event(_) | ShellMessage::Notice(_) => false,
    }
}

/// Signs in if there is no session.
///
/// # Errors
/// [`Code::SignedOut`] if there is neither a session nor an email address; the errors of [`sign_in`].
async fn ensure_session(handle: &Handle, email: Option<&str>) -> Result<(), Error> {
    // Only waits for the stored session, which is quick. `watch` also runs while the backend cannot be reached.
    let restored = handle.session_restored().await;
    match (restored, email) {
        (true, _) => Ok(()),
        (false, Some(email)) => sign_in(handle, email).await,
        (false, None) => Err(Error::new(
            Code::SignedOut,
            "You're not signed in. Add --email YOU (with TALLYLIGHT_PASSWORD) or run `tally login --email YOU`.",
        )),
    }
}

async fn execute(handle: &Handle, line: Vec<u8>) {
    let line = match String::from_utf8(line) {
        Ok(line) => line,
        Err(error) => {
            let sample = String::from_utf8_lossy(error.as_bytes()).into_owned();
            return reject("not valid UTF-8", &sample);
        }
    };
    let done = match serde_json::from_str::<Command>(&line) {
        Ok(Command::Edit { job_id, field, content }) => edit(handle, job_id, field, &content).await,
        Ok(Command::Open { job_id }) => handle.open(job_id).await,
        Ok(Command::Refresh) => handle.refresh().await,
        Ok(Command::SignOut) => handle.sign_out().await,
        Ok(Command::Reconnect) => handle.reconnect().await,
        Err(error) => Err(Error::new(Code::Requested, error.to_string())),
    };
    if let Err(error) = done {
        reject(&error.message, &line);
    }
}

fn reject(why: &str, line: &str) {
    let (reason, sample) = (format!("command: {why}"), tallylight_core::protocol::sample(line));
    output::event(&Event::Rejected(tallylight_view::RejectedView { reason, sample }));
}

/// Edits a field. If the edit is refused at once, prints that as an event.
async fn edit(handle: &Handle, job_id: JobId, field: Field, content: &Value) -> Result<(), Error> {
    let content = edits::read_content(field, content)
        .map_err(|words| Error::new(Code::InvalidContent, format!("{words}. {}", content_words(field))))?;
    if let Err(error) = handle.edit(job_id.clone(), [(field, content)].into()).await {
        let refused = EditView { job_id, field, outcome: EditOutcome::Refused, reason: Some(error.into()) };
        output::event(&Event::Edit(refused));
    }
    Ok(())
}

/// Returns what the content of a field must be, as text.
fn content_words(field: Field) -> &'static str {
    match field {
        Field::Title | Field::Description | Field::Transcript => "Use a text.",
        Field::Thumbnail => "Use the ID of a thumbnail.",
        Field::Tags => "Use a list of texts.",
        Field::Chapters => "Use a list of objects with start_seconds and title.",
    }
}

fn print_lines(update: &ShellMessage) {
    match update {
        ShellMessage::Event(Event::Connection(connection)) => {
            output::line(&format!("connection  {}", connection_words(connection)));
        }
        ShellMessage::Event(Event::Jobs { changed, .. }) => {
            for change in changed {
                let job = &change.job;
                output::line(&format!(
                    "{:<10} {:>5}  {}  {}",
                    output::status_words(&job.row),
                    output::percent(job.row.progress_percent),
                    output::name(job),
                    output::activity(job)
                ));
            }
        }
        ShellMessage::Event(Event::Upload(upload)) if upload.sent_bytes < upload.total_bytes => {
            output::line(&format!(
                "uploading  {} of {} bytes  {}",
                upload.sent_bytes,
                upload.total_bytes,
                output::shown(&upload.filename)
            ));
        }
        ShellMessage::Event(Event::Rejected(rejected)) => {
            output::line(&format!("unreadable  {}", output::shown(&rejected.reason)));
        }
        ShellMessage::Event(Event::Edit(edit)) => output::line(&format!("edit     {}", output::edit_words(edit))),
        ShellMessage::Event(Event::Storage(storage)) => {
            if let Some(words) = output::storage_words(storage) {
                output::line(&format!("disk     {words}"));
            }
        }
        ShellMessage::Event(Event::List(list)) => {
            for words in output::list_words(list) {
                output::line(&format!("list     {words}"));
            }
        }
        ShellMessage::Event(Event::Session(_) | Event::Upload(_) | Event::Notifications(_)) => {}
        ShellMessage::Notice(notice) => output::line(&format!("*        {}: {}", notice.title, notice.body)),
    }
}

/// Shows what the client sent before it ended.
pub fn drain(updates: &mut mpsc::Receiver<ShellMessage>, display: &mut Display) {
    while let Ok(update) = updates.try_recv() {
        display.show(&update);
    }
}

/// Returns the next line of standard input that is not empty. Never returns without `--commands` or after the end of
/// the input.
async fn next_line(stdin: &mut Option<Split<BufReader<Stdin>>>) -> Vec<u8> {
    let line = match stdin {
        Some(lines) => lines.next_segment().await.ok().flatten(),
        None => None,
    };
    match line {
        Some(line) if !line.trim_ascii().is_empty() => line,
        Some(_) => Box::pin(next_line(stdin)).await,
        // The end of the input does not end the command.
        None => std::future::pending().await,
    }
}

async fn wait(seconds: Option<u64>) {
    match seconds {
        Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn stop_signal() {
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::Command;

    #[test]
    fn documented_commands_are_read_and_others_rejected() {
        for line in [
            r#"{"command":"open","job_id":"7"}"#,
            r#"{"command":"open","job_id":7}"#,
            r#"{"command":"edit","job_id":7,"field":"TITLE","content":"A"}"#,
            r#"{"command":"edit","job_id":"7","field":"CHAPTERS","content":[]}"#,
            r#"{"command":"refresh"}"#,
            r#"{"command":"sign_out"}"#,
            r#"{"command":"reconnect"}"#,
        ] {
            assert!(serde_json::from_str::<Command>(line).is_ok(), "{line}");
        }
        for line in
            ["", "x", "{}", r#"{"command":"dance"}"#, r#"{"command":"open"}"#, r#"{"command":"edit","field":"MOOD"}"#]
        {
            assert!(serde_json::from_str::<Command>(line).is_err(), "{line}");
        }
    }
}
