//! What a person, or whoever helps them, can see of the connection's past: counters, the last events, what was
//! skipped. Everything here is bounded.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Code,
    protocol::{Rejected, RejectedKind},
};

mod report;

pub use report::{DiagnosticsView, LatencyView, TallyView};

/// How many events are remembered.
const EVENT_LIMIT: usize = 200;
/// How many skipped messages are remembered.
const REJECTED_LIMIT: usize = 50;
/// How many messages the latency is reckoned from.
const LATENCY_LIMIT: usize = 500;
/// How many skipped messages are told in a minute; the rest is only counted.
const TOLD_A_MINUTE: u32 = 100;

/// Counts and remembers.
#[derive(Debug, Default)]
pub struct Diagnostics {
    counters: Counters,
    drops: BTreeMap<Code, u32>,
    rejected: BTreeMap<RejectedKind, u32>,
    events: VecDeque<EventView>,
    samples: VecDeque<SkippedView>,
    latencies: VecDeque<i64>,
    /// The minute that is being counted, and how many skipped messages were told in it.
    told: (i64, u32),
}

/// Are the plain counters since the start of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Counters {
    /// Attempts to open the socket.
    pub connects: u32,
    /// Attempts that succeeded.
    pub opened: u32,
    /// Frames that arrived.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub frames: u64,
    /// Bytes in them.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    /// Heartbeats among them.
    pub heartbeats: u32,
    /// Sessions renewed.
    pub refreshes: u32,
    /// Times that the job list was fetched.
    pub polls: u32,
    /// Times that it could not be had.
    pub failed_polls: u32,
    /// Changes of the network.
    pub network_changes: u32,
    /// Batches of changes that waited because the window was busy.
    pub held_batches: u32,
    /// Fields of messages and answers that could not be read, and were left out.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub lost_fields: u64,
}

/// Is something that happened to the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct EventView {
    /// When, by this computer's clock.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub at: Timestamp,
    /// What.
    pub message: String,
    /// The same in words that name nobody, for a report.
    #[serde(skip)]
    pub public: String,
}

/// Is a message that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SkippedView {
    /// When, by this computer's clock.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub at: Timestamp,
    /// What kind of fault it has.
    pub kind: RejectedKind,
    /// Why, in words that may quote it.
    pub reason: String,
    /// Its beginning, without tokens.
    pub sample: String,
}

/// Tells whether a skipped message is worth an event and a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It is.
    Tell,
    /// There were so many in this minute that this one is only counted.
    Count,
}

impl Diagnostics {
    /// Returns the counters, to count.
    pub fn count(&mut self) -> &mut Counters {
        &mut self.counters
    }

    /// Remembers an event whose words name nobody.
    pub fn note(&mut self, at: Timestamp, message: impl Into<String>) {
        let message = message.into();
        self.note_private(at, message.clone(), message);
    }

    /// Remembers an event in words that may name people, places or videos, and in words that do not.
    pub fn note_private(&mut self, at: Timestamp, message: String, public: String) {
        push(&mut self.events, EventView { at, message, public }, EVENT_LIMIT);
    }

    /// Forgets what messages were about; another person may look at it next.
    pub fn forget_messages(&mut self) {
        self.samples.clear();
        for event in &mut self.events {
            event.message.clone_from(&event.public);
        }
    }

    /// Counts a connection that was lost, refused or given up.
    pub fn dropped(&mut self, at: Timestamp, code: Code, message: &str) {
        *self.drops.entry(code).or_default() += 1;
        self.note_private(at, format!("Disconnected: {message}"), format!("Disconnected: {}", name(&code)));
    }

    /// Counts a frame.
    pub fn frame(&mut self, bytes: usize) {
        self.counters.frames += 1;
        self.counters.bytes += bytes as u64;
    }

    /// Counts fields that could not be read.
    pub fn lost_fields(&mut self, count: u32) {
        self.counters.lost_fields += u64::from(count);
    }

    /// Takes in how long a message was on its way, in milliseconds by the server's clock.
    pub fn latency(&mut self, millis: i64) {
        push(&mut self.latencies, millis, LATENCY_LIMIT);
    }

    /// Counts and remembers a message that was skipped.
    pub fn rejected(&mut self, at: Timestamp, rejected: &Rejected) -> Attention {
        *self.rejected.entry(rejected.kind).or_default() += 1;
        let Rejected { kind, reason, sample, .. } = rejected.clone();
        push(&mut self.samples, SkippedView { at, kind, reason, sample }, REJECTED_LIMIT);
        let minute = at.as_second().div_euclid(60);
        if self.told.0 != minute {
            self.told = (minute, 0);
        }
        self.told.1 = self.told.1.saturating_add(1);
        if self.told.1 <= TOLD_A_MINUTE { Attention::Tell } else { Attention::Count }
    }

    /// Returns what is remembered, newest first.
    pub fn view(&self) -> DiagnosticsView {
        let tally = |what: String, count: u32| TallyView { what, count };
        DiagnosticsView {
            counters: self.counters,
            drops: self.drops.iter().map(|(code, count)| tally(name(code), *count)).collect(),
            rejected: self.rejected.iter().map(|(kind, count)| tally(name(kind), *count)).collect(),
            latency: LatencyView::of(self.latencies.iter().copied()),
            events: self.events.iter().rev().cloned().collect(),
            skipped: self.samples.iter().rev().cloned().collect(),
        }
    }
}

/// Returns the stable name of a code or a state, as it stands in JSON.
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
    fn everything_is_bounded_and_the_newest_stays() {
        let mut diagnostics = Diagnostics::default();
        let mut told = 0;
        for n in 0..10_000 {
            diagnostics.note(at(), format!("event {n}"));
            diagnostics.latency(n);
            told += u32::from(diagnostics.rejected(at(), &rejected()) == Attention::Tell);
        }
        let view = diagnostics.view();
        assert_eq!((view.events.len(), view.skipped.len()), (EVENT_LIMIT, REJECTED_LIMIT));
        assert_eq!(view.events[0].message, "event 9999");
        assert_eq!(view.rejected, [TallyView { what: "unknown_type".to_owned(), count: 10_000 }]);
        assert_eq!(told, TOLD_A_MINUTE, "a flood is counted, not told");
        assert_eq!(view.latency.expect("some").worst_ms, 9999);
    }

    #[test]
    fn a_report_names_neither_people_nor_films_nor_places() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.dropped(at(), Code::Unreachable, "studio.acme.tv cannot be reached: ask jo@acme.tv");
        diagnostics.note_private(at(), "signed in at https://acme.tv as jo@acme.tv".to_owned(), "signed in".to_owned());
        diagnostics.rejected(at(), &rejected());
        let report = diagnostics.view().report();
        for secret in ["acme", "jo@", "secret film"] {
            assert!(!report.to_lowercase().contains(secret), "{secret} in {report}");
        }
        assert!(report.contains("unreachable") && report.contains("unknown_type"), "{report}");
    }
}
