//! The cues of a transcript: its lines, with the times that stand beside them.
//!
//! The window reads the same forms (`ui/src/features/transcript/cues.ts`); `search/cases.json` holds the cases that both
//! are tested with.

use std::ops::Range;

/// A transcript without times and numbers of cues: what is said.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Cues {
    /// The texts of the cues, one after the other, each on lines of its own.
    pub(super) text: String,
    /// The place of each cue in the text, with its start in seconds, if the transcript says it.
    pub(super) places: Vec<(Range<usize>, Option<f64>)>,
}

/// A cue that may get further lines.
#[derive(Default)]
struct Cue {
    start: Option<f64>,
    end: Option<f64>,
    text: String,
}

impl Cues {
    /// Reads a transcript: WebVTT, SubRip, `[0:12] text` or plain text.
    pub(super) fn read(transcript: &str) -> Self {
        let mut cues: Vec<Cue> = Vec::new();
        for line in transcript.split('\n') {
            add_line(&mut cues, line.strip_suffix('\r').unwrap_or(line));
        }
        let mut read = Self::default();
        for cue in cues.into_iter().filter(|cue| !cue.text.trim().is_empty()) {
            if !read.text.is_empty() {
                read.text.push('\n');
            }
            let from = read.text.len();
            read.text.push_str(&cue.text);
            read.places.push((from..read.text.len(), cue.start));
        }
        read
    }

    /// Returns the number of the cue that a place of the text is in.
    pub(super) fn at(&self, place: usize) -> usize {
        self.places.partition_point(|(range, _)| range.end <= place)
    }

    /// Returns whether every cue has a time of its own.
    pub(super) fn is_timed(&self) -> bool {
        self.places.iter().all(|(_, start)| start.is_some())
    }
}

fn add_line(cues: &mut Vec<Cue>, line: &str) {
    let trimmed = line.trim();
    if let Some((start, end, text)) = range(trimmed) {
        // A SubRip cue has its number on the line above its times.
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        cues.pop_if(|last| last.end.is_none() && is_number(&last.text));
        cues.push(Cue { start: Some(start), end: Some(end), text: text.to_owned() });
    } else if let Some((start, text)) = stamped(trimmed) {
        cues.push(Cue { start: Some(start), end: None, text: text.to_owned() });
    } else if trimmed.is_empty() || is_header(line) {
        if cues.last().is_some_and(|last| last.end.is_some()) {
            cues.push(Cue::default());
        }
    } else {
        match cues.last_mut() {
            Some(last) if last.start.is_some() && (last.end.is_some() || last.text.is_empty()) => {
                if !last.text.is_empty() {
                    last.text.push('\n');
                }
                last.text.push_str(trimmed);
            }
            _ => cues.push(Cue { text: line.trim_end().to_owned(), ..Cue::default() }),
        }
    }
}

fn is_header(line: &str) -> bool {
    let rest = line.strip_prefix("WEBVTT");
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// Parses `0:12 --> 0:15 text`, also in brackets.
fn range(line: &str) -> Option<(f64, f64, &str)> {
    let (start, rest) = time(line.strip_prefix('[').unwrap_or(line))?;
    let (end, rest) = time(rest.trim_start().strip_prefix("-->")?.trim_start())?;
    Some((start, end, rest.strip_prefix(']').unwrap_or(rest).trim_start()))
}

/// Parses `0:12 text`, also with the time in brackets.
fn stamped(line: &str) -> Option<(f64, &str)> {
    let (start, rest) = time(line.strip_prefix(['[', '(']).unwrap_or(line))?;
    let rest = rest.strip_prefix([']', ')']).unwrap_or(rest);
    let text = rest.trim();
    (rest.starts_with(char::is_whitespace) && !text.is_empty()).then_some((start, text))
}

/// Parses `[h:]m:ss[.fff]` at the beginning of a text, in seconds, and returns the rest of it.
fn time(text: &str) -> Option<(f64, &str)> {
    let (first, rest) = number(text)?;
    let rest = rest.strip_prefix(':')?;
    let hours = number(rest).filter(|(minutes, _)| minutes.len() <= 2).and_then(|(minutes, rest)| {
        let (seconds, rest) = seconds(rest.strip_prefix(':')?)?;
        Some((parsed(first) * 3600.0 + parsed(minutes) * 60.0 + seconds, rest))
    });
    let minutes = || {
        let (seconds, rest) = seconds(rest).filter(|_| first.len() <= 2)?;
        Some((parsed(first) * 60.0 + seconds, rest))
    };
    hours.or_else(minutes)
}

/// Parses two digits and a fraction.
fn seconds(text: &str) -> Option<(f64, &str)> {
    let whole = text.get(..2).filter(|whole| whole.bytes().all(|byte| byte.is_ascii_digit()))?;
    let rest = &text[2..];
    let fraction = rest.strip_prefix(['.', ',']).and_then(number);
    let Some((digits, _)) = fraction else { return Some((parsed(whole), rest)) };
    let digits = &digits[..digits.len().min(3)];
    Some((parsed(&format!("{whole}.{digits}")), &rest[1 + digits.len()..]))
}

/// Returns the digits at the beginning of a text, and the rest of it.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn parsed(digits: &str) -> f64 {
    digits.parse().unwrap_or_default()
}
