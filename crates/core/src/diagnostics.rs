//! The recent history of a connection, for the diagnostics window and reports: counters, events and skipped messages.
//! All lists are bounded.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Code,
    protocol::{Rejected, RejectedKind},
};

mod report;

pub use report::{DiagnosticsView, LatencyView, NamedCountView};

/// The maximum number of stored events.
const EVENT_LIMIT: usize = 200;
/// The maximum number of stored skipped messages.
const REJECTED_LIMIT: usize = 50;
/// The number of recent messages from which the latency is calculated.
const LATENCY_LIMIT: usize = 500;
/// The maximum number of skipped messages reported per minute; further ones are only counted.
const REPORTED_PER_MINUTE: u32 = 100;

/// The collected diagnostics of one connection.
#[derive(Debug, Default)]
pub struct Diagnostics {
    counters: Counters,
    drops: BTreeMap<Code, u32>,
    rejected: BTreeMap<RejectedKind, u32>,
    events: VecDeque<EventView>,
    samples: VecDeque<SkippedView>,
    latencies: VecDeque<i64>,
    /// The current minute (since the epoch) and the number of skipped messages reported in it.
    reported: (i64, u32),
}

/// Counters since the start of the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Counters {
    /// Attempts to open the socket.
    pub connects: u32,
    /// Attempts that succeeded.
    pub opened: u32,
    /// Received frames.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub frames: u64,
    /// Bytes of the received frames.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    /// Received heartbeats.
    pub heartbeats: u32,
    /// Successful refreshes of the session.
    pub refreshes: u32,
    /// Fetches of the job list.
    pub polls: u32,
    /// Fetches of the job list that failed.
    pub failed_polls: u32,
    /// Changes of the network.
    pub network_changes: u32,
    /// Batches of changes that were delayed because the window was busy.
    pub held_batches: u32,
    /// Unreadable fields of messages and responses, which were left out.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub lost_fields: u64,
}

/// An event of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct EventView {
    /// The time by this computer's clock.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub at: Timestamp,
    /// The description of the event.
    pub message: String,
    /// The description without names, addresses and titles, for a report.
    #[serde(skip)]
    pub public: String,
}

/// A message that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SkippedView {
    /// The time by this computer's clock.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub at: Timestamp,
    /// The kind of fault.
    pub kind: RejectedKind,
    /// The reason, which may quote the message.
    pub reason: String,
    /// The beginning of the message, without tokens.
    pub sample: String,
}

/// Whether a skipped message is reported individually.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// The message is reported as an event and in the log.
    Individually,
    /// The limit for this minute is reached, so the message is only counted.
    CountOnly,
}

impl Diagnostics {
    /// Returns the counters for modification.
    pub fn count(&mut self) -> &mut Counters {
        &mut self.counters
    }

    /// Records an event whose description contains no private data.
    pub fn note(&mut self, at: Timestamp, message: impl Into<String>) {
        let message = message.into();
        self.record_private(at, message.clone(), message);
    }

    /// Records an event with a private description, which may name users, addresses or videos, and a public one, which
    /// does not.
    pub fn record_private(&mut self, at: Timestamp, message: String, public: String) {
        push(&mut self.events, EventView { at, message, public }, EVENT_LIMIT);
    }

    /// Removes the content of messages and all private descriptions, because another user may view the diagnostics
    /// next.
    pub fn forget_messages(&mut self) {
        self.samples.clear();
        for event in &mut self.events {
            event.message.clone_from(&event.public);
        }
    }

    /// Counts a connection that was lost, refused or given up, and records the event.
    pub fn dropped(&mut self, at: Timestamp, code: Code, message: &str) {
        *self.drops.entry(code).or_default() += 1;
        self.record_private(at, format!("Disconnected: {message}"), format!("Disconnected: {}", name(&code)));
    }

