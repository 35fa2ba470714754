//! What outlives the socket of a channel: which messages were received, and whether the backend reports changed rows.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use jiff::Timestamp;
use tallylight_core::{connection::channel::ChannelConfig, discovery::Realtime};

/// How many ids of messages are remembered: more than a server replays.
const REMEMBERED: usize = 1_000;
/// How much further back than the last frame missed messages are asked for: clocks differ.
const REPLAY_MARGIN: Duration = Duration::from_mins(1);
/// How long changed rows are not asked for after the backend refused to report them.
const TABLES_REFUSED_FOR: Duration = Duration::from_mins(5);

/// The channels of one session.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The ids of messages, the newest last.
    received: VecDeque<String>,
    known: BTreeSet<String>,
    tables_refused: Option<Duration>,
}

impl Session {
    /// Returns whether a message was not received before, and remembers it.
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        if !self.known.insert(id.to_owned()) {
            return false;
        }
        self.received.push_back(id.to_owned());
        if self.received.len() > REMEMBERED
            && let Some(oldest) = self.received.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// Records that the backend does not report changed rows. A channel that asks for them would end at once.
    pub(super) fn tables_refused(&mut self, now: Duration) {
        self.tables_refused = Some(now);
    }

    /// Returns what the next channel is joined with.
    pub(super) fn channel(&self, realtime: &Realtime, last_frame: Option<Timestamp>, now: Duration) -> ChannelConfig {
        let is_refused = self.tables_refused.is_some_and(|at| now < at + TABLES_REFUSED_FOR);
        ChannelConfig {
            topic: realtime.topic.clone(),
            tables: if is_refused { Vec::new() } else { realtime.tables.clone() },
            replay_since: last_frame.map(|last| (last - REPLAY_MARGIN).as_millisecond()),
            ..ChannelConfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realtime() -> Realtime {
        Realtime { topic: "t".to_owned(), tables: vec!["video_jobs".to_owned()] }
    }

    #[test]
    fn message_is_new_once_and_old_ones_are_forgotten() {
        let mut session = Session::default();
        assert!(session.is_new("a") && !session.is_new("a"));
        for number in 0..REMEMBERED {
            assert!(session.is_new(&number.to_string()));
        }
        assert!(session.is_new("a"), "it was forgotten");
        assert_eq!(session.received.len(), session.known.len());
    }

    #[test]
    fn refused_tables_are_left_out_for_a_while_and_missed_messages_asked_for() {
        let mut session = Session::default();
        let last: Timestamp = "2026-11-30T10:00:00Z".parse().expect("a time");
        let minute = Duration::from_mins(1);
        let first = session.channel(&realtime(), None, minute);
        assert_eq!((first.replay_since, first.tables.len()), (None, 1));
        session.tables_refused(minute);
        let next = session.channel(&realtime(), Some(last), minute * 5);
        assert_eq!((next.replay_since, next.tables.len()), (Some(last.as_millisecond() - 60_000), 0));
        assert_eq!(session.channel(&realtime(), None, minute * 6).tables.len(), 1);
    }
}
