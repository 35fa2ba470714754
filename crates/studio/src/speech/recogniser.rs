//! The engines that recognise speech: the built-in one, and whisper.cpp's own program. Both run in a process of their
//! own with limits, so that a model or audio file that crashes the engine does not crash the studio.

use std::{
    ffi::{OsStr, OsString},
    fmt::Debug,
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use tallylight_media::subtitles::{self, Cue, ReadError};

use super::{child, message::Message};
use crate::tool::{self, Limits, Line};

/// The result of speech recognition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recognition {
    /// The transcript with times.
    pub cues: Vec<Cue>,
    /// The language, as an ISO 639-1 code, if the engine reports it.
    pub language: Option<String>,
}

/// A speech recognition engine with its model.
pub trait Recogniser: Debug + Send + Sync {
    /// Recognises the speech in a WAV file (16 kHz, mono) of `duration` seconds, and reports the progress in percent.
    /// Dropping the future ends the process.
    ///
    /// # Errors
    /// The details of the failure.
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Recognition, String>>;
}

/// The built-in whisper.cpp, run in another process of this program.
#[derive(Debug)]
pub struct BuiltIn {
    /// The path of the model.
    pub model: PathBuf,
}

impl Recogniser for BuiltIn {
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Recognition, String>> {
        Box::pin(async move {
            let program = child::program().map_err(|error| error.to_string())?;
            let args = [OsStr::new(child::COMMAND), self.model.as_os_str(), audio.as_os_str()];
            let mut recognised = Recognition::default();
            let mut reported_error = None;
            let run = tool::run(&program, args, Limits::speech(duration), |line| {
                let Line::Out(line) = line else { return };
                match serde_json::from_str(line) {
                    Ok(Message::Progress(percent)) => progress(percent),
                    Ok(Message::Language(language)) => recognised.language = Some(language),
                    Ok(Message::Cue(cue)) => recognised.cues.push(cue),
                    Ok(Message::Error(error)) => reported_error = Some(error),
                    // A library may print something else.
                    Err(_) => {}
                }
            });
            let ended = run.await;
            match (reported_error, ended) {
                (Some(error), _) => Err(error),
                // A model that crashes whisper.cpp ends its process.
                (None, Err(error)) => Err(format!("couldn't use the speech model: {error}")),
                (None, Ok(_)) => Ok(recognised),
            }
        })
    }
}

/// A program with the command line of whisper.cpp's `whisper-cli`.
#[derive(Debug)]
pub struct Program {
    /// The program.
    pub program: OsString,
    /// The path of the model.
    pub model: PathBuf,
}

impl Recogniser for Program {
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Recognition, String>> {
        Box::pin(async move {
            // whisper.cpp appends the extension itself.
            let target = audio.with_extension("srt");
            let stem = audio.with_extension("");
            let files = ["-m".as_ref(), self.model.as_os_str(), "-f".as_ref(), audio.as_os_str()];
            let options = ["-l", "auto", "-osrt", "-pp", "-of"].map(OsStr::new);
            let args = files.into_iter().chain(options).chain([stem.as_os_str()]);
            let mut language = None;
            let run = tool::run(&self.program, args, Limits::speech(duration), |line| {
                if let Line::Err(line) = line {
                    if let Some(percent) = percent(line) {
                        progress(percent);
                    }
                    language = language_of(line).or(language.take());
                }
            });
            run.await.map_err(|error| error.to_string())?;
            let read = tokio::fs::read(&target).await.map_err(|error| error.to_string());
            let _ = tokio::fs::remove_file(&target).await;
            match subtitles::read(&read?) {
                Ok(subtitles) => Ok(Recognition { cues: subtitles.cues, language }),
                // The audio contains no speech.
                Err(ReadError::NoWords) => Ok(Recognition::default()),
                Err(ReadError::NotSubtitles) => Err("invalid output".to_owned()),
            }
        })
    }
}

/// Parses `whisper_print_progress_callback: progress =  42%`.
fn percent(line: &str) -> Option<f64> {
    line.split_once("progress =")?.1.trim().trim_end_matches('%').parse().ok()
}

/// Parses `whisper_full_with_state: auto-detected language: en (p = 0.979)`.
fn language_of(line: &str) -> Option<String> {
    line.split_once("auto-detected language: ")?.1.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whisper_cli_progress_and_language_are_parsed() {
        assert_eq!(percent("whisper_print_progress_callback: progress =  42%"), Some(42.0));
        assert_eq!(percent("system_info: n_threads = 4"), None);
        let detected = "whisper_full_with_state: auto-detected language: de (p = 0.979)";
        assert_eq!(language_of(detected).as_deref(), Some("de"));
    }
}
