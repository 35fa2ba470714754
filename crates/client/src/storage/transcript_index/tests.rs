use std::{collections::BTreeSet, path::Path, time::Duration};

use tallylight_core::{
    Now,
    edits::{Edits, Input},
    library::{
        Library,
        record::{LwwRegister, Record},
    },
    model::job::{Content, Field},
    protocol::snapshot::Caption,
};

use super::*;

fn job(job_id: &str, title: &str, transcript: &str) -> Record {
    let mut job = Record::new(JobId::new(job_id));
    for (field, text) in [(Field::Title, title), (Field::Transcript, transcript)] {
        let value = Content::Text(text.to_owned());
        job.metadata.insert(field, LwwRegister { at: jiff::Timestamp::UNIX_EPOCH.into(), value });
    }
    job
}

fn said(job_id: &str, transcript: &str) -> Record {
    job(job_id, "", transcript)
}

/// A store with jobs, and the library of the next start: without transcripts in memory.
struct Stored {
    store: Store,
    library: Library,
    edits: Edits,
    folder: tempfile::TempDir,
}

impl Stored {
    fn new(jobs: &[Record]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path());
        store.save(jobs.iter(), |_| false);
        let library = Library::restore(store.jobs(&BTreeSet::new()));
        Self { store, library, edits: Edits::default(), folder }
    }

    fn hits(&self, text: &str) -> Vec<SearchHit> {
        while index_next(&mut self.store.disk.lend()).expect("indexed") {}
        self.store.search(Search::new(&self.library, &self.edits, text))()
    }

    fn found(&self, text: &str) -> Vec<String> {
        self.hits(text).into_iter().map(|hit| hit.job_id.to_string()).collect()
    }

    fn excerpts(&self, text: &str) -> Vec<Option<String>> {
        self.hits(text).into_iter().map(|hit| hit.excerpt.map(|excerpt| excerpt.found)).collect()
    }
}

#[test]
fn words_of_transcripts_are_found_while_they_are_typed() {
    let stored = Stored::new(&[
        job("1", "A walrus", "nothing"),
        job("2", "The sea", "We saw a Walrus, and Émile fell."),
        said("3", "Emile only"),
    ]);
    for text in ["w", "wal", "WALRUS", "wálrus"] {
        assert_eq!(stored.found(text)[..2], ["1", "2"], "titles come first: {text}");
    }
    assert_eq!(stored.excerpts("walrus"), [None, Some("Walrus".to_owned())]);
    assert_eq!(stored.found("emile"), ["3", "2"]);
    assert_eq!(stored.found("émile fe"), ["2"]);
    assert_eq!(stored.found("sea walrus"), ["2"], "one word in the title, the other in the transcript");
    assert_eq!(stored.found("alrus sea"), [""; 0], "words of transcripts are found by their beginning");
    assert_eq!(stored.found("walrus city"), [""; 0]);
}

#[test]
fn excerpts_have_the_times_of_captions_if_there_is_one_for_each_line() {
    let mut stored = Stored::new(&[said("1", "Hello.\nA walrus swims.\nBye, walrus.")]);
    let times = |stored: &Stored| {
        let excerpts = stored.hits("walrus").into_iter().filter_map(|hit| hit.excerpt);
        excerpts.map(|excerpt| (excerpt.start_seconds, excerpt.further)).collect::<Vec<_>>()
    };
    assert_eq!(times(&stored), [(None, 1)], "nothing is made up");
    let captions = |starts: &[f64]| {
        let caption = |start: &f64| Caption { start: *start, end: start + 1.0, text: "…".to_owned() };
        [(JobId::new("1"), starts.iter().map(caption).collect::<Vec<_>>())]
    };
    stored.store.set_captions(&captions(&[0.0, 161.9]));
    assert_eq!(times(&stored), [(None, 1)], "they are those of another text");
    stored.store.set_captions(&captions(&[0.0, 161.9, 170.0]));
    assert_eq!(times(&stored), [(Some(161), 1)]);
    stored.store.set_captions(&captions(&[]));
    assert_eq!(times(&stored), [(None, 1)]);
    stored.store.set_captions(&captions(&[0.0, 161.9, 170.0]));
    stored.store.forget(&[JobId::new("1")]);
    stored.store.save([said("1", "Hello.\nA walrus swims.\nBye.")].iter(), |_| false);
    assert_eq!(times(&stored), [(None, 0)], "they are deleted with the job");
    stored.store.set_captions(&captions(&[0.0, 161.9, 170.0]));
    stored.store.clear();
    let left: u32 = stored
        .store
        .disk
        .lend()
        .query_row("SELECT count(*) FROM caption_start", (), |row| row.get(0))
        .expect("a count");
    assert_eq!(left, 0, "signing out leaves no times");
}

#[test]
fn scripts_without_spaces_and_emoji_are_found_within_texts() {
    let stored = Stored::new(&[
        said("ja", "昨日、東京タワーへ行った。"),
        said("zh", "我们去了长城"),
        said("th", "เราไปทะเล"),
        said("ko", "우리는 바다를 봤다"),
        said("hi", "हम हिन्दी में"),
        said("emoji", "so good 🎉 and 🫠❤️"),
    ]);
    for (text, job_id) in [
        ("東京タワー", "ja"),
        ("京", "ja"),
        ("行った", "ja"),
        ("长城", "zh"),
        ("ทะเล", "th"),
        ("바다", "ko"),
        ("हिन्दी", "hi"),
        ("🎉", "emoji"),
        ("🫠", "emoji"),
        ("❤", "emoji"),
        ("❤️", "emoji"),
    ] {
        assert_eq!(stored.found(text), [job_id], "{text}");
    }
    assert_eq!(stored.found("京東"), [""; 0]);
    assert_eq!(stored.found("हन्द"), [""; 0], "vowel signs count");
}

