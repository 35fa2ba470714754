//! The reader of subtitle files: all common formats, in any encoding, become cues with times.
//!
//! Formats: SubRip, WebVTT (with NOTE, STYLE and REGION blocks), ASS, SSA and SBV; also with missing numbers or
//! milliseconds, CR as line end, and rolling captions. Only known markup is removed; everything else is text.

use serde::{Deserialize, Serialize};

mod ass;
mod captions;
mod encoding;
mod markup;
mod rolling;
mod time;

pub use encoding::{Decoded, decode};

/// The largest number of cues that are read; a film has about 2,000.
pub const MAX_CUES: usize = 100_000;

/// A text with the time interval in which it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// Its start, in seconds.
    pub start: f64,
    /// Its end, in seconds; never before `start`.
    pub end: f64,
    /// Its text, on one line.
    pub text: String,
}

/// The cues of a file, in the order of their start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtitles {
    /// The cues with text.
    pub cues: Vec<Cue>,
    /// The number of characters that could not be decoded; they are U+FFFD in the texts.
    pub undecodable: usize,
    /// The number of captions with an invalid time; their text is lost.
    pub unreadable_times: usize,
}

/// The reason why a file has no cues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The file is empty, or its captions have no text.
    NoWords,
    /// The file is not a subtitle file.
    NotSubtitles,
}

/// Reads a subtitle file.
///
/// # Errors
/// [`ReadError`] if there is no caption with text.
pub fn read(bytes: &[u8]) -> Result<Subtitles, ReadError> {
    let decoded = decode(bytes);
    let mut subtitles = read_text(&decoded.text)?;
    subtitles.undecodable = decoded.undecodable;
    Ok(subtitles)
}

/// Reads the decoded text of a subtitle file.
///
/// # Errors
/// [`ReadError`] if there is no caption with text.
pub fn read_text(text: &str) -> Result<Subtitles, ReadError> {
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
            ReadError::NoWords
        } else {
            ReadError::NotSubtitles
        });
    }
    Ok(Subtitles { cues, undecodable: 0, unreadable_times })
}

/// Returns the texts of cues, one line each.
pub fn plain_text(cues: &[Cue]) -> String {
    cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Removes cues that speech recognisers write for sounds: a cue that consists of `[MUSIC]` or `(applause)`.
pub fn without_sound_descriptions(cues: Vec<Cue>) -> Vec<Cue> {
    let is_description = |text: &str| {
        let within = |open: char, close: char| {
            text.strip_prefix(open).and_then(|text| text.strip_suffix(close)).is_some_and(|text| !text.contains(open))
        };
        within('[', ']') || within('(', ')') || within('*', '*') || text.chars().all(|c| matches!(c, '♪' | ' '))
    };
    cues.into_iter().filter(|cue| !is_description(&cue.text)).collect()
}

/// A caption as in the file, without markup.
#[derive(Clone, Debug, PartialEq)]
struct Caption {
    start: f64,
    end: f64,
    /// The lines with text.
    lines: Vec<String>,
    /// Whether a line has times within its text, as rolling captions have.
    timed_words: bool,
}

/// The captions of a file, in file order.
#[derive(Debug, Default)]
struct Captions {
    captions: Vec<Caption>,
    unreadable_times: usize,
}

#[cfg(test)]
#[path = "subtitles_tests.rs"]
mod tests;
