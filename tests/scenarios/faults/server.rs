//! Faults of servers: closes, rejected upgrades, failing lists and restarts; and which outcomes notify after them.

use std::time::Duration;

use serde_json::json;
use tallylight_core::{Code, connection::ConnectionState};
use tallylight_tests::{Answer, Fault, ScriptedHarness, ended, running, update};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn unexpected_close_is_followed_by_a_reconnect() {
    for code in [1000, 1001, 1011, 1012, 1013, 4999] {
        let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
        harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
        harness.backend.close(code);
        harness.until("the loss", |harness| harness.is(ConnectionState::Backoff)).await;
        harness.until_with_clock("live again", SECOND, ScriptedHarness::is_live).await;
        harness.until("the notification of the missed outcome", |harness| harness.recorder.seen().told() == 1).await;
        // The socket repeats the same outcome late.
        harness.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:01:00Z"));
        assert_eq!((harness.told().await, harness.backend.connects()), (1, 2), "{code}");
    }
}

#[tokio::test]
async fn upgrade_rejected_with_retry_after_is_not_retried_earlier() {
    let busy = Answer::status(503).with("retry-after", "120");
    let harness = ScriptedHarness::set(|backend| backend.set_socket(busy)).await;
    harness.until("the backoff", |harness| harness.is(ConnectionState::Backoff)).await;
    let wait = harness.connection().await.retry_in_ms.expect("a wait");
    assert!((110_000..=120_000).contains(&wait), "{wait}");
    harness.change_network().await;
    harness.clock.advance(100 * SECOND);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(harness.backend.connects(), 1);
    harness.backend.set_socket(None);
    harness.clock.advance(20 * SECOND);
    harness.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn repeated_close_with_1009_is_retried_at_growing_intervals() {
    let harness = ScriptedHarness::set(|backend| backend.set_greeting(vec![tallylight_tests::closing(1009)])).await;
    for attempt in 1..=5 {
        harness
            .until("another loss", |harness| harness.shown().last().is_some_and(|view| view.attempt >= attempt))
            .await;
        harness.skip_wait().await;
    }
    harness.until("the sixth loss", |harness| harness.shown().last().is_some_and(|view| view.attempt == 6)).await;
    assert!(harness.connection().await.retry_in_ms.is_some_and(|wait| wait > 20_000));
}

#[tokio::test]
async fn rejected_upgrade_backs_off_or_polls_by_status() {
    let polled = (ConnectionState::Polling, Some(Code::NoSocket));
    for (answer, state) in [
        (Answer::status(500), (ConnectionState::Backoff, Some(Code::ServerError))),
        (Answer::status(429), (ConnectionState::Backoff, Some(Code::ServerError))),
        (Answer::status(404), polled),
        (Answer::status(501), polled),
        (Answer::page(200), polled),
        (Answer::status(401), (ConnectionState::Polling, Some(Code::SocketRefused))),
        (Answer::status(403), (ConnectionState::Polling, Some(Code::SocketRefused))),
    ] {
        let harness = ScriptedHarness::set(|backend| backend.set_socket(answer.clone())).await;
        harness.until("the expected state", |harness| harness.is(state.0)).await;
        assert_eq!(harness.state().await, state, "{answer:?}");
        assert!(harness.is_signed_in().await, "{answer:?}");
    }
}

#[tokio::test]
async fn list_is_polled_only_while_the_socket_is_down() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.set_socket(Answer::status(500));
    harness.backend.close(1012);
    harness.until_with_clock("polling", SECOND, |harness| harness.is(ConnectionState::Polling)).await;
    harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    harness.until_with_clock("the outcome by polling", SECOND, |harness| harness.recorder.seen().told() == 1).await;

    harness.backend.set_socket(None);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    harness.wait_until_settled().await;
    let lists = harness.backend.lists();
    for _ in 0..10 {
        harness.clock.advance(30 * SECOND);
        harness.wait_until_settled().await;
    }
    assert!(harness.backend.lists() <= lists + 1, "polling continued");
}

#[tokio::test]
async fn unchanged_list_is_answered_with_304() {
    let harness = ScriptedHarness::set(|backend| {
        backend.set_jobs(json!([running("7")]));
        backend.set_etag("\"1\"");
        backend.set_socket(Answer::status(404));
    })
    .await;
    harness.until("the job", |harness| harness.batches() == 1).await;
    // Another list with the same ETag is never sent; that the client does not see it proves the 304.
    harness.backend.set_jobs(json!([ended("7", "FAILED")]));
    let lists = harness.backend.lists();
    harness.until_with_clock("more polls", SECOND, |harness| harness.backend.lists() > lists + 2).await;
    assert_eq!((harness.batches(), harness.state().await.0), (1, ConnectionState::Polling));
    harness.backend.set_etag("\"2\"");
    harness.until_with_clock("the notification", SECOND, |harness| harness.recorder.seen().told() == 1).await;
}

