//! PROBE: the file's kind and streams, from its first bytes and from ffprobe, and the container's metadata.

use std::{fs::File, io::Read, path::Path};

use serde_json::json;
use tallylight_media::{
    kind::{FileKind, HEAD_BYTES},
    metadata::ContainerMetadata,
    probe::Report,
    recording::{Date, Place, Recording},
    structure::{Completeness, completeness},
    title::{is_named_by_camera, title_of},
};

use super::{context::Context, duration, failure::Failure, input, media_info::MediaInfo, place_names};
use crate::{
    jobs::{Chapter, ErrorCode, Metadata},
    tool::{self, Limits},
};

/// Analyses the file and publishes its duration and the container's metadata.
///
/// # Errors
/// `not_a_video`, `file_incomplete`, `file_gone`, or the failure of ffprobe.
pub async fn run(context: &mut Context) -> Result<(), Failure> {
    refuse_other_kinds(&context.job.source)?;
    let report = run_ffprobe(context).await?;
    refuse_without_video(&report)?;
    check_completeness(context).await?;
    let duration = duration::measure(context, &report).await?;
    let metadata = ContainerMetadata::of(&report);
    context.media = MediaInfo {
        duration,
        start: report.start,
        video: report.video().cloned(),
        audio_streams: report.audio_streams().into_iter().cloned().collect(),
        subtitles: report.subtitles().into_iter().cloned().collect(),
        chapters: metadata
            .chapters
            .iter()
            .map(|(start, title)| Chapter { start_seconds: *start, title: title.clone() })
            .collect(),
    };
    if report.skipped_streams > 0 || !metadata.shortened.is_empty() {
        let message = "The texts embedded in this video were too long and have been shortened. Review them.";
        let streams = report.skipped_streams;
        context.warn(&Failure::recoverable(
            ErrorCode::MetadataCut,
            message,
            format!("{:?}; {streams} streams skipped", metadata.shortened),
        ));
    }
    publish(context, metadata).await;
    Ok(())
}

/// Finds the properties of a file that was analysed before.
///
/// # Errors
/// `not_a_video`, `file_gone`, or the failure of ffprobe.
pub async fn inspect(context: &mut Context) -> Result<(), Failure> {
    refuse_other_kinds(&context.job.source)?;
    let report = run_ffprobe(context).await?;
    refuse_without_video(&report)?;
    let duration = context.job.metadata.duration_seconds.unwrap_or_default();
    context.media = MediaInfo { duration, start: report.start, video: report.video().cloned(), ..MediaInfo::default() };
    Ok(())
}

/// Rejects files that are certainly no video by their first bytes, because ffprobe must not follow a playlist.
fn refuse_other_kinds(source: &Path) -> Result<(), Failure> {
    let mut head = Vec::new();
    let read = File::open(source).and_then(|file| file.take(HEAD_BYTES as u64).read_to_end(&mut head));
    if let Err(error) = read {
        return Err(Failure::fatal(
            ErrorCode::FileGone,
            "Couldn't read the video file. Upload it again.",
            error.to_string(),
        ));
    }
    match FileKind::of(&head).error_message() {
        Some(message) => Err(Failure::wrong_kind(message, "detected by file signature")),
        None => Ok(()),
    }
}

async fn run_ffprobe(context: &Context) -> Result<Report, Failure> {
    let options = ["-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters"];
    let args = options.iter().map(Into::into).chain(input::video(&context.job.source));
    let output = tool::run(&context.tools.ffprobe, args, Limits::probe(), |_| {}).await;
    let output = output.map_err(|error| {
        let failure = Failure::from(error);
        if let Some(message) = kind_of_unlisted(&failure.details) {
            return Failure::wrong_kind(message, failure.details);
        }
        // ffprobe chooses the demuxer by the file name, and reports any file named .mp4 as an incomplete MP4.
        let only_named_mp4 = failure.code == ErrorCode::FileIncomplete && !has_mp4_head(&context.job.source);
        if only_named_mp4 { Failure::not_a_video(failure.details) } else { failure }
    })?;
    Report::read(&output.stdout).ok_or_else(|| {
        Failure::fatal(
            ErrorCode::ToolFailed,
            "Couldn't analyze the video file. See the details.",
            "ffprobe: invalid JSON output",
        )
    })
}

/// Returns the message for a file whose demuxer is not allowed, by ffprobe's `[png_pipe @ …] Format not on whitelist`.
fn kind_of_unlisted(messages: &str) -> Option<String> {
    let line = messages.lines().find(|line| line.contains("Format not on whitelist"))?;
    let demuxer = line.split_once('[')?.1.split([' ', ']']).next()?;
    let kind = match demuxer {
        name if name.ends_with("_pipe") || name.starts_with("image2") || name == "ico" => FileKind::Image,
        "hls" | "dash" | "concat" | "sdp" | "rtsp" | "imf" | "applehttp" | "webm_dash_manifest" => FileKind::Playlist,
        "srt" | "webvtt" | "ass" | "tty" | "ffmetadata" | "lrc" | "sami" | "microdvd" | "mpl2" | "subviewer" => {
            FileKind::Text
        }
        _ => FileKind::Audio,
    };
    kind.error_message()
}

fn refuse_without_video(report: &Report) -> Result<(), Failure> {
    if report.video().is_some() && !report.is_image() {
        return Ok(());
    }
    let kind = if report.is_image() { FileKind::Image } else { FileKind::Audio };
    if report.is_image() || !report.audio_streams().is_empty() {
        let message = kind.error_message().unwrap_or_default();
        return Err(Failure::wrong_kind(message, format!("ffprobe: {} without a video stream", report.format)));
    }
    Err(Failure::not_a_video("ffprobe: no video stream found"))
}

async fn check_completeness(context: &Context) -> Result<(), Failure> {
    let source = context.job.source.clone();
    let check = move || File::open(source).and_then(|mut file| completeness(&mut file));
    match tokio::task::spawn_blocking(check).await {
        Ok(Ok(Completeness::Truncated)) => Err(Failure::truncated("file is smaller than stated in its header")),
        Ok(Ok(Completeness::PartialPacket)) => {
            context.warn(&Failure::probably_truncated("file ends within a packet"));
            Ok(())
        }
        // A file that cannot be read now makes the next tool fail, with the reason.
        Ok(Ok(Completeness::Complete) | Err(_)) | Err(_) => Ok(()),
    }
}

/// Returns whether a file begins with a box of the MP4 family.
fn has_mp4_head(file: &Path) -> bool {
    let mut head = [0; 8];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && [b"ftyp", b"mdat", b"moov", b"wide", b"free"].iter().any(|kind| head[4..] == kind[..])
}

async fn publish(context: &Context, container: ContainerMetadata) {
    let (jobs, id) = (&context.jobs, &context.job.id);
    let duration = context.media.duration;
    if duration > 0.0 {
        jobs.set_unannounced(id, |metadata| metadata.duration_seconds = Some(duration));
    }
    let title = match container.title {
        Some(title) => title,
        None => title_from(&context.job.original_filename, container.recorded, container.place, container.device).await,
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
    fn file_of_another_kind_is_named_by_its_demuxer() {
        for (demuxer, expected) in [("png_pipe", "image"), ("hls", "playlist"), ("mp3", "only audio"), ("srt", "text")]
        {
            let messages = format!("ffprobe: [{demuxer} @ 0x5] Format not on whitelist 'mov,mp4'\nx: Invalid argument");
            assert!(kind_of_unlisted(&messages).is_some_and(|message| message.contains(expected)), "{demuxer}");
        }
        assert_eq!(kind_of_unlisted("x: Invalid data found"), None);
    }
}
