//! PROBE: what the file holds, by its first bytes and ffprobe, and the metadata that its container brings along.

use std::{fs::File, io::Read, path::Path};

use serde_json::json;
use tallylight_media::{
    kind::{FileKind, HEAD},
    metadata::ContainerMetadata,
    probe::{Report, Stream},
    structure::{Completeness, completeness},
    title::{Date, Place, Recording, is_named_by_camera, title_of},
};

use super::{
    failure::Failure,
    input, length,
    tool::{self, Limits},
    work::Work,
};
use crate::{
    jobs::{Chapter, Metadata},
    pipeline::place_names,
};

/// What PROBE found.
#[derive(Debug, Default)]
pub struct Probe {
    /// How long the video is, in seconds; 0 where nobody knows.
    pub duration: f64,
    /// When it begins, by the times of its own packets, in seconds. ffmpeg counts from there, ffprobe does not.
    pub start: f64,
    /// The stream that a player shows.
    pub video: Option<Stream>,
    /// The streams of sound, the best first.
    pub sounds: Vec<Stream>,
    /// The streams of subtitles that are text, the best first.
    pub subtitles: Vec<Stream>,
    /// The container's chapters.
    pub chapters: Vec<Chapter>,
}

impl Probe {
    /// Returns how ffmpeg's `-map` names the stream that a player shows.
    pub fn map_video(&self) -> String {
        self.video.as_ref().map_or_else(|| "0:v:0".to_owned(), |stream| format!("0:{}", stream.index))
    }
}

pub async fn run(work: &mut Work) -> Result<(), Failure> {
    refuse_other_kinds(&work.job.source)?;
    let report = ask(work).await?;
    refuse_without_video(&report)?;
    check_completeness(work).await?;
    let duration = length::measure(work, &report).await?;
    let metadata = ContainerMetadata::of(&report);
    work.probe = Probe {
        duration,
        start: report.start,
        video: report.video().cloned(),
        sounds: report.sounds().into_iter().cloned().collect(),
        subtitles: report.subtitles().into_iter().cloned().collect(),
        chapters: metadata
            .chapters
            .iter()
            .map(|(start, title)| Chapter { start_seconds: *start, title: title.clone() })
            .collect(),
    };
    if report.further_streams > 0 || !metadata.cut.is_empty() {
        let message = "The texts embedded in this video were too long and have been shortened. Review them.";
        let streams = report.further_streams;
        work.warn(&Failure::recoverable(
            "metadata_cut",
            message,
            format!("{:?}; {streams} streams skipped", metadata.cut),
        ));
    }
    publish(work, metadata).await;
    Ok(())
}

/// Refuses what is surely no video, by its first bytes: ffprobe must not follow a playlist.
fn refuse_other_kinds(source: &Path) -> Result<(), Failure> {
    let mut head = Vec::new();
    let read = File::open(source).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    if let Err(error) = read {
        return Err(Failure::fatal("file_gone", "Couldn't read the video file. Upload it again.", error.to_string()));
    }
    match FileKind::of(&head).refusal() {
        Some(sentence) => Err(Failure::another_kind(sentence, "detected by file signature")),
        None => Ok(()),
    }
}

async fn ask(work: &Work) -> Result<Report, Failure> {
    let options = ["-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters"];
    let args = options.iter().map(Into::into).chain(input::video(&work.job.source));
    let asked = tool::run(&work.tools.ffprobe, args, Limits::probe(), |_| {}).await;
    let output = asked.map_err(|failure| {
        if let Some(sentence) = kind_of_unlisted(&failure.details) {
            return Failure::another_kind(sentence, failure.details);
        }
        // By its name alone ffprobe takes anything for an MP4 that lacks its end.
        let pretends = failure.code == "file_incomplete" && !has_mp4_head(&work.job.source);
        if pretends { Failure::not_a_video(failure.details) } else { failure }
    })?;
    Report::read(&output.stdout).ok_or_else(|| {
        Failure::fatal("tool_failed", "Couldn't analyze the video file. See the details.", "ffprobe: invalid JSON output")
    })
}

