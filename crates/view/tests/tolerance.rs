//! Property tests with arbitrary texts in every place where a server may write one: nothing panics, and only the field
//! itself is lost.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::{borrow::Cow, time::Duration};

use jiff::Timestamp;
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use tallylight_core::{
    Now,
    discovery::{self, Identity},
    edits::Edits,
    forecast::Forecast,
    library::{Authority, Library},
    locale::Locale,
    model::{
        job::Field,
        text::{folded, for_terminal, isolate, within_terminal},
    },
    notifications,
    protocol::{
        self, json as tolerant,
        snapshot::{Page, read_page},
    },
    search,
};
use tallylight_view::JobView;

/// Generates a text as JSON: any character, controls raw or escaped, lone surrogates, very long texts.
fn literal() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(|c| if matches!(c, '"' | '\\') { format!("\\{c}") } else { c.to_string() }),
        2 => (0..0x20_u32).prop_map(|code| format!("\\u{code:04x}")),
        2 => (0..0xa0_u32).prop_map(|code| char::from_u32(code).filter(|c| !matches!(c, '"' | '\\')).unwrap_or(' ').to_string()),
        2 => (0xd800..0xe000_u32).prop_map(|code| format!("\\u{code:04x}")),
        1 => proptest::sample::select(vec!["\u{202e}", "\u{2066}", "\u{2069}", "\u{200b}", "\u{3164}", "שלום", "\\n", "e\u{301}", "İ", "\\q"]).prop_map(str::to_owned),
    ];
    let short = prop::collection::vec(piece.clone(), 0..24).prop_map(|pieces| pieces.concat());
    let long =
        (prop::collection::vec(piece, 1..4), 1..3000_usize).prop_map(|(pieces, times)| pieces.concat().repeat(times));
    prop_oneof![9 => short, 1 => long].prop_map(|text| format!("\"{text}\""))
}

/// Generates another JSON value, or invalid JSON, in place of a text.
fn junk() -> impl Strategy<Value = String> {
    let values = [
        "NaN",
        "-Infinity",
        "1e400",
        "null",
        "true",
        "{}",
        "[]",
        "[null,7,\"a\"]",
        "{\"a\":{}}",
        "-0",
        "007",
        "9e99",
        "'x'",
    ];
    proptest::sample::select(values.map(str::to_owned).to_vec())
}

fn job() -> Value {
    json!({ "id": "7f", "video_id": "3c", "status": "PROCESSING", "progress_percent": 42.5, "error_message": "why",
        "processing_stages": { "PROBE": { "status": "PROCESSING", "progress_percent": 10, "error_message": "hm",
            "started_at": "2026-01-01T00:00:00Z" } },
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:01:00Z",
        "video": { "original_filename": "holiday.mp4", "size_bytes": 7 },
        "errors": [{ "error_code": "x", "error_message": "y", "recoverable": true, "timestamp": "2026-01-01T00:00:00Z" }],
        "video_metadata": { "title": "T", "description": "D", "tags": ["a"], "transcript_text": "words",
            "updated_at": "2026-01-01T00:02:00Z", "chapters": [{ "start_seconds": 0, "title": "A" }], "thumbnail_id": "t1",
            "extracted_video_duration_seconds": 63.2,
            "thumbnails": [{ "thumbnail_id": "t1", "thumbnail_url": "https://x.test/1", "width": 1280, "height": 720,
                "timestamp_seconds": 3.5 }] } })
}

fn messages() -> Vec<Value> {
    let message = |kind: &str, data: Value| json!({ "type": kind, "job_id": "7f", "data": data, "timestamp": "2026-01-01T00:03:00Z" });
    vec![
        message("JOB_UPDATE", json!({ "status": "FAILED", "progress_percent": 5, "error_message": "why" })),
        message(
            "STAGE_UPDATE",
            json!({ "stage_id": "PROBE", "status": "FAILED", "progress_percent": 5, "error_message": "why" }),
        ),
        message("METADATA_UPDATE", json!({ "metadata_type": "TITLE", "content": "A" })),
        message(
            "METADATA_UPDATE",
            json!({ "metadata_type": "CHAPTERS", "content": [{ "start_seconds": 1, "title": "A" }] }),
        ),
        message(
            "THUMBNAIL_GENERATED",
            json!({ "thumbnail_url": "https://x.test/2", "thumbnail_id": "t2", "width": 1, "height": 1 }),
        ),
        message(
            "ERROR",
            json!({ "error_code": "a", "error_message": "b", "recoverable": false, "affected_stage": "PROBE" }),
        ),
        json!({ "type": "job_update", "job_id": 7, "status": "FAILED", "title": "A", "error_message": "b", "metadata": { "tags": ["x"] } }),
    ]
}

/// Returns the paths of all values that are neither objects nor arrays.
fn leaves(value: &Value) -> Vec<String> {
    fn walk(value: &Value, path: &str, leaves: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), leaves)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, value)| walk(value, &format!("{path}/{at}"), leaves));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => leaves.push(path.to_owned()),
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// Returns a document in which the value at one path is replaced.
fn with(document: &Value, path: &str, written: &str) -> String {
    const PLACE: &str = "the place of what is written";
    let mut document = document.clone();
    *document.pointer_mut(path).expect("a place") = json!(PLACE);
    document.to_string().replace(&format!("\"{PLACE}\""), written)
}

