//! A sample video, made on this computer: for whoever has none at hand.

use std::{
    ffi::{OsStr, OsString},
    fmt::Write,
    io,
    path::{Path, PathBuf},
};

use crate::{
    config::Tools,
    tool::{self, Limits, ToolError},
};

/// The duration of a chapter, in seconds: the shortest that YouTube takes is 10.
const CHAPTER: u32 = 12;
/// The encoders for the picture: the second one is part of every ffmpeg.
const ENCODERS: [&[&str]; 2] = [
    &["-c:v", "libx264", "-preset", "ultrafast", "-crf", "32", "-pix_fmt", "yuv420p"],
    &["-c:v", "mpeg4", "-q:v", "8"],
];

/// What is written and said in a sample.
#[derive(Clone, Debug)]
pub struct SampleTexts {
    /// The title, which is the name of the file as well.
    pub title: &'static str,
    /// The description.
    pub description: &'static str,
    /// The chapters, each with its title and its lines.
    pub chapters: [SampleChapter; 3],
}

/// A chapter of a sample.
#[derive(Clone, Debug)]
pub struct SampleChapter {
    /// The title.
    pub title: &'static str,
    /// What is said in it.
    pub lines: [&'static str; 2],
}

/// The reason why a sample could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// There is no ffmpeg.
    #[error("ffmpeg isn't installed")]
    NoFfmpeg,
    /// ffmpeg failed.
    #[error("{0}")]
    Ffmpeg(String),
    /// A file could not be written.
    #[error("{0}")]
    File(#[from] io::Error),
}

impl From<ToolError> for SampleError {
    fn from(error: ToolError) -> Self {
        match &error {
            ToolError::NotStarted { source, .. } if source.kind() == io::ErrorKind::NotFound => Self::NoFfmpeg,
            ToolError::NotStarted { .. }
            | ToolError::TimedOut { .. }
            | ToolError::Stalled { .. }
            | ToolError::OutOfMemory { .. }
            | ToolError::LimitExceeded { .. }
            | ToolError::Failed { .. } => Self::Ffmpeg(error.to_string()),
        }
    }
}

/// Makes the sample in a folder, unless it is there: a moving test picture with a tone, whose subtitles become the
/// transcript. Returns its path.
///
/// # Errors
/// There is no ffmpeg, or it failed, or the folder cannot be written.
pub async fn make_sample(tools: &Tools, folder: &Path, texts: &SampleTexts) -> Result<PathBuf, SampleError> {
    let video = folder.join(format!("{}.mp4", texts.title));
    if tokio::fs::try_exists(&video).await.unwrap_or(false) {
        return Ok(video);
    }
    tokio::fs::create_dir_all(folder).await?;
    let [metadata, subtitles, unfinished] =
        ["metadata.txt", "subtitles.srt", "unfinished"].map(|name| folder.join(name));
    tokio::fs::write(&metadata, ffmetadata(texts)).await?;
    tokio::fs::write(&subtitles, subrip(texts)).await?;
    let mut made = Err(SampleError::NoFfmpeg);
    for encoder in ENCODERS {
        let limits = Limits::video(f64::from(3 * CHAPTER)).without_stall_limit();
        let args = arguments(encoder, &metadata, &subtitles, &unfinished);
        made = tool::run(&tools.ffmpeg, args, limits, |_| {}).await.map_err(SampleError::from);
        if !matches!(made, Err(SampleError::Ffmpeg(_))) {
            break;
        }
    }
    for part in [&metadata, &subtitles] {
        let _ = tokio::fs::remove_file(part).await;
    }
    if let Err(error) = made {
        let _ = tokio::fs::remove_file(&unfinished).await;
        return Err(error);
    }
    // Only a complete one has the name.
    tokio::fs::rename(&unfinished, &video).await?;
    Ok(video)
}

fn arguments(encoder: &[&str], metadata: &Path, subtitles: &Path, target: &Path) -> Vec<OsString> {
    let picture = |hue: u32| format!("testsrc2=size=960x540:rate=24:duration={CHAPTER},hue=h={hue}");
    let (pictures, tone) =
        ([0, 120, 240].map(picture), format!("sine=frequency=220:duration={},volume=0.2", 3 * CHAPTER));
    let mut args: Vec<OsString> = ["-nostdin", "-y", "-v", "error"].map(OsString::from).into();
    for source in pictures.iter().chain([&tone]) {
        args.extend(["-f", "lavfi", "-i", source].map(OsString::from));
    }
    args.extend([OsStr::new("-i"), subtitles.as_os_str()].map(OsStr::to_owned));
    args.extend(
        [OsStr::new("-f"), OsStr::new("ffmetadata"), OsStr::new("-i"), metadata.as_os_str()].map(OsStr::to_owned),
    );
    let streams = ["-filter_complex", "[0:v][1:v][2:v]concat=n=3:v=1[v]", "-map", "[v]", "-map", "3:a", "-map", "4:s"];
    let texts = ["-map_metadata", "5", "-map_chapters", "5", "-movflags", "use_metadata_tags"];
    let sound = ["-c:a", "aac", "-c:s", "mov_text", "-f", "mp4"];
    args.extend(streams.iter().chain(&texts).chain(encoder).chain(&sound).map(OsString::from));
    args.push(target.into());
    args
}

/// Returns the title, the description and the chapters in ffmpeg's own form.
fn ffmetadata(texts: &SampleTexts) -> String {
    let mut metadata =
        format!(";FFMETADATA1\ntitle={}\ndescription={}\n", escaped(texts.title), escaped(texts.description));
    for (start, chapter) in (0..).step_by(CHAPTER as usize).zip(&texts.chapters) {
        let (end, title) = (start + CHAPTER, escaped(chapter.title));
        // Writing to a string does not fail.
        let _ = write!(metadata, "[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={end}\ntitle={title}\n");
    }
    metadata
}

fn escaped(text: &str) -> String {
    let needs_escape = |c: char| matches!(c, '=' | ';' | '#' | '\\' | '\n');
    text.chars().flat_map(|c| needs_escape(c).then_some('\\').into_iter().chain([c])).collect()
}

/// Returns the lines as SubRip, half of a chapter each.
fn subrip(texts: &SampleTexts) -> String {
    let lines = texts.chapters.iter().flat_map(|chapter| chapter.lines);
    let cue = |(index, line): (u32, &str)| {
        let start = index * CHAPTER / 2;
        format!("{}\n00:00:{start:02},500 --> 00:00:{:02},500\n{line}\n", index + 1, start + 5)
    };
    (0..).zip(lines).map(cue).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use tallylight_media::subtitles;

    use super::*;
    use crate::config::HardwareDecoding;

    fn texts() -> SampleTexts {
        let chapter = |title| SampleChapter { title, lines: ["One.", "Two."] };
        SampleTexts { title: "Sample", description: "A = b; c", chapters: ["A", "B", "C"].map(chapter) }
    }

    fn tools(ffmpeg: &str) -> Tools {
        Tools { ffmpeg: ffmpeg.into(), ffprobe: "ffprobe".into(), hardware: HardwareDecoding::Off }
    }

    #[tokio::test]
    async fn sample_is_made_once_and_has_chapters_and_subtitles() {
        let folder = tempfile::tempdir().expect("a folder");
        let tools = Tools::from_env();
        let video = make_sample(&tools, folder.path(), &texts()).await.expect("a video");
        assert_eq!(video, folder.path().join("Sample.mp4"));
        let options = ["-v", "error", "-show_chapters", "-show_streams", "-show_format", "-of", "compact"];
        let args = options.map(OsString::from).into_iter().chain([video.clone().into()]);
        let report = tool::run(&tools.ffprobe, args, Limits::probe(), |_| {}).await.expect("a report").stdout;
        assert_eq!(report.matches("chapter|").count(), 3, "{report}");
        for part in ["codec_type=video", "codec_type=audio", "codec_type=subtitle", "tag:title=Sample", "A = b; c"] {
            assert!(report.contains(part), "{part} in {report}");
        }
        let files = std::fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(files, 1, "nothing else is left");
        let again = make_sample(&self::tools("/nowhere/ffmpeg"), folder.path(), &texts()).await;
        assert_eq!(again.expect("the same video"), video);
    }

    #[tokio::test]
    async fn without_ffmpeg_there_is_no_sample_and_the_error_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = make_sample(&tools("/nowhere/ffmpeg"), folder.path(), &texts()).await;
        assert!(matches!(made, Err(SampleError::NoFfmpeg)));
        let failing = if cfg!(windows) { "find.exe" } else { "false" };
        let failed = make_sample(&tools(failing), folder.path(), &texts()).await;
        assert!(matches!(failed, Err(SampleError::Ffmpeg(_))));
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }

    #[test]
    fn lines_are_spread_over_the_chapters() {
        let read = subtitles::read_text(&subrip(&texts())).expect("subtitles");
        let starts: Vec<f64> = read.cues.iter().map(|cue| cue.start).collect();
        assert_eq!(starts, [0.5, 6.5, 12.5, 18.5, 24.5, 30.5]);
    }
}
