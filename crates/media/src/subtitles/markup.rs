//! Removal of markup. Only known markup is removed.

/// The tags of SubRip and WebVTT.
const TAGS: [&str; 10] = ["b", "i", "u", "s", "font", "c", "v", "lang", "ruby", "rt"];

/// The longest tag, in bytes; a font's name and colours fit.
const MAX_TAG: usize = 256;

/// Returns a SubRip or WebVTT caption without its markup, with entities decoded once. Sets `timed_words` if there is a
/// time within the text.
pub fn plain(text: &str, timed_words: &mut bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (close, is_markup): (char, fn(&str) -> bool) =
            if rest.starts_with('<') { ('>', is_tag) } else { ('}', is_override) };
        let near = &rest[..rest.floor_char_boundary(MAX_TAG)];
        match near.find(close).map(|end| (&rest[1..end], end)) {
            Some((inside, end)) if is_markup(inside) => {
                *timed_words |= inside.starts_with(|c: char| c.is_ascii_digit());
                rest = &rest[end + 1..];
            }
            _ => {
                plain.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    decoded(&plain)
}

/// Returns the text of an ASS caption without overrides, comments and drawings.
pub fn plain_ass(text: &str) -> String {
    let (mut plain, mut rest, mut drawing) = (String::with_capacity(text.len()), text, false);
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|close| open + close) else { break };
        if !drawing {
            plain.push_str(&rest[..open]);
        }
        drawing = draws(&rest[open + 1..close]).unwrap_or(drawing);
        rest = &rest[close + 1..];
    }
    if !drawing {
        plain.push_str(rest);
    }
    plain.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
}

/// Returns whether an override begins a drawing (`\p1`) or ends one (`\p0`); `None` if it does neither.
fn draws(inside: &str) -> Option<bool> {
    let mut scales = inside.split('\\').filter_map(|tag| tag.trim().strip_prefix('p')?.parse::<u32>().ok());
    scales.next_back().map(|scale| scale > 0)
}

/// Returns whether the content of `<…>` is a SubRip or WebVTT tag, or a WebVTT time.
fn is_tag(inside: &str) -> bool {
    let is_time = inside.len() >= 5
        && inside.starts_with(|c: char| c.is_ascii_digit())
        && inside.contains(':')
        && inside.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b','));
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let name = name.split([' ', '.', '\t', '\n', '=']).next().unwrap_or_default().trim_end_matches('/');
    is_time || TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name))
}

/// Returns whether the content of `{…}` is an override such as `\an8`, or MicroDVD's `y:i`, both found in SubRip files.
fn is_override(inside: &str) -> bool {
    inside.starts_with('\\') || inside.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("y:"))
}

fn decoded(text: &str) -> String {
    // Programs that convert from ASS may leave its hard space in the text.
    html_escape::decode_html_entities(&text.replace("\\h", " ")).into_owned()
}

/// Returns a line with one space between words; no-break spaces and control characters count as spaces.
pub fn one_spaced(line: &str) -> String {
    let is_space =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{200f}');
    line.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
