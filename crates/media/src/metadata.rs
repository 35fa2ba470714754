//! The metadata of a container: bounded, and without default texts that programs write.

use crate::{
    probe::{Report, Tags},
    recording::{Date, Place},
    text,
};

/// The longest title, in characters.
pub const MAX_TITLE: usize = 1_000;
/// The longest description, in bytes.
pub const MAX_DESCRIPTION: usize = 64 << 10;
/// The largest number of tags.
pub const MAX_TAGS: usize = 500;
/// The longest tag, in characters.
pub const MAX_TAG: usize = 500;
/// The largest number of chapters.
pub const MAX_CHAPTERS: usize = 1_000;

const TITLE: &[&str] = &["title", "com.apple.quicktime.title", "com.apple.quicktime.displayname"];
const DESCRIPTION: &[&str] = &[
    "description",
    "com.apple.quicktime.description",
    "synopsis",
    "long_description",
    "summary",
    "com.apple.quicktime.information",
    "comment",
    "com.apple.quicktime.comment",
];
const KEYWORDS: &[&str] = &["keywords", "com.apple.quicktime.keywords", "tags", "keyw"];
const RECORDED: &[&str] =
    &["com.apple.quicktime.creationdate", "date_recorded", "date_digitized", "creation_time", "date", "year"];
const PLACE: &[&str] = &["com.apple.quicktime.location.iso6709", "location"];
const MODEL: &[&str] = &["com.apple.quicktime.model", "com.android.model", "model"];
const MAKE: &[&str] = &["com.apple.quicktime.make", "com.android.manufacturer", "make"];

/// The metadata that a container states about its video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerMetadata {
    /// Its title.
    pub title: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its tags, without duplicates.
    pub tags: Vec<String>,
    /// Its chapters: the start in seconds, and the title.
    pub chapters: Vec<(f64, String)>,
    /// The day of the recording.
    pub recorded: Option<Date>,
    /// The place of the recording.
    pub place: Option<Place>,
    /// The camera or phone.
    pub device: Option<String>,
    /// The fields that exceeded a limit and were shortened.
    pub shortened: Vec<&'static str>,
}

impl ContainerMetadata {
    /// Extracts the metadata from ffprobe's report.
    pub fn of(report: &Report) -> Self {
        let mut metadata = Self::default();
        // In Ogg the tags belong to the streams; in other containers a stream's title names the track.
        let is_ogg = report.format.split(',').any(|name| name == "ogg");
        let streams = || report.streams.iter().map(|stream| &stream.tags);
        let of_streams = |names: &[&str]| streams().find_map(|tags| tags.first(names).map(str::to_owned));
        let everywhere = |names: &[&str]| report.tags.first(names).map(str::to_owned).or_else(|| of_streams(names));
        let title = report.tags.first(TITLE).map(str::to_owned).or_else(|| of_streams(TITLE).filter(|_| is_ogg));
        metadata.title = title.and_then(|title| metadata.clean_title(&title));
        metadata.description = metadata
            .clean_description(&report.tags)
            .or_else(|| streams().find_map(|tags| metadata.clean_description(tags)));
        if let Some(keywords) = everywhere(KEYWORDS) {
            metadata.set_tags(&keywords);
        }
        metadata.set_chapters(report);
        metadata.recorded = RECORDED.iter().find_map(|name| Date::read(&everywhere(&[name])?));
        metadata.place = everywhere(PLACE).and_then(|text| Place::read(&text));
        metadata.device = device(everywhere(MAKE), everywhere(MODEL));
        metadata
    }

    fn clean_title(&mut self, title: &str) -> Option<String> {
        let mut title = text::one_line(title);
        if text::truncate_chars(&mut title, MAX_TITLE) {
            self.shortened.push("title");
        }
        (!title.is_empty() && !is_junk_title(&title)).then_some(title)
    }

