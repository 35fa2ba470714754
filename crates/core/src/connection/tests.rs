#![expect(clippy::wildcard_enum_match_arm, reason = "an unexpected variant fails the test")]

use std::time::Duration;

use super::*;
use crate::protocol::{ClientMessage, Heartbeat};

/// A test harness that drives a connection as the client does, with a controlled clock.
struct Harness {
    connection: Connection,
    now: Now,
}

impl Harness {
    fn new() -> Self {
        Self {
            connection: Connection::default(),
            now: Now { monotonic: Duration::ZERO, wall: "2026-01-01T00:00:00Z".parse().expect("a time"), draw: 1.0 },
        }
    }

    /// Returns a harness that is signed in and connected, with the list fetched.
    fn live() -> Self {
        let mut harness = Self::new();
        harness.on(Input::SignedIn);
        harness.on(Input::Fetched);
        harness.open();
        harness.on(Input::Fetched);
        harness
    }

    fn on(&mut self, input: Input) -> Vec<Effect> {
        self.connection.on(input, self.now)
    }

    fn after(&mut self, seconds: f64) -> Vec<Effect> {
        self.now = self.now.after(Duration::from_secs_f64(seconds));
        self.on(Input::Tick)
    }

    fn conn(&self) -> ConnId {
        ConnId(self.connection.next_conn - 1)
    }

    fn open(&mut self) -> Vec<Effect> {
        self.on(Input::Opened(self.conn()))
    }

    fn fail(&mut self) -> Vec<Effect> {
        let failed = Refusal::Failed(Error::new(Code::Unreachable, "refused"), None);
        self.on(Input::Refused(self.conn(), failed))
    }

    fn state(&self) -> ConnectionState {
        self.connection.status(self.now).state
    }

    fn until_poll(&self) -> Duration {
        self.connection.polling.deadline().expect("another poll").saturating_sub(self.now.monotonic)
    }

    fn wait(&self) -> f64 {
        let wait = self.connection.status(self.now).retry_in.expect("a wait");
        // Rounded down to milliseconds, as it is displayed.
        Duration::from_millis(u64::try_from(wait.as_millis()).expect("a short wait")).as_secs_f64()
    }
}

fn connects(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Connect(_)))
}

fn jobs(count: usize) -> Vec<JobId> {
    (0..count).map(|n| JobId::new(format!("{n:04}"))).collect()
}

#[test]
fn sign_in_connects_then_subscribes_then_fetches() {
    let mut harness = Harness::new();
    let effects = harness.on(Input::SignedIn);
    assert!(connects(&effects) && effects.contains(&Effect::FetchJobs), "the list does not wait for the socket");
    assert_eq!(harness.state(), ConnectionState::Connecting);
    harness.on(Input::Watch(jobs(1)));
    let effects = harness.open();
    let subscribe = Effect::Send(harness.conn(), ClientMessage::Subscribe { job_ids: jobs(1) });
    assert_eq!(effects[0], subscribe);
    assert!(harness.on(Input::Fetched).contains(&Effect::FetchJobs), "fetches changes missed before the subscription");
    assert_eq!(harness.state(), ConnectionState::Live);
}

#[test]
fn subscription_frame_holds_1_to_500_ids() {
    let mut harness = Harness::live();
    assert!(harness.on(Input::Watch(Vec::new())).is_empty());
    let sizes: Vec<usize> = harness
        .on(Input::Watch(jobs(1201)))
        .iter()
        .map(|effect| match effect {
            Effect::Send(_, ClientMessage::Subscribe { job_ids }) => job_ids.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, [500, 500, 201]);
    assert!(harness.on(Input::Watch(jobs(1201))).is_empty(), "known ids are not sent again");
    harness.on(Input::Unwatch(jobs(1).remove(0)));
    harness.on(Input::Reconnect);
    let Some(Effect::Send(_, ClientMessage::Subscribe { job_ids })) = harness.open().into_iter().next() else {
        panic!("resubscribes")
    };
    assert_eq!(job_ids[0].as_str(), "0001", "an ended job is not subscribed again");
}

#[test]
fn endpoint_change_reconnects_at_once_even_while_connecting() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    let effects = harness.on(Input::EndpointChanged);
    assert!(
        matches!(effects.as_slice(), [Effect::Disconnect(old), Effect::Connect(new), ..] if old != new),
        "{effects:?}"
    );
    let mut open = Harness::live();
    assert!(connects(&open.on(Input::EndpointChanged)));
}

