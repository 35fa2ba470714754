//! Logging: to standard error, and to files that a user can attach to a bug report.

use std::{io::IsTerminal, path::Path, sync::Arc};

use tallylight_core::settings::LogLevel;
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, reload, util::SubscriberInitExt};

/// How many daily log files are kept.
const DAYS: usize = 7;
/// The crates whose log lines the files contain at the chosen level.
const OURS: [&str; 5] = ["tallylight", "tallylight_core", "tallylight_client", "tallylight_studio", "tally"];

/// Writes the remaining lines when it is dropped at the end of the program.
pub struct LogGuard {
    _writer: Option<WorkerGuard>,
    set_level: LogLevelController,
}

/// A function that changes the log level of the files.
pub type LogLevelController = Arc<dyn Fn(LogLevel) + Send + Sync>;

impl LogGuard {
    /// Returns the function that changes the log level of the files.
    pub fn log_level_controller(&self) -> LogLevelController {
        Arc::clone(&self.set_level)
    }
}

/// Starts logging: to standard error with the filter in `TALLYLIGHT_LOG` or `stderr_default`, and to daily files in
/// `folder`. If the files cannot be written, a warning is logged and there are none.
pub fn log(stderr_default: &str, folder: Option<&Path>) -> LogGuard {
    // Without the second condition, NO_COLOR would be overruled.
    let has_colors =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let stderr = fmt::layer().with_ansi(has_colors).with_writer(std::io::stderr);
    let stderr = stderr.with_filter(log_filter(stderr_default));
    let (file, problem) = match folder.map(appender) {
        Some(Ok(appender)) => (Some(appender), None),
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, None),
    };
    // Lines wait in a bounded queue, so that a full or slow disk does not block the program.
    let (writer, guard) = file.map(tracing_appender::non_blocking).unzip();
    let (filter, reload_handle) = reload::Layer::new(file_filter(LogLevel::default()));
    let file = writer.map(|writer| fmt::layer().with_ansi(false).with_writer(writer).with_filter(filter));
    tracing_subscriber::registry().with(stderr).with(file).init();
    if let Some(problem) = problem {
        tracing::warn!(%problem, "logging to files is not available");
    }
    let set_level = move |level: LogLevel| {
        if let Err(error) = reload_handle.reload(file_filter(level)) {
            tracing::debug!(%error, "logging to files is not available");
        }
    };
    LogGuard { _writer: guard, set_level: Arc::new(set_level) }
}

/// Returns the filter of the files: this program's crates at the chosen level, others only from warnings.
fn file_filter(level: LogLevel) -> EnvFilter {
    let others = if level == LogLevel::Error { "error" } else { "warn" };
    let ours = OURS.map(|target| format!(",{target}={}", level.name())).concat();
    log_filter_from(format!("{others}{ours}").into())
}

fn appender(folder: &Path) -> Result<RollingFileAppender, String> {
    crate::create_private_folder(folder).map_err(|error| error.to_string())?;
    let files = RollingFileAppender::builder().rotation(Rotation::DAILY).max_log_files(DAYS);
    files.filename_prefix("tallylight").filename_suffix("log").build(folder).map_err(|error| error.to_string())
}

fn log_filter(default: &str) -> EnvFilter {
    log_filter_from(EnvFilter::try_from_env("TALLYLIGHT_LOG").unwrap_or_else(|_| default.into()))
}

/// Adds the limit that the WebSocket library never logs at trace level, where it prints whole requests with tokens.
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
    fn the_log_file_contains_lines_of_the_chosen_level() {
        let folder = tempfile::tempdir().expect("a folder");
        let guard = log("off", Some(folder.path()));
        tracing::info!(target: "tallylight_client", "connected");
        tracing::debug!(target: "tallylight_client", "too much");
        guard.log_level_controller()(LogLevel::Debug);
        tracing::debug!(target: "tallylight_client", "much");
        guard.log_level_controller()(LogLevel::Error);
        tracing::warn!(target: "tallylight_client", "little");
        tracing::trace!(target: "tungstenite", "Authorization: Bearer canary");
        drop(guard);
        let files: Vec<_> = std::fs::read_dir(folder.path()).expect("files").filter_map(Result::ok).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].path()).expect("a file");
        assert!(text.contains("connected") && text.contains(" much") && !text.contains("canary"), "{text}");
        assert!(!text.contains("too much") && !text.contains("little"), "{text}");
    }
}
