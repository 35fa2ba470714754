//! Finds subtitles next to a video: `name.srt`, or with a language, `name.en.srt`, ignoring case.

use std::path::{Path, PathBuf};

/// The formats that the studio reads.
const FORMATS: [&str; 5] = ["srt", "vtt", "ass", "ssa", "sbv"];
/// How many files of a folder are searched at most.
const MAX_ENTRIES: usize = 20_000;

/// Returns the subtitles next to a video: first those with exactly its name, then those with a language. Forced
/// subtitles are never returned, because they only cover foreign-language parts.
pub async fn beside(video: &Path) -> Option<PathBuf> {
    let stem = video.file_stem()?.to_str()?.to_lowercase();
    let mut entries = tokio::fs::read_dir(video.parent()?).await.ok()?;
    let mut found: Vec<(usize, String, PathBuf)> = Vec::new();
    for _ in 0..MAX_ENTRIES {
        let Ok(Some(entry)) = entries.next_entry().await else { break };
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_lowercase) else { continue };
        if let Some(language) = language(&stem, &name).filter(|_| path.is_file()) {
            found.push((usize::from(!language.is_empty()), name, path));
        }
    }
    found.sort();
    found.into_iter().next().map(|(_, _, path)| path)
}

/// Returns the language between a video's name and the extension of its subtitles, possibly empty; `None` if the file
/// does not belong to the video. Both names are in lower case.
fn language<'a>(stem: &str, name: &'a str) -> Option<&'a str> {
    let (name, format) = name.rsplit_once('.')?;
    let rest = name.strip_prefix(stem).filter(|_| FORMATS.contains(&format))?;
    let language = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
    language.split('.').all(|part| part.is_empty() || is_language(part)).then_some(language)
}

/// Returns whether a part of a file name is a language code, such as `en` or `pt-br`, or a marker such as `sdh` or
/// `default`. A year or the number of a part belongs to another video; `forced` does not match.
fn is_language(part: &str) -> bool {
    let code = part.split(['-', '_']).next().unwrap_or_default();
    let is_code = matches!(code.len(), 2 | 3) && code.chars().all(|c| c.is_ascii_alphabetic());
    is_code && part.len() <= 12 || part == "default"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtitles_are_recognised_by_the_name_of_their_video() {
        for (name, found) in [
            ("walk.srt", Some("")),
            ("walk.en.srt", Some("en")),
            ("walk.pt-br.vtt", Some("pt-br")),
            ("walk.en.sdh.srt", Some("en.sdh")),
            ("walk.en.forced.srt", None),
            ("walk.2023.srt", None),
            ("walk.part2.srt", None),
            ("walking.srt", None),
            ("walk.txt", None),
            ("walk two.srt", None),
        ] {
            assert_eq!(language("walk", name), found, "{name}");
        }
    }

    #[tokio::test]
    async fn an_exact_name_comes_before_one_with_a_language() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["Walk.MP4", "walk.de.srt", "WALK.en.SRT"] {
            std::fs::write(path(name), "").expect("a file");
        }
        assert_eq!(beside(&path("Walk.MP4")).await, Some(path("walk.de.srt")));
        std::fs::write(path("walk.VTT"), "").expect("a file");
        assert_eq!(beside(&path("Walk.MP4")).await, Some(path("walk.VTT")));
        assert_eq!(beside(&path("other.mp4")).await, None);
        assert_eq!(beside(Path::new("/nowhere/a.mp4")).await, None);
    }
}
