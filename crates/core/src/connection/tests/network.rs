//! Tests of network changes, captive portals, `Retry-After` and restarts of the server.

use super::*;

#[test]
fn network_change_probes_at_once_and_an_answer_keeps_the_connection() {
    let mut scene = Scene::live();
    let conn = scene.conn();
    assert_eq!(scene.on(Input::NetworkChanged), [Effect::Ping(conn)]);
    assert!(scene.on(Input::NetworkChanged).is_empty(), "one probe at a time");
    scene.on(Input::Pong(conn));
    assert!(scene.after(PROBE_LIMIT.as_secs_f64()).is_empty());
    assert_eq!((scene.state(), scene.conn()), (ConnectionState::Live, conn));

    scene.on(Input::NetworkChanged);
    let effects = scene.after(PROBE_LIMIT.as_secs_f64());
    assert_eq!(effects[..2], [Effect::Disconnect(conn), Effect::Connect(scene.conn())], "no answer: reconnects");
}

#[test]
fn network_change_ends_a_wait_but_respects_retry_after() {
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
    assert!(connects(&scene.on(Input::Reconnect)), "the user may always reconnect");
}

#[test]
fn refusal_after_one_message_does_not_refresh_again() {
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
fn socket_is_retried_at_once_after_a_captive_portal() {
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
fn refetch_respects_retry_after_but_a_user_request_does_not() {
    let mut scene = Scene::live();
    scene.on(Input::Refresh);
    scene.on(Input::FetchFailed(Error::new(Code::RateLimited, "429"), Some(Duration::from_secs(100))));
    scene.on(Input::Reconnect);
    assert!(!scene.open().contains(&Effect::FetchJobs));
    assert_eq!(scene.until_poll(), Duration::from_secs(100));
    assert!(scene.on(Input::Refresh).contains(&Effect::FetchJobs));
}

/// Simulates a fleet whose server restarts: no client reconnects later than specified, and not all at the same time.
#[test]
fn thousand_clients_reconnect_spread_out() {
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
