//! Reads subtitle files: any of the usual formats, in any encoding, into cues with times.
//!
//! SubRip, WebVTT (with NOTE, STYLE and REGION blocks), ASS and SSA, SBV; with missing numbers or milliseconds, CR
//! alone as line end, and captions that roll. Only markup that is known is removed; everything else is text.

use serde::{Deserialize, Serialize};

mod ass;
mod captions;
mod encoding;
mod markup;
mod rolling;
mod time;

pub use encoding::{Decoded, decode};

/// The most cues that are read of one file; a film has about 2,000.
pub const MAX_CUES: usize = 100_000;

/// A text with the time at which it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// When it appears, in seconds.
    pub start: f64,
    /// When it disappears, in seconds; never before `start`.
    pub end: f64,
    /// The words, on one line.
    pub text: String,
}

/// The cues of a file, in the order of their times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtitles {
    /// The cues that have words.
    pub cues: Vec<Cue>,
    /// How many characters could not be decoded, and are U+FFFD in the texts.
    pub undecodable: usize,
    /// How many captions had a time that cannot be read; their words are lost.
    pub unreadable_times: usize,
}

/// Why a file has no cues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The file is empty, or has no words in its captions.
    NoWords,
    /// The file holds something else than subtitles.
    NotSubtitles,
}

/// Reads a subtitle file.
///
/// # Errors
/// [`Unreadable`] where not one caption with words is found.
pub fn read(bytes: &[u8]) -> Result<Subtitles, Unreadable> {
    let decoded = decode(bytes);
    let mut subtitles = read_text(&decoded.text)?;
    subtitles.undecodable = decoded.undecodable;
    Ok(subtitles)
}

/// Reads the text of a subtitle file.
///
/// # Errors
/// [`Unreadable`] where not one caption with words is found.
pub fn read_text(text: &str) -> Result<Subtitles, Unreadable> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let raw = if ass::is_ass(&text) { ass::captions(&text) } else { captions::captions(&text) };
    let (found, unreadable_times) = (raw.captions.len(), raw.unreadable_times);
    let mut captions = raw.captions;
    captions.truncate(MAX_CUES);
    captions.sort_by(|a, b| a.start.total_cmp(&b.start));
    let cues: Vec<Cue> = rolling::without_repeats(captions)
        .into_iter()
        .map(|caption| Cue { start: caption.start, end: caption.end, text: caption.lines.join(" ") })
        .filter(|cue| !cue.text.is_empty())
        .collect();
    if cues.is_empty() {
        let nothing_to_read = found > 0 || text.trim().is_empty() || text.trim_start().starts_with("WEBVTT");
        return Err(if nothing_to_read && unreadable_times == 0 {
            Unreadable::NoWords
        } else {
            Unreadable::NotSubtitles
        });
    }
    Ok(Subtitles { cues, undecodable: 0, unreadable_times })
}

/// Returns the words of cues, a line for each.
pub fn plain_text(cues: &[Cue]) -> String {
    cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Removes what speech recognisers write for sounds that are not speech: a cue that is `[MUSIC]` or `(applause)` alone.
pub fn without_sounds(cues: Vec<Cue>) -> Vec<Cue> {
    let is_sound = |text: &str| {
        let within = |open: char, close: char| {
            text.strip_prefix(open).and_then(|text| text.strip_suffix(close)).is_some_and(|text| !text.contains(open))
        };
        within('[', ']') || within('(', ')') || within('*', '*') || text.chars().all(|c| matches!(c, '♪' | ' '))
    };
    cues.into_iter().filter(|cue| !is_sound(&cue.text)).collect()
}

/// A caption as it stands in a file, without markup.
#[derive(Clone, Debug, PartialEq)]
struct Caption {
    start: f64,
    end: f64,
    /// The lines that have words.
    lines: Vec<String>,
    /// Whether a line was written word by word, as rolling captions are.
    timed_words: bool,
}

/// The captions of a file, in the order of the file.
#[derive(Debug, Default)]
struct Captions {
    captions: Vec<Caption>,
    unreadable_times: usize,
}

#[cfg(test)]
#[path = "subtitles_tests.rs"]
mod tests;
