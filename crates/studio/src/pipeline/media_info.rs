//! What PROBE finds out about a video; the later stages use it.

use tallylight_media::probe::Stream;

use crate::jobs::Chapter;

/// The properties of a video file.
#[derive(Debug, Default)]
pub struct MediaInfo {
    /// The duration in seconds; 0 if it is unknown.
    pub duration: f64,
    /// The timestamp of the first packet, in seconds. ffmpeg's positions are relative to it, ffprobe's are not.
    pub start: f64,
    /// The video stream that a player shows.
    pub video: Option<Stream>,
    /// The audio streams, the best first.
    pub audio_streams: Vec<Stream>,
    /// The text subtitle streams, the best first.
    pub subtitles: Vec<Stream>,
    /// The container's chapters.
    pub chapters: Vec<Chapter>,
}

impl MediaInfo {
    /// Returns the `-map` argument of the video stream that a player shows.
    pub fn map_video(&self) -> String {
        self.video.as_ref().map_or_else(|| "0:v:0".to_owned(), |stream| format!("0:{}", stream.index))
    }
}
