use proptest::{collection::vec, prelude::*, sample::select};

use super::{super::*, event};

/// Makes a value as some backend might write it.
fn value() -> impl Strategy<Value = &'static str> {
    select(vec![
        "null",
        "true",
        "false",
        "7",
        "-1",
        "2.5",
        "1e999",
        r#""""#,
        r#""7""#,
        r#""50%""#,
        r#""PENDING""#,
        r#""failed""#,
        r#""TITLE""#,
        r#""tags""#,
        r#"" CHAPTERS ""#,
        r#""PR\u004fBE""#,
        r#""https://x.test/a.jpg""#,
        r#""http://x.test""#,
        "[]",
        r#"["a","b"]"#,
        r#"[{"start":1,"title":"b"}]"#,
        r#"{"text":"a"}"#,
        "[",
        r#""2026-01-02T03:04:05Z""#,
    ])
}

fn object(keys: Vec<&'static str>) -> impl Strategy<Value = String> {
    let parts = vec((select(keys), value()), 0..7);
    parts.prop_map(|parts| {
        let parts: Vec<_> = parts.into_iter().map(|(key, value)| format!(r#""{key}":{value}"#)).collect();
        format!("{{{}}}", parts.join(","))
    })
}

fn data() -> impl Strategy<Value = String> {
    let progress = object(vec!["status", "progress_percent", "error_message", "stage_id", "other"]);
    let metadata = object(vec!["metadata_type", "content"]);
    let thumbnail = object(vec!["thumbnail_id", "thumbnail_url", "width", "height", "timestamp_seconds"]);
    let error = object(vec!["error_code", "error_message", "recoverable", "affected_stage", "status"]);
    let list = vec(value(), 0..4).prop_map(|values| format!("[{}]", values.join(",")));
    prop_oneof![3 => progress, 3 => metadata, 3 => thumbnail, 3 => error, 1 => list, 1 => value().prop_map(str::to_owned)]
}

/// Makes a message out of parts in any order.
fn message() -> impl Strategy<Value = String> {
    let kind = select(vec![
        r#""JOB_UPDATE""#,
        r#""STAGE_UPDATE""#,
        r#""METADATA_UPDATE""#,
        r#""THUMBNAIL_GENERATED""#,
        r#""ERROR""#,
        r#""error""#,
        r#""HEARTBEAT""#,
        "7",
    ]);
    let parts = (kind, data(), value(), value()).prop_map(|(kind, data, job_id, timestamp)| {
        vec![
            format!(r#""type":{kind}"#),
            format!(r#""data":{data}"#),
            format!(r#""job_id":{job_id}"#),
            format!(r#""timestamp":{timestamp}"#),
            r#""version":{"a":[1]}"#.to_owned(),
        ]
    });
    (parts.prop_shuffle(), 3..6_usize).prop_map(|(parts, count)| format!("{{{}}}", parts[..count].join(",")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_read_in_one_go_is_what_the_patient_reader_reads(text in message()) {
        if let Some(event) = event(&text) {
            prop_assert_eq!(read(&text), Ok(Frame::Event(event)), "{}", text);
        }
    }
}

#[test]
fn the_messages_of_the_specification_are_read_in_one_go_in_any_order() {
    for (kind, data) in [
        ("JOB_UPDATE", r#"{"status":"FAILED","progress_percent":42.5,"error_message":"no"}"#),
        ("STAGE_UPDATE", r#"{"stage_id":"PROBE","status":"PROCESSING","progress_percent":7}"#),
        ("METADATA_UPDATE", r#"{"metadata_type":"TITLE","content":"The sea"}"#),
        ("METADATA_UPDATE", r#"{"metadata_type":"CHAPTERS","content":[{"start_seconds":1,"title":"b"}]}"#),
        (
            "THUMBNAIL_GENERATED",
            r#"{"thumbnail_url":"https://x.test/a","thumbnail_id":"t","width":1280,"height":720.5}"#,
        ),
        ("ERROR", r#"{"error_code":"a","error_message":"b","recoverable":true,"affected_stage":null}"#),
    ] {
        let parts = [
            format!(r#""type":"{kind}""#),
            r#""job_id":"j1""#.to_owned(),
            format!(r#""data":{data}"#),
            r#""timestamp":"2026-01-02T03:04:05Z""#.to_owned(),
        ];
        for turn in 0..parts.len() {
            let mut parts = parts.clone();
            parts.rotate_left(turn);
            let text = format!("{{{}}}", parts.join(","));
            let event = event(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read(&text), Ok(Frame::Event(event)), "{text}");
        }
    }
}

#[test]
fn a_list_is_no_message_whatever_stands_in_it() {
    assert_eq!(event(r#" ["JOB_UPDATE","j1",["PENDING"],null]"#), None);
}
