//! Faults of Supabase Realtime: refused joins, errors on the channel, expired tokens, and messages that arrive twice.

use std::time::Duration;

use serde_json::{Value, json};
use tallylight_core::{Code, connection::ConnectionState, model::job::Status};
use tallylight_tests::{Answer, Grant, ScriptedBackend, ScriptedHarness, ended, running, update};

const SECOND: Duration = Duration::from_secs(1);

/// Prepares a backend that offers Supabase Realtime, with a job that is being processed.
fn realtime(backend: &ScriptedBackend) {
    backend.set_discovery(json!({ "transport": "realtime" }));
    backend.set_jobs(json!([running("7")]));
}

async fn live() -> ScriptedHarness {
    let harness = ScriptedHarness::set(realtime).await;
    harness.until("live", |harness| harness.is_live() && harness.backend.lists() >= 2).await;
    harness
}

/// Waits until a job has a percentage.
async fn until_percent(harness: &ScriptedHarness, job_id: &str, percent: f64) {
    let has_percent = |harness: &ScriptedHarness| {
        let seen = harness.recorder.seen();
        seen.job(job_id).is_some_and(|job| job.row.progress_percent == Some(percent))
    };
    harness.until(&format!("{percent} % of {job_id}"), has_percent).await;
}

fn system(message: &str) -> Value {
    json!({ "status": "error", "extension": "system", "message": message, "channel": "jobs:u" })
}

#[tokio::test]
async fn joins_the_topic_of_the_user_and_receives_messages() {
    let harness = live().await;
    let joins = harness.backend.joins();
    let (join, config) = (&joins[0], &joins[0]["config"]);
    assert_eq!((&join["access_token"], &config["private"]), (&json!("access-1"), &json!(true)));
    let tables: Vec<_> =
        config["postgres_changes"].as_array().expect("tables").iter().map(|table| &table["table"]).collect();
    assert_eq!(tables, ["video_jobs", "video_metadata"]);
    harness.backend.broadcast("m1", &update("7", "PROCESSING", 40, "2026-01-01T00:00:10Z"));
    until_percent(&harness, "7", 40.0).await;
    harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    harness.backend.broadcast("m2", &update("7", "COMPLETED", 100, "2026-01-01T00:00:20Z"));
    harness.until_with_clock("the notification", SECOND, |harness| harness.recorder.seen().told() == 1).await;
    assert!(harness.backend.subscribed().is_empty(), "a channel needs no subscriptions");
}

#[tokio::test]
async fn refused_token_is_refreshed_once_and_then_rest_decides() {
    for reason in [
        "InvalidJWTToken: Token has expired 12 seconds ago",
        "Unauthorized: You do not have permissions to read from this Channel topic: jobs:u",
        "MalformedJWT: The token provided is not a valid JWT",
        "JwtSignatureError: Failed to validate JWT signature",
    ] {
        let refused_once = ScriptedHarness::set(|backend| {
            realtime(backend);
            backend.script_joins([Some(reason)]);
        })
        .await;
        refused_once.until("live", ScriptedHarness::is_live).await;
        assert_eq!((refused_once.backend.refreshes(), refused_once.backend.connects()), (1, 2), "{reason}");
        let tokens: Vec<Value> =
            refused_once.backend.joins().into_iter().map(|mut join| join["access_token"].take()).collect();
        assert_eq!(tokens, ["access-1", "access-2"], "{reason}");

        let refused = ScriptedHarness::set(|backend| {
            realtime(backend);
            backend.script_joins([Some(reason); 4]);
        })
        .await;
        refused.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
        assert_eq!(refused.state().await.1, Some(Code::SocketRefused), "{reason}");
        assert_eq!((refused.backend.refreshes(), refused.is_signed_in().await), (1, true), "{reason}");
        assert!(refused.connection().await.retry_in_ms.is_some_and(|wait| wait > 240_000));
    }
}

#[tokio::test]
async fn missing_configuration_is_polled_and_named() {
    for reason in [
        "TopicNameRequired: You must provide a topic name",
        "TenantNotFound: Tenant with the given ID does not exist",
        "RealtimeDisabledForTenant: Realtime disabled for this tenant",
        "RealtimeDisabledForConfiguration: The configuration is not valid",
    ] {
        let harness = ScriptedHarness::set(|backend| {
            realtime(backend);
            backend.script_joins([Some(reason); 2]);
        })
        .await;
        harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
        let connection = harness.connection().await;
        let shown = connection.reason.expect("a reason");
        let code = reason.split(':').next().expect("a code");
        assert!(shown.code == Code::NoSocket && shown.message.contains(code), "{shown:?}");
        assert!(connection.retry_in_ms.is_some_and(|wait| wait > 240_000), "the retry interval is minutes");
        assert_eq!(harness.backend.refreshes(), 0, "the token is not at fault");
    }
}

