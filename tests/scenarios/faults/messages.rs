//! Faults of messages: invalid, too large, duplicate, too many, and late ones.

use std::time::Duration;

use serde_json::{Value, json};
use tallylight_core::{Code, connection::ConnectionState};
use tallylight_tests::{Fault, ScriptedHarness, ended, running, update};
use tallylight_view::Event;

const SECOND: Duration = Duration::from_secs(1);
const MIB: usize = 1 << 20;

#[tokio::test]
async fn invalid_messages_are_counted_and_the_next_one_is_processed() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    let nested = "[".repeat(100_000);
    for garbage in [
        "not json",
        "{}",
        "[1,2]",
        "null",
        r#"{"type":"SURPRISE","job_id":"7","data":{}}"#,
        r#"{"type":"JOB_UPDATE","job_id":"7","data":null}"#,
        r#"{"type":"JOB_UPDATE","data":{"status":"FAILED"}}"#,
        &nested,
        &format!(r#"{{"type":"METADATA_UPDATE","job_id":"7","data":{nested}"#),
        &format!(r#"{{"type":"JOB_UPDATE","job_id":"7","data":{{"status":{nested}"#),
    ] {
        harness.backend.say(garbage);
    }
    harness.backend.say_bytes(vec![0xff, 0xfe, 0x00]);
    harness.backend.say_bytes(update("7", "PROCESSING", 50, "2026-01-01T00:01:00Z").into_bytes());
    harness.wait_until_settled().await;
    let job = harness.job("7").await.expect("the job");
    assert!(
        (job.row.progress_percent.expect("a percentage") - 50.0).abs() < 0.1,
        "a binary frame with text counts: {job:?}"
    );
    let rejected = harness.recorder.seen().events.iter().filter(|event| matches!(event, Event::Rejected(_))).count();
    assert_eq!(rejected, 11);
    let counted: u32 = harness.diagnostics().await.rejected.iter().map(|tally| tally.count).sum();
    assert_eq!(counted, 11);
    assert_eq!((harness.state().await.0, harness.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn many_invalid_messages_are_counted_and_reported_in_part() {
    let harness = ScriptedHarness::live(|_| {}).await;
    for n in 0..3000 {
        harness.backend.say(format!("garbage {n}"));
    }
    harness.wait_until_settled().await;
    let diagnostics = harness.diagnostics().await;
    assert_eq!(diagnostics.rejected.iter().map(|tally| tally.count).sum::<u32>(), 3000);
    assert!(diagnostics.skipped.len() <= 50);
    let emitted = harness.recorder.seen().events.iter().filter(|event| matches!(event, Event::Rejected(_))).count();
    assert!(emitted <= 200, "{emitted}");
}

#[tokio::test]
async fn message_of_8_mib_is_read_and_one_byte_more_is_rejected() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    let sized = |length: usize, time: &str| {
        let empty = json!({ "type": "METADATA_UPDATE", "job_id": "7", "timestamp": time,
            "data": { "metadata_type": "TITLE", "content": "" } });
        let room = length - empty.to_string().len();
        let mut message = empty;
        message["data"]["content"] = Value::from("x".repeat(room));
        message.to_string()
    };
    harness.backend.say(sized(8 * MIB, "2026-01-01T00:01:00Z"));
    harness.wait_until_settled().await;
    assert!(harness.job("7").await.expect("the job").row.title.is_some_and(|title| title.len() > 7 * MIB));
    harness.backend.say(sized(8 * MIB + 1, "2026-01-01T00:02:00Z"));
    harness.until("the close with 1009", |harness| harness.has_reason(Code::MessageTooLarge)).await;
    let rejected = harness.diagnostics().await.rejected;
    assert!(rejected.iter().any(|tally| tally.what == "too_large" && tally.count == 1), "{rejected:?}");
    harness.until_with_clock("live again", SECOND, ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn duplicate_message_emits_no_event() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.say(update("7", "PROCESSING", 50, "2026-01-01T00:01:00Z"));
    harness.wait_until_settled().await;
    harness.until("the change", |harness| harness.batches() == 2).await;
    for _ in 0..100 {
        harness.backend.say(update("7", "PROCESSING", 50, "2026-01-01T00:01:00Z"));
    }
    harness.wait_until_settled().await;
    harness.clock.advance(SECOND);
    harness.wait_until_settled().await;
    assert_eq!(harness.batches(), 2);
}

#[tokio::test]
async fn ten_thousand_messages_are_coalesced_and_the_last_value_holds() {
    let ids: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    let before = harness.batches();
    for percent in 1..=100 {
        let time = format!("2026-01-01T00:{:02}:{:02}Z", 1 + percent / 60, percent % 60);
        for id in &ids {
            harness.backend.say(update(id, "PROCESSING", percent, &time));
        }
    }
    harness.wait_until_settled().await;
    harness.until("a percentage of each job", |harness| last_percents(harness).len() == 100).await;
    harness
        .until("the last percentage of each job", |harness| {
            last_percents(harness).iter().all(|percent| (*percent - 100.0).abs() < 0.1)
        })
        .await;
    let diagnostics = harness.diagnostics().await;
    assert!(diagnostics.counters.frames >= 10_000);
    assert!(harness.batches() - before < 2_000, "{} batches", harness.batches() - before);
    assert_eq!((harness.state().await.0, harness.backend.connects()), (ConnectionState::Live, 1));
}

/// Returns the last emitted percentage of each job.
fn last_percents(harness: &ScriptedHarness) -> Vec<f64> {
    let mut last = std::collections::BTreeMap::new();
    for event in &harness.recorder.seen().events {
        let Event::Jobs { changed, .. } = event else { continue };
        for change in changed {
            last.insert(change.job.row.job_id.clone(), change.job.row.progress_percent);
        }
    }
    last.into_values().flatten().collect()
}

#[tokio::test]
async fn blocked_window_coalesces_changes_and_keeps_heartbeats() {
    let ids: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    harness.recorder.stall().set(true);
    let before = harness.recorder.seen().events.len();
    for percent in 2..=100 {
        for id in &ids {
            let time = format!("2026-01-01T00:{:02}:{:02}Z", 1 + percent / 60, percent % 60);
            harness.backend.say(update(id, "PROCESSING", percent, &time));
        }
        harness.backend.say("garbage");
    }
    harness.wait_until_settled().await;
    harness.backend.close(1012);
    harness.until_with_clock("another connection", SECOND, |harness| harness.backend.connects() == 2).await;
    harness.wait_until_settled().await;
    assert_eq!(harness.recorder.seen().events.len(), before, "no events are emitted to a blocked window");
    harness.recorder.stall().set(false);
    harness
        .until("the missed changes", |harness| {
            last_percents(harness).iter().all(|percent| (*percent - 100.0).abs() < 0.1)
        })
        .await;
    harness.until("live", ScriptedHarness::is_live).await;
    let events = harness.recorder.seen().events.len() - before;
    assert!(events < 80, "{events} events: changes were not coalesced");
}

#[tokio::test]
async fn subscriptions_changed_during_a_reconnect_are_sent_once() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1"), running("2")]))).await;
    assert_eq!(harness.backend.subscribed(), ["1", "2"]);
    harness.proxy.cut().await;
    harness.until("the loss", |harness| harness.is(ConnectionState::Backoff)).await;
    // While the socket is down, one job finishes, one is created, and one is opened.
    harness.backend.set_jobs(json!([ended("1", "COMPLETED"), running("2"), running("3"), ended("4", "FAILED")]));
    harness.client.open(tallylight_core::JobId::new("4")).await.expect("requested");
    harness.proxy.set(Fault::None);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    harness
        .until("the subscription of the new job", |harness| harness.backend.subscribed().contains(&"3".to_owned()))
        .await;
    harness.wait_until_settled().await;
    let mut again = harness.backend.subscribed().split_off(2);
    again.sort();
    again.retain(|id| id != "1");
    assert_eq!(again, ["2", "3", "4"]);
}

#[tokio::test]
async fn frames_of_an_earlier_connection_are_dropped() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    for percent in 2..90 {
        harness.backend.say(update("7", "PROCESSING", percent, "2026-01-01T00:01:00Z"));
        if percent == 40 {
            harness.client.sign_out().await.expect("signed out");
            harness.recorder.seen().events.clear();
        }
    }
    harness.backend.set_jobs(json!([]));
    harness.sign_in("me@acme.tv").await;
    harness.until("live", ScriptedHarness::is_live).await;
    harness.wait_until_settled().await;
    assert!(harness.client.jobs().await.expect("jobs").is_empty());
}

#[tokio::test]
async fn many_unknown_jobs_cause_one_list_request() {
    let harness = ScriptedHarness::live(|_| {}).await;
    let ids: Vec<String> = (0..2000).map(|n| format!("new-{n}")).collect();
    harness.backend.set_jobs(ids.iter().map(|id| running(id)).collect());
    let lists = harness.backend.lists();
    for id in &ids {
        harness.backend.say(update(id, "PROCESSING", 5, "2026-01-01T00:01:00Z"));
    }
    harness.wait_until_settled().await;
    harness.until_with_clock("the list", SECOND, |harness| harness.backend.lists() > lists).await;
    harness.wait_until_settled().await;
    assert_eq!(harness.client.jobs().await.expect("jobs").len(), 2000);
    let subscribed = harness.backend.subscribed();
    assert_eq!(subscribed.len(), 2000, "each job is subscribed once");
}

#[tokio::test]
async fn heartbeats_are_answered_and_finished_jobs_are_not_subscribed() {
    let harness =
        ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7"), ended("8", "COMPLETED")]))).await;
    harness.backend.say(r#"{"type":"HEARTBEAT","job_id":"","data":{},"timestamp":"2026-01-01T00:00:00Z"}"#);
    harness.backend.say(r#"{"type":"heartbeat"}"#);
    harness.wait_until_settled().await;
    let answers = |action: &str| harness.backend.heard().iter().filter(|message| message["action"] == action).count();
    assert_eq!((answers("heartbeat"), harness.backend.subscribed()), (2, vec!["7".to_owned()]));
}

#[tokio::test]
async fn outcome_rejected_by_ordering_is_refetched_until_answered() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.say(update("7", "PROCESSING", 60, "2026-01-01T00:05:00Z"));
    harness.backend.set_rest(tallylight_tests::Answer::status(503));
    // The timestamp of this outcome is older than that of the last message, so ordering rejects it.
    harness.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:04:00Z"));
    harness.wait_until_settled().await;
    harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    harness.clock.advance(SECOND);
    harness.wait_until_settled().await;
    assert_eq!(harness.recorder.seen().told(), 0);
    harness.backend.set_rest(None);
    harness
        .until_with_clock("the answer", SECOND, |harness| {
            harness.backend.say(r#"{"type":"HEARTBEAT"}"#);
            harness.recorder.seen().told() == 1
        })
        .await;
}
