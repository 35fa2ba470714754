//! How ffmpeg and ffprobe open a video: only that file, and only as one of the containers that hold videos.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use tallylight_media::CONTAINERS;

/// The protocols that ffmpeg may use. A playlist within a file must not lead to other files or to the network.
const PROTOCOLS: &str = "file,pipe";

/// Returns the arguments that open a video.
pub fn video(source: &Path) -> Vec<OsString> {
    let containers = CONTAINERS.join(",");
    let options = ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", containers.as_str(), "-i"];
    options.map(OsString::from).into_iter().chain([source.as_os_str().to_owned()]).collect()
}

/// Returns the arguments of an ffmpeg that reports its position; `before` and `after` surround the input's arguments.
pub fn ffmpeg(before: &[&str], source: &Path, after: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Vec<OsString> {
    let quiet = ["-nostdin", "-hide_banner", "-y", "-v", "error", "-nostats", "-progress", "pipe:1"];
    let mut args: Vec<OsString> = quiet.iter().chain(before).map(OsString::from).collect();
    args.extend(video(source));
    args.extend(after.into_iter().map(|argument| argument.as_ref().to_owned()));
    args
}
