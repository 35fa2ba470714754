//! Chapters at changes of topic: pauses with the greatest difference between the words before and after them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Language, MAX_PHRASE_WORDS};
use crate::subtitles::Cue;

/// The shortest chapter, in seconds; YouTube's rule.
const MIN_CHAPTER: f64 = 10.0;
/// The smallest number of chapters; YouTube's rule.
const MIN_CHAPTERS: usize = 3;
/// The intended duration of a chapter, in seconds, so that a long video does not get too many.
const TARGET_CHAPTER: f64 = 90.0;
/// The largest number of suggested chapters.
const MAX_CHAPTERS: f64 = 15.0;
/// How many seconds before and after a pause are compared, at least.
const WINDOW: f64 = 30.0;
/// How far the start of a chapter may be moved to a pause, in seconds.
const MAX_SHIFT: f64 = 3.0;
/// The weight of a second of silence, relative to the difference of the words.
const PAUSE_WEIGHT: f64 = 0.15;
/// The smallest difference that counts as a change of topic: 0 to 1, plus the weight of the pause.
const MIN_DIFFERENCE: f64 = 0.75;

/// The largest number of captions on each side that are compared, and of words in each.
const MAX_COMPARED: usize = 200;

/// A suggested chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Its start, in seconds.
    pub start: f64,
    /// Its key phrase.
    pub title: String,
}

/// Suggests chapters that follow YouTube's rules, or none. `silences` are the silent intervals of the audio, in
/// seconds.
pub fn chapters(cues: &[Cue], silences: &[(f64, f64)], duration: f64, language: &Language) -> Vec<Chapter> {
    let shortest = MIN_CHAPTER.max(duration / MAX_CHAPTERS);
    let wanted = wanted(duration);
    let mut places = places(cues, silences, duration, language);
    places.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
    let mut starts = vec![0.0];
    for (start, difference) in places {
        let is_apart = starts.iter().all(|other: &f64| (start - other).abs() >= shortest);
        if difference >= MIN_DIFFERENCE && is_apart && duration - start >= MIN_CHAPTER && starts.len() < wanted {
            starts.push(start);
        }
    }
    if starts.len() < MIN_CHAPTERS {
        return Vec::new();
    }
    starts.sort_by(f64::total_cmp);
    named(&starts, cues, language)
}

fn wanted(duration: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 15")]
    let wanted = (duration / TARGET_CHAPTER).clamp(3.0, MAX_CHAPTERS) as usize;
    wanted
}

/// Returns the possible starts of chapters, in seconds, with the difference of the words around them.
fn places(cues: &[Cue], silences: &[(f64, f64)], duration: f64, language: &Language) -> Vec<(f64, f64)> {
    let bags: Vec<Vec<String>> = cues.iter().map(|cue| language.words(&cue.text).collect()).collect();
    let window = WINDOW.min(duration / 4.0).max(duration / 60.0);
    let mut places = Vec::new();
    for next in 1..cues.len() {
        let (before, after) = (&cues[next - 1], &cues[next]);
        let pause = (after.start - before.end).max(0.0);
        let ends_sentence = before.text.trim_end_matches(['"', '”', ')']).ends_with(['.', '?', '!', '…', '。']);
        let silence =
            silences.iter().find(|(start, end)| *start <= after.start + MAX_SHIFT && *end >= after.start - MAX_SHIFT);
        if !ends_sentence && pause < 1.0 && silence.is_none() {
            continue;
        }
        let start = after.start;
        let first = cues.partition_point(|cue| cue.start < start - window).max(next.saturating_sub(MAX_COMPARED));
        let end = cues.partition_point(|cue| cue.start < start + window).min(next + MAX_COMPARED);
        let (earlier, later) = (bag(&bags[first.min(next)..next]), bag(&bags[next..end.max(next)]));
        let silent = silence.map_or(0.0, |(from, to)| to - from);
        let difference = 1.0 - similarity(&earlier, &later) + PAUSE_WEIGHT * pause.max(silent).min(3.0);
        let snapped = silence.map_or(start, |(_, end)| *end);
        places.push(((snapped * 10.0).round() / 10.0, difference));
    }
    places
}

/// Counts the words of cues.
fn bag(words: &[Vec<String>]) -> BTreeMap<&str, f64> {
    let mut bag = BTreeMap::new();
    for word in words.iter().flat_map(|words| words.iter().take(MAX_COMPARED)) {
        *bag.entry(word.as_str()).or_insert(0.0) += 1.0;
    }
    bag
}

/// Returns the cosine similarity of two word counts, 0 to 1.
fn similarity(a: &BTreeMap<&str, f64>, b: &BTreeMap<&str, f64>) -> f64 {
    let length = |bag: &BTreeMap<&str, f64>| bag.values().map(|count| count * count).sum::<f64>().sqrt();
    let product: f64 = a.iter().filter_map(|(word, count)| Some(count * b.get(word)?)).sum();
    let lengths = length(a) * length(b);
    // Without words the topic is unknown and does not count as changed.
    if lengths > 0.0 { product / lengths } else { 1.0 }
}

fn named(starts: &[f64], cues: &[Cue], language: &Language) -> Vec<Chapter> {
    let texts: Vec<String> = starts
        .iter()
        .enumerate()
        .map(|(index, start)| {
            let end = starts.get(index + 1).copied().unwrap_or(f64::INFINITY);
            let within = cues.iter().filter(|cue| cue.start + 0.5 >= *start && cue.start + 0.5 < end);
            within.map(|cue| cue.text.as_str()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let mut used = BTreeSet::new();
    let chapter = |(index, start): (usize, &f64)| {
        let text = super::bounded(&texts[index], 600);
        let phrases = language.phrases(&text, 12);
        // Phrases of several words are preferred, and phrases that do not occur in other chapters.
        let count_elsewhere = |phrase: &str| {
            let elsewhere = texts.iter().enumerate().filter(|(other, _)| *other != index);
            elsewhere.filter(|(_, text)| text.to_lowercase().contains(&phrase.to_lowercase())).count()
        };
        let ranked = phrases.iter().enumerate().min_by_key(|(rank, phrase)| {
            let is_used = used.contains(&phrase.to_lowercase());
            (
                is_used,
                count_elsewhere(phrase) * 4
                    + rank
                    + 2 * (MAX_PHRASE_WORDS - phrase.split(' ').count().min(MAX_PHRASE_WORDS)),
            )
        });
        let title = ranked.map_or_else(|| format!("Part {}", index + 1), |(_, phrase)| capitalised(phrase));
        used.insert(title.to_lowercase());
        Chapter { start: *start, title }
    };
    starts.iter().enumerate().map(chapter).collect()
}

fn capitalised(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
