//! The tolerant reader of ffprobe's report: a field that cannot be read is missing and does not affect the others.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The largest number of streams that are read.
pub const MAX_STREAMS: usize = 256;
/// The codecs of text subtitles, as opposed to image subtitles.
const TEXT_SUBTITLES: [&str; 10] =
    ["subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "ttml", "stl", "subviewer"];

/// Tags by name. Names are compared without case, because containers differ in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// Returns the first text that is not blank for the given names, in their order. A name in the file may have a
    /// language suffix: `title-eng`.
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.all(name).next())
    }

    /// Returns all texts of a name.
    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        let matches = move |key: &str| {
            let base =
                key.rsplit_once('-').filter(|(_, language)| matches!(language.len(), 2 | 3)).map(|(base, _)| base);
            key.eq_ignore_ascii_case(&name) || base.is_some_and(|base| base.eq_ignore_ascii_case(&name))
        };
        let texts = self.0.iter().filter(move |(key, _)| matches(key)).map(|(_, text)| text.trim());
        texts.filter(|text| !text.is_empty())
    }

    fn of(value: Option<&Value>) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let tags = value.and_then(Value::as_object).into_iter().flatten();
        Self(tags.filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect())
    }
}

/// The kind of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamKind {
    /// Video.
    Video,
    /// A still image: a cover or a timed thumbnail.
    StillImage,
    /// Audio.
    Audio,
    /// Text subtitles.
    Subtitles,
    /// Anything else.
    Other,
}

/// A property of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Players select the stream by default.
    Default,
    /// The subtitles contain only parts that viewers of the original cannot understand.
    Forced,
    /// Each frame holds two fields.
    Interlaced,
    /// Frames are not interlaced.
    Progressive,
    /// A decoder and its parameters are known; for audio, the sample rate and the channels.
    Decodable,
}

/// A stream of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its index in the file, as in ffmpeg's `-map 0:N`.
    pub index: u64,
    /// Its kind.
    pub kind: StreamKind,
    /// The name of its codec.
    pub codec: Option<String>,
    /// The width and height of its frames in pixels, before rotation.
    pub size: (u64, u64),
    /// Its duration in seconds.
    pub duration: Option<f64>,
    /// Its language, such as `eng`.
    pub language: Option<String>,
    /// Its properties.
    pub flags: BTreeSet<Flag>,
    /// Its transfer function; `smpte2084` and `arib-std-b67` are HDR.
    pub transfer: Option<String>,
    /// Its colour primaries.
    pub primaries: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Stream {
    /// Returns whether the stream has a property.
    pub fn is(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }
}

/// A chapter of a container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerChapter {
    /// Its start, in seconds.
    pub start: f64,
    /// Its title, if it has one.
    pub title: Option<String>,
}

/// A report of ffprobe.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The names of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub format: String,
    /// The duration that the header states, in seconds.
    pub duration: Option<f64>,
    /// The start time of its first stream, in seconds.
    pub start: f64,
    /// The container's tags.
    pub tags: Tags,
    /// Its streams, at most [`MAX_STREAMS`].
    pub streams: Vec<Stream>,
    /// The number of streams beyond [`MAX_STREAMS`].
    pub skipped_streams: usize,
    /// Its chapters.
    pub chapters: Vec<ContainerChapter>,
}

impl Report {
    /// Parses ffprobe's JSON; `None` if it is invalid.
    pub fn read(json: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(json).ok()?;
        let list = |name: &str| document.get(name).and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        let empty = Map::new();
        let format = document.get("format").and_then(Value::as_object).unwrap_or(&empty);
        let streams = list("streams");
        Some(Self {
            format: text(format.get("format_name")).unwrap_or_default(),
            duration: number(format.get("duration")).filter(|seconds| *seconds > 0.0),
            start: number(format.get("start_time")).unwrap_or(0.0),
            tags: Tags::of(format.get("tags")),
            streams: streams.iter().take(MAX_STREAMS).filter_map(stream).collect(),
            skipped_streams: streams.len().saturating_sub(MAX_STREAMS),
            chapters: list("chapters").iter().filter_map(chapter).collect(),
        })
    }

