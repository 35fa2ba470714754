//! TRANSCRIPTION: the transcript with times, from subtitles in or beside the file, or from speech recognition.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::json;
use tallylight_media::{
    probe::{Flag, Stream},
    subtitles::{self, Cue, ReadError, Subtitles},
};

use super::{
    context::{Context, Outcome},
    failure::Failure,
    input,
};
use crate::{
    jobs::ErrorCode,
    speech::{Recogniser, Recognition},
    tool::{self, Limits},
};

/// The size limit of a subtitle file, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// A source of the transcript.
enum Source {
    /// A subtitle stream of the video file.
    Embedded(Stream),
    /// A subtitle file that was uploaded with the video.
    SeparateFile(PathBuf),
    /// Speech recognition.
    Recogniser(Arc<dyn Recogniser>),
}

/// Publishes the transcript of the first source that has words.
///
/// # Errors
/// `subtitles_unreadable` or `no_transcription` if every source failed, or a failure that affects all stages.
pub async fn run(context: &mut Context) -> Result<Outcome, Failure> {
    let mut failures = Vec::new();
    for source in sources(context) {
        let cues = match &source {
            Source::Embedded(stream) => embedded(context, stream).await,
            Source::SeparateFile(file) => read_file(file).await,
            Source::Recogniser(recogniser) => recognise(context, recogniser.as_ref()).await,
        };
        match cues {
            Ok(Some(subtitles)) => {
                for failure in failures.iter().chain(damage_warning(&subtitles).as_ref()) {
                    context.warn(failure);
                }
                publish(context, subtitles.cues);
                return Ok(Outcome::Done);
            }
            // The source has no words; the next one may have some.
            Ok(None) => {}
            Err(failure)
                if failure.code == ErrorCode::SubtitlesUnreadable || failure.code == ErrorCode::NoTranscription =>
            {
                failures.push(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
    match failures.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(Outcome::Skipped),
    }
}

fn sources(context: &Context) -> Vec<Source> {
    let spoken = context.media.audio_streams.first().and_then(|audio| audio.language.clone());
    let is_foreign = |stream: &Stream| {
        spoken.is_some() && stream.language.is_some() && stream.language != spoken || stream.is(Flag::Forced)
    };
    let (foreign, own): (Vec<Stream>, Vec<Stream>) = context.media.subtitles.iter().cloned().partition(is_foreign);
    let mut sources: Vec<Source> = own.into_iter().map(Source::Embedded).collect();
    sources.extend(context.job.subtitles.clone().map(Source::SeparateFile));
    if !context.media.audio_streams.is_empty() {
        sources.extend(context.speech.recogniser().map(Source::Recogniser));
    }
    // A translation is better than nothing; forced subtitles are only a few words of another language.
    sources.extend(foreign.into_iter().filter(|stream| !stream.is(Flag::Forced)).map(Source::Embedded));
    sources
}

/// Reads a subtitle stream. It is copied if ffmpeg can write its format, so that the encoding is detected here.
async fn embedded(context: &Context, stream: &Stream) -> Result<Option<Subtitles>, Failure> {
    let (codec, format) = match stream.codec.as_deref() {
        Some("subrip" | "srt") => ("copy", "srt"),
        Some("webvtt") => ("copy", "webvtt"),
        Some("ass" | "ssa") => ("copy", "ass"),
        _ => ("srt", "srt"),
    };
    let (map, target) = (format!("0:{}", stream.index), context.folder.join("subtitles-embedded.txt"));
    let options = ["-map", map.as_str(), "-c:s", codec, "-f", format];
    let after = options.iter().map(AsRef::as_ref).chain([target.as_os_str()]);
    let args = input::ffmpeg(&[], &context.job.source, after);
    let converted =
        tool::run(&context.tools.ffmpeg, args, Limits::video(context.media.duration).without_stall_limit(), |_| {})
            .await;
    let read = match converted {
        Ok(_) => read_file(&target).await,
        Err(error) => {
            let message = "Couldn't read the embedded subtitles: they are damaged.";
            Err(Failure::from(error).into_recoverable(ErrorCode::SubtitlesUnreadable, message))
        }
    };
    let _ = tokio::fs::remove_file(&target).await;
    read
}

/// Reads a subtitle file; `None` if it has no words.
async fn read_file(file: &Path) -> Result<Option<Subtitles>, Failure> {
    let unreadable = |details: String| {
        let message = "Couldn't read the subtitles. Use SRT, WebVTT, ASS or SBV.";
        Failure::recoverable(ErrorCode::SubtitlesUnreadable, message, details)
    };
    let size = tokio::fs::metadata(file).await.map_or(0, |file| file.len());
    if size > MAX_FILE {
        return Err(unreadable(format!("{size} bytes exceed the size limit")));
    }
    let bytes = tokio::fs::read(file).await.map_err(|error| unreadable(error.to_string()))?;
    let read = tokio::task::spawn_blocking(move || subtitles::read(&bytes)).await;
    match read.map_err(|error| unreadable(error.to_string()))? {
        Ok(subtitles) => Ok(Some(subtitles)),
        Err(ReadError::NoWords) => Ok(None),
        Err(ReadError::NotSubtitles) => Err(unreadable("no timed captions found".to_owned())),
    }
}

/// Returns a warning if parts of the subtitles could not be read.
fn damage_warning(subtitles: &Subtitles) -> Option<Failure> {
    let Subtitles { undecodable, unreadable_times, .. } = subtitles;
    if undecodable + unreadable_times == 0 {
        return None;
    }
    let message = "Some subtitles couldn't be read. Review the transcript.";
    let details = format!("{undecodable} characters not decoded, {unreadable_times} captions without a valid time");
    Some(Failure::recoverable(ErrorCode::SubtitlesDamaged, message, details))
}

fn publish(context: &mut Context, cues: Vec<Cue>) {
    let text = subtitles::plain_text(&cues);
    context.jobs.set_metadata(&context.job.id, "TRANSCRIPT", &json!(text), |metadata| {
        metadata.transcript_text = Some(text.clone());
        metadata.transcript = Some(cues.clone());
    });
    context.cues = cues;
}

async fn recognise(context: &mut Context, recogniser: &dyn Recogniser) -> Result<Option<Subtitles>, Failure> {
    let (audio, duration) = (context.audio.clone(), context.media.duration);
    let outcome = recogniser.recognise(&audio, duration, &mut |percent| context.progress(percent)).await;
    let Recognition { cues, language } = outcome.map_err(|details| {
        let message = "No transcript: speech recognition failed. See the details.";
        Failure::recoverable(ErrorCode::NoTranscription, message, details)
    })?;
    let cues = subtitles::without_sound_descriptions(cues);
    if cues.is_empty() {
        // The audio contains no speech.
        return Ok(None);
    }
    context.jobs.set_unannounced(&context.job.id, |metadata| metadata.transcript_language = language);
    Ok(Some(Subtitles { cues, ..Subtitles::default() }))
}
