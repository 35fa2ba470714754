//! Speech recognition in a process of its own: the program starts itself with [`COMMAND`], and reads what it prints, a JSON
//! object a line.

use std::{ffi::OsString, io, process::ExitCode};

use serde::{Deserialize, Serialize};
use tallylight_media::subtitles::Cue;

/// The first argument of a program that is to recognise speech; the model's file and a WAV file follow.
pub const COMMAND: &str = "recognise-speech";

/// What the process prints, a line each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// How much of the sound is done, in percent.
    Progress(f64),
    /// The language, as a code of ISO 639-1.
    Language(String),
    /// A part of what is said.
    Cue(Cue),
    /// Why nothing can be recognised.
    Error(String),
}

/// Returns the program that runs.
pub fn program() -> io::Result<OsString> {
    // An update may have put another file in its place, or removed it.
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe().map(OsString::from) }
}

/// Tells whether this program can recognise speech by itself, on this computer.
pub fn is_built_in() -> bool {
    cfg!(feature = "whisper") && has_processor()
}

/// The built-in engine is compiled for processors of the last ten years.
fn has_processor() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2")
        && std::is_x86_feature_detected!("fma")
        && std::is_x86_feature_detected!("f16c")
        && std::is_x86_feature_detected!("bmi2");
    #[cfg(not(target_arch = "x86_64"))]
    true
}

/// Recognises speech where the program was started to do that. A program that embeds the studio calls it first of all.
pub fn recognise_if_asked() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if args.next()? != COMMAND {
        return None;
    }
    Some(run(&args.collect::<Vec<_>>()))
}

#[cfg(not(feature = "whisper"))]
fn run(_args: &[OsString]) -> ExitCode {
    print(&Report::Error("speech recognition isn't included in this build".to_owned()));
    ExitCode::FAILURE
}

#[cfg(feature = "whisper")]
fn run(args: &[OsString]) -> ExitCode {
    let [model, audio] = args else {
        print(&Report::Error("expected a model and a WAV file".to_owned()));
        return ExitCode::FAILURE;
    };
    match super::whisper::recognise(model.as_ref(), audio.as_ref(), print) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&Report::Error(error));
            ExitCode::FAILURE
        }
    }
}

fn print(report: &Report) {
    use io::Write;

    let mut out = io::stdout().lock();
    // Whoever reads it may have ended.
    let _ = serde_json::to_writer(&mut out, report);
    let _ = out.write_all(b"\n").and_then(|()| out.flush());
}
