//! Suggestions from a transcript: tags, chapters, and a description that lists them.

use std::collections::BTreeSet;

use whatlang::Lang;
use yake_rust::{Config, StopWords, get_n_best};

use crate::subtitles::Cue;

mod chapters;

pub use chapters::{Chapter, chapters};

/// How many tags are suggested.
const TAGS: usize = 10;
/// The most words that key phrases are looked for in: the time that it takes grows with their square.
const MAX_WORDS: usize = 5_000;
/// The fewest words that say what a video is about.
const FEWEST_WORDS: usize = 40;
/// How many words a key phrase may have.
const PHRASE: usize = 2;

/// The words of a language that carry no meaning.
pub struct Language {
    stop_words: StopWords,
}

impl Language {
    /// Recognises the language of cues; none where it is not one of those whose stop words are known.
    pub fn of(cues: &[Cue]) -> Option<Self> {
        let sample: String = cues.iter().take(400).flat_map(|cue| [cue.text.as_str(), " "]).collect();
        #[expect(clippy::wildcard_enum_match_arm, reason = "of the others no stop words are known")]
        let code = match whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?.lang() {
            Lang::Eng => "en",
            Lang::Deu => "de",
            Lang::Spa => "es",
            Lang::Fra => "fr",
            Lang::Ita => "it",
            Lang::Por => "pt",
            Lang::Nld => "nl",
            Lang::Pol => "pl",
            Lang::Rus => "ru",
            Lang::Swe => "sv",
            Lang::Dan => "da",
            Lang::Fin => "fi",
            Lang::Nob => "no",
            Lang::Ces => "cz",
            Lang::Hun => "hu",
            Lang::Tur => "tr",
            Lang::Ron => "ro",
            Lang::Ukr => "uk",
            Lang::Ell => "el",
            Lang::Ind => "id",
            _ => return None,
        };
        StopWords::predefined(code).map(|stop_words| Self { stop_words })
    }

    /// Returns the words of a text that carry meaning, in lower case.
    fn words<'a>(&'a self, text: &'a str) -> impl Iterator<Item = String> + 'a {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
        let words = words.map(|word| word.trim_matches(['\'', '’']).to_lowercase());
        words.filter(|word| word.chars().count() > 2 && !self.stop_words.contains(word.as_str()))
    }

    /// Returns the key phrases of a text as they stand in it, the most important first.
    fn phrases(&self, text: &str, count: usize) -> Vec<String> {
        let config = Config { ngrams: PHRASE, only_alphanumeric_and_hyphen: true, ..Config::default() };
        let phrases = get_n_best(2 * count, text, &self.stop_words, &config).into_iter().map(|phrase| phrase.raw);
        let carries_meaning = |phrase: &String| phrase.split(' ').all(|word| self.words(word).next().is_some());
        phrases.filter(carries_meaning).take(count).collect()
    }
}

/// Suggests tags: the key phrases of what is said, none within another.
pub fn tags(cues: &[Cue], language: &Language) -> Vec<String> {
    let text = sample(cues);
    if text.split(' ').count() < FEWEST_WORDS {
        return Vec::new();
    }
    let mut tags: Vec<String> = Vec::new();
    let mut words = BTreeSet::new();
    for phrase in language.phrases(&text, TAGS * 3) {
        let tag = phrase.to_lowercase();
        let is_new = tag.split(' ').any(|word| !words.contains(word));
        if is_new && tags.len() < TAGS {
            words.extend(tag.split(' ').map(str::to_owned));
            tags.push(tag);
        }
    }
    tags
}

/// Returns the text of cues; of a long one parts from all over it.
fn sample(cues: &[Cue]) -> String {
    let words: usize = cues.iter().map(|cue| cue.text.split(' ').count()).sum();
    let every = words.div_ceil(MAX_WORDS).max(1);
    // Twenty cues in a row keep their context.
    let kept = cues.chunks(20).step_by(every).flatten().map(|cue| cue.text.as_str());
    bounded(&kept.collect::<Vec<_>>().join(" "), MAX_WORDS)
}

/// Cuts a text after a number of words, however they are separated.
fn bounded(text: &str, words: usize) -> String {
    let text = &text[..text.floor_char_boundary(words * 12)];
    text.split(' ').take(words).collect::<Vec<_>>().join(" ")
}

/// Suggests a description: the chapters as YouTube reads them.
pub fn description(chapters: &[(f64, String)]) -> String {
    let lines = chapters.iter().map(|(start, title)| format!("{} {title}", clock(*start)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Writes a time as YouTube reads it: `1:02`, `1:00:02`.
fn clock(seconds: f64) -> String {
    let seconds = std::time::Duration::try_from_secs_f64(seconds.max(0.0)).map_or(0, |time| time.as_secs());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn talk() -> Vec<Cue> {
        let parts = [
            "We begin with the espresso machine. The boiler heats the water and the pump builds pressure. A clean espresso machine makes better coffee.",
            "Now the coffee grinder. Burr grinders crush the beans evenly. Adjust the grinder until the grind size is fine. The grinder needs brushing every week.",
            "Finally milk foam for latte art. Steam the milk until it is silky. Pour the foam slowly and draw a rosetta. Practise latte art with cold milk.",
        ];
        let mut cues = Vec::new();
        for (part, text) in (0..).zip(parts) {
            for (index, sentence) in (0..).zip(text.split_inclusive('.')) {
                let start = f64::from(part * 30 + index * 6);
                cues.push(Cue { start, end: start + 5.5, text: sentence.trim().to_owned() });
            }
        }
        cues
    }

    #[test]
    fn tags_are_what_is_spoken_of() {
        let cues = talk();
        let language = Language::of(&cues).expect("English");
        let tags = tags(&cues, &language);
        for wanted in ["grinder", "espresso machine", "latte art"] {
            assert!(tags.iter().any(|tag| tag.contains(wanted)), "{wanted} in {tags:?}");
        }
        assert!(tags.len() <= TAGS);
        assert_eq!(super::tags(&cues[..1], &language).len(), 0, "six words say nothing");
    }

    #[test]
    fn chapters_begin_where_the_topic_changes_and_are_named_by_it() {
        let cues = talk();
        let language = Language::of(&cues).expect("English");
        let chapters = chapters(&cues, &[(28.0, 29.6)], 90.0, &language);
        let starts: Vec<f64> = chapters.iter().map(|chapter| chapter.start).collect();
        assert_eq!(starts, [0.0, 29.6, 60.0], "{chapters:?}");
        let titles: Vec<String> = chapters.iter().map(|chapter| chapter.title.to_lowercase()).collect();
        assert!(titles[1].contains("grind") && titles[2].contains("latte") | titles[2].contains("milk"), "{titles:?}");
        assert_eq!(super::chapters(&cues, &[], 25.0, &language).len(), 0, "too short for three");
    }

    #[test]
    fn descriptions_list_chapters_as_youtube_reads_them() {
        let chapters = [(0.0, "Intro".to_owned()), (62.4, "Beach".to_owned()), (3602.0, "End".to_owned())];
        assert_eq!(description(&chapters), "0:00 Intro\n1:02 Beach\n1:00:02 End");
    }
}