/// Says what a file is whose demuxer may not read videos, by ffprobe's message `[png_pipe @ …] Format not on whitelist`.
fn kind_of_unlisted(messages: &str) -> Option<String> {
    let line = messages.lines().find(|line| line.contains("Format not on whitelist"))?;
    let demuxer = line.split_once('[')?.1.split([' ', ']']).next()?;
    let kind = match demuxer {
        name if name.ends_with("_pipe") || name.starts_with("image2") || name == "ico" => FileKind::Picture,
        "hls" | "dash" | "concat" | "sdp" | "rtsp" | "imf" | "applehttp" | "webm_dash_manifest" => FileKind::Playlist,
        "srt" | "webvtt" | "ass" | "tty" | "ffmetadata" | "lrc" | "sami" | "microdvd" | "mpl2" | "subviewer" => {
            FileKind::Text
        }
        _ => FileKind::Sound,
    };
    kind.refusal()
}

fn refuse_without_video(report: &Report) -> Result<(), Failure> {
    if report.video().is_some() && !report.is_picture() {
        return Ok(());
    }
    let kind = if report.is_picture() { FileKind::Picture } else { FileKind::Sound };
    if report.is_picture() || !report.sounds().is_empty() {
        let sentence = kind.refusal().unwrap_or_default();
        return Err(Failure::another_kind(sentence, format!("ffprobe: {} without a video stream", report.format)));
    }
    Err(Failure::not_a_video("ffprobe: no video stream found"))
}

async fn check_completeness(work: &Work) -> Result<(), Failure> {
    let source = work.job.source.clone();
    let look = move || File::open(source).and_then(|mut file| completeness(&mut file));
    match tokio::task::spawn_blocking(look).await {
        Ok(Ok(Completeness::CutOff)) => Err(Failure::truncated("file is smaller than stated in its header")),
        Ok(Ok(Completeness::EndsInPacket)) => {
            work.warn(&Failure::probably_truncated("file ends within a packet"));
            Ok(())
        }
        // What cannot be read now fails in the next tool, with its reason.
        Ok(Ok(Completeness::Complete) | Err(_)) | Err(_) => Ok(()),
    }
}

/// Tells whether a file begins with a box of the MP4 family.
fn has_mp4_head(file: &Path) -> bool {
    let mut head = [0; 8];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && [b"ftyp", b"mdat", b"moov", b"wide", b"free"].iter().any(|kind| head[4..] == kind[..])
}

async fn publish(work: &Work, container: ContainerMetadata) {
    let (jobs, id) = (&work.jobs, &work.job.id);
    let duration = work.probe.duration;
    if duration > 0.0 {
        jobs.set_quietly(id, |metadata| metadata.duration_seconds = Some(duration));
    }
    let title = match container.title {
        Some(title) => title,
        None => title_from(&work.job.original_filename, container.recorded, container.place, container.device).await,
    };
    jobs.set_metadata(id, "TITLE", &json!(title), |metadata| metadata.title = Some(title.clone()));
    if let Some(description) = container.description {
        let set = |metadata: &mut Metadata| metadata.description = Some(description.clone());
        jobs.set_metadata(id, "DESCRIPTION", &json!(description), set);
    }
    if !container.tags.is_empty() {
        let tags = container.tags;
        jobs.set_metadata(id, "TAGS", &json!(tags), |metadata| metadata.tags = Some(tags.clone()));
    }
}

async fn title_from(filename: &str, date: Option<Date>, place: Option<Place>, device: Option<String>) -> String {
    let place = match place.filter(|_| is_named_by_camera(filename)) {
        Some(place) => place_names::name(place).await,
        None => None,
    };
    title_of(filename, &Recording { date, place: place.as_deref(), device: device.as_deref() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_demuxer_of_videos_reads_is_named() {
        for (demuxer, words) in [("png_pipe", "image"), ("hls", "playlist"), ("mp3", "only audio"), ("srt", "text")] {
            let messages = format!("ffprobe: [{demuxer} @ 0x5] Format not on whitelist 'mov,mp4'\nx: Invalid argument");
            assert!(kind_of_unlisted(&messages).is_some_and(|sentence| sentence.contains(words)), "{demuxer}");
        }
        assert_eq!(kind_of_unlisted("x: Invalid data found"), None);
    }
}
