use std::cell::Cell;

use proptest::{prelude::*, sample::select, test_runner::TestRunner};

use super::super::*;

fn event(text: &str) -> Option<Event> {
    super::event(text, None)
}

/// Decodes a message with the tolerant reader, without its count of unreadable unknown fields.
fn read(text: &str) -> Result<Frame, tolerant::Fault> {
    tolerant::read(text, "", None).map(|frame| match frame {
        Frame::Event(event) => Frame::Event(Event { lost: 0, ..event }),
        frame @ (Frame::Heartbeat(_) | Frame::Accepted | Frame::Changed(_)) => frame,
    })
}

/// Messages of the specification: the type, and the fields of the payload.
const GOOD: [(&str, &[(&str, &str)]); 6] = [
    ("JOB_UPDATE", &[("status", r#""FAILED""#), ("progress_percent", "42.5"), ("error_message", r#""no""#)]),
    ("STAGE_UPDATE", &[("stage_id", r#""PROBE""#), ("status", r#""PROCESSING""#), ("progress_percent", "7")]),
    ("METADATA_UPDATE", &[("metadata_type", r#""TITLE""#), ("content", r#""The sea""#)]),
    ("METADATA_UPDATE", &[("metadata_type", r#""CHAPTERS""#), ("content", r#"[{"start_seconds":1,"title":"b"}]"#)]),
    (
        "THUMBNAIL_GENERATED",
        &[("thumbnail_url", r#""https://x.test/a""#), ("thumbnail_id", "1"), ("width", "1280"), ("height", "720.5")],
    ),
    (
        "ERROR",
        &[("error_code", r#""a""#), ("error_message", r#""b""#), ("recoverable", "true"), ("affected_stage", "null")],
    ),
];

/// Generates a JSON value as a backend might write it.
fn value() -> impl Strategy<Value = String> {
    let values = [
        "null",
        "true",
        "7",
        "-1",
        "2.5",
        "1e999",
        "[",
        r#""""#,
        r#""7""#,
        r#""50%""#,
        r#""PENDING""#,
        r#""failed""#,
        r#""TITLE""#,
        r#""tags""#,
        r#"" CHAPTERS ""#,
        r#""PR\u004fBE""#,
        r#""https://x.test/b""#,
        r#""http://x.test""#,
        "[]",
        r#"["a","b"]"#,
        r#"[{"start":1,"title":"b"}]"#,
        r#"{"text":"a"}"#,
        r#""2026-01-02T03:04:05Z""#,
    ];
    select(values.map(str::to_owned).to_vec())
}

/// A deviation in the fields of an object.
#[derive(Clone, Debug)]
enum Deviation {
    Replaced(usize, String),
    Repeated(usize, String),
    Dropped(usize),
    Renamed(usize, &'static str),
    Escaped(usize),
}

fn deviation() -> impl Strategy<Value = Deviation> {
    let place = 0..6_usize;
    let name = select(vec!["status", "stage_id", "error_message", "content", "type", "data", "version"]);
    prop_oneof![
        4 => (place.clone(), value()).prop_map(|(place, value)| Deviation::Replaced(place, value)),
        1 => (place.clone(), value()).prop_map(|(place, value)| Deviation::Repeated(place, value)),
        1 => place.clone().prop_map(Deviation::Dropped),
        1 => (place.clone(), name).prop_map(|(place, name)| Deviation::Renamed(place, name)),
        1 => place.prop_map(Deviation::Escaped),
    ]
}

type Members = Vec<(String, String)>;

fn deviate(mut members: Members, deviations: Vec<Deviation>) -> Members {
    for deviation in deviations {
        let count = members.len().max(1);
        match deviation {
            Deviation::Replaced(place, value) => members[place % count].1 = value,
            Deviation::Repeated(place, value) => members.push((members[place % count].0.clone(), value)),
            Deviation::Dropped(place) => drop((members.len() > 1).then(|| members.remove(place % count))),
            Deviation::Renamed(place, name) => members[place % count].0 = name.to_owned(),
            Deviation::Escaped(place) => {
                let key = &mut members[place % count].0;
                let first = key.remove(0);
                *key = format!("\\u{:04x}{key}", u32::from(first));
            }
        }
    }
    members
}

fn object(members: &Members) -> String {
    let members: Vec<_> = members.iter().map(|(key, value)| format!(r#""{key}":{value}"#)).collect();
    format!("{{{}}}", members.join(","))
}

fn members(kind: &str, data: &str) -> Members {
    let members = [
        ("type", format!("{kind:?}")),
        ("job_id", r#""j1""#.to_owned()),
        ("data", data.to_owned()),
        ("timestamp", r#""2026-01-02T03:04:05Z""#.to_owned()),
    ];
    members.map(|(key, value)| (key.to_owned(), value)).to_vec()
}

fn payload(parts: &[(&str, &str)]) -> Members {
    parts.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Generates a message of the specification with up to two deviations each inside and outside, its fields in any order.
fn message() -> impl Strategy<Value = String> {
    let deviations = || prop::collection::vec(deviation(), 0..3);
    let parts = (select(GOOD.to_vec()), deviations(), prop_oneof![3 => Just(Vec::new()), 1 => deviations().boxed()]);
    let parts = parts.prop_map(|((kind, parts), inner, outer)| {
        let data = object(&deviate(payload(parts), inner));
        deviate(members(kind, &data), outer)
    });
    parts.prop_shuffle().prop_map(|parts| object(&parts))
}

#[test]
fn fast_decode_agrees_with_the_tolerant_reader() {
    let fast_reads = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(4000));
    let ran = runner.run(&message(), |text| {
        if let Some(event) = event(&text) {
            fast_reads.set(fast_reads.get() + 1);
            prop_assert_eq!(read(&text), Ok(Frame::Event(event)), "{}", text);
        }
        Ok(())
    });
    assert_eq!(ran, Ok(()));
    // With too few or too many fast reads, the test would prove nothing.
    assert!((1000..3900).contains(&fast_reads.get()), "{}", fast_reads.get());
}

#[test]
fn fast_decode_reads_all_messages_in_any_field_order() {
    for (kind, parts) in GOOD {
        let mut members = members(kind, &object(&payload(parts)));
        for _ in 0..members.len() {
            members.rotate_left(1);
            let text = object(&members);
            let event = event(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read(&text), Ok(Frame::Event(event)), "{text}");
        }
    }
}

#[test]
fn fast_decode_rejects_repeated_fields() {
    for (kind, parts) in GOOD {
        let whole = members(kind, &object(&payload(parts)));
        for place in 0..whole.len() {
            let twice = object(&deviate(whole.clone(), vec![Deviation::Repeated(place, whole[place].1.clone())]));
            assert_eq!(event(&twice), None, "{twice}");
        }
        for place in 0..parts.len() {
            let data = deviate(payload(parts), vec![Deviation::Repeated(place, parts[place].1.to_owned())]);
            let twice = object(&members(kind, &object(&data)));
            assert_eq!(event(&twice), None, "{twice}");
        }
    }
}

#[test]
fn fast_decode_rejects_a_list() {
    assert_eq!(event(r#" ["JOB_UPDATE","j1",["PENDING"],null]"#), None);
}
