//! Messages that deviate from the specification.

use std::time::Duration;

use serde_json::{Value, json};
use tallylight_core::{Code, connection::ConnectionState, model::job::Status, notifications::NotificationKind};
use tallylight_tests::{Answer, ScriptedHarness, ended, running, update};
use tallylight_view::NotificationView;

const TIME: &str = "2026-01-01T00:05:00Z";

fn status(harness: &ScriptedHarness, job_id: &str) -> Option<Status> {
    harness.recorder.seen().shown().rfind(|job| job.row.job_id.as_str() == job_id).map(|job| job.row.status)
}

#[tokio::test]
async fn outcome_is_applied_despite_unreadable_fields() {
    let fields = [
        r#""progress_percent":NaN"#,
        r#""progress_percent":"""#,
        r#""progress_percent":"n/a""#,
        r#""progress_percent":1e400"#,
        r#""error_message":{"code":7}"#,
        r#""error_message":["no"]"#,
        r#""progress_percent":1,"progress_percent":2"#,
        r#""note":"\ud83d""#,
    ];
    let ids: Vec<String> = (0..fields.len()).map(|number| number.to_string()).collect();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(ids.iter().map(|id| running(id)).collect())).await;
    for (id, field) in ids.iter().zip(fields) {
        let data = format!(r#"{{"status":"FAILED",{field}}}"#);
        harness.backend.say(format!(r#"{{"type":"JOB_UPDATE","job_id":"{id}","data":{data},"timestamp":"{TIME}"}}"#));
    }
    for id in &ids {
        harness.until(id, |harness| status(harness, id) == Some(Status::Failed)).await;
    }
    assert!(harness.diagnostics().await.counters.lost_fields >= 7, "unreadable fields are counted");
    assert_eq!(harness.diagnostics().await.rejected, []);
}

#[tokio::test]
async fn unreadable_status_is_refetched_at_once() {
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
async fn flat_messages_are_read_and_count_as_readable() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7"), running("8")]))).await;
    for message in [
        json!({ "type": "stage_update", "job_id": 7, "stage_id": "PROBE", "status": "completed" }),
        json!({ "type": "metadata_update", "job_id": 7, "metadata_type": "TAGS", "content": ["a", null, "b", 3] }),
        json!({ "type": "error", "job_id": 7, "error_code": "x", "error_message": "careful", "recoverable": "true" }),
        json!({ "type": "thumbnail_generated", "job_id": 7, "thumbnail_url": "gs://b/p.jpg", "thumbnail_id": "t" }),
        json!({ "type": "job_update", "job_id": 7, "data": null, "status": "COMPLETED", "title": "Flat",
            "metadata": { "description": "too", "thumbnail_file_url": "/media/c.jpg" } }),
    ] {
        harness.backend.say(message.to_string());
    }
    harness.until("the outcome", |harness| status(harness, "7") == Some(Status::Completed)).await;
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
async fn socket_without_readable_messages_is_polled_until_one_arrives() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    for _ in 0..3 {
        harness.backend.say(r#"{"kind":"progress","job":7}"#);
    }
    harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
    assert_eq!(harness.state().await, (ConnectionState::Polling, Some(Code::NothingReadable)));
    let lists = harness.backend.lists();
    harness
        .until_with_clock("more lists", Duration::from_secs(10), |harness| {
            harness.backend.say(r#"{"type":"HEARTBEAT"}"#);
            harness.backend.lists() >= lists + 2
        })
        .await;
    assert_eq!(harness.backend.connects(), 1, "the socket stays open");
    harness.backend.say(update("7", "PROCESSING", 50, TIME));
    harness.until("live again", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn silent_socket_is_not_live_again_by_reconnecting() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    // No readable message has arrived on this connection, either.
    harness.backend.close(1012);
    harness
        .until_with_clock("another connection", Duration::from_secs(1), |harness| {
            harness.backend.connects() == 2 && harness.is_live()
        })
        .await;
    harness
        .until_with_clock("polling", Duration::from_secs(5), |harness| harness.has_reason(Code::NothingReadable))
        .await;
    harness
        .until_with_clock("a third connection", Duration::from_secs(1), |harness| harness.backend.connects() >= 3)
        .await;
    harness.until("still polling", |harness| harness.is(ConnectionState::Polling)).await;
    harness.backend.say(update("7", "COMPLETED", 100, TIME));
    harness
        .until_with_clock("the outcome", Duration::from_secs(1), |harness| {
            status(harness, "7") == Some(Status::Completed)
        })
        .await;
    harness.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn removed_job_stays_removed_until_rest_returns_it() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7"), running("8")]))).await;
    harness.backend.set_jobs(json!([running("8")]));
    harness.client.refresh().await.expect("requested");
    harness.until("the removal of the job", |harness| harness.recorder.seen().has_removed("7")).await;
    for (status, percent) in [("PROCESSING", 50), ("COMPLETED", 100)] {
        harness.backend.say(update("7", status, percent, TIME));
    }
    assert_eq!(harness.told().await, 0);
    assert!(harness.job("7").await.is_none());
    harness.backend.set_jobs(json!([ended("7", "COMPLETED"), running("8")]));
    harness.clock.advance(Duration::from_secs(61));
    harness.backend.say(update("7", "COMPLETED", 100, TIME));
    harness.until("the job in the list again", |harness| status(harness, "7") == Some(Status::Completed)).await;
}

#[tokio::test]
async fn job_known_from_messages_only_is_removed_if_rest_denies_it() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("8")]))).await;
    harness.backend.say(update("ghost", "PROCESSING", 50, TIME));
    harness.wait_until_settled().await;
    harness.until("the removal of the job", |harness| harness.recorder.seen().has_removed("ghost")).await;
    assert_eq!(harness.client.jobs().await.expect("jobs").len(), 1);
}