    /// Returns the video stream that a player would show: the default one, else the largest.
    pub fn video(&self) -> Option<&Stream> {
        let videos = self.of_kind(StreamKind::Video);
        videos.max_by_key(|stream| {
            (
                stream.is(Flag::Decodable),
                stream.is(Flag::Default),
                stream.size.0 * stream.size.1,
                u64::MAX - stream.index,
            )
        })
    }

    /// Returns the audio streams in the order in which a player would select them.
    pub fn audio_streams(&self) -> Vec<&Stream> {
        let mut streams: Vec<&Stream> = self.of_kind(StreamKind::Audio).collect();
        streams.sort_by_key(|stream| (!stream.is(Flag::Decodable), !stream.is(Flag::Default), stream.index));
        streams
    }

    /// Returns the subtitle streams in the order in which they are suitable as a transcript: the language of the audio
    /// first, forced ones last.
    pub fn subtitles(&self) -> Vec<&Stream> {
        let spoken = self.audio_streams().first().and_then(|audio| audio.language.clone());
        let mut subtitles: Vec<&Stream> = self.of_kind(StreamKind::Subtitles).collect();
        let is_foreign = |stream: &Stream| spoken.is_some() && stream.language.is_some() && stream.language != spoken;
        subtitles.sort_by_key(|stream| {
            (stream.is(Flag::Forced), is_foreign(stream), !stream.is(Flag::Default), stream.index)
        });
        subtitles
    }

    /// Returns whether the file is a single image, by its demuxer.
    pub fn is_image(&self) -> bool {
        let names = || self.format.split(',');
        let is_demuxer = names().any(|name| name.ends_with("_pipe") || matches!(name, "image2" | "image2pipe" | "ico"));
        is_demuxer && self.video().is_some()
    }

