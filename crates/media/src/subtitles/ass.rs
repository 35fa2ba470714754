//! ASS and SSA: one line for each caption, with fields that a `Format:` line names.

use super::{Caption, Captions, MAX_CUES, markup, time::time};

/// The fields if no `Format:` line names them; ASS's default.
const DEFAULT_FIELDS: [&str; 10] =
    ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"];

/// Returns whether a text is an ASS or SSA script.
pub fn is_ass(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| line.eq_ignore_ascii_case("[events]")) && text.contains("Dialogue:")
}

/// Returns the captions of a script, without comments and drawings.
pub fn captions(text: &str) -> Captions {
    let mut found = Captions::default();
    let mut fields: Vec<String> = DEFAULT_FIELDS.map(str::to_owned).into();
    let events = text.lines().map(str::trim).skip_while(|line| !line.eq_ignore_ascii_case("[events]"));
    for line in events {
        if let Some(names) = line.strip_prefix("Format:") {
            fields = names.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
        } else if let Some(values) = line.strip_prefix("Dialogue:") {
            match caption(&fields, values) {
                Some(caption) if found.captions.last() == Some(&caption) => {}
                Some(caption) => found.captions.push(caption),
                None => found.unreadable_times += 1,
            }
        }
        if found.captions.len() > MAX_CUES {
            break;
        }
    }
    found
}

fn caption(fields: &[String], values: &str) -> Option<Caption> {
    // The text is the last field and may contain commas.
    let values: Vec<&str> = values.splitn(fields.len(), ',').collect();
    let value = |name: &str| values.get(fields.iter().position(|field| field == name)?).map(|value| value.trim());
    let (start, end) = (time(value("start")?)?, time(value("end")?)?);
    let plain = markup::plain_ass(value("text")?);
    let lines = plain.lines().map(markup::one_spaced).filter(|line| !line.is_empty()).collect();
    Some(Caption { start, end: end.max(start), lines, timed_words: false })
}
