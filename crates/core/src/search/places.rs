//! The terms of a text with their places in it, for what is shown of a match.

use std::{collections::BTreeMap, ops::Range};

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup},
};

use super::terms::{Role, role};
use crate::model::text::folded;

/// The terms of a text, separated by spaces, as [`super::terms()`] returns them.
pub(super) struct Places<'a> {
    text: &'a str,
    terms: String,
    pieces: Vec<Piece>,
}

/// A part of the text: a run of ASCII letters and digits, or a character with the marks on it.
struct Piece {
    /// Where its form begins in the terms.
    at: usize,
    range: Range<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut places = Self { text, terms: String::with_capacity(text.len()), pieces: Vec::new() };
        let mut last = Role::Separator;
        let mut forms = BTreeMap::<&str, Vec<(char, Role)>>::new();
        let mut at = 0;
        while at < text.len() {
            let run = ascii_run(text, at);
            if run > 0 {
                places.begin(last, at..at + run);
                places.terms.extend(text[at..at + run].chars().map(|c| c.to_ascii_lowercase()));
                last = Role::Letter;
                at += run;
                continue;
            }
            let range = at..at + cluster(&text[at..]);
            at = range.end;
            let written = &text[range.clone()];
            let form = || folded(written).chars().map(|c| (c, role(c))).collect();
            for (c, role) in forms.entry(written).or_insert_with(form) {
                match role {
                    Role::Separator => last = Role::Separator,
                    Role::Mark if last == Role::Letter => places.terms.push(*c),
                    Role::Mark => {}
                    Role::Letter | Role::Term => {
                        places.begin(if *role == Role::Letter { last } else { *role }, range.clone());
                        places.terms.push(*c);
                        last = *role;
                    }
                }
            }
        }
        places
    }

    /// Begins the form of a part: behind a letter in the same word, else in a new one.
    fn begin(&mut self, behind: Role, range: Range<usize>) {
        if behind != Role::Letter && !self.terms.is_empty() {
            self.terms.push(' ');
        }
        self.pieces.push(Piece { at: self.terms.len(), range });
    }

    pub(super) fn terms(&self) -> &str {
        &self.terms
    }

    /// Returns the place in the text of a part of the terms.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        self.at(range.start).start..self.at(range.end.saturating_sub(1)).end
    }

    /// Returns the place of what has a byte of the terms.
    fn at(&self, at: usize) -> Range<usize> {
        let index = self.pieces.partition_point(|piece| piece.at <= at).saturating_sub(1);
        let Some(piece) = self.pieces.get(index) else { return 0..0 };
        if !self.text[piece.range.clone()].is_ascii() {
            return piece.range.clone();
        }
        let place = (piece.range.start + at - piece.at).min(piece.range.end - 1);
        place..place + 1
    }
}

/// Returns the length of the ASCII letters and digits at a place. The last one is left out if it may have a mark on it.
fn ascii_run(text: &str, from: usize) -> usize {
    let bytes = &text.as_bytes()[from..];
    let run = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(bytes.len());
    if bytes.get(run).is_some_and(|next| !next.is_ascii()) { run.saturating_sub(1) } else { run }
}

/// Returns the length of the first character of a text with the marks on it.
fn cluster(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    characters.find(|(_, c)| !is_mark(*c)).map_or(text.len(), |(length, _)| length)
}

fn is_mark(character: char) -> bool {
    // The half-width voiced sound marks, and the later parts of a Korean syllable, are letters in Unicode.
    !character.is_ascii()
        && (matches!(character, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}')
            || GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(character)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::terms;

    #[test]
    fn terms_are_those_of_the_index() {
        for text in [
            "Don't  STOP, Émile!",
            "iPhone15を東京タワー",
            "ﾀﾜｰ ｶﾞ",
            "ｆｕｌｌ １２",
            "हिन्दी में",
            "한국어 자막 \u{1112}\u{1161}\u{11ab}",
            "ที่ไป",
            "a🎉b ❤\u{fe0f} 👍🏽",
            "e\u{301}x か\u{3099}",
            "½ ﬁn ẞ",
            "\" * - ( ) ^ : + \0",
        ] {
            assert_eq!(Places::of(text).terms(), terms(text), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_whole_characters() {
        let places = |text: &str, term: &str| {
            let places = Places::of(text);
            let at = places.terms().find(term).expect("a term");
            text[places.place(at..at + term.len())].to_owned()
        };
        assert_eq!(places("one two", "tw"), "tw");
        assert_eq!(places("one ｔｗｏ", "tw"), "ｔｗ");
        assert_eq!(places("E\u{301}mile", "e"), "E\u{301}");
        assert_eq!(places("Straße", "ras"), "raß");
    }

    proptest! {
        #[test]
        fn places_never_split_a_character(text in "\\PC{0,100}") {
            let places = Places::of(&text);
            for (at, _) in places.terms().char_indices() {
                let place = places.place(at..at + 1);
                prop_assert!(text.get(place).is_some());
            }
        }
    }
}
