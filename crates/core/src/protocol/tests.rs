use super::*;
use crate::model::json_field;

fn event(text: &str) -> Event {
    match decode(text) {
        Ok(Frame::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn reason(text: &str) -> String {
    decode(text).expect_err("must be rejected").reason
}

fn message(kind: &str, data: &str) -> String {
    format!(r#"{{"type":"{kind}","job_id":"j1","data":{data},"timestamp":"2026-01-02T03:04:05Z"}}"#)
}

#[test]
fn five_messages_of_the_specification_are_read() {
    let job = event(&message("JOB_UPDATE", r#"{"status":"FAILED","progress_percent":42.5,"error_message":"no"}"#));
    assert_eq!(job.job_id.as_str(), "j1");
    assert_eq!(job.at, "2026-01-02T03:04:05Z".parse().ok());
    let failed =
        Progress { status: Status::Failed, progress_percent: Some(42.5), error_message: Some("no".to_owned()) };
    assert_eq!(job.body, Body::Job(failed));

    let stage = event(&message("STAGE_UPDATE", r#"{"stage_id":"PROBE","status":"PROCESSING","progress_percent":7}"#));
    let seven = Progress { status: Status::Processing, progress_percent: Some(7.0), error_message: None };
    assert_eq!(stage.body, Body::Stage(StageId::new("PROBE"), seven));

    let tags = event(&message("METADATA_UPDATE", r#"{"metadata_type":"TAGS","content":["a","b"]}"#));
    assert_eq!(tags.body, Body::Metadata(Field::Tags, Content::Tags(vec!["a".into(), "b".into()])));

    let thumbnail = event(&message(
        "THUMBNAIL_GENERATED",
        r#"{"thumbnail_url":"https://x.test/a.jpg","thumbnail_id":"t1","width":1280,"height":720,"timestamp_seconds":3.5}"#,
    ));
    assert!(matches!(thumbnail.body, Body::Thumbnail(t) if t.width == 1280 && t.timestamp_seconds == Some(3.5)));

    let error = event(&message(
        "ERROR",
        r#"{"error_code":"no_audio","error_message":"silent","recoverable":true,"affected_stage":"TRANSCRIPTION"}"#,
    ));
    assert!(matches!(error.body, Body::Error(e) if e.recoverable && e.affected_stage.is_some()));
}

#[test]
fn heartbeats_are_read_in_all_spellings_with_only_a_type() {
    for (kind, expected) in [
        ("HEARTBEAT", Heartbeat::Heartbeat),
        ("heartbeat", Heartbeat::Heartbeat),
        ("PING", Heartbeat::Ping),
        ("ping", Heartbeat::Ping),
    ] {
        assert_eq!(decode(&format!(r#"{{"type":"{kind}"}}"#)), Ok(Frame::Heartbeat(expected)));
        let full = format!(r#"{{"type":"{kind}","job_id":"","data":{{}},"timestamp":"2026-01-02T03:04:05Z"}}"#);
        assert_eq!(decode(&full), Ok(Frame::Heartbeat(expected)));
    }
}

#[test]
fn fields_are_read_tolerantly() {
    let lenient = r#"{"type":"job_update","job_id":7,"extra":[1],"data":{"status":"processing","progress_percent":"102.5","x":1},"timestamp":"2026-01-02T03:04:05.25"}"#;
    let event = event(lenient);
    assert_eq!(event.job_id.as_str(), "7");
    assert_eq!(event.at, "2026-01-02T03:04:05.25Z".parse().ok());
    assert!(matches!(event.body, Body::Job(p) if p.progress_percent == Some(100.0) && p.status == Status::Processing));
}

#[test]
fn missing_or_unreadable_timestamp_is_none() {
    for timestamp in ["", r#","timestamp":null"#, r#","timestamp":"yesterday""#, r#","timestamp":{"a":1}"#] {
        let text = format!(r#"{{"type":"JOB_UPDATE","job_id":"j","data":{{"status":"PENDING"}}{timestamp}}}"#);
        assert_eq!(event(&text).at, None, "{text}");
    }
}

#[test]
fn timestamps_are_compared_as_instants() {
    let at = |time: &str| json_field::parse_time(time).expect(time);
    assert_eq!(at("2026-01-02T05:04:05+02:00"), at("2026-01-02T03:04:05Z"));
    assert_eq!(at("2026-01-02 03:04:05"), at("2026-01-02T03:04:05Z"));
    assert_eq!(at("2026-01-02T03:04:05.123456+00:00"), at("2026-01-02T03:04:05.123456Z"));
}

#[test]
fn unreadable_message_is_rejected_with_a_reason() {
    for (text, expected) in [
        ("", "not a message"),
        ("nonsense", "not a message"),
        ("[]", "not a message"),
        ("{}", "missing field `type`"),
        (r#"{"type":"SURPRISE","job_id":"j","data":{}}"#, "unknown type"),
        (r#"{"type":"JOB_UPDATE","data":{"status":"PENDING"}}"#, "no job_id"),
        (r#"{"type":"JOB_UPDATE","job_id":"","data":{"status":"PENDING"}}"#, "no job_id"),
        (r#"{"type":"JOB_UPDATE","job_id":"j"}"#, "missing field `status`"),
        (r#"{"type":"JOB_UPDATE","job_id":"j","data":{"status":"EXPLODED"}}"#, "unknown status"),
        (r#"{"type":"STAGE_UPDATE","job_id":"j","data":{"status":"PENDING"}}"#, "stage_id"),
        (r#"{"type":"METADATA_UPDATE","job_id":"j","data":{"metadata_type":"MOOD","content":""}}"#, "metadata_type"),
        (r#"{"type":"METADATA_UPDATE","job_id":"j","data":{"metadata_type":"TITLE","content":[1]}}"#, "content"),
        (r#"{"type":"ERROR","job_id":"j","data":{"error_code":"a","error_message":"b"}}"#, "recoverable"),
    ] {
        assert!(reason(text).contains(expected), "{text}: {}", reason(text));
    }
}

#[test]
fn thumbnails_must_be_https_or_on_loopback() {
    let thumbnail = |url: &str| {
        message("THUMBNAIL_GENERATED", &format!(r#"{{"thumbnail_url":"{url}","thumbnail_id":1,"width":1,"height":1}}"#))
    };
    for good in ["https://x.test/a.jpg", "http://127.0.0.1:8765/a.jpg", "http://localhost/a", "http://[::1]/a"] {
        assert!(decode(&thumbnail(good)).is_ok(), "{good}");
    }
    for bad in ["http://x.test/a.jpg", "javascript:alert(1)", "file:///etc/passwd", "data:image/png;base64,", "a.jpg"] {
        assert!(decode(&thumbnail(bad)).is_err(), "{bad}");
    }
}

#[test]
fn samples_are_short_and_contain_no_token() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_DEF";
    let rejected = decode(&format!(r#"{{"type":"X","token":"{token}","rest":"{}"}}"#, "ä".repeat(4000)));
    let sample = rejected.expect_err("unknown type").sample;
    let typed = decode(&format!(r#"{{"type":"{token}{}"}}"#, "x".repeat(9000))).expect_err("unknown type").reason;
    assert!(typed.len() <= 2048 && !typed.contains("eyJ"), "{typed}");
    assert!(sample.len() <= 2048 && !sample.contains("eyJ") && sample.contains(r#""[token]""#), "{sample}");
}

#[test]
fn client_messages_are_encoded_strictly() {
    let timestamp: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a time");
    let subscribe = ClientMessage::Subscribe { job_ids: vec![JobId::new("a"), JobId::new("7")] };
    assert_eq!(subscribe.to_text(), r#"{"action":"subscribe","job_ids":["a","7"]}"#);
    let heartbeat = ClientMessage::Heartbeat { timestamp };
    assert_eq!(heartbeat.to_text(), r#"{"action":"heartbeat","timestamp":"2026-01-02T03:04:05Z"}"#);
    assert_eq!(ClientMessage::Pong { timestamp }.to_text(), r#"{"action":"pong","timestamp":"2026-01-02T03:04:05Z"}"#);
}

proptest::proptest! {
    #[test]
    fn decode_never_panics_on_text(text in ".{0,200}") {
        let _ = decode(&text);
    }

    #[test]
    fn decode_never_panics_on_message_like_json(
        kind in "(JOB_UPDATE|STAGE_UPDATE|METADATA_UPDATE|THUMBNAIL_GENERATED|ERROR|HEARTBEAT)",
        data in "(\\{\"(status|stage_id|metadata_type|content|progress_percent)\":(null|1e999|-1|\"\"|\"TITLE\"|\\[\\]|\\{\\})\\}|null|[0-9]{1,30})",
    ) {
        let _ = decode(&format!(r#"{{"type":"{kind}","job_id":"j","data":{data}}}"#));
    }
}
