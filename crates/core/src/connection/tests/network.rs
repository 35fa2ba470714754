//! Tests of network changes, captive portals, `Retry-After` and restarts of the server.

use super::*;

#[test]
fn network_change_probes_at_once_and_an_answer_keeps_the_connection() {
    let mut harness = Harness::live();
    let conn = harness.conn();
    assert_eq!(harness.on(Input::NetworkChanged), [Effect::Ping(conn)]);
    assert!(harness.on(Input::NetworkChanged).is_empty(), "one probe at a time");
    harness.on(Input::Pong(conn));
    assert!(harness.after(PROBE_LIMIT.as_secs_f64()).is_empty());
    assert_eq!((harness.state(), harness.conn()), (ConnectionState::Live, conn));

    harness.on(Input::NetworkChanged);
    let effects = harness.after(PROBE_LIMIT.as_secs_f64());
    assert_eq!(effects[..2], [Effect::Disconnect(conn), Effect::Connect(harness.conn())], "no answer: reconnects");
}

#[test]
fn network_change_ends_a_wait_but_respects_retry_after() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    for _ in 0..6 {
        harness.fail();
        let wait = harness.wait();
        harness.after(wait);
    }
    harness.fail();
    assert!(connects(&harness.on(Input::NetworkChanged)));
    harness.on(Input::Refused(harness.conn(), Refusal::from_status(503, Some(Duration::from_secs(90)))));
    assert!(!connects(&harness.on(Input::NetworkChanged)));
    assert!((harness.wait() - 90.0).abs() < 0.01);
    assert!(connects(&harness.on(Input::Reconnect)), "the user may always reconnect");
}

#[test]
fn refusal_after_one_message_does_not_refresh_again() {
    let mut harness = Harness::live();
    harness.after(5.0);
    harness.on(Input::Closed(harness.conn(), Closed::Auth));
    harness.on(Input::TokenRefreshed);
    harness.open();
    harness.on(Input::Message(harness.conn()));
    let effects = harness.on(Input::Closed(harness.conn(), Closed::Auth));
    assert!(!effects.contains(&Effect::RefreshToken), "the token was fresh: {effects:?}");
    harness.on(Input::Fetched);
    assert_eq!(harness.state(), ConnectionState::Polling);
}

#[test]
fn socket_is_retried_at_once_after_a_captive_portal() {
    let mut harness = Harness::new();
    harness.on(Input::SignedIn);
    harness.on(Input::Refused(harness.conn(), Refusal::from_status(302, None)));
    let portal = Error::new(Code::CaptivePortal, "something else answers");
    harness.on(Input::FetchFailed(portal, None));
    harness.on(Input::Refresh);
    harness.on(Input::FetchFailed(Error::new(Code::CaptivePortal, "something else answers"), None));
    let status = harness.connection.status(harness.now);
    assert_eq!((status.state, status.reason.expect("a reason").code), (ConnectionState::Offline, Code::CaptivePortal));
    harness.on(Input::Refresh);
    assert!(connects(&harness.on(Input::Fetched)));
}

#[test]
fn refetch_respects_retry_after_but_a_user_request_does_not() {
    let mut harness = Harness::live();
    harness.on(Input::Refresh);
    harness.on(Input::FetchFailed(Error::new(Code::RateLimited, "429"), Some(Duration::from_secs(100))));
    harness.on(Input::Reconnect);
    assert!(!harness.open().contains(&Effect::FetchJobs));
    assert_eq!(harness.until_poll(), Duration::from_secs(100));
    assert!(harness.on(Input::Refresh).contains(&Effect::FetchJobs));
}

/// Simulates a fleet whose server restarts: no client reconnects later than specified, and not all at the same time.
#[test]
fn thousand_clients_reconnect_spread_out() {
    let mut arrivals: Vec<Duration> = (0..1000)
        .map(|client| {
            let mut harness = Harness::live();
            harness.now.draw = f64::from(client) / 1000.0;
            harness.on(Input::Closed(harness.conn(), Closed::from_code(Some(1012))));
            harness.connection.deadline().expect("another try").saturating_sub(harness.now.monotonic)
        })
        .collect();
    arrivals.sort();
    assert!(arrivals[0] >= Duration::from_millis(750) && arrivals[999] <= Duration::from_secs(1));
    let busiest = arrivals.chunk_by(|a, b| a.as_millis() / 25 == b.as_millis() / 25).map(<[_]>::len).max();
    assert!(busiest.is_some_and(|count| count <= 100), "{busiest:?} of 1000 within 25 ms");
}
