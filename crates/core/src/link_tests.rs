#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is not expected fails the test")]

use std::time::Duration;

use super::*;
use crate::view::ConnectionState;

/// Drives a link as its driver would, with time in hand.
struct Scene {
    link: Link,
    now: Now,
}

impl Scene {
    fn new() -> Self {
        Self {
            link: Link::default(),
            now: Now { monotonic: Duration::ZERO, wall: "2026-01-01T00:00:00Z".parse().expect("a time"), draw: 1.0 },
        }
    }

    /// Signed in, connected and with the list fetched.
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
        self.link.sync.deadline().expect("another poll").saturating_sub(self.now.monotonic)
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
fn signing_in_connects_subscribes_and_then_fetches() {
    let mut scene = Scene::new();
    let effects = scene.on(Input::SignedIn);
    assert!(connects(&effects) && effects.contains(&Effect::FetchJobs), "the list does not wait for the socket");
    assert_eq!(scene.state(), ConnectionState::Connecting);
    scene.on(Input::Watch(jobs(1)));
    let effects = scene.open();
    let subscribe = Effect::Send(scene.conn(), ClientMessage::Subscribe { job_ids: jobs(1) });
    assert_eq!(effects[0], subscribe);
    assert!(scene.on(Input::Fetched).contains(&Effect::FetchJobs), "what was missed before the subscription");
    assert_eq!(scene.state(), ConnectionState::Live);
}

#[test]
fn a_subscription_frame_holds_at_most_five_hundred_ids_and_none_is_sent_for_none() {
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
    assert_eq!(job_ids[0].as_str(), "0001", "what has ended is not subscribed again");
}

#[test]
fn failures_back_off_as_specified() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    for expected in [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
        scene.fail();
        assert!((scene.wait() - expected).abs() < 0.01, "{} is not {expected}", scene.wait());
        assert!(connects(&scene.after(expected)));
    }
}

#[test]
fn polling_is_shown_as_polling_or_offline_and_ends_with_the_socket() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    scene.on(Input::FetchFailed(Error::new(Code::Unreachable, "no network"), None));
    scene.fail();
    scene.after(1.0);
    assert_eq!(scene.fail().iter().filter(|effect| **effect == Effect::FetchJobs).count(), 0);
    scene.after(2.0);
    assert!(scene.fail().contains(&Effect::FetchJobs), "the third failure polls");
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
    assert!(scene.open().contains(&Effect::FetchJobs), "the refetch after the connect");
    scene.on(Input::Fetched);
    assert_eq!((scene.state(), scene.link.sync.deadline()), (ConnectionState::Live, None));
}

#[test]
fn polling_is_not_claimed_before_an_answer() {
    let mut scene = Scene::live();
    scene.on(Input::Closed(scene.conn(), Closed::from_code(None)));
    for _ in 0..3 {
        let wait = scene.wait();
        scene.after(wait);
        scene.fail();
    }
    assert_eq!(scene.state(), ConnectionState::Backoff, "the list was had, but long ago");
    scene.on(Input::Fetched);
    assert_eq!(scene.state(), ConnectionState::Polling);
}

#[test]
fn failing_polls_slow_to_a_minute_and_heed_retry_after() {
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
    assert_eq!(scene.link.sync.deadline(), Some(scene.now.monotonic + Duration::from_secs(200)));
}

#[test]
fn a_message_or_five_seconds_reset_the_backoff_but_flapping_does_not() {
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
    assert!((scene.wait() - 1.0).abs() < 0.01, "five seconds are a success");
}

