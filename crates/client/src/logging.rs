//! The log: on standard error, and in files that a person can send along with a bug report.

use std::path::Path;

use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How many days are kept.
const DAYS: usize = 7;
/// What the files hold: everything that a person could see.
const FILE_FILTER: &str = "warn,tallylight=info,tallylight_client=info,tallylight_studio=info,tally=info";

/// Writes the last lines when it is dropped, at the end of the program.
#[derive(Debug)]
pub struct LogGuard(#[expect(dead_code, reason = "held until the end")] Option<WorkerGuard>);

/// Begins to log: to standard error what `TALLYLIGHT_LOG` or else the default asks for, and to a file for each day in a
/// folder. Where there can be no file there is none, and that is said.
pub fn log(stderr_default: &str, folder: Option<&Path>) -> LogGuard {
    let stderr = fmt::layer().with_writer(std::io::stderr).with_filter(log_filter(stderr_default));
    let (file, problem) = match folder.map(appender) {
        Some(Ok(appender)) => (Some(appender), None),
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, None),
    };
    // Lines wait in a bounded queue: a full disk or a slow one must not hold up the program.
    let (writer, guard) = file.map(tracing_appender::non_blocking).unzip();
    let file = writer.map(|writer| {
        fmt::layer().with_ansi(false).with_writer(writer).with_filter(log_filter_from(FILE_FILTER.into()))
    });
    tracing_subscriber::registry().with(stderr).with(file).init();
    if let Some(problem) = problem {
        tracing::warn!(%problem, "there is no log file");
    }
    LogGuard(guard)
}

fn appender(folder: &Path) -> Result<RollingFileAppender, String> {
    crate::private_folder(folder).map_err(|error| error.to_string())?;
    let files = RollingFileAppender::builder().rotation(Rotation::DAILY).max_log_files(DAYS);
    files.filename_prefix("tallylight").filename_suffix("log").build(folder).map_err(|error| error.to_string())
}

fn log_filter(default: &str) -> EnvFilter {
    log_filter_from(EnvFilter::try_from_env("TALLYLIGHT_LOG").unwrap_or_else(|_| default.into()))
}

/// Whatever is asked for, the socket's library stays quiet: at trace level it writes down whole requests, tokens and all.
fn log_filter_from(filter: EnvFilter) -> EnvFilter {
    ["tungstenite=info", "tokio_tungstenite=info"]
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_is_in_a_file_of_the_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let guard = log("off", Some(folder.path()));
        tracing::info!(target: "tallylight_client", "connected");
        tracing::trace!(target: "tungstenite", "Authorization: Bearer canary");
        drop(guard);
        let files: Vec<_> = std::fs::read_dir(folder.path()).expect("files").filter_map(Result::ok).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].path()).expect("a file");
        assert!(text.contains("connected") && !text.contains("canary"), "{text}");
    }
}
