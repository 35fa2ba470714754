#![expect(clippy::wildcard_enum_match_arm, reason = "an unexpected variant fails the test")]

use std::time::Duration;

use super::*;
use crate::view::ConnectionState;

/// A test harness that drives a connection as the client does, with a controlled clock.
struct Scene {
    link: Connection,
    now: Now,
}

impl Scene {
    fn new() -> Self {
        Self {
            link: Connection::default(),
            now: Now { monotonic: Duration::ZERO, wall: "2026-01-01T00:00:00Z".parse().expect("a time"), draw: 1.0 },
        }
    }

    /// Returns a harness that is signed in and connected, with the list fetched.
    fn live() -> Self {
        let mut scene = Self::new();
        scene.on(Input::SignedIn);
        scene.on(Input::Fetched);
        scene.open();
        scene.on(Input::Fetched);
        scene
    }

    fn on(&mut self, input: Input) -> Vec<Effect> {
        self.link.on(input, self.now)
    }

    fn after(&mut self, seconds: f64) -> Vec<Effect> {
        self.now = self.now.after(Duration::from_secs_f64(seconds));
        self.on(Input::Tick)
    }

    fn conn(&self) -> ConnId {
        ConnId(self.link.next_conn - 1)
    }

    fn open(&mut self) -> Vec<Effect> {
        self.on(Input::Opened(self.conn()))
    }

    fn fail(&mut self) -> Vec<Effect> {
        let failed = Refusal::Failed(Error::new(Code::Unreachable, "refused"), None);
        self.on(Input::Refused(self.conn(), failed))
    }

    fn state(&self) -> ConnectionState {
        self.link.view(self.now).state
    }

    fn until_poll(&self) -> Duration {
        self.link.polling.deadline().expect("another poll").saturating_sub(self.now.monotonic)
    }

    fn wait(&self) -> f64 {
        let millis = self.link.view(self.now).retry_in_ms.expect("a wait");
        Duration::from_millis(millis).as_secs_f64()
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
    let mut scene = Scene::new();
    let effects = scene.on(Input::SignedIn);
    assert!(connects(&effects) && effects.contains(&Effect::FetchJobs), "the list does not wait for the socket");
    assert_eq!(scene.state(), ConnectionState::Connecting);
    scene.on(Input::Watch(jobs(1)));
    let effects = scene.open();
    let subscribe = Effect::Send(scene.conn(), ClientMessage::Subscribe { job_ids: jobs(1) });
    assert_eq!(effects[0], subscribe);
    assert!(scene.on(Input::Fetched).contains(&Effect::FetchJobs), "fetches changes missed before the subscription");
    assert_eq!(scene.state(), ConnectionState::Live);
}

#[test]
fn subscription_frame_holds_1_to_500_ids() {
    let mut scene = Scene::live();
    assert!(scene.on(Input::Watch(Vec::new())).is_empty());
    let sizes: Vec<usize> = scene
        .on(Input::Watch(jobs(1201)))
        .iter()
        .map(|effect| match effect {
            Effect::Send(_, ClientMessage::Subscribe { job_ids }) => job_ids.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, [500, 500, 201]);
    assert!(scene.on(Input::Watch(jobs(1201))).is_empty(), "known ids are not sent again");
    scene.on(Input::Unwatch(jobs(1).remove(0)));
    scene.on(Input::Reconnect);
    let Some(Effect::Send(_, ClientMessage::Subscribe { job_ids })) = scene.open().into_iter().next() else {
        panic!("resubscribes")
    };
    assert_eq!(job_ids[0].as_str(), "0001", "an ended job is not subscribed again");
}

#[test]
fn endpoint_change_reconnects_at_once_even_while_connecting() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    let effects = scene.on(Input::EndpointChanged);
    assert!(
        matches!(effects.as_slice(), [Effect::Disconnect(old), Effect::Connect(new), ..] if old != new),
        "{effects:?}"
    );
    let mut open = Scene::live();
    assert!(connects(&open.on(Input::EndpointChanged)));
}

#[test]
fn failures_follow_the_backoff_sequence() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    for expected in [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
        scene.fail();
        assert!((scene.wait() - expected).abs() < 0.01, "{} is not {expected}", scene.wait());
        assert!(connects(&scene.after(expected)));
    }
}