#[tokio::test]
async fn busy_server_is_joined_again_after_a_growing_wait() {
    for reason in [
        "ClientJoinRateLimitReached: Too many joins per second",
        "ConnectionRateLimitReached: Too many connected users",
        "ChannelRateLimitReached: Too many channels",
        "DatabaseLackOfConnections: Database can't accept more connections, Realtime won't connect",
        "UnableToConnectToProject: Realtime was unable to connect to the project database",
        "Unknown Error on Channel",
    ] {
        let harness = ScriptedHarness::set(|backend| {
            realtime(backend);
            backend.script_joins([Some(reason); 2]);
        })
        .await;
        for attempt in 1..=2 {
            let has_failed =
                |harness: &ScriptedHarness| harness.shown().last().is_some_and(|view| view.attempt == attempt);
            harness.until("a failed attempt", has_failed).await;
            assert!(harness.is(ConnectionState::Backoff), "{reason}");
            harness.skip_wait().await;
        }
        harness.until("live", ScriptedHarness::is_live).await;
        assert_eq!(harness.backend.refreshes(), 0, "{reason}");
    }
}

#[tokio::test]
async fn unanswered_join_times_out() {
    let harness = ScriptedHarness::set(|backend| {
        realtime(backend);
        backend.script_joins([None]);
    })
    .await;
    harness.until("the join", |harness| harness.backend.joins().len() == 1).await;
    harness.clock.advance(11 * SECOND);
    harness.until("the timeout", |harness| harness.has_reason(Code::HandshakeTimeout)).await;
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn refused_upgrade_is_treated_as_that_of_a_socket() {
    for (status, code) in [(404, Code::NoSocket), (401, Code::SocketRefused), (403, Code::SocketRefused)] {
        let harness = ScriptedHarness::set(|backend| {
            realtime(backend);
            backend.set_socket(Answer::status(status));
        })
        .await;
        harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
        assert_eq!(harness.state().await.1, Some(code), "{status}");
    }
}

#[tokio::test]
async fn error_or_close_of_the_channel_is_followed_by_another_join() {
    for (event, payload) in [
        ("phx_error", json!({})),
        ("phx_close", json!({})),
        ("system", system("Too many messages per second")),
        ("system", system("Realtime was unable to connect to the project database")),
    ] {
        let harness = live().await;
        harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
        harness.backend.push(event, &payload);
        harness.until("the loss", |harness| harness.is(ConnectionState::Backoff)).await;
        harness.until_with_clock("live again", SECOND, ScriptedHarness::is_live).await;
        harness.until("the missed outcome", |harness| harness.recorder.seen().told() == 1).await;
        let joins = harness.backend.joins();
        assert_eq!((joins.len(), harness.backend.refreshes()), (2, 0), "{event}");
        assert!(joins[0]["config"]["broadcast"].get("replay").is_none(), "nothing was missed before");
        assert!(joins[1]["config"]["broadcast"]["replay"]["since"].is_i64(), "{}", joins[1]);
    }
}

#[tokio::test]
async fn token_that_expired_on_the_channel_is_refreshed() {
    let harness = live().await;
    harness.backend.push("system", &system("Token has expired 1 seconds ago"));
    harness.until("the fresh token", |harness| harness.backend.joins().len() == 2).await;
    assert_eq!(harness.backend.joins()[1]["access_token"], "access-2");
    harness.until("live", ScriptedHarness::is_live).await;
    assert_eq!(harness.backend.refreshes(), 1);
}

#[tokio::test]
async fn refreshed_token_is_sent_on_the_channel_before_the_old_one_expires() {
    let harness = live().await;
    let renewals = |harness: &ScriptedHarness| {
        let heard = harness.backend.heard().into_iter();
        heard
            .filter(|frame| frame["event"] == "access_token")
            .map(|mut frame| frame["payload"]["access_token"].take())
            .collect()
    };
    // Access tokens are valid for an hour.
    harness.until_with_clock("the renewal", 60 * SECOND, |harness| harness.backend.refreshes() >= 1).await;
    let has_renewed = |harness: &ScriptedHarness| {
        let sent: Vec<Value> = renewals(harness);
        sent.contains(&json!("access-2"))
            || harness.backend.joins().iter().any(|join| join["access_token"] == "access-2")
    };
    harness.until("the token on the channel", has_renewed).await;
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn refresh_that_is_refused_ends_the_channel_and_the_session() {
    let harness = live().await;
    let answer = Answer::status(400).saying(r#"{"code":400,"error_code":"refresh_token_not_found","msg":"gone"}"#);
    harness.backend.script_grants([Grant::Instead(answer)]);
    harness.backend.push("system", &system("Token has expired 1 seconds ago"));
    harness.until("signed out", |harness| harness.is(ConnectionState::SignedOut)).await;
}

#[tokio::test]
async fn message_that_is_replayed_counts_once() {
    let harness = live().await;
    let told = update("7", "PROCESSING", 40, "2026-01-01T00:00:10Z");
    harness.backend.broadcast("m1", &told);
    until_percent(&harness, "7", 40.0).await;
    harness.backend.push("phx_error", &json!({}));
    harness
        .until_with_clock("live again", SECOND, |harness| harness.is_live() && harness.backend.joins().len() == 2)
        .await;
    // The same id with another content would show that it was read again.
    harness.backend.broadcast("m1", &update("7", "PROCESSING", 90, "2026-01-01T00:00:30Z"));
    harness.backend.broadcast("m2", &update("7", "PROCESSING", 60, "2026-01-01T00:00:20Z"));
    until_percent(&harness, "7", 60.0).await;
}

#[tokio::test]
async fn changed_row_refetches_its_job_and_a_new_one_the_list() {
    let harness = live().await;
    let row = |kind: &str, table: &str, record: Value| json!({ "ids": [1], "data": { "type": kind, "schema": "public", "table": table, "record": record } });
    let lists = harness.backend.lists();
    harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    harness.backend.push("postgres_changes", &row("UPDATE", "video_jobs", json!({ "id": "7" })));
    harness
        .until_with_clock("the outcome", SECOND, |harness| {
            harness.recorder.seen().job("7").is_some_and(|job| job.row.status == Status::Completed)
        })
        .await;
    assert_eq!(harness.backend.lists(), lists, "the list was not needed");

    harness.backend.set_jobs(json!([running("8"), ended("7", "COMPLETED")]));
    harness.backend.push("postgres_changes", &row("INSERT", "video_jobs", json!({ "id": "8" })));
    harness.until_with_clock("the new job", SECOND, |harness| harness.recorder.seen().job("8").is_some()).await;
}

#[tokio::test]
async fn tables_that_are_not_reported_are_not_asked_for_again() {
    let harness = live().await;
    let message = "Unable to subscribe to changes with given parameters. Please check Realtime is enabled";
    harness.backend.push("system", &json!({ "status": "error", "extension": "postgres_changes", "message": message }));
    harness
        .until_with_clock("live again", SECOND, |harness| harness.is_live() && harness.backend.joins().len() == 2)
        .await;
    assert_eq!(harness.backend.joins()[1]["config"]["postgres_changes"], json!([]));
    harness.backend.broadcast("m1", &update("7", "PROCESSING", 40, "2026-01-01T00:00:10Z"));
    until_percent(&harness, "7", 40.0).await;
}

#[tokio::test]
async fn channel_that_was_joined_twice_survives_the_end_of_the_first_join() {
    let harness = ScriptedHarness::set(|backend| {
        realtime(backend);
        backend.script_joins([Some("Unauthorized: no")]);
    })
    .await;
    harness.until("live", ScriptedHarness::is_live).await;
    let close =
        json!({ "topic": "realtime:jobs:u", "event": "phx_close", "ref": "99", "join_ref": "99", "payload": {} });
    harness.backend.say(close.to_string());
    harness.backend.broadcast("m1", &update("7", "PROCESSING", 40, "2026-01-01T00:00:10Z"));
    until_percent(&harness, "7", 40.0).await;
    assert!(harness.is_live() && harness.backend.connects() == 2);
}

#[tokio::test]
async fn unreadable_frames_are_reported_and_the_next_message_is_read() {
    let harness = live().await;
    harness.backend.say("{ not a frame");
    harness.backend.say_bytes(vec![4, 200, 0]);
    harness.backend.push("broadcast", &json!({ "event": "JOB_UPDATE", "payload": { "job_id": "7", "data": 5 } }));
    harness.backend.push("broadcast", &json!({ "event": "cursor", "payload": { "x": 1 } }));
    harness.backend.broadcast("m1", &update("7", "PROCESSING", 40, "2026-01-01T00:00:10Z"));
    until_percent(&harness, "7", 40.0).await;
    assert_eq!(harness.recorder.seen().rejected(), 3, "what is meant for other programs is no fault");
}
