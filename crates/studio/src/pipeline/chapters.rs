//! CHAPTERS: from the container, from the topics of the transcript, or from scene changes. The transcript also suggests
//! tags and a description.

use serde_json::json;
use tallylight_media::{
    subtitles::Cue,
    suggest::{self, Language},
};

use super::{
    context::{Context, Outcome},
    failure::Failure,
    scenes,
};
use crate::jobs::{Chapter, ErrorCode, Metadata};

/// The shortest chapter, in seconds; YouTube's rule.
const SHORTEST: f64 = 10.0;
/// The smallest number of chapters; YouTube's rule.
const FEWEST: usize = 3;
/// The largest number of chapters, so that a list stays easy to scan.
const MOST: u32 = 30;

/// Suggestions from the transcript.
#[derive(Debug, Default)]
struct Suggestions {
    tags: Vec<String>,
    chapters: Vec<Chapter>,
    description: String,
}

/// Publishes the chapters, and suggests tags and a description.
///
/// # Errors
/// `no_chapters` if scene detection failed, or a failure that affects all stages.
pub async fn run(context: &mut Context) -> Result<Outcome, Failure> {
    let suggestions = from_transcript(context).await;
    suggest_tags(context, &suggestions.tags);
    if !context.media.chapters.is_empty() {
        publish(context, &context.media.chapters);
        return Ok(Outcome::Done);
    }
    if !suggestions.chapters.is_empty() {
        context.jobs.mark_suggested(&context.job.id, "CHAPTERS");
        publish(context, &suggestions.chapters);
        suggest_description(context, &suggestions.description);
        return Ok(Outcome::Done);
    }
    // Fewer than three chapters would fit, so scene detection is not necessary.
    if context.media.duration > 0.0 && context.media.duration < SHORTEST * 3.0 {
        return Ok(Outcome::Skipped);
    }
    let found = scenes::changes(context).await;
    let changes = found.map_err(|failure| {
        let message = "No chapters: scene detection failed.";
        failure.into_recoverable(ErrorCode::NoChapters, message)
    })?;
    let chapters = divide(&changes, context.media.duration);
    if !chapters.is_empty() {
        context.jobs.mark_suggested(&context.job.id, "CHAPTERS");
        publish(context, &chapters);
    }
    Ok(Outcome::Done)
}

fn publish(context: &Context, chapters: &[Chapter]) {
    context.jobs.set_metadata(&context.job.id, "CHAPTERS", &json!(chapters), |metadata| {
        metadata.chapters = Some(chapters.to_vec());
    });
}

/// Searches the transcript for topics, on a blocking thread: a long one takes a second.
async fn from_transcript(context: &Context) -> Suggestions {
    let (cues, silences, duration) = (context.cues.clone(), context.silences.clone(), context.media.duration);
    let task = tokio::task::spawn_blocking(move || suggestions(&cues, &silences, duration));
    task.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the suggestions from a transcript panicked");
        Suggestions::default()
    })
}

fn suggestions(cues: &[Cue], silences: &[(f64, f64)], duration: f64) -> Suggestions {
    let Some(language) = Language::of(cues) else { return Suggestions::default() };
    let chapters = suggest::chapters(cues, silences, duration, &language);
    let titled: Vec<(f64, String)> = chapters.iter().map(|chapter| (chapter.start, chapter.title.clone())).collect();
    let description = suggest::description(&titled);
    let chapters = titled.into_iter().map(|(start_seconds, title)| Chapter { start_seconds, title }).collect();
    Suggestions { tags: suggest::tags(cues, &language), chapters, description }
}

fn suggest_tags(context: &Context, tags: &[String]) {
    if tags.is_empty() || metadata(context).tags.is_some() {
        return;
    }
    context.jobs.mark_suggested(&context.job.id, "TAGS");
    context.jobs.set_metadata(&context.job.id, "TAGS", &json!(tags), |metadata| metadata.tags = Some(tags.to_vec()));
}

fn suggest_description(context: &Context, text: &str) {
    if text.is_empty() || metadata(context).description.is_some() {
        return;
    }
    context.jobs.mark_suggested(&context.job.id, "DESCRIPTION");
    let set = |metadata: &mut Metadata| metadata.description = Some(text.to_owned());
    context.jobs.set_metadata(&context.job.id, "DESCRIPTION", &json!(text), set);
}

fn metadata(context: &Context) -> Metadata {
    context.jobs.job(&context.job.id).map(|job| job.metadata).unwrap_or_default()
}

/// Returns chapters that begin at scene changes: the first at 0, none shorter than the minimum. Empty if there would be
/// too few.
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
        title: format!("ReceivedFile {}", index + 1),
    };
    starts.into_iter().enumerate().map(chapter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scene_changes_become_chapters_that_follow_youtube_rules() {
        let starts = |changes: &[f64], duration| -> Vec<f64> {
            divide(changes, duration).iter().map(|chapter| chapter.start_seconds).collect()
        };
        assert_eq!(starts(&[12.0, 15.0, 24.04, 33.0], 40.0), [0.0, 12.0, 24.0], "at least ten seconds each");
        assert_eq!(starts(&[12.0], 40.0), [0.0; 0], "two chapters are too few");
        assert_eq!(starts(&[], 3.0), [0.0; 0]);
        let many: Vec<f64> = (1..1000).map(f64::from).collect();
        assert!(starts(&many, 1000.0).len() <= MOST as usize);
    }
}