    fn clean_description(&mut self, tags: &Tags) -> Option<String> {
        let found =
            DESCRIPTION.iter().filter_map(|name| tags.first(&[name])).find(|text| !is_junk_description(text))?;
        let mut description = text::lines(found);
        if text::truncate_bytes(&mut description, MAX_DESCRIPTION) {
            self.shortened.push("description");
        }
        (!description.is_empty()).then_some(description)
    }

    fn set_tags(&mut self, keywords: &str) {
        let mut seen = std::collections::BTreeSet::new();
        let separators: &[char] = if keywords.contains([',', ';']) { &[',', ';', '\n'] } else { &['\n', '|'] };
        for tag in keywords.split(separators) {
            let mut tag = text::one_line(tag.trim().trim_start_matches('#'));
            let is_long = text::truncate_chars(&mut tag, MAX_TAG);
            if tag.is_empty() || !seen.insert(tag.to_lowercase()) {
                continue;
            }
            if is_long || self.tags.len() == MAX_TAGS {
                self.shortened.push("tags");
                break;
            }
            self.tags.push(tag);
        }
    }

    fn set_chapters(&mut self, report: &Report) {
        if report.chapters.len() > MAX_CHAPTERS {
            self.shortened.push("chapters");
        }
        for (index, chapter) in report.chapters.iter().take(MAX_CHAPTERS).enumerate() {
            let mut title = chapter.title.as_deref().map(text::one_line).unwrap_or_default();
            text::truncate_chars(&mut title, MAX_TITLE);
            if title.is_empty() {
                title = format!("Chapter {}", index + 1);
            }
            self.chapters.push(((chapter.start * 1000.0).round() / 1000.0, title));
        }
    }
}

fn device(make: Option<String>, model: Option<String>) -> Option<String> {
    let model = model.map(|model| text::one_line(&model)).filter(|model| !model.is_empty())?;
    let make = make.map(|make| text::one_line(&make)).filter(|make| !make.is_empty());
    let has_make = |make: &str| model.to_lowercase().contains(&make.to_lowercase());
    // "Apple iPhone" would be redundant.
    Some(match make {
        Some(make) if !has_make(&make) && make != "Apple" => format!("{make} {model}"),
        _ => model,
    })
}

/// Returns whether a title is a default that programs write.
fn is_junk_title(title: &str) -> bool {
    const JUNK: [&str; 16] = [
        "untitled",
        "no title",
        "title",
        "unknown",
        "default",
        "video",
        "movie",
        "my movie",
        "new project",
        "project",
        "sequence",
        "timeline",
        "comp",
        "output",
        "export",
        "unnamed",
    ];
    let lower = title.to_lowercase();
    let bare =
        lower.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '_' | '#' | '(' | ')' | '.'));
    let is_untitled = lower.starts_with("untitled ") || lower.starts_with("core media ");
    is_untitled || bare.is_empty() || JUNK.contains(&bare) || is_identifier(title)
}

/// Returns whether a description is a default that programs write, or only an identifier.
fn is_junk_description(description: &str) -> bool {
    const BEGINNINGS: [&str; 22] = [
        "made with ",
        "made by ",
        "created with ",
        "created by ",
        "created in ",
        "created using ",
        "generated by ",
        "generated with ",
        "encoded with ",
        "encoded by ",
        "edited with ",
        "recorded with ",
        "recorded by ",
        "exported ",
        "produced with ",
        "converted ",
        "processed by ",
        "processed with ",
        "lavf",
        "handbrake",
        "x264",
        "vid:",
    ];
    const WHOLE: [&str; 10] = [
        "no comments",
        "no comment",
        "none",
        "n/a",
        "null",
        "comment",
        "description",
        "default",
        "unknown",
        "untitled",
    ];
    let lower = description.trim().to_lowercase();
    let is_one_line = !lower.contains('\n') && lower.chars().count() < 120;
    is_one_line
        && (WHOLE.contains(&lower.as_str())
            || BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
            || is_identifier(&lower))
}