#[test]
fn failures_follow_the_backoff_sequence() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    for expected in [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
        harness.fail();
        assert!((harness.wait() - expected).abs() < 0.01, "{} is not {expected}", harness.wait());
        assert!(connects(&harness.after(expected)));
    }
}

#[test]
fn polling_shows_polling_or_offline_and_ends_with_the_socket() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    harness.on(Input::FetchFailed(Error::new(Code::Unreachable, "no network"), None));
    harness.fail();
    harness.after(1.0);
    assert_eq!(harness.fail().iter().filter(|effect| **effect == Effect::FetchJobs).count(), 0);
    harness.after(2.0);
    assert!(harness.fail().contains(&Effect::FetchJobs), "the third failure starts polling");
    harness.on(Input::FetchFailed(Error::new(Code::Unreachable, "no network"), None));
    assert_eq!(harness.state(), ConnectionState::Offline);
    let failing = harness.until_poll();
    assert!((36..=44).contains(&failing.as_secs()), "slows down: {failing:?}");
    harness.on(Input::Refresh);
    harness.on(Input::Fetched);
    assert_eq!(harness.state(), ConnectionState::Polling);
    let next = harness.until_poll();
    assert!((9.0..=11.0).contains(&next.as_secs_f64()), "{next:?}");

    let wait = harness.wait();
    harness.after(wait);
    assert!(harness.open().contains(&Effect::FetchJobs), "refetches after the connect");
    harness.on(Input::Fetched);
    assert_eq!((harness.state(), harness.connection.polling.deadline()), (ConnectionState::Live, None));
}

#[test]
fn polling_is_not_shown_before_a_successful_fetch() {
    let mut harness = Harness::live();
    harness.on(Input::Closed(harness.conn(), Closed::from_code(None)));
    for _ in 0..3 {
        let wait = harness.wait();
        harness.after(wait);
        harness.fail();
    }
    assert_eq!(harness.state(), ConnectionState::Backoff, "the last successful fetch is old");
    harness.on(Input::Fetched);
    assert_eq!(harness.state(), ConnectionState::Polling);
}

#[test]
fn failing_polls_slow_to_a_minute_and_respect_retry_after() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    for _ in 0..3 {
        harness.fail();
        let wait = harness.wait();
        harness.after(wait);
    }
    for _ in 0..6 {
        harness.on(Input::FetchFailed(Error::new(Code::ServerError, "500"), None));
        let wait = harness.until_poll();
        assert!(wait <= Duration::from_mins(1));
        harness.on(Input::Refresh);
    }
    harness.on(Input::FetchFailed(Error::new(Code::RateLimited, "429"), Some(Duration::from_secs(200))));
    assert_eq!(harness.connection.polling.deadline(), Some(harness.now.monotonic + Duration::from_secs(200)));
}

#[test]
fn message_or_five_seconds_open_resets_backoff_but_flapping_does_not() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    let lost = || Closed::Lost(Error::new(Code::Closed, "closed"));
    for expected in [1.0, 2.0, 4.0] {
        harness.open();
        harness.on(Input::Closed(harness.conn(), lost()));
        assert!((harness.wait() - expected).abs() < 0.01, "flapping backs off");
        harness.after(expected);
    }
    harness.open();
    harness.on(Input::Message(harness.conn()));
    harness.on(Input::Closed(harness.conn(), lost()));
    assert!((harness.wait() - 1.0).abs() < 0.01, "a message is a success");
    harness.after(1.0);
    harness.open();
    harness.after(5.0);
    harness.on(Input::Closed(harness.conn(), lost()));
    assert!((harness.wait() - 1.0).abs() < 0.01, "five seconds open are a success");
}