fn now() -> Now {
    Now { monotonic: Duration::ZERO, wall: "2026-01-01T00:05:00Z".parse().expect("a time"), draw: 0.5 }
}

fn check_text(text: &str) {
    assert!(text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')), "{text:?}");
}

/// Renders all texts of a library in every form in which they are displayed, and checks them.
fn show(library: &Library) {
    let locale = Locale::default();
    for job in library.jobs() {
        let view: JobView = tallylight_view::job(&job, &Edits::default(), &Forecast::default());
        let name = notifications::name(&job, locale);
        check_text(&name);
        assert!(!name.contains('\n'));
        let fault = view.row.error.as_ref().map(|error| locale.fault(&error.code, &error.message)).unwrap_or_default();
        for rendered in
            [locale.ready(&name), locale.failed(&name), locale.names(&[name.clone(), name.clone()], 3), isolate(&fault)]
        {
            check_text(&rendered);
            assert!(!rendered.contains('\n'));
            let (opened, closed) = (rendered.matches('\u{2068}').count(), rendered.matches('\u{2069}').count());
            assert_eq!(opened, closed, "{rendered:?}");
        }
        let shown = serde_json::to_value(&view).expect("JSON");
        for path in leaves(&shown) {
            if let Some(Value::String(text)) = shown.pointer(&path) {
                check_text(text);
                check_text(&for_terminal(text));
                assert!(!within_terminal(text).contains('\n'));
                folded(text);
            }
        }
        // Stored records are restored unchanged.
        let stored = serde_json::to_string(&*job).expect("JSON");
        assert_eq!(tolerant::from_stored::<tallylight_core::library::record::Record>(&stored).expect("a record"), *job);
    }
    search::Search::new(library, &Edits::default(), "a");
}

fn metadata_of(library: &Library) -> Vec<(Field, Value)> {
    let job = library.jobs().next().map(Cow::into_owned);
    let metadata = job.map(|job| job.metadata).unwrap_or_default();
    metadata.iter().map(|(field, held)| (*field, serde_json::to_value(&held.value).expect("JSON"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_a_list_field_affects_that_field_only(
        written in prop_oneof![4 => literal(), 1 => junk()],
        place in any::<Index>(),
    ) {
        let leaves = leaves(&job());
        let path = place.get(&leaves);
        let text = format!("[{},{}]", with(&job(), path, &written), json!({ "id": "other", "status": "PENDING" }));
        let Page { jobs, skipped, .. } = read_page(&text, None).expect("a page");
        prop_assert_eq!(jobs.len() + skipped, 2, "{}", text);
        prop_assert!(jobs.len() == 2 || path == "/id", "{}: {}", path, written);
        let mut library = Library::default();
        for snapshot in jobs {
            let is_other = snapshot.job_id.as_str() == "other";
            library.merge(snapshot, now().wall, Authority::Ordered);
            if !is_other && path != "/id" {
                let read: Vec<Field> = metadata_of(&library).into_iter().map(|(field, _)| field).collect();
                let lost = Field::METADATA.into_iter().filter(|field| !read.contains(field)).count();
                prop_assert!(lost <= 1, "{}: {}", path, written);
            }
        }
        show(&library);
    }

    #[test]
    fn any_text_in_a_message_field_affects_that_field_only(
        written in prop_oneof![4 => literal(), 1 => junk()],
        kind in any::<Index>(),
        place in any::<Index>(),
    ) {
        let messages = messages();
        let message = kind.get(&messages);
        let leaves = leaves(message);
        let path = place.get(&leaves);
        let text = with(message, path, &written);
        let essential = ["/type", "/job_id", "status", "stage_id", "metadata_type", "content", "thumbnail_url", "recoverable"];
        let mut library = Library::default();
        library.merge(tallylight_core::protocol::snapshot::read_job(&job()).expect("a job"), Timestamp::UNIX_EPOCH, Authority::Ordered);
        match protocol::decode(&text) {
            Ok(protocol::Frame::Event(event)) => drop(library.apply(event, now())),
            Ok(protocol::Frame::Heartbeat(_) | protocol::Frame::Accepted | protocol::Frame::Changed(_)) => {}
            Err(rejected) => {
                prop_assert!(essential.iter().any(|name| path.ends_with(name) || path.contains("content")), "{}: {}", path, rejected);
                // The job of a rejected message can be refetched.
                prop_assert!(rejected.job_id.is_some() || path == "/job_id" || path == "/type", "{}", text);
            }
        }
        show(&library);
    }

    #[test]
    fn any_text_in_a_discovery_document_never_panics(
        written in prop_oneof![4 => literal(), 1 => junk()],
        place in any::<Index>(),
    ) {
        let document = json!({ "name": "Acme", "api_url": "https://a.tv", "ws_url": "wss://a.tv/ws", "auth_url": "https://x.co",
            "auth_key": "k", "auth_providers": ["google"], "ws_token": "auto", "transport": "socket", "editable": ["TITLE"],
            "features": ["upload"] });
        let leaves = leaves(&document);
        let address = "https://studio.example".parse().expect("an address");
        if let Ok(server) = discovery::read(&address, Identity::Address, &with(&document, place.get::<String>(&leaves), &written)) {
            check_text(&server.name);
        }
    }
}
