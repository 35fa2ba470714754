//! The terms of a text: what a search in transcripts compares.

use std::ops::Range;

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup, LineBreak},
};
use serde::Serialize;

use crate::model::text::{folded, one_line};

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
}

/// Returns the terms of a text, separated by spaces, in the form in which searches compare them.
///
/// A term is a word. In scripts that do not separate words, such as Chinese, Japanese and Thai, each character is a term,
/// and so is each emoji. Everything else separates terms.
pub fn terms(text: &str) -> String {
    let text = folded(text);
    ranges(&text).map(|range| &text[range]).collect::<Vec<_>>().join(" ")
}

/// Returns the part of a text around its first match of any of some terms, earlier ones preferred. The last term of
/// each may be the beginning of a word.
pub fn excerpt<'a>(text: &str, wanted: impl IntoIterator<Item = &'a str>) -> Option<Excerpt> {
    let ranges: Vec<Range<usize>> = ranges(text).collect();
    let matched = wanted.into_iter().find_map(|terms| position(text, &ranges, terms))?;
    let (start, end) = (ranges[matched.start].start, ranges[matched.end - 1].end);
    let fits = |range: &Range<usize>, limit| text[range.clone()].chars().nth(limit).is_none();
    let before = ranges[..matched.start].iter().rev().map(|term| term.start).chain([0]);
    let from = before.take_while(|from| fits(&(*from..start), CHARACTERS_BEFORE)).last().unwrap_or(start);
    let after = ranges[matched.end..].iter().map(|term| term.end).chain([text.len()]);
    let to = after.take_while(|to| fits(&(end..*to), CHARACTERS_AFTER)).last().unwrap_or(end);
    let is_cut = |range: Range<usize>| if text[range].trim().is_empty() { "" } else { "…" };
    Some(Excerpt {
        before: format!("{}{}", is_cut(0..from), one_line(&text[from..start])),
        found: one_line(&text[start..end]).chars().take(CHARACTERS_AFTER).collect(),
        after: format!("{}{}", one_line(&text[end..to]), is_cut(to..text.len())),
    })
}

/// Returns the first place of consecutive terms among the terms of a text.
fn position(text: &str, ranges: &[Range<usize>], terms: &str) -> Option<Range<usize>> {
    let wanted: Vec<&str> = terms.split_whitespace().collect();
    let (last, first) = wanted.split_last()?;
    let has_terms = |held: &[Range<usize>]| {
        let mut held = held.iter().map(|range| &text[range.clone()]);
        first.iter().all(|term| held.next().is_some_and(|held| is_term(held, term)))
            && held.next().is_some_and(|held| begins_with(held, last))
    };
    let start = ranges.windows(wanted.len()).position(has_terms)?;
    Some(start..start + wanted.len())
}

fn is_term(held: &str, term: &str) -> bool {
    if held.is_ascii() { held.eq_ignore_ascii_case(term) } else { folded(held) == term }
}

fn begins_with(held: &str, term: &str) -> bool {
    if held.is_ascii() {
        return held.get(..term.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(term));
    }
    folded(held).starts_with(term)
}

/// The role of a character in a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A part of a word.
    Letter,
    /// A part of the word before it.
    Mark,
    /// A term of its own.
    Term,
    Separator,
}

/// Returns the places of the terms of a text.
fn ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut characters = text.char_indices().map(|(at, c)| (at, at + c.len_utf8(), role(c))).peekable();
    std::iter::from_fn(move || {
        let (start, mut end, role) = characters.find(|(.., role)| matches!(role, Role::Letter | Role::Term))?;
        if role == Role::Letter {
            while let Some((_, next, _)) = characters.next_if(|(.., role)| matches!(role, Role::Letter | Role::Mark)) {
                end = next;
            }
        }
        Some(start..end)
    })
}