#[test]
fn sixty_seconds_of_silence_lose_the_connection() {
    let mut harness = Harness::live();
    let old = harness.conn();
    harness.after(59.0);
    harness.on(Input::OtherFrame(old));
    assert_eq!(
        harness.connection.deadline(),
        Some(harness.now.monotonic + SILENCE_LIMIT),
        "any frame counts as a sign of life"
    );
    let effects = harness.after(60.0);
    assert!(effects.contains(&Effect::Disconnect(old)));
    assert_eq!(harness.state(), ConnectionState::Backoff);
    assert_eq!(harness.connection.status(harness.now).reason.expect("a reason").code, Code::Silent);
}

#[test]
fn heartbeats_are_answered_in_kind() {
    let mut harness = Harness::live();
    let timestamp = harness.now.wall;
    let conn = harness.conn();
    let heartbeat = harness.on(Input::Heartbeat(conn, Heartbeat::Heartbeat));
    assert_eq!(heartbeat, [Effect::Send(conn, ClientMessage::Heartbeat { timestamp })]);
    assert_eq!(
        harness.on(Input::Heartbeat(conn, Heartbeat::Ping)),
        [Effect::Send(conn, ClientMessage::Pong { timestamp })]
    );
}

#[test]
fn refused_token_is_refreshed_once_and_then_checked_with_rest() {
    for judgement in [Input::Fetched, Input::FetchFailed(Error::new(Code::SessionExpired, "over"), None)] {
        let mut harness = Harness::new();
        harness.on(Input::SignedIn);
        harness.on(Input::Fetched);
        let effects = harness.on(Input::Refused(harness.conn(), Refusal::Auth));
        assert!(effects.contains(&Effect::RefreshToken));
        assert!(connects(&harness.on(Input::TokenRefreshed)), "tries again at once");
        let effects = harness.on(Input::Refused(harness.conn(), Refusal::Auth));
        assert!(effects.contains(&Effect::FetchJobs), "asks REST: {effects:?}");
        let accepted = judgement == Input::Fetched;
        let effects = harness.on(judgement);
        if accepted {
            assert_eq!(harness.state(), ConnectionState::Polling);
            assert!((harness.wait() - 300.0).abs() < 0.01, "the socket is tried every five minutes");
        } else {
            assert!(effects.iter().any(|effect| matches!(effect, Effect::SignOut(_))));
            assert_eq!(harness.state(), ConnectionState::SignedOut);
        }
    }
}

#[test]
fn delayed_token_refresh_backs_off_without_sign_out() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    harness.on(Input::Refused(harness.conn(), Refusal::Auth));
    harness.on(Input::TokenDelayed(Error::new(Code::Unreachable, "no network")));
    assert_eq!(harness.state(), ConnectionState::Backoff);
}

#[test]
fn statuses_and_close_codes_follow_the_protocol() {
    for status in [401, 403] {
        assert_eq!(Refusal::from_status(status, None), Refusal::Auth);
    }
    for status in [200, 301, 302, 404, 501] {
        assert!(matches!(Refusal::from_status(status, None), Refusal::NoSocket(_)), "{status}");
    }
    for status in [400, 429, 500, 502, 503] {
        assert!(matches!(Refusal::from_status(status, None), Refusal::Failed(..)), "{status}");
    }
    for code in [1008, 3000, 4001, 4003, 4401, 4403] {
        assert_eq!(Closed::from_code(Some(code)), Closed::Auth);
    }
    assert_eq!(Closed::from_code(Some(4409)), Closed::Replaced);
    for code in [Some(1000), Some(1001), Some(1006), Some(1011), Some(4999), None] {
        assert!(matches!(Closed::from_code(code), Closed::Lost(_)), "{code:?}");
    }
}

