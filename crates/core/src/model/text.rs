//! Handling of texts from backends and users: cleaned on input, folded for search, and isolated for display.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::{
    ComposingNormalizer,
    properties::{CanonicalDecompositionBorrowed, Decomposed},
};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{BidiClass, DefaultIgnorableCodePoint, WhiteSpace},
};

/// U+2068, First Strong Isolate: the text that follows gets its own direction.
const ISOLATE: char = '\u{2068}';
/// U+2069, Pop Directional Isolate: ends the isolated text.
const POP_ISOLATE: char = '\u{2069}';

/// Removes control characters, so that the text is safe in C strings, terminals and menus.
///
/// U+0000 becomes U+FFFD and every line ending becomes `\n`. Of the other controls (C0, DEL, C1) only the tab is kept.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !has_controls(text) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\0' => cleaned.push(char::REPLACEMENT_CHARACTER),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => cleaned.push('\n'),
            '\n' | '\t' => cleaned.push(character),
            _ if character.is_control() => {}
            _ => cleaned.push(character),
        }
    }
    Cow::Owned(cleaned)
}

/// Cleans a text as [`clean`] does, without a copy if the text is already clean.
pub fn cleaned(text: String) -> String {
    if has_controls(&text) { clean(&text).into_owned() } else { text }
}

/// Cleans a text as [`clean`] does and joins its lines: for names, menus and titles of notifications.
pub fn one_line(text: &str) -> String {
    let text = clean(text);
    if text.contains(is_line_break) { text.replace(is_line_break, " ") } else { text.into_owned() }
}

fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\t' | '\u{2028}' | '\u{2029}')
}

/// Returns whether any byte is below a limit or equal to one of three values. The loop has no early exit, so that the
/// compiler can vectorize it.
fn holds_any(bytes: &[u8], below: u8, others: [u8; 3]) -> bool {
    let [first, second, third] = others;
    let is = |found: bool| u8::from(found);
    let any = |byte: u8| is(byte < below) | is(byte == first) | is(byte == second) | is(byte == third);
    bytes.iter().fold(0, |found, byte| found | any(*byte)) != 0
}

fn has_controls(text: &str) -> bool {
    // Nearly every text passes this fast check, which may report false positives only.
    if !holds_any(text.as_bytes(), 0x20, [0x7f, 0xc2, 0xc2]) {
        return false;
    }
    text.bytes().enumerate().any(|(at, byte)| match byte {
        b'\n' | b'\t' => false,
        0..=0x1f | 0x7f => true,
        // In UTF-8, the C1 controls are 0xC2 0x80 to 0xC2 0x9F.
        0xc2 => matches!(text.as_bytes().get(at + 1), Some(0x80..=0x9f)),
        _ => false,
    })
}

/// Returns whether texts in a JSON document may need cleaning. It scans bytes because it runs on every message.
pub fn may_need_cleaning(json: &str) -> bool {
    let bytes = json.as_bytes();
    if !holds_any(bytes, 0, [b'\\', 0x7f, 0xc2]) {
        return false;
    }
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'\\' => match bytes.get(at + 1) {
            Some(b'b' | b'f' | b'r') => true,
            Some(b'u') => is_control_escape(&bytes[at + 2..]),
            _ => false,
        },
        0x7f => true,
        0xc2 => matches!(bytes.get(at + 1), Some(0x80..=0x9f)),
        _ => false,
    })
}

/// Returns whether four hexadecimal digits may denote a control: 0000 to 001F, 007F to 009F.
fn is_control_escape(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'0', b'0' | b'1' | b'7' | b'8' | b'9', _, ..])
}

/// Returns whether a text shows nothing: it is empty, or only white space and invisible characters such as U+200B or
/// U+3164.
pub fn is_blank(text: &str) -> bool {
    let white = CodePointSetData::new::<WhiteSpace>();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    // U+2800 is the braille cell without dots.
    let is_blank = |c: char| c.is_control() || c == '\u{2800}' || white.contains(c) || ignorable.contains(c);
    text.chars().all(is_blank)
}

/// Returns the text if it shows anything, else none.
pub fn visible(text: &str) -> Option<&str> {
    (!is_blank(text)).then_some(text)
}

/// Returns a text from outside the application, prepared for use inside a sentence: on one line and, if it may run from
/// right to left, between U+2068 and U+2069, so that it cannot reorder the words around it.
pub fn isolate(text: &str) -> String {
    let text = one_line(text);
    if !may_reorder(&text) {
        return text;
    }
    // Isolates in the text could end the outer one early; overrides and embeddings end together with it.
    let inner: String = text.chars().filter(|c| !matches!(c, '\u{2066}'..='\u{2069}')).collect();
    format!("{ISOLATE}{inner}{POP_ISOLATE}")
}

