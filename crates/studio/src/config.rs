//! The configuration of a studio.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::speech::Speech;

/// Default lifetime of access tokens, the same as Supabase's.
const TOKEN_TTL: Duration = Duration::from_hours(1);
/// Default interval of heartbeats (Specification, section Heartbeats).
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Default size limit of an upload, in bytes. Larger than any video file in practice.
const UPLOAD_LIMIT: u64 = 256 << 30;

/// The configuration of a studio.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the database, the videos and the thumbnails.
    pub data_dir: PathBuf,
    /// Port on 127.0.0.1; 0 for any free port.
    pub port: u16,
    /// Lifetime of access tokens.
    pub token_ttl: Duration,
    /// Interval of WebSocket heartbeats.
    pub heartbeat: Duration,
    /// The transport of live updates that clients are told to use. Both are offered.
    pub transport: Transport,
    /// The size limit of an upload, in bytes.
    pub upload_limit: u64,
    /// Whether programs on this computer may place files in the studio's incoming folder instead of sending them. Off
    /// if `TALLYLIGHT_STUDIO_LINK_UPLOADS` is 0.
    pub link_uploads: bool,
    /// Who may create an account.
    pub sign_up: SignUp,
    /// The external programs.
    pub tools: Tools,
    /// Speech recognition.
    pub speech: Speech,
}

impl Config {
    /// Returns the default configuration for a data folder, on any free port.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            speech: Speech::new(&data_dir),
            data_dir,
            port: 0,
            token_ttl: TOKEN_TTL,
            heartbeat: HEARTBEAT,
            transport: Transport::Socket,
            upload_limit: UPLOAD_LIMIT,
            link_uploads: env::var_os("TALLYLIGHT_STUDIO_LINK_UPLOADS").is_none_or(|value| value != "0"),
            sign_up: SignUp::Open,
            tools: Tools::from_env(),
        }
    }
}

/// A transport of live updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Transport {
    /// The socket of the specification
    #[default]
    Socket,
    /// A channel of Supabase Realtime
    Realtime,
}

/// The permission to create accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// Everyone who can reach the studio.
    Open,
    /// Only the program that runs the studio, because other users of this computer can reach it, too.
    Closed,
}

/// The external programs that process videos.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The program that decodes and encodes.
    pub ffmpeg: OsString,
    /// The program that reads the properties of a file.
    pub ffprobe: OsString,
    /// Whether ffmpeg may use hardware decoding.
    pub hardware: HardwareDecoding,
}

/// The policy for hardware decoding. Hardware is used only where a test has shown that it is faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HardwareDecoding {
    /// Hardware is not used.
    Off,
    /// Hardware is tested if the computer has a device for it.
    WithDevice,
    /// Hardware is tested on every computer.
    Try,
}

/// Returns a program by its name, or by its path where Homebrew installs it: an app that Finder starts does not have
/// Homebrew's folders on its path.
fn installed(name: &str) -> OsString {
    let homebrew = ["/opt/homebrew/bin", "/usr/local/bin"].map(|folder| Path::new(folder).join(name));
    let found = homebrew.into_iter().find(|program| cfg!(target_os = "macos") && program.is_file());
    found.map_or_else(|| name.into(), PathBuf::into_os_string)
}

impl Tools {
    /// Reads `TALLYLIGHT_FFMPEG` and `TALLYLIGHT_FFPROBE`; a program that is not set is searched on the path. Hardware
    /// decoding is off if `TALLYLIGHT_HARDWARE_DECODING` is 0.
    pub fn from_env() -> Self {
        let program = |name: &str, default: &str| env::var_os(name).unwrap_or_else(|| installed(default));
        let is_off = env::var_os("TALLYLIGHT_HARDWARE_DECODING").is_some_and(|value| value == "0");
        Self {
            ffmpeg: program("TALLYLIGHT_FFMPEG", "ffmpeg"),
            ffprobe: program("TALLYLIGHT_FFPROBE", "ffprobe"),
            hardware: if is_off { HardwareDecoding::Off } else { HardwareDecoding::WithDevice },
        }
    }
}