#[test]
fn missing_socket_polls_and_retries_every_five_minutes() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    harness.on(Input::Fetched);
    let effects = harness.on(Input::Refused(harness.conn(), Refusal::from_status(404, None)));
    assert!(effects.contains(&Effect::FetchJobs));
    harness.on(Input::Fetched);
    assert_eq!(harness.state(), ConnectionState::Polling);
    assert!((harness.wait() - 300.0).abs() < 0.01);
}

#[test]
fn retry_after_raises_the_delay_up_to_five_minutes() {
    for (asked, expected) in [(20, 20.0), (10_000, 300.0)] {
        let mut harness = Harness::new();
        harness.on(Input::SignedIn);
        let busy = Refusal::from_status(503, Some(Duration::from_secs(asked)));
        harness.on(Input::Refused(harness.conn(), busy));
        assert!((harness.wait() - expected).abs() < 0.01);
    }
}

#[test]
fn replaced_connection_stays_closed_until_the_user_reconnects() {
    let mut harness = Harness::live();
    harness.on(Input::Closed(harness.conn(), Closed::Replaced));
    assert_eq!((harness.state(), harness.connection.deadline()), (ConnectionState::Stopped, None));
    assert!(connects(&harness.on(Input::Reconnect)));
}

#[test]
fn handshake_times_out_after_ten_seconds() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    let hanging = harness.conn();
    assert!(harness.after(10.0).contains(&Effect::Disconnect(hanging)));
    assert_eq!(harness.connection.status(harness.now).reason.expect("a reason").code, Code::HandshakeTimeout);
    assert_eq!(harness.on(Input::Opened(hanging)), [Effect::Disconnect(hanging)], "a timed-out attempt cannot open");
}

#[test]
fn sleep_reconnects_at_once() {
    let mut harness = Harness::live();
    let old = harness.conn();
    // The wall clock advanced by an hour while the monotonic clock stood still.
    harness.now.wall = harness.now.after(Duration::from_hours(1)).wall;
    let effects = harness.after(1.0);
    assert_eq!(effects[..2], [Effect::Disconnect(old), Effect::Connect(harness.conn())]);
    assert_ne!(harness.conn(), old);
}

#[test]
fn sign_out_disconnects_and_nothing_reconnects() {
    let mut harness = Harness::live();
    let conn = harness.conn();
    let effects = harness.on(Input::SignedOut);
    assert!(effects.contains(&Effect::Disconnect(conn)));
    assert_eq!((harness.state(), harness.connection.deadline()), (ConnectionState::SignedOut, None));
    let lost = Closed::Lost(Error::new(Code::Closed, "closed"));
    assert!(harness.on(Input::Closed(conn, lost)).is_empty());
    assert!(harness.after(3600.0).is_empty());
}

#[test]
fn frames_of_an_earlier_connection_are_ignored() {
    let mut harness = Harness::live();
    let old = harness.conn();
    harness.on(Input::Reconnect);
    harness.open();
    assert!(harness.on(Input::Heartbeat(old, Heartbeat::Heartbeat)).is_empty());
}

#[test]
fn status_is_reported_once_per_change_not_per_input() {
    let mut harness = Harness::live();
    for _ in 0..10 {
        let message = Input::Message(harness.conn());
        assert!(harness.on(message).is_empty());
    }
}

mod network;
mod properties;

#[test]
fn late_refusal_of_every_token_method_polls_after_one_try_each() {
    let mut harness = Harness::new();
    harness.connection.set_endpoint("acme.tv/ws".to_owned(), crate::discovery::WsToken::Auto, None);
    harness.on(Input::SignedIn);
    harness.on(Input::Fetched);
    let mut ways = Vec::new();
    for _ in 0..crate::discovery::WsToken::METHODS.len() {
        ways.push(harness.connection.ws_token());
        harness.open();
        harness.on(Input::Fetched);
        harness.after(10.0);
        harness.on(Input::Closed(harness.conn(), Closed::Auth));
        if harness.connection.state == State::AskingRest {
            harness.on(Input::Fetched);
        }
    }
    assert_eq!(ways, crate::discovery::WsToken::METHODS);
    harness.on(Input::Fetched);
    assert_eq!(harness.state(), ConnectionState::Polling);
    assert!((harness.wait() - 300.0).abs() < 0.01, "{}", harness.wait());
    assert_eq!(harness.connection.status(harness.now).reason.expect("a reason").code, Code::SocketRefused);
}

