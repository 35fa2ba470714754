//! PROBE: what the file holds, by ffprobe, and the metadata that its container brings along.

use std::{fs::File, io::Read, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{failure::Failure, tool, work::Work};
use crate::jobs::Chapter;

/// Subtitles that are text, and not pictures of text.
const TEXT_SUBTITLES: [&str; 8] = ["subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "ttml"];

/// Is what PROBE found.
#[derive(Debug, Default)]
pub struct Probe {
    /// How long the video is, in seconds; 0 where nobody knows.
    pub duration: f64,
    /// Whether it has sound.
    pub sound: Sound,
    /// The place among the subtitle streams of the first that is text.
    pub text_subtitles: Option<usize>,
    /// The container's chapters.
    pub chapters: Vec<Chapter>,
}

/// Tells whether a video has sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sound {
    /// It has none.
    #[default]
    Silent,
    /// It has.
    Audible,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    chapters: Vec<ReportChapter>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    duration: Option<String>,
    #[serde(default)]
    disposition: Value,
}

#[derive(Deserialize)]
struct ReportChapter {
    start_time: String,
    #[serde(default)]
    tags: Tags,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
    #[serde(default)]
    tags: Tags,
}

/// Tags by name; containers differ in the case of the names.
#[derive(Default, Deserialize)]
struct Tags(serde_json::Map<String, Value>);

impl Tags {
    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let (_, value) = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        })
    }
}

pub async fn run(work: &mut Work) -> Result<(), Failure> {
    let report = ask(work).await?;
    let of_kind = |kind: &str| {
        report.streams.iter().filter(move |stream| stream.codec_type.as_deref() == Some(kind)).collect::<Vec<_>>()
    };
    // The cover of a song is a picture, not a video.
    let is_picture = |stream: &&Stream| stream.disposition.get("attached_pic").and_then(Value::as_i64) == Some(1);
    let videos = of_kind("video");
    if videos.iter().all(is_picture) {
        return Err(Failure::not_a_video("ffprobe: the file holds no video stream"));
    }
    let seconds = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let duration =
        seconds(&report.format.duration).or_else(|| videos.iter().find_map(|stream| seconds(&stream.duration)));
    let is_text = |stream: &&Stream| stream.codec_name.as_deref().is_some_and(|name| TEXT_SUBTITLES.contains(&name));
    work.probe = Probe {
        duration: duration.filter(|seconds| seconds.is_finite() && *seconds > 0.0).unwrap_or(0.0),
        sound: if of_kind("audio").is_empty() { Sound::Silent } else { Sound::Audible },
        text_subtitles: of_kind("subtitle").iter().position(is_text),
        chapters: container_chapters(&report.chapters),
    };
    tell(work, &report.format.tags);
    Ok(())
}

async fn ask(work: &Work) -> Result<Report, Failure> {
    let options = ["-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters", "-i"];
    let args = options.iter().map(AsRef::as_ref).chain([work.job.source.as_os_str()]);
    let asked = tool::run(&work.tools.ffprobe, args, |_| {}).await;
    // By its name alone ffprobe takes anything for an MP4 that lacks its end.
    let output = asked.map_err(|failure| {
        let pretends = failure.code == "file_incomplete" && !has_mp4_head(&work.job.source);
        if pretends { Failure::not_a_video(failure.details) } else { failure }
    })?;
    serde_json::from_str(&output.stdout).map_err(|error| {
        Failure::fatal("tool_failed", "The video could not be looked into.", format!("ffprobe: {error}"))
    })
}

/// Tells whether a file begins with a box of the MP4 family.
fn has_mp4_head(file: &Path) -> bool {
    let mut head = [0; 8];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && [b"ftyp", b"mdat", b"moov", b"wide", b"free"].iter().any(|kind| head[4..] == kind[..])
}

fn tell(work: &Work, tags: &Tags) {
    let (jobs, id) = (&work.jobs, &work.job.id);
    let duration = work.probe.duration;
    if duration > 0.0 {
        jobs.set_quietly(id, |metadata| metadata.duration_seconds = Some(duration));
    }
    let title = tags.first(&["title"]).unwrap_or_else(|| title_from(&work.job.original_filename));
    jobs.set_metadata(id, "TITLE", &json!(title), |metadata| metadata.title = Some(title.clone()));
    if let Some(description) = tags.first(&["description", "synopsis", "comment"]) {
        jobs.set_metadata(id, "DESCRIPTION", &json!(description), |metadata| {
            metadata.description = Some(description.clone());
        });
    }
    if let Some(keywords) = tags.first(&["keywords", "tags"]) {
        let keywords: Vec<String> =
            keywords.split([',', ';']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        jobs.set_metadata(id, "TAGS", &json!(keywords), |metadata| metadata.tags = Some(keywords.clone()));
    }
}

/// Makes a title of a file name: `my_holiday-2026.mp4` becomes `My holiday 2026`.
fn title_from(filename: &str) -> String {
    let stem = Path::new(filename).file_stem().and_then(|stem| stem.to_str()).unwrap_or(filename);
    let words = stem.replace(['_', '-', '.'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => filename.to_owned(),
    }
}

fn container_chapters(chapters: &[ReportChapter]) -> Vec<Chapter> {
    chapters
        .iter()
        .enumerate()
        .filter_map(|(index, chapter)| {
            let start_seconds = chapter.start_time.parse::<f64>().ok()?.max(0.0);
            let title = chapter.tags.first(&["title"]).unwrap_or_else(|| format!("Chapter {}", index + 1));
            Some(Chapter { start_seconds, title })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_a_title() {
        for (filename, title) in [
            ("my_holiday-2026.mp4", "My holiday 2026"),
            ("élan.v2.final.mov", "Élan v2 final"),
            ("noextension", "Noextension"),
            ("__.mp4", "__.mp4"),
        ] {
            assert_eq!(title_from(filename), title);
        }
    }
}
