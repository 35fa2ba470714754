//! Media files as cameras, phones and editors write them, reproduced in small, each processed by its own studio.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tallylight_tests::{StudioApi, StudioHarness, ffmpeg};

mod actions;
mod file_details;
mod hostile;
mod playback;
mod resumable;
mod speech;
mod texts;
mod thumbnails;

/// The encoder options of short test videos.
const H264: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

/// A studio with an API client, and a folder for files.
struct Media {
    harness: StudioHarness,
    api: StudioApi,
}

impl Media {
    async fn set() -> Self {
        Self::of(StudioHarness::set().await).await
    }

    async fn of(harness: StudioHarness) -> Self {
        let api = StudioApi::of(&harness).await;
        Self { harness, api }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.harness.videos().join(name)
    }

    /// Runs ffmpeg in the folder; the last argument is the file that it creates.
    fn make(&self, args: &str) -> PathBuf {
        ffmpeg(self.harness.videos(), args);
        self.path(args.rsplit(' ').next().unwrap_or_default())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Creates a video with audio of five seconds.
    fn video(&self) -> PathBuf {
        self.make(&format!("-f lavfi -i testsrc2=d=5:s=320x240 -f lavfi -i sine=d=5 {H264} -c:a aac b.mp4"))
    }

    /// Writes the first half of a file to another one.
    fn half(&self, file: &Path, name: &str) -> PathBuf {
        let bytes = std::fs::read(file).expect("a file");
        self.write(name, &bytes[..bytes.len() / 2])
    }

    async fn processed(&self, file: &Path) -> Value {
        self.api.processed(file, None).await
    }

    /// Processes a video with a subtitle file. Returns its transcript and the codes of its errors and warnings.
    async fn transcript(&self, video: &Path, name: &str, subtitles: impl AsRef<[u8]>) -> (Option<String>, Vec<String>) {
        let job = self.api.processed(video, Some(&self.write(name, subtitles))).await;
        assert_eq!(job["status"], "COMPLETED", "{name}: {job}");
        (job["video_metadata"]["transcript_text"].as_str().map(str::to_owned), codes(&job))
    }
}

/// Returns the codes of a job's errors and warnings.
fn codes(job: &Value) -> Vec<String> {
    job["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| Some(error["error_code"].as_str()?.to_owned()))
        .collect()
}

fn thumbnails(job: &Value) -> &[Value] {
    job["video_metadata"]["thumbnails"].as_array().map_or(&[], Vec::as_slice)
}

fn duration(job: &Value) -> f64 {
    job["video_metadata"]["extracted_video_duration_seconds"].as_f64().unwrap_or_else(|| panic!("a duration in {job}"))
}
