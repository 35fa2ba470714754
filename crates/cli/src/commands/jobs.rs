//! `tally jobs` and `tally show`.

use std::collections::BTreeSet;

use tallylight_core::{Error, JobId, model::job::Status};
use tallylight_view::{JobView, ListView};

use crate::{
    Global,
    client::{begin, refreshed},
    output,
    terminal::Terminal,
};

/// Prints the jobs of the given statuses; of every status if there are none.
///
/// # Errors
/// The error of starting the client, or of the backend if no jobs are stored.
pub async fn list(global: &Global, statuses: &[Status]) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    let failure = refreshed(&handle).await?;
    let mut jobs = handle.jobs().await?;
    let list = handle.status().await?.list;
    handle.shutdown().await;
    if let (true, Some(error)) = (jobs.is_empty(), failure) {
        // The job list is unknown, which must not look like an empty list.
        return Err(error);
    }
    for words in output::list_words(&list) {
        output::print_note(&words);
    }
    jobs.retain(|job| statuses.is_empty() || statuses.contains(&job.row.status));
    if global.json {
        jobs.iter().for_each(output::json);
    } else if jobs.is_empty() && (!statuses.is_empty() || list != ListView::default()) {
        output::line("No results");
    } else if jobs.is_empty() {
        output::line("No videos yet. Upload one with `tally upload FILE`.");
    } else {
        output::line(&output::table(&jobs));
    }
    Ok(())
}

/// Prints one job with all its details.
///
/// # Errors
/// `Code::NotFound` if there is no such job, or the error of starting the client.
pub async fn show(global: &Global, job_id: &str) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    refreshed(&handle).await?;
    let job = handle.job(JobId::new(job_id)).await;
    handle.shutdown().await;
    let job = job?;
    if global.json {
        output::json(&job);
    } else {
        print(&job);
    }
    Ok(())
}

fn print(job: &JobView) {
    output::line(&output::name(job));
    let (status, percent) = (output::status_words(&job.row), output::percent(job.row.progress_percent));
    let words = [status.as_str(), percent.trim_start(), &output::activity(job)].map(str::to_owned);
    output::line(&format!("  {}", words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("  ")));
    for stage in &job.stages {
        let error = output::shown(stage.error_message.as_deref().unwrap_or_default());
        // A stage that is still pending when the job has ended was skipped.
        let unreached = job.row.status.is_final() && stage.status == Status::Pending;
        let state = if unreached { "Skipped" } else { output::status_word(stage.status) };
        output::line(&format!(
            "  {:<24} {state:<11} {:>5}  {error}",
            output::shown(stage.stage_id.as_str()),
            output::percent(stage.progress_percent)
        ));
    }
    for warning in &job.row.warnings {
        output::line(&format!("  Warning: {}", output::shown(&warning.message)));
    }
    for note in &job.notes {
        output::line(&format!("  Note: {}", output::shown(&note.message)));
    }
    let metadata = &job.metadata;
    for (name, text) in [("description", &metadata.description), ("transcript", &metadata.transcript)] {
        if let Some(text) = text {
            output::line(&format!("  {name}: {text}"));
        }
    }
    if let Some(tags) = &metadata.tags {
        output::line(&format!("  tags: {}", once(tags).map(|tag| output::shown(tag)).collect::<Vec<_>>().join(", ")));
    }
    for chapter in metadata.chapters.iter().flatten() {
        output::line(&format!("  {:>7}  {}", clock(chapter.start_seconds), output::shown(&chapter.title)));
    }
    for field in &job.pending {
        output::line(&format!("  Not synced yet: {}", field.as_str()));
    }
    for draft in &job.drafts {
        let why = draft.reason.as_ref().map_or("not saved", |reason| reason.message.as_str());
        let words = serde_json::to_string(&draft.content).unwrap_or_default();
        output::line(&format!("  Draft of {} ({why}): {words}", draft.field.as_str()));
    }
    for thumbnail in &job.thumbnails {
        output::line(&format!("  {}", thumbnail.thumbnail_url));
    }
}

/// Returns each text once, in the given order.
fn once(texts: &[String]) -> impl Iterator<Item = &String> {
    let mut seen = BTreeSet::new();
    texts.iter().filter(move |text| seen.insert(*text))
}

/// Returns seconds as `1:02:03` or `2:03`, the format of YouTube's chapters.
fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length of a video, never negative")]
    let whole = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn chapter_starts_are_written_in_youtubes_format() {
        assert_eq!([0.0, 61.5, 3723.0].map(clock), ["0:00", "1:01", "1:02:03"]);
    }
}
