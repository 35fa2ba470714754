//! `tally watch`: stays connected and prints what happens.

use std::{io::IsTerminal, time::Duration};

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use tallylight_client::Handle;
use tallylight_core::{
    Code, Error, JobId, edits,
    model::job::Field,
    view::{ConnectionState, EditOutcome, EditView, Event, SessionState},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Split, Stdin},
    sync::mpsc,
};

use super::session::connection_words;
use crate::{
    Global,
    client::{begin, sign_in},
    output,
    terminal::{Terminal, Told},
};

mod live;

use live::LiveTable;

/// Is what `tally watch` may be told.
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

/// Tells how what happens is shown.
pub enum Display {
    /// A line of JSON for everything.
    Json,
    /// A table that stays in place.
    Table(LiveTable),
    /// A line for what a person would want to know.
    Lines,
}

impl Display {
    /// Chooses by what was asked for and where it is printed.
    pub fn choose(global: &Global) -> Self {
        match (global.json, std::io::stdout().is_terminal()) {
            (true, _) => Self::Json,
            (false, true) => Self::Table(LiveTable::new()),
            (false, false) => Self::Lines,
        }
    }

    /// Shows what the client told.
    pub fn show(&mut self, told: &Told) {
        match (self, told) {
            (Self::Json, Told::Event(event)) => output::event(event),
            (Self::Json, Told::Notice(notice)) => output::json_line(&output::notice_line(notice)),
            (Self::Table(table), told) => table.show(told),
            (Self::Lines, told) => lines(told),
        }
    }
}

pub async fn run(global: &Global, watch: Watch) -> Result<(), Error> {
    let (terminal, mut told) = Terminal::new();
    let handle = begin(global, terminal).await?;
    ensure_session(&handle, watch.email.as_deref()).await?;
    let mut display = Display::choose(global);
    if let Display::Json = display {
        let jobs = handle.jobs().await?;
        // What was told of jobs until now is in these, and that nobody was signed in is over.
        while let Ok(earlier) = told.try_recv() {
            if !is_prelude(&earlier) {
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
            Some(told) = told.recv() => display.show(&told),
            line = next_line(&mut stdin) => obey(&handle, line).await,
            () = &mut end => break,
        }
    }
    handle.shutdown().await;
    drain(&mut told, &mut display);
    Ok(())
}

fn is_prelude(told: &Told) -> bool {
    match told {
        Told::Event(Event::Jobs { .. }) => true,
        Told::Event(Event::Session(session)) => session.state == SessionState::SignedOut && session.reason.is_none(),
        Told::Event(Event::Connection(connection)) => connection.state == ConnectionState::SignedOut,
        Told::Event(_) | Told::Notice(_) => false,
    }
}

/// Signs in where there is no session.
async fn ensure_session(handle: &Handle, email: Option<&str>) -> Result<(), Error> {
    // Restoring a session decides within moments; the backend being away is what `watch` is there to sit out.
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

async fn obey(handle: &Handle, line: Vec<u8>) {
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
    output::event(&Event::Rejected(tallylight_core::view::RejectedView { reason, sample }));
}

/// Saves a field, and says so where that cannot even begin.
async fn edit(handle: &Handle, job_id: JobId, field: Field, content: &Value) -> Result<(), Error> {
    let content = edits::read_content(field, content)
        .map_err(|words| Error::new(Code::InvalidContent, format!("{words}. See the protocol.")))?;
    if let Err(error) = handle.edit(job_id.clone(), [(field, content)].into()).await {
        let refused = EditView { job_id, field, outcome: EditOutcome::Refused, reason: Some(error.into()) };
        output::event(&Event::Edit(refused));
    }
    Ok(())
}

fn lines(told: &Told) {
    match told {
        Told::Event(Event::Connection(connection)) => {
            output::line(&format!("connection  {}", connection_words(connection)));
        }
        Told::Event(Event::Jobs { changed, .. }) => {
            for change in changed {
                let job = &change.job;
                output::line(&format!(
                    "{:<10} {:>5}  {}  {}",
                    output::status_words(&job.row),
                    output::percent(job.row.progress_percent),
                    output::name(job),
                    output::now_doing(job)
                ));
            }
        }
        Told::Event(Event::Upload(upload)) if upload.sent_bytes < upload.total_bytes => {
            output::line(&format!(
                "uploading  {} of {} bytes  {}",
                upload.sent_bytes,
                upload.total_bytes,
                output::shown(&upload.filename)
            ));
        }
        Told::Event(Event::Rejected(rejected)) => {
            output::line(&format!("unreadable  {}", output::shown(&rejected.reason)));
        }
        Told::Event(Event::Edit(edit)) => output::line(&format!("edit     {}", output::edit_words(edit))),
        Told::Event(Event::Storage(storage)) => {
            if let Some(words) = output::storage_words(storage) {
                output::line(&format!("disk     {words}"));
            }
        }
        Told::Event(Event::List(list)) => {
            for words in output::list_words(list) {
                output::line(&format!("list     {words}"));
            }
        }
        Told::Event(Event::Session(_) | Event::Upload(_) | Event::News(_)) => {}
        Told::Notice(notice) => output::line(&format!("*        {}: {}", notice.title, notice.body)),
    }
}

/// Shows what was told before the end.
pub fn drain(told: &mut mpsc::Receiver<Told>, display: &mut Display) {
    while let Ok(told) = told.try_recv() {
        display.show(&told);
    }
}

/// Returns the next line that holds anything.
async fn next_line(stdin: &mut Option<Split<BufReader<Stdin>>>) -> Vec<u8> {
    let line = match stdin {
        Some(lines) => lines.next_segment().await.ok().flatten(),
        None => None,
    };
    match line {
        Some(line) if !line.trim_ascii().is_empty() => line,
        Some(_) => Box::pin(next_line(stdin)).await,
        // The end of the input is not the end of the watch.
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
    fn commands_are_read_and_the_rest_is_named() {
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
