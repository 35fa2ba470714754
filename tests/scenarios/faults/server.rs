//! What servers do.

use std::time::Duration;

use serde_json::json;
use tallylight_core::{Code, view::ConnectionState};
use tallylight_tests::{Answer, Fault, ScriptedHarness, ended, running, update};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_close_that_nobody_asked_for_is_followed_by_a_reconnect() {
    for code in [1000, 1001, 1011, 1012, 1013, 4999] {
        let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
        scene.backend.set_jobs(json!([ended("7", "COMPLETED")]));
        scene.backend.close(code);
        scene.until("the loss", |scene| scene.is(ConnectionState::Backoff)).await;
        scene.sooner("live again", SECOND, ScriptedHarness::is_live).await;
        scene.until("what was missed", |scene| scene.recorder.seen().told() == 1).await;
        // The same word again, late, and by the socket.
        scene.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:01:00Z"));
        assert_eq!((scene.told().await, scene.backend.connects()), (1, 2), "{code}");
    }
}

#[tokio::test]
async fn a_busy_server_decides_how_long_it_is_left_alone() {
    let busy = Answer::status(503).with("retry-after", "120");
    let scene = ScriptedHarness::set(|backend| backend.set_socket(busy)).await;
    scene.until("the refusal", |scene| scene.is(ConnectionState::Backoff)).await;
    let wait = scene.connection().await.retry_in_ms.expect("a wait");
    assert!((110_000..=120_000).contains(&wait), "{wait}");
    scene.change_network().await;
    scene.clock.advance(100 * SECOND);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(scene.backend.connects(), 1);
    scene.backend.set_socket(None);
    scene.clock.advance(20 * SECOND);
    scene.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn a_server_that_always_closes_with_too_large_is_tried_ever_less_often() {
    let scene = ScriptedHarness::set(|backend| backend.set_greeting(vec![tallylight_tests::closing(1009)])).await;
    for attempt in 1..=5 {
        scene.until("another loss", |scene| scene.shown().last().is_some_and(|view| view.attempt >= attempt)).await;
        scene.skip_wait().await;
    }
    scene.until("the sixth loss", |scene| scene.shown().last().is_some_and(|view| view.attempt == 6)).await;
    assert!(scene.connection().await.retry_in_ms.is_some_and(|wait| wait > 20_000));
}

#[tokio::test]
async fn an_upgrade_that_fails_is_tried_again_and_one_that_cannot_be_is_polled() {
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
        let scene = ScriptedHarness::set(|backend| backend.set_socket(answer.clone())).await;
        scene.until("what is shown", |scene| scene.is(state.0)).await;
        assert_eq!(scene.state().await, state, "{answer:?}");
        assert!(scene.is_signed_in().await, "{answer:?}");
    }
}

#[tokio::test]
async fn while_the_socket_is_down_the_list_is_polled_and_not_after() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.backend.set_socket(Answer::status(500));
    scene.backend.close(1012);
    scene.sooner("polling", SECOND, |scene| scene.is(ConnectionState::Polling)).await;
    scene.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    scene.sooner("its end, by asking", SECOND, |scene| scene.recorder.seen().told() == 1).await;

    scene.backend.set_socket(None);
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    scene.set_dismissed().await;
    let lists = scene.backend.lists();
    for _ in 0..10 {
        scene.clock.advance(30 * SECOND);
        scene.set_dismissed().await;
    }
    assert!(scene.backend.lists() <= lists + 1, "polling went on");
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again() {
    let scene = ScriptedHarness::set(|backend| {
        backend.set_jobs(json!([running("7")]));
        backend.set_etag("\"1\"");
        backend.set_socket(Answer::status(404));
    })
    .await;
    scene.until("the job", |scene| scene.batches() == 1).await;
    // Another list under the same tag would be a lie; that it is not seen proves that it was not sent.
    scene.backend.set_jobs(json!([ended("7", "FAILED")]));
    let lists = scene.backend.lists();
    scene.sooner("more polls", SECOND, |scene| scene.backend.lists() > lists + 2).await;
    assert_eq!((scene.batches(), scene.state().await.0), (1, ConnectionState::Polling));
    scene.backend.set_etag("\"2\"");
    scene.sooner("the news", SECOND, |scene| scene.recorder.seen().told() == 1).await;
}

