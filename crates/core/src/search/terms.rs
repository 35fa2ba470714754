//! The terms of a text: what a search in transcripts compares.

use std::ops::Range;

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup, LineBreak},
};

use crate::model::text::folded;

/// Returns the terms of a text, separated by spaces, in the form in which searches compare them.
///
/// A term is a word. In scripts that do not separate words, such as Chinese, Japanese and Thai, each character is a term,
/// and so is each emoji. Everything else separates terms.
pub fn terms(text: &str) -> String {
    let text = folded(text);
    ranges(&text).map(|range| &text[range]).collect::<Vec<_>>().join(" ")
}

/// The role of a character in a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A part of a word.
    Letter,
    /// A part of the word before it.
    Mark,
    /// A term of its own.
    Term,
    /// What separates terms.
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

/// Returns the role of a character that is folded.
pub(super) fn role(character: char) -> Role {
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

    proptest! {
        #[test]
        fn terms_of_terms_are_the_same(text in "\\PC{0,200}") {
            let terms = terms(&text);
            prop_assert_eq!(&self::terms(&terms), &terms);
        }
    }
}
