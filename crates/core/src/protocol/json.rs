//! A JSON reader that loses a single value where a strict reader would reject the document.
//!
//! Backends write JSON that strict parsers reject: lone surrogates (`"\ud83d"`), `NaN`, `1e400`, repeated names in one
//! object, a byte order mark, raw line breaks in texts. Each of these costs only the value that contains it, which
//! reads as `null` and is counted. Only a document whose brackets and quotes do not match is rejected.
//!
//! Every text is cleaned by [`crate::model::text::clean`] when it is read, so that control characters stop here.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::model::text;

/// The maximum nesting depth; a deeper value is lost. The limit protects recursive code from stack overflow.
const DEPTH_LIMIT: usize = 96;

/// A parsed document and the number of lost values.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The document; unreadable values are `null`.
    pub value: Value,
    /// The number of unreadable values.
    pub lost: u32,
}

/// A document whose brackets or quotes do not match.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    what: &'static str,
    at: usize,
}

/// Parses a document.
///
/// # Errors
/// [`Malformed`] if brackets or quotes do not match, or if something follows the document.
pub fn parse(document: &str) -> Result<Parsed, Malformed> {
    let document = document.trim_start_matches('\u{feff}');
    let mut reader = Reader { text: document, at: 0, lost: 0 };
    reader.skip_space();
    if reader.peek().is_none() {
        return Err(reader.malformed("nothing"));
    }
    let value = if matches!(reader.peek(), Some(b'{' | b'[' | b'"')) { reader.value(0)? } else { reader.bare() };
    if value.is_null() && reader.lost > 0 {
        return Err(reader.malformed("no JSON"));
    }
    reader.skip_space();
    match reader.peek() {
        None => Ok(Parsed { value, lost: reader.lost }),
        Some(_) => Err(reader.malformed("something behind the document")),
    }
}

/// Deserializes stored JSON and cleans texts that an earlier version stored unchanged.
///
/// # Errors
/// Returns an error if the JSON does not have the expected shape.
pub fn from_stored<T: DeserializeOwned>(json: &str) -> Result<T, serde_json::Error> {
    if !text::may_need_cleaning(json) {
        return serde_json::from_str(json);
    }
    match parse(json) {
        // Through a text, because parts of records are deserialized from raw JSON.
        Ok(parsed) => serde_json::from_str(&parsed.value.to_string()),
        Err(_) => serde_json::from_str(json),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    lost: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.at }
    }

    fn lose(&mut self) -> Value {
        self.lost = self.lost.saturating_add(1);
        Value::Null
    }

    fn value(&mut self, depth: usize) -> Result<Value, Malformed> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{' | b'[') if depth >= DEPTH_LIMIT => {
                self.skip_nested()?;
                Ok(self.lose())
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(_) => Ok(self.bare()),
            None => Err(self.malformed("the end where a value is expected")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Malformed> {
        self.at += 1;
        let mut map = Map::new();
        // Names that occur with different values: it is unknown which value is meant.
        let mut ambiguous = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'}') => break self.at += 1,
                Some(b',') => self.at += 1,
                Some(b'"') => {
                    let name = self.string()?;
                    self.skip_space();
                    if self.peek() == Some(b':') {
                        self.at += 1;
                        self.skip_space();
                    }
                    let value =
                        if matches!(self.peek(), Some(b',' | b'}')) { self.lose() } else { self.value(depth + 1)? };
                    match map.get(&name) {
                        Some(held) if *held == value => {}
                        Some(_) => ambiguous.push(name),
                        None => drop(map.insert(name, value)),
                    }
                }
                Some(_) => {
                    self.value(depth + 1)?;
                    self.lose();
                }
                None => return Err(self.malformed("an object without an end")),
            }
        }
        for name in ambiguous {
            let lost = self.lose();
            map.insert(name, lost);
        }
        Ok(Value::Object(map))
    }

    fn array(&mut self, depth: usize) -> Result<Value, Malformed> {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b']') => break self.at += 1,
                Some(b',') => self.at += 1,
                Some(b'}') => return Err(self.malformed("a bracket that does not match")),
                Some(_) => list.push(self.value(depth + 1)?),
                None => return Err(self.malformed("an array without an end")),
            }
        }
        Ok(Value::Array(list))
    }

    /// Reads a number, `true`, `false` or `null`; any other word is lost.
    fn bare(&mut self) -> Value {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', '"', '[', '{', ':', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        // A character that cannot begin a value is skipped, so that the reader always advances.
        let word = &rest[..end.max(rest.chars().next().map_or(1, char::len_utf8))];
        self.at += word.len();
        match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match number(word) {
                Some(number) => Value::Number(number),
                None => self.lose(),
            },
        }
    }

    fn string(&mut self) -> Result<String, Malformed> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        loop {
            match bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
                None => return Err(self.malformed("a text without an end")),
            }
        }
        let raw = &self.text[start..self.at];
        self.at += 1;
        let unescaped = if escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) };
        Ok(match unescaped {
            Cow::Owned(text) => text::cleaned(text),
            Cow::Borrowed(text) => text::clean(text).into_owned(),
        })
    }

    /// Skips a nested value without recursion.
    fn skip_nested(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth -= 1,
                Some(_) => {}
                None => return Err(self.malformed("a nested value without an end")),
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

/// Parses a JSON number, if it is in range.
fn number(word: &str) -> Option<Number> {
    let digits = word.strip_prefix('-').unwrap_or(word).as_bytes();
    let is_json = match digits {
        [b'0', rest @ ..] => !rest.first().is_some_and(u8::is_ascii_digit),
        [b'1'..=b'9', ..] => true,
        _ => false,
    };
    // Rust also accepts `1.` and `1.e5`, which are not valid JSON but unambiguous.
    if !is_json {
        return None;
    }
    if let Ok(whole) = word.parse::<u64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = word.parse::<i64>() {
        return Some(whole.into());
    }
    Number::from_f64(word.parse().ok()?)
}

/// Resolves the escapes of a text. A lone surrogate or an unknown escape becomes U+FFFD.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let Some(kind) = escape.chars().next() else {
            rest = "";
            break;
        };
        rest = &escape[kind.len_utf8()..];
        text.push(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => match code_unit(rest) {
                Some(unit) => {
                    rest = &rest[4..];
                    character(unit, &mut rest)
                }
                None => char::REPLACEMENT_CHARACTER,
            },
            _ => char::REPLACEMENT_CHARACTER,
        });
    }
    text.push_str(rest);
    text
}

