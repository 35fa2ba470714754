//! THUMBNAIL_GENERATION: several frames from the whole video, none similar to another; the best one is the cover.

use uuid::Uuid;

use super::{
    context::{Context, Outcome},
    failure::Failure,
};
use crate::jobs::{ErrorCode, Thumbnail};

mod choice;
mod extract;

use choice::RatedFrame;
use extract::FrameExtractor;

/// How many thumbnails a video of ordinary length gets.
const WANTED: u32 = 5;
/// How many frames are extracted for each thumbnail, to choose from.
const CANDIDATES: u32 = 2;

/// Extracts candidate frames and adds the chosen ones as thumbnails.
///
/// # Errors
/// `no_thumbnails` or `not_a_video` if no frame can be decoded, or a failure that affects all stages.
pub async fn run(context: &mut Context) -> Result<Outcome, Failure> {
    let (wanted, per_thumbnail) = numbers(context.media.duration);
    let mut extractor = FrameExtractor::new(context, wanted * per_thumbnail);
    let mut frames = Vec::new();
    while let Some(taken) = extractor.next(context).await {
        frames.extend(taken?);
        context.progress(90.0 * extractor.share());
    }
    if frames.is_empty() {
        frames.extend(extractor.first_frame(context).await?);
    }
    let last_failure = extractor.last_failure.take();
    let choice = choice::choose(frames, wanted as usize, per_thumbnail as usize);
    for frame in &choice.selected {
        context.jobs.add_thumbnail(&context.job.id, thumbnail(&context.job.video_id, frame));
    }
    for frame in choice.rejected {
        let _ = tokio::fs::remove_file(frame.file).await;
    }
    if !choice.selected.is_empty() {
        return Ok(Outcome::Done);
    }
    // A file whose header announces a video without content has neither frames nor a duration.
    if context.media.duration <= 0.0 {
        return Err(Failure::not_a_video(last_failure.map(|failure| failure.details).unwrap_or_default()));
    }
    let message = "No thumbnails: no frames could be read.";
    Err(last_failure
        .unwrap_or_else(|| Failure::recoverable(ErrorCode::NoThumbnails, "", ""))
        .into_recoverable(ErrorCode::NoThumbnails, message))
}

/// Extracts the frame at a position in seconds, without adding it to the job.
///
/// # Errors
/// `no_thumbnails` if there is no frame, or the failure of ffmpeg.
pub async fn take(context: &Context, moment: f64) -> Result<Thumbnail, Failure> {
    let frame = extract::frame_at(context, moment).await?;
    let frame = frame.ok_or_else(|| Failure::fatal(ErrorCode::NoThumbnails, "There is no frame at this time.", ""))?;
    Ok(thumbnail(&context.job.video_id, &frame))
}

/// Returns how many thumbnails a video gets and from how many frames each is chosen. A video of a few seconds gets one
/// thumbnail a second.
fn numbers(duration: f64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1–5")]
    let wanted = duration.clamp(1.0, f64::from(WANTED)) as u32;
    (wanted, if duration >= f64::from(WANTED * CANDIDATES) { CANDIDATES } else { 1 })
}

fn thumbnail(video_id: &str, frame: &RatedFrame) -> Thumbnail {
    let thumbnail_id = frame.id.to_string();
    Thumbnail {
        path: format!("/thumbnails/{video_id}/{thumbnail_id}.jpg"),
        thumbnail_id,
        width: frame.size.0,
        height: frame.size.1,
        timestamp_seconds: (frame.time * 1000.0).round() / 1000.0,
    }
}

/// Returns the id and the path of a new thumbnail.
fn new_file(context: &Context) -> (Uuid, std::path::PathBuf) {
    let id = Uuid::new_v4();
    (id, context.folder.join(format!("{id}.jpg")))
}