/// Returns whether a text is a number, a UUID or a key such as `v12044gd0000cabcdef`: one long word with many digits.
fn is_identifier(text: &str) -> bool {
    let is_word = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'='));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    is_word && text.len() >= 12 && digits * 4 >= text.len() && Date::read(text).is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(format: &str, tags: &serde_json::Value, stream_tags: &serde_json::Value) -> ContainerMetadata {
        let report = json!({ "format": { "format_name": format, "tags": tags },
            "streams": [{ "index": 0, "codec_type": "video", "codec_name": "h264", "tags": stream_tags }] });
        ContainerMetadata::of(&Report::read(&report.to_string()).expect("a report"))
    }

    #[test]
    fn apple_and_ogg_tags_are_read() {
        let apple = json!({ "com.apple.quicktime.title": "Apple title", "com.apple.quicktime.description": "Apple description",
            "com.apple.quicktime.keywords": "apple,tags, Apple", "com.apple.quicktime.creationdate": "2024-11-14T09:10:11+0000",
            "com.apple.quicktime.location.ISO6709": "+64.1466-021.9426+010.0/", "com.apple.quicktime.make": "Apple",
            "com.apple.quicktime.model": "iPhone 15 Pro" });
        let read = of("mov,mp4", &apple, &json!({}));
        assert_eq!(
            (read.title.as_deref(), read.description.as_deref()),
            (Some("Apple title"), Some("Apple description"))
        );
        assert_eq!(
            (read.tags, read.device.as_deref()),
            (vec!["apple".to_owned(), "tags".to_owned()], Some("iPhone 15 Pro"))
        );
        assert!(read.recorded.is_some() && read.place.is_some());
        let ogg = of("ogg", &json!({}), &json!({ "TITLE": "Ogg title", "DESCRIPTION": "Ogg description" }));
        assert_eq!((ogg.title.as_deref(), ogg.description.as_deref()), (Some("Ogg title"), Some("Ogg description")));
        let matroska =
            of("matroska,webm", &json!({}), &json!({ "title": "Video track", "DESCRIPTION": "On the stream" }));
        assert_eq!((matroska.title, matroska.description.as_deref()), (None, Some("On the stream")));
    }

    #[test]
    fn default_texts_of_programs_are_ignored() {
        for junk in [
            "vid:v12044gd0000cabcdef",
            "Made with Remotion 4.0.278",
            "Created with GIMP",
            "no comments",
            "Lavf60.3.100",
        ] {
            assert_eq!(of("mp4", &json!({ "comment": junk }), &json!({})).description, None, "{junk}");
        }
        for junk in ["Untitled", "untitled project 2", "Sequence 01", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "12"] {
            assert_eq!(of("mp4", &json!({ "title": junk }), &json!({})).title, None, "{junk}");
        }
        for title in ["A walk", "Sequence of events", "1984", "Title fight", "2024-11-14 Reykjavik"] {
            let read = of("mp4", &json!({ "title": title }), &json!({}));
            assert_eq!(read.title.is_some(), title != "1984", "{title}");
        }
        let kept = of("mp4", &json!({ "comment": "no comments", "synopsis": "Made with love\nand care" }), &json!({}));
        assert_eq!(kept.description.as_deref(), Some("Made with love\nand care"));
    }

    #[test]
    fn texts_are_cleaned_and_bounded() {
        let tags: Vec<String> = (0..20_000).map(|number| format!("tag {number}")).collect();
        let read = of(
            "mp4",
            &json!({ "title": format!("A\u{202e}\u{7}\nB{}", "x".repeat(2_000)), "description": "é".repeat(100_000), "keywords": tags.join(",") }),
            &json!({}),
        );
        let title = read.title.expect("a title");
        assert!(title.starts_with("A B") && title.chars().count() == MAX_TITLE, "{title}");
        assert!(read.description.is_some_and(|text| text.len() <= MAX_DESCRIPTION));
        assert_eq!((read.tags.len(), read.shortened), (MAX_TAGS, vec!["title", "description", "tags"]));
        let unique = of("mp4", &json!({ "keywords": "a, ,b;c,,a,A, a" }), &json!({}));
        assert_eq!(unique.tags, ["a", "b", "c"]);
    }
}
