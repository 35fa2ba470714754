//! Diagnostics as a window sees them, and as a text for a bug report.

use std::fmt::Write;

use serde::Serialize;

use super::{Counters, EventView, SkippedView};

/// Is everything that is remembered of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DiagnosticsView {
    /// Counters since the start of the program.
    pub counters: Counters,
    /// How often connections were lost, refused or given up, by code.
    pub drops: Vec<TallyView>,
    /// How often messages were skipped, by kind.
    pub rejected: Vec<TallyView>,
    /// How long the last messages were on their way.
    pub latency: Option<LatencyView>,
    /// What happened last, newest first.
    pub events: Vec<EventView>,
    /// What was skipped last, newest first.
    pub skipped: Vec<SkippedView>,
}

/// Is a number of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct TallyView {
    /// A stable name.
    pub what: String,
    /// How often.
    pub count: u32,
}

/// Is how long the last messages were on their way, by the server's clock, which is known to a second or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LatencyView {
    /// How many messages it is reckoned from.
    pub messages: u32,
    /// The median, in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub median_ms: i64,
    /// The longest, in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub worst_ms: i64,
}

impl LatencyView {
    /// Reckons it; none without a message.
    pub fn of(millis: impl Iterator<Item = i64>) -> Option<Self> {
        let mut sorted: Vec<i64> = millis.collect();
        sorted.sort_unstable();
        let messages = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
        Some(Self { messages, median_ms: *sorted.get(sorted.len() / 2)?, worst_ms: *sorted.last()? })
    }
}

impl DiagnosticsView {
    /// Returns a text for a bug report. It quotes neither messages nor errors, because those hold titles and names.
    pub fn report(&self) -> String {
        let mut report = String::new();
        for (what, count) in self.counters.named() {
            line(&mut report, &format!("{what:<16} {count}"));
        }
        if let Some(latency) = self.latency {
            let LatencyView { messages, median_ms, worst_ms } = latency;
            line(&mut report, &format!("latency          median {median_ms} ms, worst {worst_ms} ms of {messages}"));
        }
        section(&mut report, "failed connections, by reason", self.drops.iter().map(TallyView::line));
        section(&mut report, "unreadable messages, by reason", self.rejected.iter().map(TallyView::line));
        let events = self.events.iter().map(|event| format!("{:.0}  {}", event.at, event.public));
        section(&mut report, "event log, newest first", events);
        report
    }
}

impl TallyView {
    fn line(&self) -> String {
        format!("{:<20} {}", self.what, self.count)
    }
}

impl Counters {
    fn named(self) -> [(&'static str, u64); 10] {
        [
            ("connects", self.connects.into()),
            ("opened", self.opened.into()),
            ("frames", self.frames),
            ("bytes", self.bytes),
            ("heartbeats", self.heartbeats.into()),
            ("refreshes", self.refreshes.into()),
            ("polls", self.polls.into()),
            ("failed polls", self.failed_polls.into()),
            ("network changes", self.network_changes.into()),
            ("held batches", self.held_batches.into()),
        ]
    }
}

fn section(report: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        line(report, &format!("\n{title}"));
        lines.for_each(|text| line(report, &format!("  {text}")));
    }
}

fn line(report: &mut String, text: &str) {
    // Writing to a string has no way to fail.
    let _ = writeln!(report, "{text}");
}
