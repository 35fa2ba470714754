//! Speech recognition in a separate process: the program starts itself with `COMMAND` and reads JSON objects from its
//! standard output, one a line.

use std::{ffi::OsString, io, process::ExitCode};

use super::message::Message;

/// The first argument of a process that recognises speech; the paths of the model and a WAV file follow.
pub const COMMAND: &str = "recognise-speech";

/// Returns the path of the running program.
pub fn program() -> io::Result<OsString> {
    // An update may have replaced or removed the file.
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe().map(OsString::from) }
}

/// Returns whether this program can recognise speech without another program, on this computer.
pub fn is_built_in() -> bool {
    cfg!(feature = "whisper") && has_processor()
}

/// Returns whether the processor has the instructions for which the built-in engine is compiled.
fn has_processor() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2")
        && std::is_x86_feature_detected!("fma")
        && std::is_x86_feature_detected!("f16c")
        && std::is_x86_feature_detected!("bmi2");
    #[cfg(not(target_arch = "x86_64"))]
    true
}

/// Recognises speech if the program was started with `COMMAND`. A program that embeds the studio must call it first.
pub fn recognise_if_asked() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if args.next()? != COMMAND {
        return None;
    }
    Some(run(&args.collect::<Vec<_>>()))
}

#[cfg(not(feature = "whisper"))]
fn run(_args: &[OsString]) -> ExitCode {
    print(&Message::Error("speech recognition isn't included in this build".to_owned()));
    ExitCode::FAILURE
}

#[cfg(feature = "whisper")]
fn run(args: &[OsString]) -> ExitCode {
    let [model, audio] = args else {
        print(&Message::Error("expected a model and a WAV file".to_owned()));
        return ExitCode::FAILURE;
    };
    match super::whisper::recognise(model.as_ref(), audio.as_ref(), print) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&Message::Error(error));
            ExitCode::FAILURE
        }
    }
}

fn print(message: &Message) {
    use io::Write;

    let mut out = io::stdout().lock();
    // The parent process may have ended.
    let _ = serde_json::to_writer(&mut out, message);
    let _ = out.write_all(b"\n").and_then(|()| out.flush());
}
