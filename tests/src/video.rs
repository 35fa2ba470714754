//! Small test videos, made by ffmpeg.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A kind of test video.
#[derive(Clone, Copy, Debug)]
pub enum Video {
    /// Six seconds with audio, a title, tags and chapters.
    Complete,
    /// Six seconds without audio and metadata.
    Silent,
    /// The first half of the complete video.
    Truncated,
}

const METADATA: &str = ";FFMETADATA1\ntitle=A walk\ndescription=By the sea\nkeywords=sea, walk\n\
    [CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=3\ntitle=Beach\n[CHAPTER]\nTIMEBASE=1/1\nSTART=3\nEND=6\ntitle=Harbour\n";

impl Video {
    /// Creates the video in a folder with a file name.
    ///
    /// # Panics
    /// If ffmpeg is missing or fails.
    pub fn make(self, folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        let picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=6"].map(str::to_owned).to_vec();
        match self {
            Self::Complete => {
                let metadata = folder.join("metadata.txt");
                std::fs::write(&metadata, METADATA).expect("a file");
                let more = ["-f", "lavfi", "-i", "sine=d=6", "-i", &metadata.to_string_lossy(), "-map_metadata", "2"];
                let tags = ["-movflags", "use_metadata_tags", "-c:a", "aac"];
                encode(&[picture, more.map(str::to_owned).to_vec(), tags.map(str::to_owned).to_vec()].concat(), &file);
            }
            Self::Silent => encode(&picture, &file),
            Self::Truncated => {
                let whole = std::fs::read(Self::Complete.make(folder, "whole.mp4")).expect("a video");
                std::fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
            }
        }
        file
    }
}

fn encode(args: &[String], file: &Path) {
    let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"].map(str::to_owned);
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    run(file.parent().expect("a folder"), &[args, &encode, &[name]].concat());
}

/// Runs ffmpeg in a folder with arguments that are separated by spaces, without quoting.
///
/// # Panics
/// If ffmpeg is missing or fails.
pub fn ffmpeg(folder: &Path, args: &str) {
    run(folder, &args.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
}

fn run(folder: &Path, args: &[String]) {
    let quiet = ["-nostdin", "-y", "-v", "error"];
    let done = Command::new("ffmpeg").current_dir(folder).args(quiet).args(args).status();
    assert!(done.is_ok_and(|status| status.success()), "ffmpeg failed: {args:?}; run `cargo xtask test`");
}
