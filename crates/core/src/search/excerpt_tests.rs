use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{model::text::folded, search::terms};

fn excerpt_of(transcript: &str, query: &str) -> Option<Excerpt> {
    let words: Vec<String> = folded(query).split_whitespace().map(terms).filter(|terms| !terms.is_empty()).collect();
    excerpt(transcript, &words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Returns the parts of an excerpt, with bars between them.
fn parts_of(transcript: &str, query: &str) -> Option<String> {
    excerpt_of(transcript, query).map(|excerpt| [excerpt.before, excerpt.found, excerpt.after].join("|"))
}

/// A case that the window is tested with, too.
#[derive(Deserialize)]
struct Case {
    transcript: String,
    query: String,
    /// How many matches there are.
    matches: u32,
    /// The number of the cue with the best match, from 0.
    cue: Option<usize>,
    /// The start of that cue, in whole seconds.
    at: Option<u32>,
}

#[test]
fn matches_are_those_that_the_window_finds() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).expect("the cases");
    assert!(cases.len() >= 30);
    for Case { transcript, query, matches, cue, at } in cases {
        let found = excerpt_of(&transcript, &query);
        let case = format!("{query:?} in {transcript:?}: {found:?}");
        assert_eq!(found.as_ref().map_or(0, |found| found.further + 1), matches, "{case}");
        assert_eq!(found.as_ref().map(|found| found.cue.index), cue, "{case}");
        assert_eq!(found.and_then(|found| found.start_seconds), at, "{case}");
    }
}

#[test]
fn excerpt_shows_words_around_the_match() {
    let text = "one two\nthree";
    assert_eq!(parts_of(text, "TW").as_deref(), Some("one |two| three"));
    assert_eq!(parts_of(text, "th").as_deref(), Some("one two |three|"));
    assert_eq!(parts_of(text, "ree").as_deref(), Some("one two |three|"), "within a word");
    assert_eq!(parts_of(text, "four"), None);
    assert_eq!(parts_of("昨日、東京タワーへ", "タワー").as_deref(), Some("昨日、東京|タワー|へ"));
    assert_eq!(parts_of("À la carte. Don't!", "don't").as_deref(), Some("À la carte. |Don't|!"));
    assert_eq!(parts_of("start art", "art").as_deref(), Some("start |art|"), "the beginning of a word first");
    assert_eq!(parts_of("a walrus", "a sea walrus").as_deref(), Some("a |walrus|"), "the longest word first");
}

#[test]
fn excerpt_has_the_time_of_its_cue_and_no_times_in_its_text() {
    let srt = "1\n00:00:05,000 --> 00:00:07,000\nHello.\n\n2\n00:02:41,900 --> 00:02:43,000\nA walrus\nswims.\n";
    let found = excerpt_of(srt, "walrus").expect("an excerpt");
    assert_eq!((found.before.as_str(), found.after.as_str()), ("Hello. A ", " swims."));
    assert_eq!((found.start_seconds, found.takes_time()), (Some(161), false));
    assert_eq!(excerpt_of("[1:05] A walrus", "walrus").and_then(|found| found.start_seconds), Some(65));
}

#[test]
fn times_of_captions_are_added_if_there_is_one_for_each_line() {
    let mut found = excerpt_of("Hello.\n\nA walrus\nswims.", "walrus").expect("an excerpt");
    assert_eq!((found.start_seconds, found.takes_time()), (None, true));
    found.add_time(&[0, 5]);
    assert_eq!(found.start_seconds, None, "they are those of another text");
    found.add_time(&[0, 5, 9]);
    assert_eq!(found.start_seconds, Some(5));
    let mut timed = excerpt_of("[1:05] A walrus", "walrus").expect("an excerpt");
    timed.add_time(&[3]);
    assert_eq!(timed.start_seconds, Some(65), "a transcript knows its own times");
}

#[test]
fn excerpt_of_a_long_text_is_cut_between_words() {
    let text = format!("{} needle {}", "before ".repeat(100), "after ".repeat(100));
    let Excerpt { before, found, after, .. } = excerpt_of(&text, "needle").expect("an excerpt");
    assert!(before.starts_with("…before ") && before.chars().count() <= CHARACTERS_BEFORE + 1, "{before}");
    assert!(after.ends_with("after…") && after.chars().count() <= CHARACTERS_AFTER + 1, "{after}");
    assert_eq!(found, "needle");
    let address = format!("{}needle{}", "x".repeat(10_000), "y".repeat(10_000));
    let Excerpt { found, .. } = excerpt_of(&address, "needle").expect("an excerpt");
    assert_eq!(found, format!("needle{}", "y".repeat(CHARACTERS_AFTER - 6)), "the match is visible");
}

#[test]
fn nothing_that_is_seen_as_one_character_is_cut() {
    let family = "👨\u{200d}👩\u{200d}👧";
    assert_eq!(parts_of(&format!("a {family} b"), "👩").as_deref(), Some(format!("a |{family}| b").as_str()));
    assert_eq!(parts_of("ok 👍🏽!", "👍").as_deref(), Some("ok |👍🏽|!"));
    assert_eq!(parts_of("か\u{3099}く", "が").as_deref(), Some("|か\u{3099}|く"));
    let long = format!("needle {}", family.repeat(100));
    let Excerpt { after, .. } = excerpt_of(&long, "needle").expect("an excerpt");
    assert_eq!(after, format!(" {}…", family.repeat(15)), "whole families within 80 characters");
}

#[test]
fn a_transcript_of_megabytes_has_an_excerpt() {
    let text = format!("{}needle {}", "ein Wörtchen ".repeat(80_000), "دریا ".repeat(100_000));
    let found = excerpt_of(&text, "needle").expect("an excerpt");
    assert_eq!((found.found.as_str(), found.further), ("needle", 0));
    assert_eq!(excerpt_of(&text, "wörtchen").map(|found| found.further), Some(79_999));
}

proptest! {
    #[test]
    fn excerpts_are_parts_of_the_text(text in "\\PC{0,200}", from in 0_usize..200) {
        let beginning: String = text.chars().skip(from).take(3).collect();
        if let Some(Excerpt { found, .. }) = excerpt_of(&text, &beginning) {
            prop_assert!(one_line(&text).contains(&found));
            let whole: Vec<&str> = text.graphemes(true).collect();
            let kept: String = found.graphemes(true).filter(|part| !whole.contains(part)).collect();
            prop_assert_eq!(kept, "", "no character of its own");
        }
    }
}
