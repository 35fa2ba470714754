//! Search for jobs by the words of their texts: first the texts in memory, then the transcripts on disk
//! (docs/adr/0051-full-text-search.md).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    JobId,
    edits::Edits,
    library::{Library, record::Record},
    model::{
        job::{Content, Field},
        text::folded,
    },
};

mod cues;
mod excerpt;
mod places;
mod terms;

pub use excerpt::{Excerpt, whole_seconds};
pub use terms::terms;

/// The searched fields that are always in memory, besides the file name.
const FIELDS: [Field; 4] = [Field::Title, Field::Tags, Field::Description, Field::Chapters];
/// How many words are looked for in transcripts on disk. More words hardly narrow a search down, but each costs a look-up.
const MAX_WORDS: usize = 16;
/// How many jobs are found by their transcripts on disk.
pub const MAX_ON_DISK: usize = 200;

/// A job that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SearchHit {
    /// The id of the job.
    pub job_id: JobId,
    /// The part of the transcript with the words, if the other texts do not have all of them.
    pub excerpt: Option<Excerpt>,
}

/// A set of words, by their position in the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordSet(u16);

impl WordSet {
    /// Adds a word.
    pub fn insert(&mut self, position: usize) {
        self.0 |= 1 << position;
    }
}

/// A search whose part in memory is done. Whoever has the transcripts on disk continues it.
#[derive(Debug)]
pub struct Search {
    hits: Vec<SearchHit>,
    /// The terms of each word that is looked for on disk, with its position.
    on_disk: Vec<(usize, String)>,
    /// The words that jobs have in memory, where these are not all words.
    partial: BTreeMap<JobId, WordSet>,
    /// The jobs whose current transcript is in memory. What the disk has of them is outdated, or found already.
    in_memory: BTreeSet<JobId>,
}

impl Search {
    /// Searches in memory for the jobs that have all words of a text in any case, with or without diacritics: first
    /// those with the words in title, tags, description, chapters or file name, then those that need the transcript for
    /// it; each sorted by id.
    ///
    /// A pending edit is searched instead of the value that it replaces.
    pub fn new(library: &Library, edits: &Edits, text: &str) -> Self {
        let text = folded(text);
        let words: Vec<&str> = text.split_whitespace().collect();
        let on_disk = words.iter().map(|word| terms(word)).enumerate().take(MAX_WORDS);
        let on_disk = on_disk.filter(|(_, terms)| !terms.is_empty()).collect();
        let (partial, in_memory) = (BTreeMap::new(), BTreeSet::new());
        let mut search = Self { hits: Vec::new(), on_disk, partial, in_memory };
        let mut by_transcript = Vec::new();
        for job in library.jobs() {
            by_transcript.extend(search.scan(&job, edits, &words));
        }
        for hits in [&mut search.hits, &mut by_transcript] {
            hits.sort_by(|one, other| one.job_id.cmp(&other.job_id));
        }
        search.hits.append(&mut by_transcript);
        search
    }

    /// Searches a job, and returns it if its transcript in memory is needed for the words.
    fn scan(&mut self, job: &Record, edits: &Edits, words: &[&str]) -> Option<SearchHit> {
        let pending = edits.pending(&job.job_id);
        let held = |field| pending.get(&field).copied().or_else(|| job.metadata.get(&field).map(|held| &held.value));
        let mut text = folded(job.filename.as_deref().unwrap_or_default());
        FIELDS.into_iter().filter_map(held).for_each(|content| add(&mut text, content));
        if words.iter().all(|word| text.contains(word)) {
            self.hits.push(SearchHit { job_id: job.job_id.clone(), excerpt: None });
            self.in_memory.insert(job.job_id.clone());
            return None;
        }
        let transcript = held(Field::Transcript);
        if let Some(Content::Text(written)) = transcript {
            self.in_memory.insert(job.job_id.clone());
            text.push('\n');
            text.push_str(&folded(written));
            let has_words = words.iter().all(|word| text.contains(word));
            return has_words.then(|| self.hit(job.job_id.clone(), written));
        }
        if transcript.is_some() && self.on_disk.len() > 1 {
            let mut found = WordSet::default();
            let held = self.on_disk.iter().map(|(at, _)| *at).filter(|at| text.contains(words[*at]));
            held.for_each(|at| found.insert(at));
            if found != WordSet::default() {
                self.partial.insert(job.job_id.clone(), found);
            }
        }
        None
    }

    /// Returns the terms to look for in the transcripts on disk, with the position of their word. The last term of each
    /// may be the beginning of a word, as it is while somebody types.
    pub fn on_disk(&self) -> &[(usize, String)] {
        &self.on_disk
    }

