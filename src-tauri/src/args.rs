//! The command line of the desktop app.

use std::path::{Path, PathBuf};

use clap::Parser;

/// Shows how every upload is doing
#[derive(Clone, Debug, Parser)]
#[command(name = "tallylight", version)]
pub struct Args {
    /// Where jobs, settings and the studio of this computer are kept
    #[arg(long, value_name = "DIR", env = "TALLYLIGHT_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Uses the studio of this computer, without asking at the first run
    #[arg(long)]
    pub this_computer: bool,
    /// Videos to upload
    #[arg(value_name = "VIDEO")]
    pub videos: Vec<PathBuf>,
}

impl Args {
    /// Returns where everything is kept: as asked for, or the system's place for application data.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.data_dir.clone().or_else(|| dirs::data_dir().map(|folder| folder.join("tallylight")))
    }

    /// Reads the command line of a second start, whose paths are relative to where that one was started.
    pub fn of_second_start(words: Vec<String>, folder: &Path) -> Option<Self> {
        let mut args = Self::try_parse_from(words).ok()?;
        for video in &mut args.videos {
            *video = folder.join(&video);
        }
        Some(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_starts_videos_are_found_from_where_it_was_started() {
        let words = ["tallylight", "a.mp4", "/b.mp4"].map(str::to_owned).to_vec();
        let args = Args::of_second_start(words, Path::new("/home/me")).expect("arguments");
        assert_eq!(args.videos, [PathBuf::from("/home/me/a.mp4"), PathBuf::from("/b.mp4")]);
        assert!(Args::of_second_start(vec!["tallylight".into(), "--nonsense".into()], Path::new("/")).is_none());
    }
}