#[test]
fn operators_and_quotes_in_a_query_are_harmless() {
    let stored = Stored::new(&[said("1", "we don't know near or not we")]);
    for text in [
        "don't",
        "\"don't\"",
        "near",
        "NEAR(or not)",
        "we OR",
        "NOT we",
        "(we",
        "we*",
        "-we",
        "terms:we",
        "^we",
        "we -",
    ] {
        let expected: &[&str] = if text == "terms:we" { &[] } else { &["1"] };
        assert_eq!(stored.found(text), expected, "{text}");
    }
    for text in ["\"", "*", "-", "\0", "we AND never", "don x"] {
        assert_eq!(stored.found(text), [""; 0], "{text}");
    }
    assert_eq!(stored.found(&"we know ".repeat(1300)), ["1"], "a query of 10 KB");
    assert_eq!(stored.found(&"w".repeat(10_000)), [""; 0]);
}

#[test]
fn only_current_transcripts_are_found() {
    let mut stored = Stored::new(&[said("1", "walrus"), said("2", "walrus"), said("3", "walrus")]);
    stored.store.save([&said("1", "seal")].into_iter(), |_| false);
    stored.store.forget(&[JobId::new("2")]);
    assert_eq!((stored.found("walrus"), stored.found("seal")), (vec!["3".to_owned()], vec!["1".to_owned()]));
    stored.store.save([&said("2", "walrus")].into_iter(), |_| false);
    assert_eq!(stored.found("walrus"), ["2", "3"]);
    stored.store.clear_jobs();
    assert_eq!(stored.found("walrus"), [""; 0]);
    stored.store.save([&said("9", "walrus")].into_iter(), |_| false);
    assert_eq!(stored.found("walrus"), ["9"], "after the ids begin anew");
}

#[test]
fn a_pending_edit_and_a_transcript_in_memory_replace_the_one_on_disk() {
    let mut stored = Stored::new(&[said("1", "walrus"), said("2", "walrus")]);
    let now = Now { monotonic: Duration::ZERO, wall: jiff::Timestamp::UNIX_EPOCH, draw: 0.5 };
    let changes = [(Field::Transcript, Content::Text("a young seal".to_owned()))].into();
    stored.edits.on(Input::Edit(JobId::new("1"), changes), &stored.library, now);
    assert_eq!((stored.found("walrus"), stored.found("seal young")), (vec!["2".to_owned()], vec!["1".to_owned()]));
    assert_eq!(stored.excerpts("seal"), [Some("seal".to_owned())]);
    let unsaved = stored.store.jobs(&BTreeSet::new()).into_iter().filter(|job| job.job_id.as_str() != "2");
    stored.library = Library::restore(unsaved.chain([said("2", "an otter")]));
    assert_eq!((stored.found("walrus"), stored.found("otter")), (Vec::new(), vec!["2".to_owned()]));
}

#[test]
fn jobs_found_by_transcripts_are_limited_and_the_newest_come_first() {
    let jobs: Vec<Record> = (0..MAX_ON_DISK + 50).map(|n| said(&format!("job {n}"), "walrus")).collect();
    let found = Stored::new(&jobs).found("w");
    assert_eq!((found.len(), found[0].as_str()), (MAX_ON_DISK, "job 249"));
}

#[test]
fn jobs_saved_in_the_background_are_indexed_after_it() {
    let mut stored = Stored::new(&[]);
    let jobs = (0..5).map(|n| std::sync::Arc::new(said(&n.to_string(), "walrus"))).collect();
    stored.store.save_in_background(jobs)();
    let not_indexed = || {
        let sql = "SELECT count(*) FROM indexed_transcript WHERE NOT is_indexed";
        stored.store.disk.lend().query_row(sql, [], |row| row.get::<_, u32>(0)).expect("a count")
    };
    while not_indexed() > 0 {
        thread::yield_now();
    }
    assert_eq!(stored.found("walrus").len(), 5);
}

#[test]
fn search_does_not_wait_for_the_connection_of_the_runtime() {
    let stored = Stored::new(&[said("1", "walrus")]);
    assert_eq!(stored.found("walrus"), ["1"]);
    let lent = stored.store.disk.lend();
    let hits = stored.store.search(Search::new(&stored.library, &stored.edits, "walrus"))();
    drop(lent);
    assert_eq!(hits.len(), 1);
}

#[test]
fn indexing_ends_with_the_database() {
    let stored = Stored::new(&[said("1", "walrus"), said("2", "seal")]);
    let shared = stored.store.disk.downgrade();
    drop(stored);
    index_all(&shared);
    assert!(shared.upgrade().is_none());
}

fn is_on_disk(folder: &Path, word: &str) -> bool {
    let mut files = std::fs::read_dir(folder).expect("files").filter_map(Result::ok);
    files.any(|file| {
        let bytes = std::fs::read(file.path()).expect("bytes");
        bytes.windows(word.len()).any(|part| part == word.as_bytes())
    })
}

#[test]
fn clear_leaves_no_word_of_a_transcript_in_the_index() {
    let mut stored = Stored::new(&[said("1", "Wintergreen")]);
    assert_eq!(stored.found("winter"), ["1"]);
    assert!(is_on_disk(stored.folder.path(), "wintergreen"), "the index has the word");
    stored.store.clear();
    assert!(!is_on_disk(stored.folder.path(), "intergreen"));
}