#[tokio::test]
async fn failing_polling_slows_down_and_follows_retry_after() {
    let harness = ScriptedHarness::set(|backend| {
        backend.set_socket(Answer::status(404));
        backend.set_rest(Answer::status(429).with("retry-after", "200"));
    })
    .await;
    harness.until("the first failure", |harness| harness.backend.lists() == 1).await;
    harness.until_with_clock("offline", SECOND, |harness| harness.is(ConnectionState::Offline)).await;
    let lists = harness.backend.lists();
    harness.clock.advance(100 * SECOND);
    harness.client.status().await.expect("status");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(harness.backend.lists(), lists, "no request before Retry-After has passed");
    harness.backend.set_rest(Answer::status(500));
    harness.until_with_clock("the next request", 10 * SECOND, |harness| harness.backend.lists() > lists).await;
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn clients_reconnect_spread_out_after_a_server_restart() {
    let fleet: Vec<ScriptedHarness> = {
        let mut fleet = vec![ScriptedHarness::live(|_| {}).await];
        for _ in 1..20 {
            fleet.push(ScriptedHarness::live(|_| {}).await);
        }
        fleet
    };
    for harness in &fleet {
        harness.proxy.cut().await;
    }
    let mut waits = std::collections::BTreeSet::new();
    for harness in &fleet {
        harness.until("the loss", |harness| harness.is(ConnectionState::Backoff)).await;
        waits.insert(harness.shown().last().and_then(|view| view.retry_in_ms));
    }
    assert!(waits.len() > 10, "the delays are not spread: {waits:?}");
    for harness in &fleet {
        harness.proxy.set(Fault::None);
        harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    }
}

#[tokio::test]
async fn replaced_connection_stops_until_the_user_reconnects() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.backend.close(4409);
    harness.until("stopped", |harness| harness.is(ConnectionState::Stopped)).await;
    harness.clock.advance(Duration::from_hours(1));
    harness.change_network().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(
        (harness.state().await, harness.backend.connects()),
        ((ConnectionState::Stopped, Some(Code::Replaced)), 1)
    );
    harness.client.reconnect().await.expect("requested");
    harness.until("live again", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn many_outcomes_at_once_are_one_notification() {
    let ids: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    for id in &ids {
        harness.backend.say(update(id, "FAILED", 50, "2026-01-01T00:01:00Z"));
    }
    harness.until("a notification of all jobs", |harness| harness.recorder.seen().told() == 40).await;
    let notices = harness.recorder.seen().notices.clone();
    assert!(notices.len() <= 2, "{notices:?}");
    assert_eq!(harness.told().await, 40);
}

#[tokio::test]
async fn notified_outcome_does_not_notify_again_after_restart() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.say(update("7", "FAILED", 50, "2026-01-01T00:01:00Z"));
    harness.until("the notification", |harness| harness.recorder.seen().told() == 1).await;
    harness.backend.set_jobs(json!([ended("7", "FAILED")]));
    harness.restart().await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert_eq!(harness.told().await, 0);
    harness.backend.say(update("7", "PROCESSING", 10, "2026-01-01T00:05:00Z"));
    harness.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:06:00Z"));
    harness.until("the notification of another run", |harness| harness.recorder.seen().told() == 1).await;
}

#[tokio::test]
async fn jobs_finished_before_the_first_list_do_not_notify() {
    let jobs = json!([ended("1", "COMPLETED"), ended("2", "FAILED")]);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(jobs)).await;
    assert_eq!((harness.told().await, harness.client.jobs().await.expect("jobs").len()), (0, 2));
}

#[tokio::test]
async fn job_created_and_failed_while_disconnected_notifies() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.set_jobs(json!([ended("8", "FAILED"), running("7")]));
    harness.backend.close(1012);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    harness.until("the notification", |harness| harness.recorder.seen().told() == 1).await;
}

#[tokio::test]
async fn pending_notifications_are_shown_at_shutdown() {
    let ids: Vec<String> = (0..5).map(|n| n.to_string()).collect();
    let mut harness =
        ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    for id in &ids {
        harness.backend.say(update(id, "FAILED", 50, "2026-01-01T00:01:00Z"));
    }
    harness.wait_until_settled().await;
    let recorder = harness.recorder.clone();
    harness.backend.set_jobs(ids.iter().map(|id| ended(id, "FAILED")).collect());
    harness.restart().await;
    assert_eq!(recorder.seen().told(), 5);
    harness.until("live", ScriptedHarness::is_live).await;
    assert_eq!(harness.told().await, 0, "no outcome notifies again");
}
