//! What may be logged.

use tracing_subscriber::EnvFilter;

/// Returns the filter that `TALLYLIGHT_LOG` asks for, or the default.
///
/// Whatever it asks for, the socket's library stays quiet: at trace level it writes down whole requests, tokens and all.
pub fn log_filter(default: &str) -> EnvFilter {
    let filter = EnvFilter::try_from_env("TALLYLIGHT_LOG").unwrap_or_else(|_| default.into());
    ["tungstenite=info", "tokio_tungstenite=info"]
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive)
}
