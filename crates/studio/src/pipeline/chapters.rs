//! CHAPTERS: the container's, or where the picture changes.

use std::ffi::OsStr;

use serde_json::json;

use super::{failure::Failure, tool, work::Work};
use crate::jobs::Chapter;

/// How different two frames must be for a new scene, 0–1; ffmpeg's documentation suggests 0.3 to 0.5.
const SCENE_THRESHOLD: &str = "0.35";
/// The shortest chapter, in seconds; YouTube's.
const SHORTEST: f64 = 10.0;
/// The fewest chapters that are worth having; YouTube's.
const FEWEST: usize = 3;
/// The most that a person would look through.
const MOST: u32 = 30;

pub async fn run(work: &mut Work) -> Result<(), Failure> {
    let mut chapters = std::mem::take(&mut work.probe.chapters);
    if chapters.is_empty() {
        let changes = scene_changes(work).await?;
        chapters = divide(&changes, work.probe.duration);
    }
    if !chapters.is_empty() {
        work.jobs.set_metadata(&work.job.id, "CHAPTERS", &json!(chapters), |metadata| {
            metadata.chapters = Some(chapters.clone());
        });
    }
    Ok(())
}

async fn scene_changes(work: &mut Work) -> Result<Vec<f64>, Failure> {
    let source = work.job.source.clone();
    // A small picture shows a change of scene as well as a large one, many times faster.
    let filter = format!("scale=320:-2,select='gt(scene,{SCENE_THRESHOLD})',showinfo");
    let args: [&OsStr; 15] = [
        "-nostdin".as_ref(),
        "-v".as_ref(),
        "info".as_ref(),
        "-nostats".as_ref(),
        "-progress".as_ref(),
        "pipe:1".as_ref(),
        "-i".as_ref(),
        source.as_os_str(),
        "-map".as_ref(),
        "0:v:0".as_ref(),
        "-vf".as_ref(),
        filter.as_ref(),
        "-f".as_ref(),
        "null".as_ref(),
        "-".as_ref(),
    ];
    let mut changes = Vec::new();
    work.read_through(args, |line| changes.extend(tool::frame_time(line))).await?;
    Ok(changes)
}

/// Divides a video at its changes of scene: the first chapter at 0, none shorter than the shortest, none at all
/// where it would be too few.
fn divide(changes: &[f64], duration: f64) -> Vec<Chapter> {
    let shortest = SHORTEST.max(duration / f64::from(MOST));
    let mut starts = vec![0.0];
    for change in changes {
        let last = starts.last().copied().unwrap_or(0.0);
        if change - last >= shortest && duration - change >= SHORTEST {
            starts.push(*change);
        }
    }
    if starts.len() < FEWEST {
        return Vec::new();
    }
    let chapter = |(index, start): (usize, f64)| Chapter {
        start_seconds: (start * 10.0).round() / 10.0,
        title: format!("Part {}", index + 1),
    };
    starts.into_iter().enumerate().map(chapter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_become_chapters_by_youtubes_rules() {
        let starts = |changes: &[f64], duration| -> Vec<f64> {
            divide(changes, duration).iter().map(|chapter| chapter.start_seconds).collect()
        };
        assert_eq!(starts(&[12.0, 15.0, 24.04, 33.0], 40.0), [0.0, 12.0, 24.0], "ten seconds each, the last too");
        assert_eq!(starts(&[12.0], 40.0), [0.0; 0], "two are too few");
        assert_eq!(starts(&[], 3.0), [0.0; 0]);
        let many: Vec<f64> = (1..1000).map(f64::from).collect();
        assert!(starts(&many, 1000.0).len() <= MOST as usize);
    }
}