#[test]
fn sixty_seconds_of_silence_are_the_end_of_a_connection() {
    let mut scene = Scene::live();
    let old = scene.conn();
    scene.after(59.0);
    scene.on(Input::Noise(old));
    assert_eq!(scene.link.deadline(), Some(scene.now.monotonic + SILENCE_LIMIT), "any frame is life");
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
fn a_refused_token_is_refreshed_once_and_then_rest_judges() {
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
fn a_token_that_cannot_be_refreshed_now_is_no_reason_to_sign_out() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    scene.on(Input::Refused(scene.conn(), Refusal::Auth));
    scene.on(Input::TokenDelayed(Error::new(Code::Unreachable, "no network")));
    assert_eq!(scene.state(), ConnectionState::Backoff);
}

#[test]
fn statuses_and_close_codes_mean_what_the_contract_says() {
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
fn no_socket_here_means_polling_and_another_look_every_five_minutes() {
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
fn retry_after_raises_the_delay_to_at_most_five_minutes() {
    for (asked, expected) in [(20, 20.0), (10_000, 300.0)] {
        let mut scene = Scene::new();
        scene.on(Input::SignedIn);
        let busy = Refusal::from_status(503, Some(Duration::from_secs(asked)));
        scene.on(Input::Refused(scene.conn(), busy));
        assert!((scene.wait() - expected).abs() < 0.01);
    }
}

#[test]
fn a_replaced_connection_stays_down_until_the_person_asks() {
    let mut scene = Scene::live();
    scene.on(Input::Closed(scene.conn(), Closed::Replaced));
    assert_eq!((scene.state(), scene.link.deadline()), (ConnectionState::Stopped, None));
    assert!(connects(&scene.on(Input::Reconnect)));
}

#[test]
fn a_handshake_has_ten_seconds() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    let hanging = scene.conn();
    assert!(scene.after(10.0).contains(&Effect::Disconnect(hanging)));
    assert_eq!(scene.link.view(scene.now).reason.expect("a reason").code, Code::HandshakeTimeout);
    assert_eq!(scene.on(Input::Opened(hanging)), [Effect::Disconnect(hanging)], "too late is too late");
}

#[test]
fn after_a_sleep_the_connection_is_made_anew_at_once() {
    let mut scene = Scene::live();
    let old = scene.conn();
    // The wall clock went on for an hour, the monotonic one stood still.
    scene.now.wall = scene.now.after(Duration::from_hours(1)).wall;
    let effects = scene.after(1.0);
    assert_eq!(effects[..2], [Effect::Disconnect(old), Effect::Connect(scene.conn())]);
    assert_ne!(scene.conn(), old);
}

#[test]
fn signing_out_ends_everything_and_nothing_reconnects() {
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
fn frames_of_an_earlier_connection_are_not_life() {
    let mut scene = Scene::live();
    let old = scene.conn();
    scene.on(Input::Reconnect);
    scene.open();
    assert!(scene.on(Input::Heartbeat(old, Heartbeat::Heartbeat)).is_empty());
}

#[test]
fn the_view_is_shown_once_a_change_not_once_an_input() {
    let mut scene = Scene::live();
    for _ in 0..10 {
        let message = Input::Message(scene.conn());
        assert!(scene.on(message).is_empty());
    }
}

#[test]
fn a_change_of_the_network_probes_at_once_and_an_answer_keeps_the_connection() {
    let mut scene = Scene::live();
    let conn = scene.conn();
    assert_eq!(scene.on(Input::NetworkChanged), [Effect::Ping(conn)]);
    assert!(scene.on(Input::NetworkChanged).is_empty(), "one probe at a time");
    scene.on(Input::Pong(conn));
    assert!(scene.after(PROBE_LIMIT.as_secs_f64()).is_empty());
    assert_eq!((scene.state(), scene.conn()), (ConnectionState::Live, conn));

    scene.on(Input::NetworkChanged);
    let effects = scene.after(PROBE_LIMIT.as_secs_f64());
    assert_eq!(effects[..2], [Effect::Disconnect(conn), Effect::Connect(scene.conn())], "no answer: anew, at once");
}

#[test]
fn a_change_of_the_network_ends_a_wait_but_not_one_that_the_backend_asked_for() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    for _ in 0..6 {
        scene.fail();
        let wait = scene.wait();
        scene.after(wait);
    }
    scene.fail();
    assert!(connects(&scene.on(Input::NetworkChanged)));
    scene.on(Input::Refused(scene.conn(), Refusal::from_status(503, Some(Duration::from_secs(90)))));
    assert!(!connects(&scene.on(Input::NetworkChanged)));
    assert!((scene.wait() - 90.0).abs() < 0.01);
    assert!(connects(&scene.on(Input::Reconnect)), "the person may always");
}

#[test]
fn a_backend_that_says_one_thing_and_then_refuses_is_not_asked_for_ever() {
    let mut scene = Scene::live();
    scene.after(5.0);
    scene.on(Input::Closed(scene.conn(), Closed::Auth));
    scene.on(Input::TokenRefreshed);
    scene.open();
    scene.on(Input::Message(scene.conn()));
    let effects = scene.on(Input::Closed(scene.conn(), Closed::Auth));
    assert!(!effects.contains(&Effect::RefreshToken), "the token was fresh: {effects:?}");
    scene.on(Input::Fetched);
    assert_eq!(scene.state(), ConnectionState::Polling);
}

#[test]
fn when_a_captive_portal_opens_the_socket_is_tried_at_once() {
    let mut scene = Scene::new();
    scene.on(Input::SignedIn);
    scene.on(Input::Refused(scene.conn(), Refusal::from_status(302, None)));
    let portal = Error::new(Code::CaptivePortal, "something else answers");
    scene.on(Input::FetchFailed(portal, None));
    scene.on(Input::Refresh);
    scene.on(Input::FetchFailed(Error::new(Code::CaptivePortal, "something else answers"), None));
    let view = scene.link.view(scene.now);
    assert_eq!((view.state, view.reason.expect("a reason").code), (ConnectionState::Offline, Code::CaptivePortal));
    scene.on(Input::Refresh);
    assert!(connects(&scene.on(Input::Fetched)));
}

#[test]
fn a_refetch_waits_for_what_the_backend_asked_for_but_the_person_need_not() {
    let mut scene = Scene::live();
    scene.on(Input::Refresh);
    scene.on(Input::FetchFailed(Error::new(Code::RateLimited, "429"), Some(Duration::from_secs(100))));
    scene.on(Input::Reconnect);
    assert!(!scene.open().contains(&Effect::FetchJobs));
    assert_eq!(scene.until_poll(), Duration::from_secs(100));
    assert!(scene.on(Input::Refresh).contains(&Effect::FetchJobs));
}

/// A fleet whose server restarts: nobody is later than the specification allows, and no instant gets them all.
#[test]
fn a_thousand_clients_come_back_spread_out() {
    let mut arrivals: Vec<Duration> = (0..1000)
        .map(|client| {
            let mut scene = Scene::live();
            scene.now.draw = f64::from(client) / 1000.0;
            scene.on(Input::Closed(scene.conn(), Closed::from_code(Some(1012))));
            scene.link.deadline().expect("another try").saturating_sub(scene.now.monotonic)
        })
        .collect();
    arrivals.sort();
    assert!(arrivals[0] >= Duration::from_millis(750) && arrivals[999] <= Duration::from_secs(1));
    let busiest = arrivals.chunk_by(|a, b| a.as_millis() / 25 == b.as_millis() / 25).map(<[_]>::len).max();
    assert!(busiest.is_some_and(|count| count <= 100), "{busiest:?} of 1000 within 25 ms");
}

mod any_sequence {
    use proptest::prelude::*;

    use super::*;

    fn error() -> Error {
        Error::new(Code::ServerError, "trouble")
    }

    /// Is a step of a story: an input, the time before it, and whether the machine slept meanwhile.
    fn any_step() -> impl Strategy<Value = (Input, u64, bool)> {
        // The names of the last connections: the current one, and some that are over.
        let conn = (0..4_u64).prop_map(ConnId);
        let input = prop_oneof![
            Just(Input::SignedIn),
            Just(Input::SignedOut),
            conn.clone().prop_map(Input::Opened),
            conn.clone().prop_map(|conn| Input::Refused(conn, Refusal::Auth)),
            conn.clone().prop_map(|conn| Input::Refused(conn, Refusal::NoToken)),
            conn.clone().prop_map(|conn| Input::Refused(conn, Refusal::NoSocket(error()))),
            conn.clone().prop_map(|conn| Input::Refused(conn, Refusal::Failed(error(), Some(Duration::from_secs(40))))),
            conn.clone().prop_map(|conn| Input::Closed(conn, Closed::Auth)),
            conn.clone().prop_map(|conn| Input::Closed(conn, Closed::Replaced)),
            conn.clone().prop_map(|conn| Input::Closed(conn, Closed::Lost(error()))),
            conn.clone().prop_map(Input::Message),
            conn.clone().prop_map(Input::Noise),
            conn.clone().prop_map(|conn| Input::Heartbeat(conn, Heartbeat::Ping)),
            conn.prop_map(Input::Pong),
            Just(Input::NetworkChanged),
            Just(Input::Watch(jobs(2))),
            Just(Input::Fetched),
            Just(Input::FetchFailed(error(), None)),
            Just(Input::FetchFailed(Error::new(Code::SessionExpired, "over"), None)),
            Just(Input::TokenRefreshed),
            Just(Input::TokenDelayed(error())),
            Just(Input::Reconnect),
            Just(Input::Refresh),
            Just(Input::LookSoon),
            Just(Input::Tick),
        ];
        (input, prop_oneof![Just(0), 1..70_000_u64, Just(400_000)], proptest::bool::weighted(0.05))
    }

    /// Names a connection relative to the newest, so that most inputs are about one that exists.
    fn relative(input: Input, newest: u64) -> Input {
        let of = |conn: ConnId| ConnId(newest.saturating_sub(conn.0));
        match input {
            Input::Opened(conn) => Input::Opened(of(conn)),
            Input::Refused(conn, refusal) => Input::Refused(of(conn), refusal),
            Input::Closed(conn, closed) => Input::Closed(of(conn), closed),
            Input::Message(conn) => Input::Message(of(conn)),
            Input::Noise(conn) => Input::Noise(of(conn)),
            Input::Heartbeat(conn, kind) => Input::Heartbeat(of(conn), kind),
            Input::Pong(conn) => Input::Pong(of(conn)),
            other => other,
        }
    }

    /// Is what a driver would have open or under way.
    #[derive(Default)]
    struct Driver {
        socket: Option<ConnId>,
        opened: bool,
        fetches: i32,
        asks_token: bool,
    }

    impl Driver {
        fn hear(&mut self, input: &Input) {
            match input {
                Input::Refused(conn, _) | Input::Closed(conn, _) => drop(self.socket.take_if(|open| open == conn)),
                Input::Opened(_) => self.opened = true,
                Input::Fetched | Input::FetchFailed(..) => self.fetches -= 1,
                Input::TokenRefreshed | Input::TokenDelayed(_) => self.asks_token = false,
                // Answers to somebody who has left are nobody's.
                Input::SignedOut => (self.fetches, self.asks_token) = (0, false),
                _ => {}
            }
        }

        fn perform(&mut self, effects: &[Effect]) {
            for effect in effects {
                match effect {
                    Effect::Connect(conn) => {
                        assert_eq!(self.socket, None, "a second socket beside the first");
                        (self.socket, self.opened) = (Some(*conn), false);
                    }
                    Effect::Disconnect(conn) => drop(self.socket.take_if(|open| open == conn)),
                    Effect::Send(conn, _) | Effect::Ping(conn) => assert_eq!(self.socket, Some(*conn)),
                    Effect::FetchJobs => self.fetches += 1,
                    Effect::RefreshToken => self.asks_token = true,
                    Effect::SignOut(_) => (self.fetches, self.asks_token) = (0, false),
                    Effect::Show(_) => {}
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn there_is_at_most_one_socket_and_always_a_way_forward(
            steps in proptest::collection::vec(any_step(), 1..60)
        ) {
            let mut scene = Scene::new();
            let mut driver = Driver::default();
            for (input, millis, slept) in steps {
                scene.now = scene.now.after(Duration::from_millis(millis));
                if slept {
                    scene.now.wall = scene.now.after(Duration::from_hours(8)).wall;
                }
                let input = relative(input, scene.link.next_conn.saturating_sub(1));
                // A driver reports the end of a fetch or a refresh only where one is under way, and of its own sockets.
                let unasked = match &input {
                    Input::Fetched | Input::FetchFailed(..) => driver.fetches == 0,
                    Input::TokenRefreshed | Input::TokenDelayed(_) => !driver.asks_token,
                    Input::Opened(conn) | Input::Refused(conn, _) => driver.socket != Some(*conn) || driver.opened,
                    Input::Closed(conn, _) => driver.socket != Some(*conn) || !driver.opened,
                    _ => false,
                };
                if unasked {
                    continue;
                }
                driver.hear(&input);
                let effects = scene.on(input);
                driver.perform(&effects);
                let deadline = scene.link.deadline();
                prop_assert!(deadline.is_none_or(|due| due > scene.now.monotonic), "a timer that is due is done");
                prop_assert!((0..=1).contains(&driver.fetches), "fetches pile up: {}", driver.fetches);
                let at_rest = matches!(scene.link.state, State::SignedOut | State::Stopped);
                let goes_on = deadline.is_some() || driver.asks_token || driver.fetches > 0;
                prop_assert!(at_rest || goes_on, "stuck in {:?}", scene.link.state);
                prop_assert!(!matches!(scene.link.state, State::SignedOut) || driver.socket.is_none());
                let waits = matches!(scene.link.state, State::Waiting { .. });
                prop_assert!(!waits || driver.socket.is_none(), "waits although there is a socket");
                let live = scene.state() == ConnectionState::Live;
                prop_assert!(!live || driver.socket.is_some(), "live without a socket");
            }
        }
    }
}
