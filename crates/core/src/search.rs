//! Search for jobs by the words of their texts.

use std::borrow::Cow;

use crate::{
    JobId,
    edits::Edits,
    library::{Library, record::Record},
    model::{
        job::{Content, Field},
        text::folded,
    },
};

/// The searched fields, besides the file name. Transcripts are excluded: they are on disk and too long.
const SEARCHED: [Field; 3] = [Field::Title, Field::Tags, Field::Description];

/// Returns the ids of the jobs whose title, tags, description or file name contain all words of a text, in any case,
/// sorted by id.
///
/// A pending edit is searched instead of the value that it replaces.
pub fn find(library: &Library, edits: &Edits, text: &str) -> Vec<JobId> {
    let text = folded(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let has_words = |job: &Cow<'_, Record>| {
        let text = text_of(job, edits);
        words.iter().all(|word| text.contains(word))
    };
    let mut found: Vec<JobId> = library.jobs().filter(has_words).map(|job| job.job_id.clone()).collect();
    found.sort();
    found
}

fn text_of(job: &Record, edits: &Edits) -> String {
    let pending = edits.pending(&job.job_id);
    let mut text = folded(job.filename.as_deref().unwrap_or_default());
    for field in SEARCHED {
        let held = pending.get(&field).copied().or_else(|| job.metadata.get(&field).map(|held| &held.value));
        match held {
            Some(Content::Text(held)) => add(&mut text, held),
            Some(Content::Tags(tags)) => tags.iter().for_each(|tag| add(&mut text, tag)),
            Some(Content::Chapters(_) | Content::EvictedTranscript(_)) | None => {}
        }
    }
    text
}

fn add(text: &mut String, more: &str) {
    // A search word never contains a line break, so a match cannot span two fields.
    text.push('\n');
    text.push_str(&folded(more));
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
        find(&library(), edits, text).iter().map(ToString::to_string).collect()
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