    fn of_kind(&self, kind: StreamKind) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(move |stream| stream.kind == kind)
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

/// Parses a number, which ffprobe writes as a string in most fields.
fn number(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::String(text) => text.parse::<f64>().ok()?,
        Value::Number(number) => number.as_f64()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    number.is_finite().then_some(number)
}

fn stream(value: &Value) -> Option<Stream> {
    let field = |name: &str| value.get(name);
    let index = field("index")?.as_u64()?;
    let disposition =
        |name: &str| field("disposition").and_then(|flags| number(flags.get(name))).is_some_and(|flag| flag > 0.0);
    let codec = text(field("codec_name")).filter(|name| name != "none" && name != "unknown");
    let tags = Tags::of(field("tags"));
    let whole = |name: &str| field(name).and_then(Value::as_u64).unwrap_or(0);
    let is_still = ["attached_pic", "still_image", "timed_thumbnails"].iter().any(|flag| disposition(flag));
    let kind = match field("codec_type").and_then(Value::as_str) {
        Some("video") if is_still => StreamKind::StillImage,
        Some("video") => StreamKind::Video,
        Some("audio") => StreamKind::Audio,
        Some("subtitle") if codec.as_deref().is_some_and(|name| TEXT_SUBTITLES.contains(&name)) => {
            StreamKind::Subtitles
        }
        _ => StreamKind::Other,
    };
    let size = (whole("width").min(1 << 20), whole("height").min(1 << 20));
    let is_decodable = match kind {
        StreamKind::Video | StreamKind::StillImage => codec.is_some() && size.0 > 0,
        StreamKind::Audio => {
            codec.is_some() && number(field("sample_rate")).is_some_and(|rate| rate > 0.0) && whole("channels") > 0
        }
        StreamKind::Subtitles | StreamKind::Other => codec.is_some(),
    };
    let field_order = field("field_order").and_then(Value::as_str);
    let is_interlaced = matches!(field_order, Some("tt" | "bb" | "tb" | "bt"));
    let flags = [
        (Flag::Default, disposition("default")),
        (Flag::Forced, disposition("forced")),
        (Flag::Interlaced, is_interlaced),
        (Flag::Progressive, field_order == Some("progressive")),
        (Flag::Decodable, is_decodable),
    ];
    Some(Stream {
        index,
        kind,
        codec,
        size,
        duration: number(field("duration")).filter(|seconds| *seconds > 0.0),
        language: tags.first(&["language"]).map(str::to_ascii_lowercase).filter(|code| code != "und"),
        flags: flags.into_iter().filter_map(|(flag, holds)| holds.then_some(flag)).collect(),
        transfer: text(field("color_transfer")),
        primaries: text(field("color_primaries")),
        tags,
    })
}

fn chapter(value: &Value) -> Option<ContainerChapter> {
    let start = number(value.get("start_time"))?.max(0.0);
    let title = Tags::of(value.get("tags")).first(&["title"]).map(str::to_owned);
    Some(ContainerChapter { start, title })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(streams: &Value) -> Report {
        Report::read(&json!({ "streams": streams, "format": { "format_name": "matroska,webm" } }).to_string())
            .expect("a report")
    }

    #[test]
    fn default_or_largest_video_stream_is_selected() {
        let video = |index: u64, width: u64, disposition: Value| json!({ "index": index, "codec_type": "video", "codec_name": "h264", "width": width, "height": 100, "disposition": disposition });
        let chosen = |streams: Value| report(&streams).video().map(|stream| stream.index);
        assert_eq!(chosen(json!([video(0, 9999, json!({ "attached_pic": 1 })), video(1, 10, json!({}))])), Some(1));
        assert_eq!(chosen(json!([video(0, 10, json!({})), video(1, 20, json!({}))])), Some(1), "the largest stream");
        assert_eq!(
            chosen(json!([video(0, 10, json!({ "default": 1 })), video(1, 20, json!({}))])),
            Some(0),
            "the default stream"
        );
        assert_eq!(
            chosen(json!([video(3, 10, json!({})), video(4, 10, json!({}))])),
            Some(3),
            "the first of equal streams"
        );
        assert_eq!(chosen(json!([video(0, 10, json!({ "still_image": 1 }))])), None);
    }

    #[test]
    fn subtitles_in_the_audio_language_come_first_and_forced_ones_last() {
        let stream = |index: u64, kind: &str, codec: &str, language: &str, disposition: Value| {
            json!({ "index": index, "codec_type": kind, "codec_name": codec, "sample_rate": "48000", "channels": 2,
                "tags": { "language": language }, "disposition": disposition })
        };
        let report = report(&json!([
            stream(0, "audio", "aac", "fre", json!({})),
            stream(1, "audio", "aac", "eng", json!({ "default": 1 })),
            stream(2, "subtitle", "subrip", "eng", json!({ "forced": 1, "default": 1 })),
            stream(3, "subtitle", "subrip", "fre", json!({})),
            stream(4, "subtitle", "ass", "eng", json!({})),
            stream(5, "subtitle", "hdmv_pgs_subtitle", "eng", json!({ "default": 1 })),
        ]));
        let indices = |streams: Vec<&Stream>| streams.iter().map(|stream| stream.index).collect::<Vec<_>>();
        assert_eq!(indices(report.subtitles()), [4, 3, 2]);
        assert_eq!(indices(report.audio_streams()), [1, 0]);
    }

    #[test]
    fn unreadable_fields_do_not_affect_others() {
        let report = Report::read(
            &json!({ "streams": [7, { "index": "x" }, { "index": 1, "codec_type": "video", "codec_name": 5, "tags": [] }],
            "chapters": [{ "start_time": 4 }, {}, { "start_time": "N/A" }, { "start_time": "1.5", "tags": { "TITLE": "B" } }],
            "format": { "format_name": null, "duration": "NaN", "start_time": "inf", "tags": { "title-eng": "T" } } })
            .to_string(),
        );
        let report = report.expect("a report");
        assert_eq!((report.streams.len(), report.duration, report.start), (1, None, 0.0));
        assert_eq!(report.chapters.iter().map(|chapter| chapter.start).collect::<Vec<_>>(), [4.0, 1.5]);
        assert_eq!(report.tags.first(&["title"]), Some("T"));
        assert_eq!(Report::read("{"), None);
        assert_eq!(Report::read("[]").map(|report| report.streams.len()), Some(0));
    }
}
