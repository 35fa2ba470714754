//! Diagnostics for display in a window, and as text for a bug report.

use std::fmt::Write;

use serde::Serialize;

use super::{Counters, EventView, SkippedView};

/// The diagnostics of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DiagnosticsView {
    /// Counters since the start of the application.
    pub counters: Counters,
    /// Lost, refused and given-up connections, counted by code.
    pub drops: Vec<NamedCountView>,
    /// Skipped messages, counted by kind.
    pub rejected: Vec<NamedCountView>,
    /// The latency of recent messages; none without a message.
    pub latency: Option<LatencyView>,
    /// Recent events, newest first.
    pub events: Vec<EventView>,
    /// Recently skipped messages, newest first.
    pub skipped: Vec<SkippedView>,
}

/// A named count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NamedCountView {
    /// The stable name of what is counted.
    pub what: String,
    /// The count.
    pub count: u32,
}

/// The latency of recent messages by the server's clock, which is known only to a second or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LatencyView {
    /// The number of messages measured.
    pub messages: u32,
    /// The median, in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub median_ms: i64,
    /// The maximum, in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub worst_ms: i64,
}

impl LatencyView {
    /// Calculates the latency from single values; none without a message.
    pub fn of(millis: impl Iterator<Item = i64>) -> Option<Self> {
        let mut sorted: Vec<i64> = millis.collect();
        sorted.sort_unstable();
        let messages = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
        Some(Self { messages, median_ms: *sorted.get(sorted.len() / 2)?, worst_ms: *sorted.last()? })
    }
}

impl DiagnosticsView {
    /// Returns the text for a bug report. It quotes neither messages nor errors, because these contain titles and
    /// names.
    pub fn report(&self) -> String {
        let mut report = String::new();
        for (what, count) in self.counters.named() {
            line(&mut report, &format!("{what:<16} {count}"));
        }
        if let Some(latency) = self.latency {
            let LatencyView { messages, median_ms, worst_ms } = latency;
            line(&mut report, &format!("latency          median {median_ms} ms, worst {worst_ms} ms of {messages}"));
        }
        section(&mut report, "failed connections, by reason", self.drops.iter().map(NamedCountView::line));
        section(&mut report, "unreadable messages, by reason", self.rejected.iter().map(NamedCountView::line));
        let events = self.events.iter().map(|event| format!("{:.0}  {}", event.at, event.public));
        section(&mut report, "event log, newest first", events);
        report
    }
}

impl NamedCountView {
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
    // Writing to a string never fails.
    let _ = writeln!(report, "{text}");
}