#[test]
fn polling_shows_polling_or_offline_and_ends_with_the_socket() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    scene.on(Input::FetchFailed(Error::new(Code::Unreachable, "no network"), None));
    scene.fail();
    scene.after(1.0);
    assert_eq!(scene.fail().iter().filter(|effect| **effect == Effect::FetchJobs).count(), 0);
    scene.after(2.0);
    assert!(scene.fail().contains(&Effect::FetchJobs), "the third failure starts polling");
    scene.on(Input::FetchFailed(Error::new(Code::Unreachable, "no network"), None));
    assert_eq!(scene.state(), ConnectionState::Offline);
    let failing = scene.until_poll();
    assert!((36..=44).contains(&failing.as_secs()), "slows down: {failing:?}");
    scene.on(Input::Refresh);
    scene.on(Input::Fetched);
    assert_eq!(scene.state(), ConnectionState::Polling);
    let next = scene.until_poll();
    assert!((9.0..=11.0).contains(&next.as_secs_f64()), "{next:?}");

    let wait = scene.wait();
    scene.after(wait);
    assert!(scene.open().contains(&Effect::FetchJobs), "refetches after the connect");
    scene.on(Input::Fetched);
    assert_eq!((scene.state(), scene.link.polling.deadline()), (ConnectionState::Live, None));
}

#[test]
fn polling_is_not_shown_before_a_successful_fetch() {
    let mut scene = Scene::live();
    scene.on(Input::Closed(scene.conn(), Closed::from_code(None)));
    for _ in 0..3 {
        let wait = scene.wait();
        scene.after(wait);
        scene.fail();
    }
    assert_eq!(scene.state(), ConnectionState::Backoff, "the last successful fetch is old");
    scene.on(Input::Fetched);
    assert_eq!(scene.state(), ConnectionState::Polling);
}

#[test]
fn failing_polls_slow_to_a_minute_and_respect_retry_after() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    for _ in 0..3 {
        scene.fail();
        let wait = scene.wait();
        scene.after(wait);
    }
    for _ in 0..6 {
        scene.on(Input::FetchFailed(Error::new(Code::ServerError, "500"), None));
        let wait = scene.until_poll();
        assert!(wait <= Duration::from_mins(1));
        scene.on(Input::Refresh);
    }
    scene.on(Input::FetchFailed(Error::new(Code::RateLimited, "429"), Some(Duration::from_secs(200))));
    assert_eq!(scene.link.polling.deadline(), Some(scene.now.monotonic + Duration::from_secs(200)));
}

#[test]
fn message_or_five_seconds_open_resets_backoff_but_flapping_does_not() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    let lost = || Closed::Lost(Error::new(Code::Closed, "closed"));
    for expected in [1.0, 2.0, 4.0] {
        scene.open();
        scene.on(Input::Closed(scene.conn(), lost()));
        assert!((scene.wait() - expected).abs() < 0.01, "flapping backs off");
        scene.after(expected);
    }
    scene.open();
    scene.on(Input::Message(scene.conn()));
    scene.on(Input::Closed(scene.conn(), lost()));
    assert!((scene.wait() - 1.0).abs() < 0.01, "a message is a success");
    scene.after(1.0);
    scene.open();
    scene.after(5.0);
    scene.on(Input::Closed(scene.conn(), lost()));
    assert!((scene.wait() - 1.0).abs() < 0.01, "five seconds open are a success");
}

#[test]
fn sixty_seconds_of_silence_lose_the_connection() {
    let mut scene = Scene::live();
    let old = scene.conn();
    scene.after(59.0);
    scene.on(Input::OtherFrame(old));
    assert_eq!(scene.link.deadline(), Some(scene.now.monotonic + SILENCE_LIMIT), "any frame counts as a sign of life");
    let effects = scene.after(60.0);
    assert!(effects.contains(&Effect::Disconnect(old)));
    assert_eq!(scene.state(), ConnectionState::Backoff);
    assert_eq!(scene.link.view(scene.now).reason.expect("a reason").code, Code::Silent);
}

#[test]
fn heartbeats_are_answered_in_kind() {
    let mut scene = Scene::live();
    let timestamp = scene.now.wall;
    let conn = scene.conn();
    let heartbeat = scene.on(Input::Heartbeat(conn, Heartbeat::Heartbeat));
    assert_eq!(heartbeat, [Effect::Send(conn, ClientMessage::Heartbeat { timestamp })]);
    assert_eq!(
        scene.on(Input::Heartbeat(conn, Heartbeat::Ping)),
        [Effect::Send(conn, ClientMessage::Pong { timestamp })]
    );
}

