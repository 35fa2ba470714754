//! THUMBNAIL_GENERATION: several frames from the whole video, none similar to another; the best one is the cover.

use uuid::Uuid;

use super::{
    failure::Failure,
    work::{Outcome, Work},
};
use crate::jobs::Thumbnail;

mod candidates;
mod choice;

use candidates::Candidates;
use choice::Picture;

/// How many thumbnails a video of ordinary length gets.
const WANTED: u32 = 5;
/// How many frames are extracted for each thumbnail, to choose from.
const CANDIDATES: u32 = 2;

/// Extracts candidate frames and adds the chosen ones as thumbnails.
///
/// # Errors
/// `no_thumbnails` or `not_a_video` if no frame can be decoded, or a failure that affects all stages.
pub async fn run(work: &mut Work) -> Result<Outcome, Failure> {
    let (wanted, per_thumbnail) = numbers(work.probe.duration);
    let mut candidates = Candidates::new(work, wanted * per_thumbnail);
    let mut pictures = Vec::new();
    while let Some(taken) = candidates.next(work).await {
        pictures.extend(taken?);
        work.progress(90.0 * candidates.share());
    }
    if pictures.is_empty() {
        pictures.extend(candidates.first_picture(work).await?);
    }
    let last_failure = candidates.last_failure.take();
    let chosen = choice::choose(pictures, wanted as usize, per_thumbnail as usize);
    for picture in &chosen.kept {
        work.jobs.add_thumbnail(&work.job.id, thumbnail(&work.job.video_id, picture));
    }
    for picture in chosen.left_out {
        let _ = tokio::fs::remove_file(picture.file).await;
    }
    if !chosen.kept.is_empty() {
        return Ok(Outcome::Done);
    }
    // A file whose header announces a video without content has neither frames nor a duration.
    if work.probe.duration <= 0.0 {
        return Err(Failure::not_a_video(last_failure.map(|failure| failure.details).unwrap_or_default()));
    }
    let message = "No thumbnails: no frames could be read.";
    Err(last_failure
        .unwrap_or_else(|| Failure::recoverable("no_thumbnails", "", ""))
        .survived("no_thumbnails", message))
}

/// Returns how many thumbnails a video gets and from how many frames each is chosen. A video of a few seconds gets one
/// thumbnail a second.
fn numbers(duration: f64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1–5")]
    let wanted = duration.clamp(1.0, f64::from(WANTED)) as u32;
    (wanted, if duration >= f64::from(WANTED * CANDIDATES) { CANDIDATES } else { 1 })
}

fn thumbnail(video_id: &str, picture: &Picture) -> Thumbnail {
    let thumbnail_id = picture.id.to_string();
    Thumbnail {
        path: format!("/thumbnails/{video_id}/{thumbnail_id}.jpg"),
        thumbnail_id,
        width: picture.size.0,
        height: picture.size.1,
        timestamp_seconds: (picture.time * 1000.0).round() / 1000.0,
    }
}

/// Returns the id and the path of a new thumbnail.
fn new_file(work: &Work) -> (Uuid, std::path::PathBuf) {
    let id = Uuid::new_v4();
    (id, work.folder.join(format!("{id}.jpg")))
}
