//! Invariants of the connection for any sequence of inputs.

use proptest::prelude::*;

use super::*;
use crate::discovery::WsToken;

fn error() -> Error {
    Error::new(Code::ServerError, "trouble")
}

/// Generates a step: an input, the time before it in milliseconds, and whether the machine slept in between.
fn any_step() -> impl Strategy<Value = (Input, u64, bool)> {
    // Relative ids: the current connection, and some earlier ones.
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
        conn.clone().prop_map(Input::OtherFrame),
        conn.clone().prop_map(|conn| Input::Unreadable(conn, 3)),
        conn.clone().prop_map(Input::Accepted),
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
        Just(Input::EndpointChanged),
        Just(Input::Refresh),
        Just(Input::RefreshSoon),
        Just(Input::Tick),
    ];
    (input, prop_oneof![Just(0), 1..70_000_u64, Just(400_000)], proptest::bool::weighted(0.05))
}

/// Converts a relative connection id to an absolute one, so that most inputs refer to an existing connection.
fn relative(input: Input, newest: u64) -> Input {
    let of = |conn: ConnId| ConnId(newest.saturating_sub(conn.0));
    match input {
        Input::Opened(conn) => Input::Opened(of(conn)),
        Input::Refused(conn, refusal) => Input::Refused(of(conn), refusal),
        Input::Closed(conn, closed) => Input::Closed(of(conn), closed),
        Input::Message(conn) => Input::Message(of(conn)),
        Input::OtherFrame(conn) => Input::OtherFrame(of(conn)),
        Input::Unreadable(conn, count) => Input::Unreadable(of(conn), count),
        Input::Accepted(conn) => Input::Accepted(of(conn)),
        Input::Heartbeat(conn, kind) => Input::Heartbeat(of(conn), kind),
        Input::Pong(conn) => Input::Pong(of(conn)),
        other => other,
    }
}

/// A model of the client: the sockets, fetches and refreshes that it has under way.
#[derive(Default)]
struct Driver {
    socket: Option<ConnId>,
    opened: bool,
    fetches: i32,
    asks_token: bool,
}

impl Driver {
    fn apply_input(&mut self, input: &Input) {
        match input {
            Input::Refused(conn, _) | Input::Closed(conn, _) => drop(self.socket.take_if(|open| open == conn)),
            Input::Opened(_) => self.opened = true,
            Input::Fetched | Input::FetchFailed(..) => self.fetches -= 1,
            Input::TokenRefreshed | Input::TokenDelayed(_) => self.asks_token = false,
            // Responses to requests of a signed-out user are dropped.
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
                Effect::StatusChanged(_) | Effect::StoreTokenMethod(_) => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn at_most_one_socket_exists_and_the_machine_never_gets_stuck(
        steps in proptest::collection::vec(any_step(), 1..60),
        is_auto in any::<bool>(),
    ) {
        let mut harness = Harness::new();
        if is_auto {
            harness.connection.set_endpoint("wss://acme.tv/ws".to_owned(), WsToken::Auto, None);
        }
        let mut driver = Driver::default();
        for (input, millis, slept) in steps {
            harness.now = harness.now.after(Duration::from_millis(millis));
            if slept {
                harness.now.wall = harness.now.after(Duration::from_hours(8)).wall;
            }
            let input = relative(input, harness.connection.next_conn.saturating_sub(1));
            // The client reports the end of a fetch or refresh only if one is under way, and events of its own sockets
            // only.
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
            driver.apply_input(&input);
            let effects = harness.on(input);
            driver.perform(&effects);
            let deadline = harness.connection.deadline();
            prop_assert!(deadline.is_none_or(|due| due > harness.now.monotonic), "a due timer was not handled");
            prop_assert!((0..=1).contains(&driver.fetches), "fetches pile up: {}", driver.fetches);
            let at_rest = matches!(harness.connection.state, State::SignedOut | State::Stopped);
            let goes_on = deadline.is_some() || driver.asks_token || driver.fetches > 0;
            prop_assert!(at_rest || goes_on, "stuck in {:?}", harness.connection.state);
            prop_assert!(!matches!(harness.connection.state, State::SignedOut) || driver.socket.is_none());
            let waits = matches!(harness.connection.state, State::Waiting { .. });
            prop_assert!(!waits || driver.socket.is_none(), "waits although there is a socket");
            let live = harness.state() == ConnectionState::Live;
            prop_assert!(!live || driver.socket.is_some(), "live without a socket");
        }
    }
}
