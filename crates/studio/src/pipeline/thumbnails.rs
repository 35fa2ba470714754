//! THUMBNAIL_GENERATION: several frames from all over the video, each the most typical of its surroundings.

use std::{ffi::OsStr, path::Path};

use uuid::Uuid;

use super::{failure::Failure, tool, work::Work};
use crate::jobs::Thumbnail;

/// How many thumbnails a video of ordinary length gets.
const WANTED: u32 = 5;
/// From how many frames the most typical is chosen; a few seconds, so that no fade to black is.
const FRAMES: u32 = 90;

pub async fn run(work: &mut Work) -> Result<(), Failure> {
    let duration = work.probe.duration;
    // A video of a few seconds has as many moments as seconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1–5")]
    let wanted = duration.clamp(1.0, f64::from(WANTED)) as u32;
    let mut last_failure = None;
    for index in 0..wanted {
        let moment = duration * (f64::from(index) + 0.25) / f64::from(wanted);
        match take(work, moment).await {
            Ok(Some(thumbnail)) => work.jobs.add_thumbnail(&work.job.id, thumbnail),
            Ok(None) => {}
            Err(failure) => last_failure = Some(failure),
        }
        work.progress(100.0 * f64::from(index + 1) / f64::from(wanted));
    }
    let none = work.jobs.job(&work.job.id).is_none_or(|job| job.metadata.thumbnails.is_empty());
    if !none {
        return Ok(());
    }
    Err(last_failure.unwrap_or_else(|| {
        Failure::recoverable(
            "no_thumbnails",
            "No picture could be taken from the video, so there are no thumbnails.",
            "",
        )
    }))
}

async fn take(work: &Work, moment: f64) -> Result<Option<Thumbnail>, Failure> {
    let thumbnail_id = Uuid::new_v4().to_string();
    let file = work.folder.join(format!("{thumbnail_id}.jpg"));
    let start = format!("{moment:.3}");
    let filter = format!("thumbnail={FRAMES},scale='min(1280,iw)':-2,showinfo");
    let args: [&OsStr; 18] = [
        "-nostdin".as_ref(),
        "-y".as_ref(),
        "-v".as_ref(),
        "info".as_ref(),
        "-nostats".as_ref(),
        "-ss".as_ref(),
        start.as_ref(),
        "-i".as_ref(),
        work.job.source.as_os_str(),
        "-map".as_ref(),
        "0:v:0".as_ref(),
        "-vf".as_ref(),
        filter.as_ref(),
        "-frames:v".as_ref(),
        "1".as_ref(),
        "-q:v".as_ref(),
        "3".as_ref(),
        file.as_os_str(),
    ];
    let (mut offset, mut size) = (None, None);
    tool::run(&work.tools.ffmpeg, args, |line| {
        offset = offset.or_else(|| tool::frame_time(line));
        size = size.or_else(|| frame_size(line));
    })
    .await?;
    let (Some((width, height)), true) = (size, Path::exists(&file)) else { return Ok(None) };
    let timestamp_seconds = ((moment + offset.unwrap_or(0.0)) * 1000.0).round() / 1000.0;
    let path = format!("/thumbnails/{}/{thumbnail_id}.jpg", work.job.video_id);
    Ok(Some(Thumbnail { thumbnail_id, path, width, height, timestamp_seconds }))
}

/// Reads the size of a frame from a line of `showinfo`: `… s:1280x720 …`.
fn frame_size(line: tool::Line<'_>) -> Option<(u32, u32)> {
    let tool::Line::Err(line) = line else { return None };
    let size = line.split_once("pts_time:")?.1.split_once(" s:")?.1.split_whitespace().next()?;
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frames_size_is_read() {
        let info = "[Parsed_showinfo_2 @ 0x5] n:   0 pts: 3 pts_time:1.2 duration:1 fmt:yuvj420p cl:left sar:1/1 s:1280x720 i:P";
        assert_eq!(frame_size(tool::Line::Err(info)), Some((1280, 720)));
    }
}
