//! The part of a transcript that a search shows: around its best match, with the time of its cue.
//!
//! The window finds the same matches (`ui/src/features/transcript/find.ts`), so that it counts as many as the list says.

use std::{cmp::Reverse, ops::Range};

use serde::Serialize;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::{cues::Cues, places::Places};
use crate::model::text::one_line;

/// How many characters of an excerpt stand before its match: few, so that the match is visible in a narrow row.
const CHARACTERS_BEFORE: usize = 16;
/// How many characters the match of an excerpt has, and how many stand after it.
const CHARACTERS_AFTER: usize = 80;

/// A part of a transcript around a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Excerpt {
    /// The text before the match.
    pub before: String,
    /// The match: whole words.
    pub found: String,
    /// The text after the match.
    pub after: String,
    /// The start of the cue with the match, in seconds, if it is known.
    pub start_seconds: Option<u32>,
    /// How many further matches the transcript has.
    pub further: u32,
    /// The cue with the match.
    #[serde(skip)]
    #[cfg_attr(feature = "bindings", ts(skip))]
    cue: CueNumber,
}

/// The number of a cue, among so many. Captions that are stored apart from the transcript belong to its cues if there are
/// as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CueNumber {
    index: usize,
    count: usize,
    /// Whether every cue has a time of its own, which is then the better one.
    is_timed: bool,
}

impl Excerpt {
    /// Returns whether times of captions may tell when this is said.
    pub fn takes_time(&self) -> bool {
        !self.cue.is_timed
    }

    /// Adds the time from the starts of the transcript's captions, in seconds, if there is one caption for each cue.
    pub fn add_time(&mut self, starts: &[u32]) {
        if self.takes_time() && starts.len() == self.cue.count {
            self.start_seconds = starts.get(self.cue.index).copied();
        }
    }
}

/// A match of a search in the terms of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Match {
    /// Its place in the terms.
    range: Range<usize>,
    begins_word: bool,
}

/// Returns the part of a transcript around its best match of some words, each given by its terms: one at the beginning of
/// a word, the longest of these, and the first of these.
pub(super) fn excerpt(transcript: &str, words: &[&str]) -> Option<Excerpt> {
    let cues = Cues::read(transcript);
    let places = Places::of(&cues.text);
    let matches = matches(places.terms(), words);
    let best = matches.iter().max_by_key(|found| (found.begins_word, found.range.len(), Reverse(found.range.start)))?;
    let index = cues.at(places.place(best.range.clone()).start);
    let start = cues.places.get(index).and_then(|(_, start)| *start);
    Some(Excerpt {
        start_seconds: start.map(whole_seconds),
        further: u32::try_from(matches.len() - 1).unwrap_or(u32::MAX),
        cue: CueNumber { index, count: cues.places.len(), is_timed: cues.is_timed() },
        ..part(&cues.text, &places, &best.range)
    })
}

/// Returns a time in whole seconds, as it is shown.
pub fn whole_seconds(time: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = time as u32;
    whole
}

/// Returns the matches of the words as a phrase; without any, those of each word.
fn matches(terms: &str, words: &[&str]) -> Vec<Match> {
    let whole = occurrences(terms, &words.join(" "));
    if !whole.is_empty() || words.len() < 2 {
        return whole;
    }
    // A single letter is in almost every word.
    let is_long = |word: &&&str| word.len() > 1;
    let mut looked_for: Vec<&str> = words.iter().filter(is_long).copied().collect();
    if looked_for.is_empty() {
        looked_for = words.to_vec();
    }
    looked_for.sort_unstable();
    looked_for.dedup();
    let mut found: Vec<Match> = looked_for.into_iter().flat_map(|word| occurrences(terms, word)).collect();
    found.sort_by_key(|found| (found.range.start, Reverse(found.range.end)));
    let mut end = 0;
    found.retain(|found| {
        let is_apart = found.range.start >= end;
        end = if is_apart { found.range.end } else { end };
        is_apart
    });
    found
}

fn occurrences(terms: &str, wanted: &str) -> Vec<Match> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let begins_word = |at: usize| at == 0 || terms.as_bytes()[at - 1] == b' ';
    let found = terms.match_indices(wanted);
    found.map(|(at, _)| Match { range: at..at + wanted.len(), begins_word: begins_word(at) }).collect()
}

/// Cuts the part of a text around a match, between words and never within what is seen as one character.
fn part(text: &str, places: &Places<'_>, found: &Range<usize>) -> Excerpt {
    let terms = places.terms();
    let words = terms[..found.start].rfind(' ').map_or(0, |space| space + 1)
        ..terms[found.end..].find(' ').map_or(terms.len(), |space| found.end + space);
    let Range { start, end } = shown(text, places, &words, found);
    let fits = |range: &Range<usize>, limit| text[range.clone()].chars().nth(limit).is_none();
    let spaces = terms[..words.start].rmatch_indices(' ').map(|(space, _)| space + 1);
    let before = spaces.skip(1).chain([0]).map(|at| if at == 0 { 0 } else { places.place(at..at + 1).start });
    let from = before.filter(|from| is_boundary(text, *from));
    let from = from.take_while(|from| fits(&(*from..start), CHARACTERS_BEFORE)).last().unwrap_or(start);
    let spaces = terms[words.end..].match_indices(' ').map(|(space, _)| words.end + space);
    let after = spaces.skip(1).map(|at| places.place(at - 1..at).end).chain([text.len()]);
    let to = after.filter(|to| *to >= end && is_boundary(text, *to));
    let to = to.take_while(|to| fits(&(end..*to), CHARACTERS_AFTER)).last().unwrap_or(end);
    let is_cut = |range: Range<usize>| if text[range].trim().is_empty() { "" } else { "…" };
    Excerpt {
        before: format!("{}{}", is_cut(0..from), one_line(&text[from..start])),
        found: one_line(&text[start..end]),
        after: format!("{}{}", one_line(&text[end..to]), is_cut(to..text.len())),
        start_seconds: None,
        further: 0,
        cue: CueNumber { index: 0, count: 0, is_timed: false },
    }
}

/// Returns the place of a match in the text: whole words, except of a very long one, such as an address.
fn shown(text: &str, places: &Places<'_>, words: &Range<usize>, found: &Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = places.place(words.clone());
    if text[start..end].chars().nth(CHARACTERS_AFTER).is_some() {
        start = places.place(found.clone()).start;
    }
    while !is_boundary(text, start) {
        start -= 1;
    }
    while !is_boundary(text, end) {
        end += 1;
    }
    let most = text[start..end].grapheme_indices(true).nth(CHARACTERS_AFTER);
    start..most.map_or(end, |(length, _)| start + length)
}

fn is_boundary(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

#[cfg(test)]
#[path = "excerpt_tests.rs"]
mod tests;
