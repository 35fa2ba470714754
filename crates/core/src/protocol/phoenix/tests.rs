//! Tests of the frames of Phoenix channels, with frames in the published formats.

use proptest::prelude::*;

use super::*;
use crate::{
    model::job::Status,
    protocol::{Body, Event},
};

const TABLES: [&str; 2] = ["video_jobs", "studio.video_metadata"];

fn tables() -> Vec<String> {
    TABLES.map(str::to_owned).to_vec()
}

fn event(frame: Option<Result<Frame, Rejected>>) -> Event {
    match frame {
        Some(Ok(Frame::Event(event))) => event,
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn frames_are_written_in_both_formats() {
    let payload = json!({ "a": 1 });
    let push = Push { join_ref: Some("1"), reference: "2", topic: "realtime:x", event: "e", payload: &payload };
    let object: Value = serde_json::from_str(&push.to_text(Version::V1)).expect("JSON");
    assert_eq!(object, json!({ "join_ref": "1", "ref": "2", "topic": "realtime:x", "event": "e", "payload": payload }));
    assert_eq!(push.to_text(Version::V2), r#"["1","2","realtime:x","e",{"a":1}]"#);
}

#[test]
fn frames_are_read_in_both_formats_with_references_of_any_kind() {
    for text in [
        r#"{"topic":"t","event":"phx_reply","ref":"2","join_ref":1,"payload":{"status":"ok","response":{}}}"#,
        r#"[1,2,"t","phx_reply",{"status":"ok","response":{}}]"#,
        r#" [ "1", "2", "t", "phx_reply", {"status":"ok","response":NaN} ] "#,
        r#"{"topic":"t","event":"phx_reply","ref":2,"join_ref":"1","payload":{"status":"ok","x":"\ud800"},"new":[]}"#,
    ] {
        let received = Received::from_text(text).expect(text);
        assert_eq!((received.join_ref.as_deref(), received.reference.as_deref()), (Some("1"), Some("2")), "{text}");
        assert_eq!((received.topic.as_str(), received.event.as_str()), ("t", "phx_reply"));
        assert!(received.reply().is_ok);
    }
    let closed = Received::from_text(r#"{"topic":"t","event":"phx_close","ref":null}"#).expect("without a payload");
    assert_eq!((closed.reference, closed.payload), (None, Cow::Borrowed("{}")));
}

#[test]
fn what_is_no_frame_is_rejected_without_its_token() {
    for text in ["", "null", "[]", "[1,2,3,4,5]", r#"{"topic":"t"}"#, r#"["1","2","t"]"#, "{", "\u{0}"] {
        assert_eq!(Received::from_text(text).expect_err(text).kind, RejectedKind::NotAMessage, "{text}");
    }
    let rejected = Received::from_text(r#"{"access_token":"eyJhbGciOi.eyJzdWIi.c2ln"}"#).expect_err("no frame");
    assert!(!rejected.sample.contains("eyJ"), "{}", rejected.sample);
}

#[test]
fn reason_of_an_error_is_read() {
    let text = r#"[null,"1","t","phx_reply",{"status":"error","response":{"reason":"Unauthorized: no"}}]"#;
    let reply = Received::from_text(text).expect("a frame").reply();
    assert_eq!(reply, Reply { is_ok: false, reason: "Unauthorized: no".to_owned() });
    let odd = Received::from_text(r#"[null,"1","t","phx_reply",{"status":"error","response":{"reason":{"a":1}}}]"#);
    assert_eq!(odd.expect("a frame").reply().reason, r#"{"a":1}"#);
}

#[test]
fn broadcast_carries_a_message_whole_or_with_its_type_beside_it() {
    let whole =
        r#"{"type":"JOB_UPDATE","job_id":"7","timestamp":"2026-11-30T10:00:00Z","data":{"status":"PROCESSING"}}"#;
    let bare = r#"{"job_id":7,"timestamp":"2026-11-30T10:00:00Z","data":{"status":"processing"}}"#;
    for (name, message) in [("JOB_UPDATE", whole), ("JOB_UPDATE", bare), ("job_update", bare), ("update", whole)] {
        let payload = format!(r#"{{"type":"broadcast","event":"{name}","payload":{message},"meta":{{"id":"m1"}}}}"#);
        let text = format!(r#"{{"topic":"realtime:x","event":"broadcast","payload":{payload},"ref":null}}"#);
        let broadcast = Received::from_text(&text).expect("a frame").broadcast(&tables(), None);
        assert_eq!(broadcast.id.as_deref(), Some("m1"));
        let event = event(broadcast.frame);
        assert_eq!(event.job_id.as_str(), "7", "{name} {message}");
        assert!(matches!(event.body, Body::Job(progress) if progress.status == Status::Processing));
    }
}

#[test]
fn broadcast_for_another_program_is_no_message_and_an_unreadable_one_is_reported() {
    let of = |event: &str, message: &str| {
        let text = format!(r#"["1",null,"t","broadcast",{{"event":"{event}","payload":{message}}}]"#);
        Received::from_text(&text).expect("a frame").broadcast(&tables(), None)
    };
    for (event, message) in [("cursor", r#"{"x":1}"#), ("cursor", "[]"), ("HEARTBEAT", "{}"), ("UPDATE", r#"{"a":1}"#)]
    {
        assert_eq!(of(event, message), Broadcast { id: None, frame: None }, "{event} {message}");
    }
    let rejected = of("JOB_UPDATE", r#"{"job_id":"7","data":{"status":"LOST"}}"#).frame;
    assert!(matches!(rejected, Some(Err(rejected)) if rejected.job_id == Some(JobId::from("7"))));
}

#[test]
fn changed_row_names_its_job_and_a_new_or_deleted_one_the_list() {
    let change = |payload: &str| {
        let text = format!(r#"[null,null,"t","postgres_changes",{{"ids":[1],"data":{payload}}}]"#);
        Received::from_text(&text).expect("a frame").change(&tables())
    };
    let job = |id: &str| Some(Change::Job(JobId::from(id)));
    for (payload, expected) in [
        (
            r#"{"type":"UPDATE","schema":"public","table":"video_jobs","record":{"id":7},"old_record":{"id":6}}"#,
            job("7"),
        ),
        (r#"{"type":"UPDATE","schema":"studio","table":"video_metadata","record":{"id":3,"job_id":"9"}}"#, job("9")),
        (r#"{"type":"UPDATE","schema":"public","table":"video_metadata","record":{"job_id":"9"}}"#, None),
        (r#"{"type":"UPDATE","schema":"public","table":"users","record":{"id":1}}"#, None),
        (r#"{"type":"UPDATE","table":"video_jobs","record":{}}"#, Some(Change::List)),
        (r#"{"type":"INSERT","schema":"public","table":"video_jobs","record":{"id":7}}"#, Some(Change::List)),
        (r#"{"type":"DELETE","schema":"public","table":"video_jobs","old_record":{"id":7}}"#, Some(Change::List)),
        (r#"{"table":"video_jobs"}"#, None),
    ] {
        assert_eq!(change(payload), expected, "{payload}");
    }
}

#[test]
fn trigger_that_broadcasts_rows_is_a_change() {
    let row = r#"{"schema":"public","table":"video_jobs","operation":"UPDATE","record":{"id":"7"},"old_record":null}"#;
    let text = format!(r#"["1",null,"t","broadcast",{{"event":"UPDATE","payload":{row},"meta":{{"id":5}}}}]"#);
    let broadcast = Received::from_text(&text).expect("a frame").broadcast(&tables(), None);
    assert_eq!(broadcast.id.as_deref(), Some("5"));
    assert_eq!(broadcast.frame, Some(Ok(Frame::Changed(Change::Job(JobId::from("7"))))));
}

fn binary(topic: &[u8], event: &[u8], meta: &[u8], payload: &[u8]) -> Vec<u8> {
    let size = |part: &[u8]| u8::try_from(part.len()).expect("a short part");
    let mut bytes = vec![4, size(topic), size(event), size(meta), 1];
    for part in [topic, event, meta, payload] {
        bytes.extend_from_slice(part);
    }
    bytes
}

#[test]
fn binary_frame_is_a_broadcast() {
    let message = br#"{"job_id":"7","data":{"status":"COMPLETED"}}"#;
    for (meta, id) in [(&br#"{"id":"m2","replayed":true}"#[..], Some("m2")), (b"", None)] {
        let bytes = binary(b"realtime:x", b"JOB_UPDATE", meta, message);
        let received = Received::from_binary(&bytes).expect("a frame");
        assert_eq!((received.topic.as_str(), received.event.as_str()), ("realtime:x", "broadcast"));
        let broadcast = received.broadcast(&[], None);
        assert_eq!(broadcast.id.as_deref(), id);
        assert_eq!(event(broadcast.frame).job_id.as_str(), "7");
    }
}

#[test]
fn binary_frame_that_is_cut_short_or_of_another_kind_is_rejected() {
    let whole = binary(b"t", b"JOB_UPDATE", b"{}", b"{}");
    for length in 0..5 + 1 + 10 + 2 {
        assert!(Received::from_binary(&whole[..length]).is_err(), "{length} bytes");
    }
    let kinds = [[&[0], &whole[1..]].concat(), binary(b"t", b"e", b"", &[0xff]), vec![4, 0, 0, 0, 0]];
    for bytes in kinds {
        assert!(Received::from_binary(&bytes).is_err(), "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn no_frame_panics(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = Received::from_text(&text);
        let _ = Received::from_binary(&[&[4u8][..], &bytes].concat());
        let frame = json!([null, null, "t", "broadcast", { "event": text, "payload": text }]).to_string();
        let received = Received::from_text(&frame).expect("a frame");
        let _ = (received.broadcast(&tables(), None), received.change(&tables()), received.system(), received.reply());
    }
}