#[tokio::test]
async fn timestamps_without_offset_do_not_freeze_progress() {
    let now = jiff::Timestamp::from_second(1_780_000_000).expect("a time");
    let listed = |percent: u32| json!([{ "id": "7", "status": "PROCESSING", "progress_percent": percent, "updated_at": now.to_string() }]);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(listed(10))).await;
    let percent = |harness: &ScriptedHarness| {
        harness.recorder.seen().shown().next_back().and_then(|job| job.row.progress_percent)
    };
    // Written as local time, seven hours behind UTC, without an offset.
    let message = update("7", "PROCESSING", 40, "2026-05-28T13:26:40");
    harness.backend.set_jobs(listed(40));
    harness.backend.say(message.clone());
    harness.until("the refetch", |harness| percent(harness) == Some(40.0)).await;
    harness.backend.set_jobs(listed(60));
    harness.backend.say(message.clone());
    harness.wait_until_settled().await;
    assert_eq!(percent(&harness), Some(40.0), "the refetch is limited to one a minute");
    harness
        .until_with_clock("the refetch after a minute", Duration::from_secs(5), |harness| {
            percent(harness) == Some(60.0)
        })
        .await;
}

#[tokio::test]
async fn repeated_late_token_rejection_causes_one_refresh() {
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
async fn missing_socket_route_with_403_is_reported_without_refresh() {
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
    assert_eq!(
        (harness.backend.connects(), harness.backend.refreshes()),
        (4, 0),
        "each way of sending the token is tried once"
    );
    for _ in 0..3 {
        let connects = harness.backend.connects();
        harness
            .until_with_clock("another round of attempts", Duration::from_secs(20), |harness| {
                harness.backend.connects() >= connects + 4
            })
            .await;
    }
    assert_eq!(harness.backend.refreshes(), 0);
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn control_characters_are_removed_from_all_texts() {
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
    let notices: Vec<NotificationView> = notices.into_iter().map(NotificationView::from).collect();
    check(serde_json::to_value(notices).expect("JSON"));
    check(serde_json::to_value(harness.client.history().await.expect("history")).expect("JSON"));
    // The cached jobs are clean, too.
    harness.restart().await;
    check(serde_json::to_value(harness.client.jobs().await.expect("jobs")).expect("JSON"));
}