/// Returns the character of a UTF-16 code unit and consumes the second half of a surrogate pair, if it follows.
fn character(unit: u16, rest: &mut &str) -> char {
    let follows = || rest.strip_prefix("\\u").and_then(code_unit);
    match char::decode_utf16([unit].into_iter().chain(follows())).next() {
        Some(Ok(character)) => {
            if character.len_utf16() == 2 {
                *rest = &rest[6..];
            }
            character
        }
        Some(Err(_)) | None => char::REPLACEMENT_CHARACTER,
    }
}

fn code_unit(digits: &str) -> Option<u16> {
    let digits = digits.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(document: &str) -> (Value, u32) {
        let Parsed { value, lost } = parse(document).unwrap_or_else(|error| panic!("{document}: {error}"));
        (value, lost)
    }

    #[test]
    fn unreadable_value_is_lost_and_the_rest_is_kept() {
        for bad in
            ["NaN", "-Infinity", "Infinity", "1e400", "undefined", "None", "+1", ".5", "007", "0x1F", "oops", "'a'"]
        {
            assert_eq!(read(&format!(r#"[{{"a":{bad},"b":1}},2]"#)), (json!([{ "a": null, "b": 1 }, 2]), 1), "{bad}");
        }
    }

    #[test]
    fn texts_with_invalid_escapes_and_controls_are_kept() {
        assert_eq!(read(r#"["\ud83d","\ude00x","\ud83d\u0041"]"#).0, json!(["\u{fffd}", "\u{fffd}x", "\u{fffd}A"]));
        assert_eq!(read(r#""\ud83d\ude00""#), (json!("😀"), 0));
        assert_eq!(read("\"a\nb\tc\"").0, json!("a\nb\tc"));
        assert_eq!(read(r#""a\u0000b\u001b[31m\u0085\q""#).0, json!("a\u{fffd}b[31m\u{fffd}"));
        assert_eq!(read("\u{feff}[1]"), (json!([1]), 0));
    }

    #[test]
    fn repeated_name_is_kept_only_with_equal_values() {
        assert_eq!(read(r#"{"a":1,"a":1}"#), (json!({ "a": 1 }), 0));
        assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#), (json!({ "a": null, "b": 2 }), 1));
    }

    #[test]
    fn too_deeply_nested_value_is_lost_alone() {
        let deep = format!(r#"{{"a":{}{},"b":1}}"#, "[".repeat(100_000), "]".repeat(100_000));
        let (value, lost) = read(&deep);
        assert_eq!((value.get("b"), lost), (Some(&json!(1)), 1));
    }

    #[test]
    fn brackets_and_quotes_must_match() {
        for bad in ["", "  ", "\u{feff}", "[", r#"{"a":"#, r#""a"#, r#"["a\"]"#, "[1]]", "[}", "{]", "<html>x", "a b"] {
            assert!(parse(bad).is_err(), "{bad}: {:?}", parse(bad));
        }
    }

    #[test]
    fn from_stored_cleans_texts_of_earlier_versions() {
        assert_eq!(from_stored::<String>(r#""a\u0000b""#).expect("a text"), "a\u{fffd}b");
        assert_eq!(from_stored::<String>(r#""\\u0000""#).expect("a text"), "\\u0000");
    }

    proptest! {
        #[test]
        fn valid_json_is_read_without_loss(value in any_value()) {
            let text = value.to_string();
            prop_assert_eq!(parse(&text), Ok(Parsed { value, lost: 0 }));
        }

        #[test]
        fn parse_never_panics(text in "[\\[\\]{}:,\"\\\\ua0-9ed.\\-+ \\ud7ff\u{0}-\u{1f}]{0,60}") {
            let _ = parse(&text);
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
            "[^\\p{Cc}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[^\\p{Cc}]{0,6}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }
}