#[tokio::test]
async fn polling_slows_while_it_fails_and_heeds_retry_after() {
    let scene = ScriptedHarness::set(|backend| {
        backend.set_socket(Answer::status(404));
        backend.set_rest(Answer::status(429).with("retry-after", "200"));
    })
    .await;
    scene.until("the first failure", |scene| scene.backend.lists() == 1).await;
    scene.sooner("offline", SECOND, |scene| scene.is(ConnectionState::Offline)).await;
    let lists = scene.backend.lists();
    scene.clock.advance(100 * SECOND);
    scene.client.status().await.expect("status");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(scene.backend.lists(), lists, "not before it was asked for");
    scene.backend.set_rest(Answer::status(500));
    scene.sooner("the next", 10 * SECOND, |scene| scene.backend.lists() > lists).await;
    assert!(scene.is_signed_in().await);
}

#[tokio::test]
async fn a_fleet_of_clients_comes_back_after_a_restart() {
    let fleet: Vec<ScriptedHarness> = {
        let mut fleet = vec![ScriptedHarness::live(|_| {}).await];
        for _ in 1..20 {
            fleet.push(ScriptedHarness::live(|_| {}).await);
        }
        fleet
    };
    for scene in &fleet {
        scene.proxy.set(Fault::Refuse);
    }
    let mut waits = std::collections::BTreeSet::new();
    for scene in &fleet {
        scene.until("the loss", |scene| scene.is(ConnectionState::Backoff)).await;
        waits.insert(scene.shown().last().and_then(|view| view.retry_in_ms));
    }
    assert!(waits.len() > 10, "they would come back in step: {waits:?}");
    for scene in &fleet {
        scene.proxy.set(Fault::None);
        scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    }
}

#[tokio::test]
async fn a_replaced_connection_stops_until_the_person_asks() {
    let scene = ScriptedHarness::live(|_| {}).await;
    scene.backend.close(4409);
    scene.until("stopped", |scene| scene.is(ConnectionState::Stopped)).await;
    scene.clock.advance(Duration::from_hours(1));
    scene.change_network().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((scene.state().await, scene.backend.connects()), ((ConnectionState::Stopped, Some(Code::Replaced)), 1));
    scene.client.reconnect().await.expect("asked");
    scene.until("live again", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn many_ends_at_once_are_one_notification() {
    let ids: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    for id in &ids {
        scene.backend.say(update(id, "FAILED", 50, "2026-01-01T00:01:00Z"));
    }
    scene.until("all are told", |scene| scene.recorder.seen().told() == 40).await;
    let notices = scene.recorder.seen().notices.clone();
    assert!(notices.len() <= 2, "{notices:?}");
    assert_eq!(scene.told().await, 40);
}

#[tokio::test]
async fn an_end_that_was_told_is_not_told_again_after_a_restart() {
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.backend.say(update("7", "FAILED", 50, "2026-01-01T00:01:00Z"));
    scene.until("the notification", |scene| scene.recorder.seen().told() == 1).await;
    scene.backend.set_jobs(json!([ended("7", "FAILED")]));
    scene.restart().await;
    scene.until("live", ScriptedHarness::is_live).await;
    assert_eq!(scene.told().await, 0);
    scene.backend.say(update("7", "PROCESSING", 10, "2026-01-01T00:05:00Z"));
    scene.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:06:00Z"));
    scene.until("the end of another run", |scene| scene.recorder.seen().told() == 1).await;
}

#[tokio::test]
async fn jobs_that_had_ended_at_the_first_look_notify_nobody() {
    let jobs = json!([ended("1", "COMPLETED"), ended("2", "FAILED")]);
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(jobs)).await;
    assert_eq!((scene.told().await, scene.client.jobs().await.expect("jobs").len()), (0, 2));
}

#[tokio::test]
async fn a_job_that_was_made_and_failed_while_away_is_told() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.backend.set_jobs(json!([ended("8", "FAILED"), running("7")]));
    scene.backend.close(1012);
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    scene.until("the news", |scene| scene.recorder.seen().told() == 1).await;
}

#[tokio::test]
async fn what_waits_to_be_told_at_the_end_of_the_program_is_told() {
    let ids: Vec<String> = (0..5).map(|n| n.to_string()).collect();
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    for id in &ids {
        scene.backend.say(update(id, "FAILED", 50, "2026-01-01T00:01:00Z"));
    }
    scene.set_dismissed().await;
    let recorder = scene.recorder.clone();
    scene.backend.set_jobs(ids.iter().map(|id| ended(id, "FAILED")).collect());
    scene.restart().await;
    assert_eq!(recorder.seen().told(), 5);
    scene.until("live", ScriptedHarness::is_live).await;
    assert_eq!(scene.told().await, 0, "and not again");
}