fn role(character: char) -> Role {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Role::Letter } else { Role::Separator };
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    let is_in = |group: GeneralCategoryGroup| group.contains(category);
    let is_mark = is_in(GeneralCategoryGroup::Mark);
    let is_letter = is_in(GeneralCategoryGroup::Letter) || is_in(GeneralCategoryGroup::Number);
    if !is_mark && !is_letter && category != GeneralCategory::OtherSymbol {
        return Role::Separator;
    }
    // Where a line may break between two characters, words are not separated.
    match CodePointMapData::<LineBreak>::new().get(character) {
        LineBreak::Ideographic
        | LineBreak::ConditionalJapaneseStarter
        | LineBreak::Nonstarter
        | LineBreak::ComplexContext
        | LineBreak::EBase => Role::Term,
        _ if is_mark => Role::Mark,
        _ => Role::Letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the parts of an excerpt, with bars between them.
    fn excerpt_of(text: &str, word: &str) -> Option<String> {
        excerpt(text, [terms(word).as_str()]).map(|excerpt| [excerpt.before, excerpt.found, excerpt.after].join("|"))
    }

    #[test]
    fn words_are_terms_and_so_is_each_character_of_scripts_without_spaces() {
        assert_eq!(terms("Don't  STOP, Émile!"), "don t stop emile");
        assert_eq!(terms("iPhone15を東京タワー"), "iphone15 を 東 京 タ ワ ー");
        assert_eq!(terms("ﾀﾜｰ"), terms("タワー"), "half width");
        assert_eq!(terms("हिन्दी में"), "हिन्दी में");
        assert_eq!(terms("한국어 자막"), "한국어 자막");
        assert_eq!(terms("ไป"), "ไ ป");
        assert_eq!(terms("a🎉b ❤\u{fe0f} 👍🏽"), "a 🎉 b ❤ 👍");
        assert_eq!(terms("\" * - ( ) ^ : + \0"), "");
    }

    #[test]
    fn excerpt_shows_words_around_the_first_match() {
        let text = "one two\nthree";
        assert_eq!(excerpt_of(text, "TW").as_deref(), Some("one |two| three"));
        assert_eq!(excerpt_of(text, "th").as_deref(), Some("one two |three|"));
        assert_eq!(excerpt_of(text, "ree"), None);
        assert_eq!(excerpt_of("昨日、東京タワーへ", "タワー").as_deref(), Some("昨日、東京|タワー|へ"));
        assert_eq!(excerpt_of("À la carte. Don't!", "don't").as_deref(), Some("À la carte. |Don't|!"));
        assert_eq!(excerpt_of("À la carte", "a").as_deref(), Some("|À| la carte"));
    }

    #[test]
    fn excerpt_of_a_long_text_is_cut_between_words() {
        let text = format!("{} needle {}", "before ".repeat(100), "after ".repeat(100));
        let Excerpt { before, found, after } = excerpt(&text, ["needle"]).expect("an excerpt");
        assert!(before.starts_with("…before ") && before.chars().count() <= CHARACTERS_BEFORE + 1, "{before}");
        assert!(after.ends_with("after…") && after.chars().count() <= CHARACTERS_AFTER + 1, "{after}");
        assert_eq!(found, "needle");
        let excerpt = excerpt(&"x".repeat(10_000), ["xx"]).expect("an excerpt");
        assert_eq!(excerpt.found.len(), CHARACTERS_AFTER);
    }

    proptest! {
        #[test]
        fn any_text_has_terms_and_excerpts(text in "\\PC{0,200}", from in 0_usize..200) {
            let terms = terms(&text);
            prop_assert_eq!(&self::terms(&terms), &terms, "terms of terms are the same");
            let beginning: String = text.chars().skip(from).take(3).collect();
            if let Some(excerpt) = excerpt(&text, [self::terms(&beginning).as_str()]) {
                prop_assert!(one_line(&text).contains(&excerpt.found));
            }
        }
    }
}
