//! Rules of how titles are written.
//!
//! A rule changes the case of letters only. Words with a spelling of their own keep it: `iPhone`, `NASA`, `4K`, `#tag`,
//! `example.com`. In a title that is all in capitals acronyms cannot be told from words, so only known ones stay.

use icu_casemap::CaseMapper;
use serde::{Deserialize, Serialize};

use super::names::{is_abbreviation, is_small, is_small_in_german, spelling};

/// The shortest word in capitals that is calmed in a title with other words: shorter ones are mostly acronyms.
const MIN_CALMED: usize = 5;
/// The longest word in capitals without a vowel that counts as an acronym.
const MAX_ACRONYM: usize = 4;

/// How titles are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum TitleRule {
    /// As they are.
    #[default]
    Keep,
    /// English title case: "The Art of Bread".
    TitleCase,
    /// Sentence case: "The art of bread".
    SentenceCase,
    /// German sentence case, which keeps nouns: "Die Kunst des Brotbackens". German has no title case.
    GermanSentenceCase,
    /// Without words in capitals: "This is amazing" for "This is AMAZING".
    NoAllCaps,
}

/// Returns a title as a rule writes it.
pub(super) fn apply(rule: TitleRule, title: &str) -> String {
    if rule == TitleRule::Keep {
        return title.to_owned();
    }
    let pieces = pieces(title);
    let style = Style::of(&pieces);
    let write = |piece: &Piece<'_>| match piece {
        Piece::Other(text) => (*text).to_owned(),
        Piece::Word(word) => match rule {
            TitleRule::Keep => word.text.to_owned(),
            TitleRule::TitleCase => title_case(word, style),
            TitleRule::SentenceCase => sentence_case(word, style),
            TitleRule::GermanSentenceCase => german_sentence_case(word),
            TitleRule::NoAllCaps => without_capitals(word, style),
        },
    };
    pieces.iter().map(write).collect()
}

/// A part of a title.
#[derive(Clone, Copy, Debug)]
enum Piece<'a> {
    Word(Word<'a>),
    /// What separates words, and words that are not changed.
    Other(&'a str),
}

/// A word.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    place: Place,
}

/// Where a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the beginning of a sentence.
    First,
    /// Behind a colon or a dash.
    BehindBreak,
    Inside,
    /// At the end of the title.
    Last,
}

/// How a title is written now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// All in capitals.
    Capitals,
    /// Every word of weight begins with a capital.
    TitleCase,
    Sentence,
}

impl Style {
    fn of(pieces: &[Piece<'_>]) -> Self {
        let words = || pieces.iter().filter_map(|piece| if let Piece::Word(word) = piece { Some(word) } else { None });
        let long = words().filter(|word| letters(word.text) >= 2);
        let (capitals, others): (Vec<bool>, Vec<bool>) = long.map(|word| is_capitals(word.text)).partition(|is| *is);
        if capitals.len() >= 2 && capitals.len() > 3 * others.len() {
            return Self::Capitals;
        }
        let weighty: Vec<&str> = words().filter(|word| is_weighty(word)).map(|word| word.text).collect();
        let is_upper = |text: &&str| text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
        if weighty.len() >= 2 && weighty.iter().all(is_upper) { Self::TitleCase } else { Self::Sentence }
    }
}

/// Returns whether the case of a word tells how the title is written.
fn is_weighty(word: &Word<'_>) -> bool {
    let Word { text, place } = *word;
    let is_fixed = is_small(text) || has_own_spelling(text) || is_capitals(text) || spelled(text).is_some();
    matches!(place, Place::Inside | Place::Last) && letters(text) > 0 && !is_fixed
}

fn title_case(word: &Word<'_>, style: Style) -> String {
    let Word { text, place } = *word;
    if place == Place::Inside && is_small(text.trim_matches(is_apostrophe)) {
        return lower(text);
    }
    kept(text, style).unwrap_or_else(|| capitalized(&calmed(text, style)))
}

fn sentence_case(word: &Word<'_>, style: Style) -> String {
    let Word { text, place } = *word;
    if let Some(kept) = kept(text, style) {
        return kept;
    }
    match (place, style) {
        (Place::First, _) | (Place::BehindBreak, Style::Capitals) => capitalized(&calmed(text, style)),
        (Place::Inside | Place::Last, Style::Capitals | Style::TitleCase) => lower(text),
        (Place::BehindBreak, _) | (Place::Inside | Place::Last, Style::Sentence) => text.to_owned(),
    }
}

fn german_sentence_case(word: &Word<'_>) -> String {
    let Word { text, place } = *word;
    match place {
        Place::First if !has_own_spelling(text) => capitalized(text),
        Place::Inside | Place::Last if !is_capitals(text) && is_small_in_german(text) => lower(text),
        Place::First | Place::BehindBreak | Place::Inside | Place::Last => text.to_owned(),
    }
}

fn without_capitals(word: &Word<'_>, style: Style) -> String {
    let Word { text, place } = *word;
    if style == Style::Capitals {
        return sentence_case(word, style);
    }
    if !is_capitals(text) || letters(text) < MIN_CALMED || has_digit(text) {
        return text.to_owned();
    }
    spelled(text).unwrap_or_else(|| if place == Place::First { capitalized(&lower(text)) } else { lower(text) })
}

/// Returns a word that keeps its spelling, or gets the one that it has.
fn kept(text: &str, style: Style) -> Option<String> {
    if let Some(spelled) = spelled(text) {
        return Some(spelled);
    }
    let is_acronym = match style {
        Style::Capitals => is_capitals(text) && has_no_vowel(text),
        Style::TitleCase | Style::Sentence => is_capitals(text),
    };
    (has_own_spelling(text) || is_acronym).then(|| text.to_owned())
}

/// Returns a name or an acronym in its spelling, with what follows an apostrophe: "iPhone's".
fn spelled(text: &str) -> Option<String> {
    let end = text.find(is_apostrophe).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.eq_ignore_ascii_case("i") && (rest.is_empty() || rest.chars().count() > 1) && text != "i" {
        return Some(format!("I{}", lower(rest)));
    }
    // A name that is spelled otherwise on purpose stays.
    let spelling = spelling(name).filter(|_| name.chars().all(char::is_uppercase) || !has_inner_capital(name))?;
    Some(format!("{spelling}{}", if is_capitals(text) { lower(rest) } else { rest.to_owned() }))
}

/// Returns whether a word has a capital behind its first letter and lower case as well, a digit, or a letter whose lower
/// case would be two characters, such as `İ`.
fn has_own_spelling(text: &str) -> bool {
    let is_expanding = |c: char| c.is_uppercase() && c.to_lowercase().count() > 1;
    has_digit(text) || has_inner_capital(text) || text.chars().any(is_expanding)
}

fn has_inner_capital(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic());
    let first = letters.next();
    let has_lower = text.chars().any(char::is_lowercase);
    first.is_some() && has_lower && letters.any(char::is_uppercase)
}

fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

fn has_no_vowel(text: &str) -> bool {
    let is_vowel = |c: char| matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    text.chars().all(|c| c.is_ascii_alphabetic() && !is_vowel(c)) && text.len() <= MAX_ACRONYM
}

/// Returns whether a word has two letters and more, all of them capitals.
fn is_capitals(text: &str) -> bool {
    letters(text) >= 2 && !text.chars().any(char::is_lowercase)
}

/// Returns how many letters of a word have a case.
fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).count()
}

fn calmed(text: &str, style: Style) -> String {
    if style == Style::Capitals { lower(text) } else { text.to_owned() }
}

fn lower(text: &str) -> String {
    // By the whole word: the last sigma of a word is another letter.
    if has_own_spelling(text) { text.to_owned() } else { text.to_lowercase() }
}

fn capitalized(text: &str) -> String {
    let Some((at, first)) = text.char_indices().find(|(_, c)| c.is_alphabetic()) else { return text.to_owned() };
    let capital = CaseMapper::new().simple_titlecase(first);
    format!("{}{capital}{}", &text[..at], &text[at + first.len_utf8()..])
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '‘' | 'ʼ')
}

/// Returns the words of a title, and what is between them.
fn pieces(title: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut place) = (Vec::new(), Place::First);
    for token in title.split_inclusive(char::is_whitespace) {
        if is_protected(token.trim_end()) {
            pieces.push(Piece::Other(token));
            place = Place::Inside;
        } else {
            place = push_words(token, place, &mut pieces);
        }
    }
    // A word before a tag or an address is not the last one.
    let is_last = |piece: &&mut Piece<'_>| match piece {
        Piece::Word(_) => true,
        Piece::Other(text) => text.contains(char::is_alphanumeric),
    };
    if let Some(Piece::Word(word)) = pieces.iter_mut().rev().find(is_last)
        && word.place == Place::Inside
    {
        word.place = Place::Last;
    }
    pieces
}

/// Returns whether a token is no word: a tag, a name, an address or a file.
fn is_protected(token: &str) -> bool {
    let has_inner_dot = token
        .split('.')
        .collect::<Vec<_>>()
        .windows(2)
        .any(|parts| parts[0].ends_with(char::is_alphanumeric) && parts[1].starts_with(char::is_alphanumeric));
    token.starts_with(['#', '@']) || token.contains("://") || has_inner_dot
}

/// Adds the words of a token, and returns the place of the next word.
fn push_words<'a>(token: &'a str, mut place: Place, pieces: &mut Vec<Piece<'a>>) -> Place {
    let mut rest = token;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        if end > 0 {
            let (text, behind) = rest.split_at(end);
            pieces.push(Piece::Word(Word { text, place }));
            (rest, place) = (behind, Place::Inside);
            continue;
        }
        let end = rest.find(is_of_word).unwrap_or(rest.len());
        let (mark, behind) = rest.split_at(end);
        let before = if let Some(Piece::Word(word)) = pieces.last() { word.text } else { "" };
        place = place_behind(mark, before, place);
        pieces.push(Piece::Other(mark));
        rest = behind;
    }
    place
}

/// Returns the place of a word behind what is between words.
fn place_behind(mark: &str, before: &str, place: Place) -> Place {
    let is_end = |c: char| matches!(c, '.' | '!' | '?' | '。' | '！' | '？');
    let is_break = |c: char| matches!(c, ':' | '–' | '—' | '|' | '•' | '·');
    let ends = mark.contains(is_end) && !mark.contains("..") && !mark.contains('…');
    let is_end_of_word = mark.starts_with('.') && is_abbreviation(before);
    if place == Place::First || (ends && !is_end_of_word && mark.contains(char::is_whitespace)) {
        return Place::First;
    }
    let is_dash = mark.trim() == "-" && mark.contains(char::is_whitespace);
    if mark.contains(is_break) || is_dash { Place::BehindBreak } else { place }
}

fn is_of_word(character: char) -> bool {
    // Combining marks, joiners and variation selectors belong to the letter before them.
    let is_joined = matches!(character, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{fe0f}');
    character.is_alphanumeric() || is_apostrophe(character) || is_joined
}
