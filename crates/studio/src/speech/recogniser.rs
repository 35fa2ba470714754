//! The engines that recognise speech: the one that is built in, and whisper.cpp's own program. Both run as a process of
//! their own, with limits, so that a model or a sound that breaks them breaks nothing else.

use std::{
    ffi::{OsStr, OsString},
    fmt::Debug,
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use tallylight_media::subtitles::{self, Cue, Unreadable};

use super::child::{self, Report};
use crate::pipeline::tool::{self, Limits, Line};

/// What an engine heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// What is said, with times.
    pub cues: Vec<Cue>,
    /// The language, as a code of ISO 639-1, where the engine says it.
    pub language: Option<String>,
}

/// Recognises speech.
pub trait Recogniser: Debug + Send + Sync {
    /// Recognises what is said in a WAV file of 16 kHz, mono, that lasts a number of seconds. Progress is told in percent.
    /// Dropping the future ends the work.
    ///
    /// # Errors
    /// The details of why nothing could be recognised.
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Heard, String>>;
}

/// whisper.cpp, as it is built into this program: the program starts itself anew to run it.
#[derive(Debug)]
pub struct BuiltIn {
    /// The model's file.
    pub model: PathBuf,
}

impl Recogniser for BuiltIn {
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Heard, String>> {
        Box::pin(async move {
            let program = child::program().map_err(|error| error.to_string())?;
            let args = [OsStr::new(child::COMMAND), self.model.as_os_str(), audio.as_os_str()];
            let mut heard = Heard::default();
            let mut stopped_by = None;
            let run = tool::run(&program, args, Limits::speech(duration), |line| {
                let Line::Out(line) = line else { return };
                match serde_json::from_str(line) {
                    Ok(Report::Progress(percent)) => progress(percent),
                    Ok(Report::Language(language)) => heard.language = Some(language),
                    Ok(Report::Cue(cue)) => heard.cues.push(cue),
                    Ok(Report::Error(error)) => stopped_by = Some(error),
                    // A library may print something of its own.
                    Err(_) => {}
                }
            });
            let ended = run.await;
            match (stopped_by, ended) {
                (Some(error), _) => Err(error),
                // A model that breaks whisper.cpp ends its process.
                (None, Err(failure)) => Err(format!("couldn't use the speech model: {}", failure.details)),
                (None, Ok(_)) => Ok(heard),
            }
        })
    }
}

/// A program with the arguments of whisper.cpp's `whisper-cli`.
#[derive(Debug)]
pub struct Program {
    /// The program.
    pub program: OsString,
    /// The model's file.
    pub model: PathBuf,
}

impl Recogniser for Program {
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Heard, String>> {
        Box::pin(async move {
            // whisper.cpp adds the extension itself.
            let target = audio.with_extension("srt");
            let stem = audio.with_extension("");
            let given = ["-m".as_ref(), self.model.as_os_str(), "-f".as_ref(), audio.as_os_str()];
            let wanted = ["-l", "auto", "-osrt", "-pp", "-of"].map(OsStr::new);
            let args = given.into_iter().chain(wanted).chain([stem.as_os_str()]);
            let mut language = None;
            let run = tool::run(&self.program, args, Limits::speech(duration), |line| {
                if let Line::Err(line) = line {
                    if let Some(percent) = percent(line) {
                        progress(percent);
                    }
                    language = language_of(line).or(language.take());
                }
            });
            run.await.map_err(|failure| failure.details)?;
            let read = tokio::fs::read(&target).await.map_err(|error| error.to_string());
            let _ = tokio::fs::remove_file(&target).await;
            match subtitles::read(&read?) {
                Ok(subtitles) => Ok(Heard { cues: subtitles.cues, language }),
                // Nobody speaks.
                Err(Unreadable::NoWords) => Ok(Heard::default()),
                Err(Unreadable::NotSubtitles) => Err("invalid output".to_owned()),
            }
        })
    }
}

/// Reads `whisper_print_progress_callback: progress =  42%`.
fn percent(line: &str) -> Option<f64> {
    line.split_once("progress =")?.1.trim().trim_end_matches('%').parse().ok()
}

/// Reads `whisper_full_with_state: auto-detected language: en (p = 0.979)`.
fn language_of(line: &str) -> Option<String> {
    line.split_once("auto-detected language: ")?.1.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_whisper_cli_reports_is_read() {
        assert_eq!(percent("whisper_print_progress_callback: progress =  42%"), Some(42.0));
        assert_eq!(percent("system_info: n_threads = 4"), None);
        let detected = "whisper_full_with_state: auto-detected language: de (p = 0.979)";
        assert_eq!(language_of(detected).as_deref(), Some("de"));
    }
}
