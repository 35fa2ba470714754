//! Suggestions from a transcript: tags, chapters, and a description that lists the chapters.

use std::collections::BTreeSet;

use whatlang::Lang;
use yake_rust::{Config, StopWords, get_n_best};

use crate::subtitles::Cue;

mod chapters;

pub use chapters::{Chapter, chapters};

/// The number of suggested tags.
const TAGS: usize = 10;
/// The largest number of words in which key phrases are searched: the time grows with its square.
const MAX_WORDS: usize = 5_000;
/// The smallest number of words from which a topic can be derived.
const MIN_WORDS: usize = 40;
/// The largest number of words of a key phrase.
const MAX_PHRASE_WORDS: usize = 2;

/// A language with its stop words, which carry no meaning.
pub struct Language {
    stop_words: StopWords,
}

impl Language {
    /// Detects the language of cues; `None` if it is uncertain or its stop words are not available.
    pub fn of(cues: &[Cue]) -> Option<Self> {
        let sample: String = cues.iter().take(400).flat_map(|cue| [cue.text.as_str(), " "]).collect();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no stop words are available for other languages")]
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

    /// Returns the words of a text that are not stop words, in lower case.
    fn words<'a>(&'a self, text: &'a str) -> impl Iterator<Item = String> + 'a {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
        let words = words.map(|word| word.trim_matches(['\'', '’']).to_lowercase());
        words.filter(|word| word.chars().count() > 2 && !self.stop_words.contains(word.as_str()))
    }

    /// Returns the key phrases of a text in their original spelling, the most important first.
    fn phrases(&self, text: &str, count: usize) -> Vec<String> {
        let config = Config { ngrams: MAX_PHRASE_WORDS, only_alphanumeric_and_hyphen: true, ..Config::default() };
        let phrases = get_n_best(2 * count, text, &self.stop_words, &config).into_iter().map(|phrase| phrase.raw);
        let carries_meaning = |phrase: &String| phrase.split(' ').all(|word| self.words(word).next().is_some());
        phrases.filter(carries_meaning).take(count).collect()
    }
}

/// Suggests tags: the key phrases of the transcript, without those whose words all occur in others.
pub fn tags(cues: &[Cue], language: &Language) -> Vec<String> {
    let text = sample(cues);
    if text.split(' ').count() < MIN_WORDS {
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

/// Returns the text of cues; for a long transcript, samples from its whole length.
fn sample(cues: &[Cue]) -> String {
    let words: usize = cues.iter().map(|cue| cue.text.split(' ').count()).sum();
    let every = words.div_ceil(MAX_WORDS).max(1);
    // Groups of twenty cues keep their context.
    let kept = cues.chunks(20).step_by(every).flatten().map(|cue| cue.text.as_str());
    bounded(&kept.collect::<Vec<_>>().join(" "), MAX_WORDS)
}

/// Shortens a text to a number of words; words without separators are bounded as well.
fn bounded(text: &str, words: usize) -> String {
    let text = &text[..text.floor_char_boundary(words * 12)];
    text.split(' ').take(words).collect::<Vec<_>>().join(" ")
}

/// Suggests a description: the chapters in YouTube's notation.
pub fn description(chapters: &[(f64, String)]) -> String {
    let lines = chapters.iter().map(|(start, title)| format!("{} {title}", timestamp(*start)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Formats a time in YouTube's notation: `1:02`, `1:00:02`.
fn timestamp(seconds: f64) -> String {
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
    fn tags_are_key_phrases_of_the_transcript() {
        let cues = talk();
        let language = Language::of(&cues).expect("English");
        let tags = tags(&cues, &language);
        for expected in ["grinder", "espresso machine", "latte art"] {
            assert!(tags.iter().any(|tag| tag.contains(expected)), "{expected} in {tags:?}");
        }
        assert!(tags.len() <= TAGS);
        assert_eq!(super::tags(&cues[..1], &language).len(), 0, "too few words for tags");
    }

    #[test]
    fn chapters_begin_and_are_named_by_topic() {
        let cues = talk();
        let language = Language::of(&cues).expect("English");
        let chapters = chapters(&cues, &[(28.0, 29.6)], 90.0, &language);
        let starts: Vec<f64> = chapters.iter().map(|chapter| chapter.start).collect();
        assert_eq!(starts, [0.0, 29.6, 60.0], "{chapters:?}");
        let titles: Vec<String> = chapters.iter().map(|chapter| chapter.title.to_lowercase()).collect();
        assert!(titles[1].contains("grind") && titles[2].contains("latte") | titles[2].contains("milk"), "{titles:?}");
        assert_eq!(super::chapters(&cues, &[], 25.0, &language).len(), 0, "too short for three chapters");
    }

    #[test]
    fn description_lists_chapters_in_youtube_notation() {
        let chapters = [(0.0, "Intro".to_owned()), (62.4, "Beach".to_owned()), (3602.0, "End".to_owned())];
        assert_eq!(description(&chapters), "0:00 Intro\n1:02 Beach\n1:00:02 End");
    }
}
