//! Messages that are not as the specification writes them.

use std::time::Duration;

use serde_json::{Value, json};
use tallylight_core::{
    Code,
    model::job::Status,
    view::{ConnectionState, NotificationKind},
};
use tallylight_tests::{Answer, ScriptedHarness, ended, running, update};

const TIME: &str = "2026-01-01T00:05:00Z";

fn status(harness: &ScriptedHarness, job_id: &str) -> Option<Status> {
    harness.recorder.seen().shown().rfind(|job| job.row.job_id.as_str() == job_id).map(|job| job.row.status)
}

#[tokio::test]
async fn an_end_counts_whatever_stands_beside_it() {
    let beside = [
        r#""progress_percent":NaN"#,
        r#""progress_percent":"""#,
        r#""progress_percent":"n/a""#,
        r#""progress_percent":1e400"#,
        r#""error_message":{"code":7}"#,
        r#""error_message":["no"]"#,
        r#""progress_percent":1,"progress_percent":2"#,
        r#""note":"\ud83d""#,
    ];
    let ids: Vec<String> = (0..beside.len()).map(|number| number.to_string()).collect();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    for (id, beside) in ids.iter().zip(beside) {
        let data = format!(r#"{{"status":"FAILED",{beside}}}"#);
        harness.backend.say(format!(r#"{{"type":"JOB_UPDATE","job_id":"{id}","data":{data},"timestamp":"{TIME}"}}"#));
    }
    for id in &ids {
        harness.until(id, |harness| status(harness, id) == Some(Status::Failed)).await;
    }
    assert!(harness.diagnostics().await.counters.lost_fields >= 7, "what could not be read is counted");
    assert_eq!(harness.diagnostics().await.rejected, []);
}

#[tokio::test]
async fn a_status_that_cannot_be_read_is_asked_of_rest_at_once() {
    for unreadable in [r#"{"status":"DONE"}"#, r#"{"status":7}"#, r#"{"status":"COMPLETED","status":"FAILED"}"#, "{}"] {
        let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
        harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
        harness
            .backend
            .say(format!(r#"{{"type":"JOB_UPDATE","job_id":"7","data":{unreadable},"timestamp":"{TIME}"}}"#));
        harness.until(unreadable, |harness| status(harness, "7") == Some(Status::Completed)).await;
    }
}

#[tokio::test]
async fn flat_messages_are_read_and_a_socket_that_brings_them_is_live() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7"), running("8")]))).await;
    for said in [
        json!({ "type": "stage_update", "job_id": 7, "stage_id": "PROBE", "status": "completed" }),
        json!({ "type": "metadata_update", "job_id": 7, "metadata_type": "TAGS", "content": ["a", null, "b", 3] }),
        json!({ "type": "error", "job_id": 7, "error_code": "x", "error_message": "careful", "recoverable": "true" }),
        json!({ "type": "thumbnail_generated", "job_id": 7, "thumbnail_url": "gs://b/p.jpg", "thumbnail_id": "t" }),
        json!({ "type": "job_update", "job_id": 7, "data": null, "status": "COMPLETED", "title": "Flat",
            "metadata": { "description": "too", "thumbnail_file_url": "/media/c.jpg" } }),
    ] {
        harness.backend.say(said.to_string());
    }
    harness.until("the end", |harness| status(harness, "7") == Some(Status::Completed)).await;
    let job = harness.job("7").await.expect("a job");
    assert_eq!(job.stages[0].status, Status::Completed);
    assert_eq!(job.metadata.tags, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((job.row.title.as_deref(), job.metadata.description.as_deref()), (Some("Flat"), Some("too")));
    let urls: Vec<_> = job.thumbnails.iter().map(|thumbnail| thumbnail.thumbnail_url.as_str()).collect();
    assert!(urls.contains(&"https://storage.googleapis.com/b/p.jpg"), "{urls:?}");
    assert!(urls.iter().any(|url| url.ends_with("/media/c.jpg")), "{urls:?}");
    assert_eq!(harness.state().await, (ConnectionState::Live, None));
}

#[tokio::test]
async fn an_open_socket_that_brings_nothing_readable_is_polled_beside_until_a_message_can_be_read() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    for _ in 0..3 {
        harness.backend.say(r#"{"kind":"progress","job":7}"#);
    }
    harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
    assert_eq!(harness.state().await, (ConnectionState::Polling, Some(Code::NothingReadable)));
    let lists = harness.backend.lists();
    harness
        .sooner("more lists", Duration::from_secs(10), |harness| {
            harness.backend.say(r#"{"type":"HEARTBEAT"}"#);
            harness.backend.lists() >= lists + 2
        })
        .await;
    assert_eq!(harness.backend.connects(), 1, "the socket stays open");
    harness.backend.say(update("7", "PROCESSING", 50, TIME));
    harness.until("live again", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn a_silent_socket_is_not_called_live_again_only_because_it_opens() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    // Nothing that can be read came over this one, either.
    harness.backend.close(1012);
    harness
        .sooner("another connection", Duration::from_secs(1), |harness| {
            harness.backend.connects() == 2 && harness.is_live()
        })
        .await;
    harness.sooner("polling", Duration::from_secs(5), |harness| harness.is_because(Code::NothingReadable)).await;
    harness.sooner("a third connection", Duration::from_secs(1), |harness| harness.backend.connects() >= 3).await;
    harness.until("still polling", |harness| harness.is(ConnectionState::Polling)).await;
    harness.backend.say(update("7", "COMPLETED", 100, TIME));
    harness.sooner("the end", Duration::from_secs(1), |harness| status(harness, "7") == Some(Status::Completed)).await;
    harness.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn a_removed_job_stays_removed_whatever_messages_say_until_rest_has_it_again() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7"), running("8")]))).await;
    harness.backend.set_jobs(json!([running("8")]));
    harness.client.refresh().await.expect("asked");
    harness.until("it is gone", |harness| harness.recorder.seen().has_removed("7")).await;
    for (status, percent) in [("PROCESSING", 50), ("COMPLETED", 100)] {
        harness.backend.say(update("7", status, percent, TIME));
    }
    assert_eq!(harness.told().await, 0);
    assert!(harness.job("7").await.is_none());
    harness.backend.set_jobs(json!([ended("7", "COMPLETED"), running("8")]));
    harness.clock.advance(Duration::from_secs(61));
    harness.backend.say(update("7", "COMPLETED", 100, TIME));
    harness.until("it is back", |harness| status(harness, "7") == Some(Status::Completed)).await;
}

#[tokio::test]
async fn a_job_that_messages_alone_claim_is_not_there_when_rest_denies_it() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("8")]))).await;
    harness.backend.say(update("ghost", "PROCESSING", 50, TIME));
    harness.set_dismissed().await;
    harness.until("it is gone", |harness| harness.recorder.seen().has_removed("ghost")).await;
    assert_eq!(harness.client.jobs().await.expect("jobs").len(), 1);
}

#[tokio::test]
async fn a_clock_that_does_not_know_its_offset_freezes_no_progress() {
    let now = jiff::Timestamp::from_second(1_780_000_000).expect("a time");
    let listed = |percent: u32| json!([{ "id": "7", "status": "PROCESSING", "progress_percent": percent, "updated_at": now.to_string() }]);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(listed(10))).await;
    let percent = |harness: &ScriptedHarness| {
        harness.recorder.seen().shown().next_back().and_then(|job| job.row.progress_percent)
    };
    // Written as local time, seven hours behind.
    let said = update("7", "PROCESSING", 40, "2026-05-28T13:26:40");
    harness.backend.set_jobs(listed(40));
    harness.backend.say(said.clone());
    harness.until("REST is asked", |harness| percent(harness) == Some(40.0)).await;
    harness.backend.set_jobs(listed(60));
    harness.backend.say(said.clone());
    harness.set_dismissed().await;
    assert_eq!(percent(&harness), Some(40.0), "not all the time");
    harness.sooner("a minute later", Duration::from_secs(5), |harness| percent(harness) == Some(60.0)).await;
}

#[tokio::test]
async fn a_socket_that_refuses_the_token_late_every_time_costs_one_refresh() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    for _ in 0..6 {
        harness.clock.advance(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
        harness.backend.close(1008);
        tokio::time::sleep(Duration::from_millis(50)).await;
        harness.clock.advance(Duration::from_secs(301));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(harness.backend.refreshes() <= 1, "{} refreshes", harness.backend.refreshes());
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn a_backend_without_a_socket_that_answers_403_is_named_and_costs_no_refresh() {
    let harness = ScriptedHarness::set(|backend| {
        backend.set_jobs(json!([running("7")]));
        backend.set_socket(Answer::status(403));
    })
    .await;
    harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
    let connection = harness.connection().await;
    let reason = connection.reason.expect("a reason");
    assert_eq!(reason.code, Code::SocketRefused);
    assert!(reason.message.contains("/ws") && reason.message.contains("Live updates aren't available"), "{reason:?}");
    assert_eq!((harness.backend.connects(), harness.backend.refreshes()), (4, 0), "each way once");
    for _ in 0..3 {
        let connects = harness.backend.connects();
        harness
            .sooner("another round", Duration::from_secs(20), |harness| harness.backend.connects() >= connects + 4)
            .await;
    }
    assert_eq!(harness.backend.refreshes(), 0);
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn no_text_reaches_anybody_with_a_control_in_it() {
    let nasty = "a\u{0}b\u{1b}[31m\u{7}\u{9b}\u{202e}c\r\nd";
    let job = json!({ "id": format!("7{nasty}"), "status": "FAILED", "error_message": nasty,
        "video": { "original_filename": nasty }, "processing_stages": { nasty: { "status": "FAILED", "error_message": nasty } },
        "errors": [{ "error_code": nasty, "error_message": nasty, "recoverable": false, "timestamp": TIME }],
        "video_metadata": { "title": nasty, "description": nasty, "tags": [nasty], "transcript_text": nasty,
            "chapters": [{ "start_seconds": 1, "title": nasty }] } });
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([job, running("8")]))).await;
    harness.backend.say(
        json!({ "type": "METADATA_UPDATE", "job_id": "8", "timestamp": TIME,
        "data": { "metadata_type": "TITLE", "content": nasty } })
        .to_string(),
    );
    harness.backend.say(update("8", "FAILED", 3, TIME));
    harness.told().await;
    let is_clean = |text: &str| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let check = |value: Value| {
        fn texts(value: &Value, each: &mut impl FnMut(&str)) {
            match value {
                Value::String(text) => each(text),
                Value::Array(list) => list.iter().for_each(|value| texts(value, each)),
                Value::Object(map) => map.iter().for_each(|(key, value)| {
                    each(key);
                    texts(value, each);
                }),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        texts(&value, &mut |text| assert!(is_clean(text), "{text:?}"));
    };
    let jobs = harness.client.jobs().await.expect("jobs");
    assert_eq!(jobs.len(), 2);
    assert!(jobs.iter().any(|job| job.row.title.as_deref().is_some_and(|title| title.starts_with("a\u{fffd}b[31m"))));
    check(serde_json::to_value(jobs).expect("JSON"));
    let notices = harness.recorder.seen().notices.clone();
    assert!(
        notices.iter().all(|notice| notice.kind == NotificationKind::Failed && notice.title.contains('\u{2068}')),
        "{notices:?}"
    );
    check(serde_json::to_value(notices).expect("JSON"));
    check(serde_json::to_value(harness.client.history().await.expect("history")).expect("JSON"));
    // From the disk, too.
    harness.restart().await;
    check(serde_json::to_value(harness.client.jobs().await.expect("jobs")).expect("JSON"));
}
