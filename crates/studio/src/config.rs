//! What a studio is started with.

use std::{env, ffi::OsString, path::PathBuf, time::Duration};

use crate::speech::Speech;

/// Lifetime of access tokens unless told otherwise, as Supabase's do.
const TOKEN_TTL: Duration = Duration::from_hours(1);
/// How often a heartbeat is sent unless told otherwise; the specification's.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// The largest file that is taken, in bytes. Beyond any upload that a creator means to make.
const UPLOAD_LIMIT: u64 = 256 << 30;

/// Is what a studio is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the database, the videos and the thumbnails are kept.
    pub data_dir: PathBuf,
    /// Port on 127.0.0.1; 0 for any free port.
    pub port: u16,
    /// Lifetime of access tokens.
    pub token_ttl: Duration,
    /// Interval of WebSocket heartbeats.
    pub heartbeat: Duration,
    /// The largest file that is taken, in bytes.
    pub upload_limit: u64,
    /// Whether programs of this computer may place files in its folder in place of sending them. Unless
    /// `TALLYLIGHT_STUDIO_LINK_UPLOADS=0` says otherwise.
    pub link_uploads: bool,
    /// Whether whoever reaches it may make an account.
    pub sign_up: SignUp,
    /// The programs that do the work.
    pub tools: Tools,
    /// What recognises speech.
    pub speech: Speech,
}

impl Config {
    /// Makes the ordinary configuration of a data folder, on any free port.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            speech: Speech::new(&data_dir),
            data_dir,
            port: 0,
            token_ttl: TOKEN_TTL,
            heartbeat: HEARTBEAT,
            upload_limit: UPLOAD_LIMIT,
            link_uploads: env::var_os("TALLYLIGHT_STUDIO_LINK_UPLOADS").is_none_or(|value| value != "0"),
            sign_up: SignUp::Open,
            tools: Tools::from_env(),
        }
    }
}

/// Tells who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// Whoever reaches the studio.
    Open,
    /// Only whoever runs it: other people of this computer reach it, too.
    Closed,
}

/// Names the programs that do the work.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Decodes and encodes.
    pub ffmpeg: OsString,
    /// Looks into files.
    pub ffprobe: OsString,
    /// Whether ffmpeg may decode by hardware.
    pub hardware: HardwareDecoding,
}

/// Whether videos may be decoded by hardware. It is used only where it was tried and found faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HardwareDecoding {
    /// Never.
    Off,
    /// Where the computer has a device for it.
    WithDevice,
    /// Whatever the computer has.
    Try,
}

impl Tools {
    /// Reads `TALLYLIGHT_FFMPEG` and `TALLYLIGHT_FFPROBE`; what is not set is looked for on the path. Without hardware where
    /// `TALLYLIGHT_HARDWARE_DECODING` is 0.
    pub fn from_env() -> Self {
        let program = |name: &str, default: &str| env::var_os(name).unwrap_or_else(|| default.into());
        let is_off = env::var_os("TALLYLIGHT_HARDWARE_DECODING").is_some_and(|value| value == "0");
        Self {
            ffmpeg: program("TALLYLIGHT_FFMPEG", "ffmpeg"),
            ffprobe: program("TALLYLIGHT_FFPROBE", "ffprobe"),
            hardware: if is_off { HardwareDecoding::Off } else { HardwareDecoding::WithDevice },
        }
    }
}