#[test]
fn refused_token_is_refreshed_once_and_then_checked_with_rest() {
    for judgement in [Input::Fetched, Input::FetchFailed(Error::new(Code::SessionExpired, "over"), None)] {
        let mut scene = Scene::new();
        scene.on(Input::SignedIn);
        scene.on(Input::Fetched);
        let effects = scene.on(Input::Refused(scene.conn(), Refusal::Auth));
        assert!(effects.contains(&Effect::RefreshToken));
        assert!(connects(&scene.on(Input::TokenRefreshed)), "tries again at once");
        let effects = scene.on(Input::Refused(scene.conn(), Refusal::Auth));
        assert!(effects.contains(&Effect::FetchJobs), "asks REST: {effects:?}");
        let accepted = judgement == Input::Fetched;
        let effects = scene.on(judgement);
        if accepted {
            assert_eq!(scene.state(), ConnectionState::Polling);
            assert!((scene.wait() - 300.0).abs() < 0.01, "the socket is tried every five minutes");
        } else {
            assert!(effects.iter().any(|effect| matches!(effect, Effect::SignOut(_))));
            assert_eq!(scene.state(), ConnectionState::SignedOut);
        }
    }
}

#[test]
fn delayed_token_refresh_backs_off_without_sign_out() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    scene.on(Input::Refused(scene.conn(), Refusal::Auth));
    scene.on(Input::TokenDelayed(Error::new(Code::Unreachable, "no network")));
    assert_eq!(scene.state(), ConnectionState::Backoff);
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
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    scene.on(Input::Fetched);
    let effects = scene.on(Input::Refused(scene.conn(), Refusal::from_status(404, None)));
    assert!(effects.contains(&Effect::FetchJobs));
    scene.on(Input::Fetched);
    assert_eq!(scene.state(), ConnectionState::Polling);
    assert!((scene.wait() - 300.0).abs() < 0.01);
}

#[test]
fn retry_after_raises_the_delay_up_to_five_minutes() {
    for (asked, expected) in [(20, 20.0), (10_000, 300.0)] {
        let mut scene = Scene::new();
        scene.on(Input::SignedIn);
        let busy = Refusal::from_status(503, Some(Duration::from_secs(asked)));
        scene.on(Input::Refused(scene.conn(), busy));
        assert!((scene.wait() - expected).abs() < 0.01);
    }
}

#[test]
fn replaced_connection_stays_closed_until_the_user_reconnects() {
    let mut scene = Scene::live();
    scene.on(Input::Closed(scene.conn(), Closed::Replaced));
    assert_eq!((scene.state(), scene.link.deadline()), (ConnectionState::Stopped, None));
    assert!(connects(&scene.on(Input::Reconnect)));
}

#[test]
fn handshake_times_out_after_ten_seconds() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    let hanging = scene.conn();
    assert!(scene.after(10.0).contains(&Effect::Disconnect(hanging)));
    assert_eq!(scene.link.view(scene.now).reason.expect("a reason").code, Code::HandshakeTimeout);
    assert_eq!(scene.on(Input::Opened(hanging)), [Effect::Disconnect(hanging)], "a timed-out attempt cannot open");
}

#[test]
fn sleep_reconnects_at_once() {
    let mut scene = Scene::live();
    let old = scene.conn();
    // The wall clock advanced by an hour while the monotonic clock stood still.
    scene.now.wall = scene.now.after(Duration::from_hours(1)).wall;
    let effects = scene.after(1.0);
    assert_eq!(effects[..2], [Effect::Disconnect(old), Effect::Connect(scene.conn())]);
    assert_ne!(scene.conn(), old);
}

#[test]
fn sign_out_disconnects_and_nothing_reconnects() {
    let mut scene = Scene::live();
    let conn = scene.conn();
    let effects = scene.on(Input::SignedOut);
    assert!(effects.contains(&Effect::Disconnect(conn)));
    assert_eq!((scene.state(), scene.link.deadline()), (ConnectionState::SignedOut, None));
    let lost = Closed::Lost(Error::new(Code::Closed, "closed"));
    assert!(scene.on(Input::Closed(conn, lost)).is_empty());
    assert!(scene.after(3600.0).is_empty());
}

#[test]
fn frames_of_an_earlier_connection_are_ignored() {
    let mut scene = Scene::live();
    let old = scene.conn();
    scene.on(Input::Reconnect);
    scene.open();
    assert!(scene.on(Input::Heartbeat(old, Heartbeat::Heartbeat)).is_empty());
}

#[test]
fn view_is_shown_once_per_change_not_per_input() {
    let mut scene = Scene::live();
    for _ in 0..10 {
        let message = Input::Message(scene.conn());
        assert!(scene.on(message).is_empty());
    }
}