/// Returns whether a text contains characters that run, or make others run, from right to left.
fn may_reorder(text: &str) -> bool {
    let classes = CodePointMapData::<BidiClass>::new();
    !text.is_ascii()
        && text.chars().any(|c| {
            matches!(
                classes.get(c),
                BidiClass::RightToLeft
                    | BidiClass::ArabicLetter
                    | BidiClass::ArabicNumber
                    | BidiClass::RightToLeftEmbedding
                    | BidiClass::RightToLeftOverride
                    | BidiClass::RightToLeftIsolate
                    | BidiClass::LeftToRightEmbedding
                    | BidiClass::LeftToRightOverride
                    | BidiClass::LeftToRightIsolate
                    | BidiClass::FirstStrongIsolate
                    | BidiClass::PopDirectionalFormat
                    | BidiClass::PopDirectionalIsolate
            )
        })
}

/// Returns a text that is safe to print to a terminal: each control is replaced by its picture (`␛`), except line
/// breaks and tabs.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    if !has_controls(text) {
        return Cow::Borrowed(text);
    }
    let picture = |c: char| match u32::from(c) {
        0x09 | 0x0a => c,
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '\u{2421}',
        0x80..=0x9f => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    Cow::Owned(text.replace("\r\n", "\n").chars().map(picture).collect())
}

/// Returns an external text for use within one line of a terminal, as [`isolate`] and [`for_terminal`] do.
pub fn within_terminal(text: &str) -> String {
    isolate(&for_terminal(text))
}

/// Returns a text in the form in which searches compare it: NFKC, case-folded, without accents and other diacritics, and
/// with the dotless i as i.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let nfkc = ComposingNormalizer::new_nfkc();
    let folded = CaseMapper::new().fold_string(&nfkc.normalize(text)).into_owned();
    // Case folding may leave a letter and its combining mark decomposed.
    nfkc.normalize(&folded).chars().filter(|c| !is_diacritic(*c)).map(base).collect()
}

/// Returns whether a character is a combining diacritical mark of the scripts whose readers may leave it out.
fn is_diacritic(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// Returns a letter without its diacritics.
fn base(mut letter: char) -> char {
    let decomposition = CanonicalDecompositionBorrowed::new();
    while let Decomposed::Expansion(base, mark) = decomposition.decompose(letter)
        && is_diacritic(mark)
    {
        letter = base;
    }
    // A user may type any form of i.
    if letter == 'ı' { 'i' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_drops_controls_and_replaces_nul() {
        assert_eq!(clean("a\0b\u{7}\u{1b}[1m\u{7f}\u{85}\tc\r\nd\re\n"), "a\u{fffd}b[1m\tc\nd\ne\n");
        assert_eq!(clean("é 😀 \u{202e}"), "é 😀 \u{202e}");
        assert_eq!(one_line("a\nb\tc\u{2028}d\r\ne"), "a b c d e");
    }

    #[test]
    fn may_need_cleaning_detects_json_with_controls() {
        for dirty in [r#""\u0000""#, r#""\u001b""#, r#""\u007f""#, r#""\u0085""#, r#""\b""#, "\"\u{7f}\"", "\"\u{9b}\""]
        {
            assert!(may_need_cleaning(dirty), "{dirty}");
        }
        for plain in [r#""\n\t\"\\""#, r#""\u00e9\u0041\ud83d""#, "\"é 😀\"", "{\n}"] {
            assert!(!may_need_cleaning(plain), "{plain}");
        }
    }

    #[test]
    fn invisible_text_is_blank() {
        for blank in [
            "",
            " ",
            "\u{a0}\t\n",
            "\u{200b}",
            "\u{3164}",
            "\u{115f}",
            "\u{2800}",
            "\u{feff}\u{ad}\u{202e}",
            "\u{e0020}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in [".", "ㄱ", "👍", "\u{200b}a"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }

    #[test]
    fn right_to_left_text_is_isolated() {
        assert_eq!(isolate("A day"), "A day");
        assert_eq!(isolate("Émile\nat 5"), "Émile at 5");
        assert_eq!(isolate("שלום"), "\u{2068}שלום\u{2069}");
        assert_eq!(isolate("a\u{202e}b"), "\u{2068}a\u{202e}b\u{2069}");
        assert_eq!(isolate("\u{2069}\u{202e}b\u{2067}"), "\u{2068}\u{202e}b\u{2069}");
    }

    #[test]
    fn terminal_text_shows_controls_as_pictures() {
        let within = within_terminal("a\u{1b}]0;x\u{7}\u{9b}\u{7f}\nb\u{202e}c");
        assert_eq!(within, "\u{2068}a␛]0;x␇\u{fffd}␡ b\u{202e}c\u{2069}");
        assert_eq!(for_terminal("a\u{1b}\r\n\tb\rc"), "a␛\n\tb␍c");
    }

    #[test]
    fn folded_unifies_case_width_and_diacritics() {
        for (one, other) in [
            ("e\u{301}", "É"),
            ("ｆｕｌｌ", "FULL"),
            ("İstanbul", "istanbul"),
            ("ISPARTA", "ısparta"),
            ("STRASSE", "straße"),
            ("ﬁ", "FI"),
            ("ΣΑΣ", "σας"),
            ("emile", "Émile"),
            ("viet", "Việt"),
            ("гнёт", "гнет"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("が"), folded("か"), "voiced kana are letters of their own");
        assert_eq!(folded("한국"), "한국");
    }
}