#[test]
fn token_method_that_worked_is_remembered_and_tried_first() {
    use crate::discovery::WsToken;
    let mut harness = Harness::new();
    harness.connection.set_endpoint("acme.tv/ws".to_owned(), WsToken::Auto, None);
    harness.on(Input::SignedIn);
    harness.on(Input::Fetched);
    harness.on(Input::Refused(harness.conn(), Refusal::Auth));
    assert!(connects(&harness.on(Input::Fetched)), "tries the next method at once");
    assert_eq!(harness.connection.ws_token(), WsToken::Query);
    harness.open();
    let effects = harness.on(Input::Message(harness.conn()));
    assert!(effects.contains(&Effect::StoreTokenMethod(WsToken::Query)), "{effects:?}");
    harness.on(Input::Closed(harness.conn(), Closed::Lost(Error::new(Code::Closed, "closed"))));
    harness.after(1.0);
    assert_eq!(harness.connection.ws_token(), WsToken::Query);
    harness.connection.set_endpoint("acme.tv/ws".to_owned(), WsToken::Auto, None);
    assert_eq!(harness.connection.ws_token(), WsToken::Query, "the same endpoint keeps the method");
    harness.connection.set_endpoint("other.tv/ws".to_owned(), WsToken::Auto, Some(WsToken::Message));
    assert_eq!(harness.connection.ws_token(), WsToken::Message);
}

#[test]
fn token_refreshed_during_rest_check_is_sent_by_the_same_method() {
    use crate::discovery::WsToken;
    let mut harness = Harness::new();
    harness.connection.set_endpoint("acme.tv/ws".to_owned(), WsToken::Auto, None);
    harness.on(Input::SignedIn);
    harness.on(Input::Fetched);
    harness.on(Input::Refused(harness.conn(), Refusal::Auth));
    harness.on(Input::TokenRefreshed);
    assert!(connects(&harness.on(Input::Fetched)));
    assert_eq!(harness.connection.ws_token(), WsToken::Header);
}

#[test]
fn repeated_refusal_after_a_message_costs_one_refresh() {
    let mut harness = Harness::live();
    let mut refreshes = 0;
    for _ in 0..5 {
        harness.on(Input::Message(harness.conn()));
        harness.after(10.0);
        let effects = harness.on(Input::Closed(harness.conn(), Closed::Auth));
        refreshes += effects.iter().filter(|effect| **effect == Effect::RefreshToken).count();
        match harness.connection.state {
            State::AwaitingToken => drop(harness.on(Input::TokenRefreshed)),
            State::AskingRest => drop(harness.on(Input::Fetched)),
            _ => {}
        }
        if matches!(harness.connection.state, State::Waiting { .. }) {
            break;
        }
        harness.open();
        harness.on(Input::Fetched);
    }
    assert_eq!(refreshes, 1);
    assert!((harness.wait() - 300.0).abs() < 0.01, "{}", harness.wait());
}

#[test]
fn socket_closed_after_token_refresh_reconnects_at_once() {
    let mut harness = Harness::live();
    for _ in 0..3 {
        harness.on(Input::Message(harness.conn()));
        harness.after(10.0);
        harness.on(Input::TokenRefreshed);
        let effects = harness.on(Input::Closed(harness.conn(), Closed::Auth));
        assert!(connects(&effects) && !effects.contains(&Effect::RefreshToken), "{effects:?}");
        harness.open();
        harness.on(Input::Fetched);
    }
}
