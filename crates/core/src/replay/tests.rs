//! Replays the corpus of the fuzz targets, including the inputs of found failures.

use std::path::Path;

use super::*;

fn corpus(target: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).expect("a corpus").filter_map(Result::ok);
    let texts: Vec<String> = files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    assert!(texts.len() >= 100, "{} has only {}", folder.display(), texts.len());
    texts
}

#[test]
fn frame_corpus_satisfies_the_invariants() {
    for text in corpus("frame") {
        frame(&text);
    }
}

#[test]
fn rest_corpus_satisfies_the_invariants() {
    for text in corpus("rest") {
        rest(&text);
    }
}