    /// Returns whether any job can be found whose transcript on disk has some words.
    pub fn may_find(&self, words: WordSet) -> bool {
        self.is_complete(words) || !self.partial.is_empty()
    }

    /// Returns whether a job whose transcript on disk has some words is found by it: with the words in memory, these are
    /// all.
    pub fn finds(&self, job_id: &JobId, words: WordSet) -> bool {
        let held = self.partial.get(job_id).copied().unwrap_or_default();
        self.is_complete(WordSet(words.0 | held.0)) && !self.in_memory.contains(job_id)
    }

    fn is_complete(&self, words: WordSet) -> bool {
        self.on_disk.iter().all(|(at, _)| words.0 & (1 << at) != 0)
    }

    /// Adds a job that was found by its transcript on disk, after those found before.
    pub fn add(&mut self, job_id: JobId, transcript: &str) {
        let hit = self.hit(job_id, transcript);
        self.hits.push(hit);
    }

    fn hit(&self, job_id: JobId, transcript: &str) -> SearchHit {
        let words: Vec<&str> = self.on_disk.iter().map(|(_, terms)| terms.as_str()).collect();
        SearchHit { job_id, excerpt: excerpt::excerpt(transcript, &words) }
    }

    /// Returns the excerpts whose transcripts do not say when they are said, with their jobs.
    pub fn untimed(&mut self) -> impl Iterator<Item = (&JobId, &mut Excerpt)> {
        let excerpts = self.hits.iter_mut().filter_map(|hit| Some((&hit.job_id, hit.excerpt.as_mut()?)));
        excerpts.filter(|(_, excerpt)| excerpt.takes_time())
    }

    /// Returns the jobs that were found.
    pub fn into_hits(self) -> Vec<SearchHit> {
        self.hits
    }
}

fn add(text: &mut String, content: &Content) {
    let mut add = |more: &str| {
        // A search word never contains a line break, so a match cannot span two fields.
        text.push('\n');
        text.push_str(&folded(more));
    };
    match content {
        Content::Text(held) => add(held),
        Content::Tags(tags) => tags.iter().for_each(|tag| add(tag)),
        Content::Chapters(chapters) => chapters.iter().for_each(|chapter| add(&chapter.title)),
        Content::EvictedTranscript(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Now, library::Authority, protocol::snapshot::read_job};
    use serde_json::json;
    use std::{collections::BTreeMap, time::Duration};

    fn library() -> Library {
        let mut library = Library::default();
        let requested = "2026-01-01T00:00:00Z".parse().expect("a time");
        for job in [
            json!({ "id": 1, "status": "COMPLETED", "video": { "original_filename": "IMG_1.MOV" },
                "video_metadata": { "title": "Émile at the sea", "tags": ["waves", "Big Sur"], "description": "Two days" } }),
            json!({ "id": 2, "status": "PENDING", "video": { "original_filename": "img_2.mov" } }),
        ] {
            library.merge(read_job(&job).expect("a job"), requested, Authority::Ordered);
        }
        library
    }

    fn found(edits: &Edits, text: &str) -> Vec<String> {
        Search::new(&library(), edits, text).into_hits().iter().map(|hit| hit.job_id.to_string()).collect()
    }

    #[test]
    fn words_match_title_tags_description_and_file_name() {
        let edits = Edits::default();
        assert_eq!(found(&edits, " DAYS  émile sur "), ["1"]);
        assert_eq!(found(&edits, "img mov"), ["1", "2"]);
        assert_eq!(found(&edits, "e\u{301}mile"), ["1"], "decomposed form");
        assert_eq!(found(&edits, "ｗａｖｅｓ"), ["1"], "full-width form");
        assert_eq!(found(&edits, "İMG"), ["1", "2"], "with a dot above");
        assert_eq!(found(&edits, "walrus"), [""; 0]);
        assert_eq!(found(&edits, "waves big"), ["1"]);
        assert_eq!(found(&edits, "  "), ["1", "2"]);
    }

    #[test]
    fn pending_edit_is_searched_instead_of_the_replaced_value() {
        let mut edits = Edits::default();
        let changes = BTreeMap::from([(Field::Tags, Content::Tags(vec!["harbour".to_owned()]))]);
        let now = Now { monotonic: Duration::ZERO, wall: "2026-01-01T00:00:00Z".parse().expect("a time"), draw: 0.5 };
        edits.on(crate::edits::Input::Edit(JobId::new("1"), changes), &library(), now);
        assert_eq!((found(&edits, "harbour"), found(&edits, "waves")), (vec!["1".to_owned()], Vec::new()));
    }
}