    /// Counts a received frame.
    pub fn frame(&mut self, bytes: usize) {
        self.counters.frames += 1;
        self.counters.bytes += bytes as u64;
    }

    /// Counts unreadable fields.
    pub fn lost_fields(&mut self, count: u32) {
        self.counters.lost_fields += u64::from(count);
    }

    /// Records the latency of a message, in milliseconds by the server's clock.
    pub fn latency(&mut self, millis: i64) {
        push(&mut self.latencies, millis, LATENCY_LIMIT);
    }

    /// Counts and records a skipped message.
    pub fn rejected(&mut self, at: Timestamp, rejected: &Rejected) -> Reporting {
        *self.rejected.entry(rejected.kind).or_default() += 1;
        let Rejected { kind, reason, sample, .. } = rejected.clone();
        push(&mut self.samples, SkippedView { at, kind, reason, sample }, REJECTED_LIMIT);
        let minute = at.as_second().div_euclid(60);
        if self.reported.0 != minute {
            self.reported = (minute, 0);
        }
        self.reported.1 = self.reported.1.saturating_add(1);
        if self.reported.1 <= REPORTED_PER_MINUTE { Reporting::Individually } else { Reporting::CountOnly }
    }

    /// Returns the diagnostics for display, newest entries first.
    pub fn view(&self) -> DiagnosticsView {
        let named = |what: String, count: u32| NamedCountView { what, count };
        DiagnosticsView {
            counters: self.counters,
            drops: self.drops.iter().map(|(code, count)| named(name(code), *count)).collect(),
            rejected: self.rejected.iter().map(|(kind, count)| named(name(kind), *count)).collect(),
            latency: LatencyView::of(self.latencies.iter().copied()),
            events: self.events.iter().rev().cloned().collect(),
            skipped: self.samples.iter().rev().cloned().collect(),
        }
    }
}

/// Returns the stable name of a code or state, as serialized to JSON.
pub fn name(code: &impl Serialize) -> String {
    serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn push<T>(queue: &mut VecDeque<T>, value: T, limit: usize) {
    if queue.len() == limit {
        queue.pop_front();
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().expect("a time")
    }

    fn rejected() -> Rejected {
        let sample = "{\"title\":\"my secret film\"}".to_owned();
        let reason = "unknown type \"my secret film\"".to_owned();
        Rejected { kind: RejectedKind::UnknownType, reason, sample, job_id: None }
    }

    #[test]
    fn lists_are_bounded_and_keep_the_newest_entries() {
        let mut diagnostics = Diagnostics::default();
        let mut reported = 0;
        for n in 0..10_000 {
            diagnostics.note(at(), format!("event {n}"));
            diagnostics.latency(n);
            reported += u32::from(diagnostics.rejected(at(), &rejected()) == Reporting::Individually);
        }
        let view = diagnostics.view();
        assert_eq!((view.events.len(), view.skipped.len()), (EVENT_LIMIT, REJECTED_LIMIT));
        assert_eq!(view.events[0].message, "event 9999");
        assert_eq!(view.rejected, [NamedCountView { what: "unknown_type".to_owned(), count: 10_000 }]);
        assert_eq!(reported, REPORTED_PER_MINUTE, "further messages are counted only");
        assert_eq!(view.latency.expect("some").worst_ms, 9999);
    }

    #[test]
    fn report_contains_no_names_addresses_or_titles() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.dropped(at(), Code::Unreachable, "studio.acme.tv cannot be reached: ask jo@acme.tv");
        diagnostics.record_private(
            at(),
            "signed in at https://acme.tv as jo@acme.tv".to_owned(),
            "signed in".to_owned(),
        );
        diagnostics.rejected(at(), &rejected());
        let report = diagnostics.view().report();
        for secret in ["acme", "jo@", "secret film"] {
            assert!(!report.to_lowercase().contains(secret), "{secret} in {report}");
        }
        assert!(report.contains("unreachable") && report.contains("unknown_type"), "{report}");
    }
}