mod network;
mod properties;

#[test]
fn late_refusal_of_every_token_method_polls_after_one_try_each() {
    let mut scene = Scene::new();
    scene.link.set_endpoint("acme.tv/ws".to_owned(), crate::discovery::WsToken::Auto, None);
    scene.on(Input::SignedIn);
    scene.on(Input::Fetched);
    let mut ways = Vec::new();
    for _ in 0..crate::discovery::WsToken::WAYS.len() {
        ways.push(scene.link.ws_token());
        scene.open();
        scene.on(Input::Fetched);
        scene.after(10.0);
        scene.on(Input::Closed(scene.conn(), Closed::Auth));
        if scene.link.state == State::AskingRest {
            scene.on(Input::Fetched);
        }
    }
    assert_eq!(ways, crate::discovery::WsToken::WAYS);
    scene.on(Input::Fetched);
    assert_eq!(scene.state(), ConnectionState::Polling);
    assert!((scene.wait() - 300.0).abs() < 0.01, "{}", scene.wait());
    assert_eq!(scene.link.view(scene.now).reason.expect("a reason").code, Code::SocketRefused);
}

#[test]
fn token_method_that_worked_is_remembered_and_tried_first() {
    use crate::discovery::WsToken;
    let mut scene = Scene::new();
    scene.link.set_endpoint("acme.tv/ws".to_owned(), WsToken::Auto, None);
    scene.on(Input::SignedIn);
    scene.on(Input::Fetched);
    scene.on(Input::Refused(scene.conn(), Refusal::Auth));
    assert!(connects(&scene.on(Input::Fetched)), "tries the next method at once");
    assert_eq!(scene.link.ws_token(), WsToken::Query);
    scene.open();
    let effects = scene.on(Input::Message(scene.conn()));
    assert!(effects.contains(&Effect::Remember(WsToken::Query)), "{effects:?}");
    scene.on(Input::Closed(scene.conn(), Closed::Lost(Error::new(Code::Closed, "closed"))));
    scene.after(1.0);
    assert_eq!(scene.link.ws_token(), WsToken::Query);
    scene.link.set_endpoint("acme.tv/ws".to_owned(), WsToken::Auto, None);
    assert_eq!(scene.link.ws_token(), WsToken::Query, "the same endpoint keeps the method");
    scene.link.set_endpoint("other.tv/ws".to_owned(), WsToken::Auto, Some(WsToken::Message));
    assert_eq!(scene.link.ws_token(), WsToken::Message);
}

#[test]
fn token_refreshed_during_rest_check_is_sent_by_the_same_method() {
    use crate::discovery::WsToken;
    let mut scene = Scene::new();
    scene.link.set_endpoint("acme.tv/ws".to_owned(), WsToken::Auto, None);
    scene.on(Input::SignedIn);
    scene.on(Input::Fetched);
    scene.on(Input::Refused(scene.conn(), Refusal::Auth));
    scene.on(Input::TokenRefreshed);
    assert!(connects(&scene.on(Input::Fetched)));
    assert_eq!(scene.link.ws_token(), WsToken::Header);
}

#[test]
fn repeated_refusal_after_a_message_costs_one_refresh() {
    let mut scene = Scene::live();
    let mut refreshes = 0;
    for _ in 0..5 {
        scene.on(Input::Message(scene.conn()));
        scene.after(10.0);
        let effects = scene.on(Input::Closed(scene.conn(), Closed::Auth));
        refreshes += effects.iter().filter(|effect| **effect == Effect::RefreshToken).count();
        match scene.link.state {
            State::AwaitingToken => drop(scene.on(Input::TokenRefreshed)),
            State::AskingRest => drop(scene.on(Input::Fetched)),
            _ => {}
        }
        if matches!(scene.link.state, State::Waiting { .. }) {
            break;
        }
        scene.open();
        scene.on(Input::Fetched);
    }
    assert_eq!(refreshes, 1);
    assert!((scene.wait() - 300.0).abs() < 0.01, "{}", scene.wait());
}

#[test]
fn socket_closed_after_token_refresh_reconnects_at_once() {
    let mut scene = Scene::live();
    for _ in 0..3 {
        scene.on(Input::Message(scene.conn()));
        scene.after(10.0);
        scene.on(Input::TokenRefreshed);
        let effects = scene.on(Input::Closed(scene.conn(), Closed::Auth));
        assert!(connects(&effects) && !effects.contains(&Effect::RefreshToken), "{effects:?}");
        scene.open();
        scene.on(Input::Fetched);
    }
}
