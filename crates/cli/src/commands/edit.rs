//! `tally edit`: changes the texts of a video.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use tallylight_client::Handle;
use tallylight_core::{
    Code, Error, JobId, Reason,
    edits::EditOutcome,
    model::job::{Chapter, Content, Field},
};
use tallylight_view::{EditView, Event};
use tokio::sync::mpsc;

use super::watch::stop_signal;
use crate::{
    Global,
    client::{begin, refreshed},
    output,
    terminal::{ShellMessage, Terminal},
    usage,
};

/// The arguments of `tally edit`.
#[derive(Args, Clone, Debug)]
pub struct Edit {
    /// Job ID
    job: String,
    /// New title
    #[arg(long)]
    title: Option<String>,
    /// New description
    #[arg(long)]
    description: Option<String>,
    /// Tag; all tags given replace the current ones, an empty one removes them all
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Chapter, such as "1:05 The beach"; all chapters given replace the current ones
    #[arg(long = "chapter", value_name = "TIME TITLE")]
    chapters: Vec<String>,
    /// File with the new transcript
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// ID of the thumbnail to set
    #[arg(long, value_name = "ID")]
    thumbnail: Option<String>,
}

/// Sends the edits, waits for their outcomes and prints them.
///
/// # Errors
/// Wrong usage, [`Code::SignedOut`], or the reason why an edit was not saved.
pub async fn run(global: &Global, edit: Edit) -> Result<(), Error> {
    let changes = edit.changes()?;
    let (terminal, mut updates) = Terminal::new();
    let handle = begin(global, terminal).await?;
    let unreachable = refreshed(&handle).await?;
    let job_id = JobId::new(edit.job);
    let fields: Vec<Field> = changes.keys().copied().collect();
    handle.edit(job_id.clone(), changes).await?;
    let outcomes = match unreachable {
        None => outcomes(global, &handle, &job_id, &fields, &mut updates).await,
        Some(error) => {
            let view = |field: &Field| {
                let (job_id, reason) = (job_id.clone(), Some(Reason::from(error.clone())));
                (*field, EditView { job_id, field: *field, outcome: EditOutcome::Queued, reason })
            };
            fields.iter().map(view).collect()
        }
    };
    handle.shutdown().await;
    conclude(global, &outcomes)
}

impl Edit {
    fn changes(&self) -> Result<BTreeMap<Field, Content>, Error> {
        let mut changes = BTreeMap::new();
        let texts = [
            (Field::Title, self.title.clone()),
            (Field::Description, self.description.clone()),
            (Field::Thumbnail, self.thumbnail.clone()),
            (Field::Transcript, self.transcript.as_ref().map(read).transpose()?),
        ];
        changes.extend(texts.into_iter().filter_map(|(field, text)| Some((field, Content::Text(text?)))));
        if !self.tags.is_empty() {
            let tags = self.tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty());
            changes.insert(Field::Tags, Content::Tags(tags.collect()));
        }
        if !self.chapters.is_empty() {
            let chapters: Result<Vec<_>, _> = self.chapters.iter().map(|line| chapter(line)).collect();
            changes.insert(Field::Chapters, Content::Chapters(chapters?));
        }
        if changes.is_empty() {
            return Err(usage(
                "Nothing to change. Add --title, --description, --tag, --chapter, --transcript or --thumbnail.",
            ));
        }
        Ok(changes)
    }
}

fn read(file: &PathBuf) -> Result<String, Error> {
    std::fs::read_to_string(file).map_err(|error| {
        Error::new(Code::File, format!("Couldn't read {} ({error}). Check that it is a text file.", file.display()))
    })
}

fn chapter(line: &str) -> Result<Chapter, Error> {
    let (time, title) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let parts: Result<Vec<f64>, _> = time.split(':').map(str::parse::<f64>).collect();
    let wrong =
        || usage(format!("{line:?} isn't a valid chapter. Use a start time and a title, such as \"1:05 The beach\"."));
    let parts =
        parts.ok().filter(|parts| parts.len() <= 3 && parts.iter().all(|part| *part >= 0.0)).ok_or_else(wrong)?;
    let start_seconds = parts.iter().fold(0.0, |sum, part| sum * 60.0 + part);
    Ok(Chapter { start_seconds, title: title.trim().to_owned() })
}

/// Waits until the outcome of every field is known, or the backend cannot be reached for one of them. Ctrl-C ends the
/// wait.
async fn outcomes(
    global: &Global,
    handle: &Handle,
    job_id: &JobId,
    fields: &[Field],
    updates: &mut mpsc::Receiver<ShellMessage>,
) -> BTreeMap<Field, EditView> {
    let mut outcomes = BTreeMap::new();
    let stop = stop_signal();
    tokio::pin!(stop);
    loop {
        let update = tokio::select! {
            update = updates.recv() => update,
            () = &mut stop => None,
        };
        let Some(update) = update else { return outcomes };
        let ShellMessage::Event(Event::Edit(view)) = update else { continue };
        if view.job_id != *job_id || !fields.contains(&view.field) {
            continue;
        }
        if global.json {
            output::event(&Event::Edit(view.clone()));
        }
        outcomes.insert(view.field, view);
        let is_queued = outcomes.values().any(|view| view.outcome == EditOutcome::Queued && view.reason.is_some());
        // An event may be about an earlier edit of the same field.
        let pending = handle.job(job_id.clone()).await.map(|job| job.pending).unwrap_or_default();
        let is_decided = |field: &Field| {
            !pending.contains(field) && outcomes.get(field).is_some_and(|view| view.outcome != EditOutcome::Queued)
        };
        if is_queued || fields.iter().all(is_decided) {
            return outcomes;
        }
    }
}

fn conclude(global: &Global, outcomes: &BTreeMap<Field, EditView>) -> Result<(), Error> {
    let mut failed = None;
    for (field, view) in outcomes {
        let why = view.reason.as_ref().map(|reason| format!(": {}", reason.message)).unwrap_or_default();
        let words = match view.outcome {
            EditOutcome::Saved => "saved".to_owned(),
            EditOutcome::Queued => format!("queued, will sync{why}"),
            EditOutcome::Refused | EditOutcome::Conflict => {
                let reason = view.reason.clone();
                let (code, message) =
                    reason.map_or((Code::InvalidContent, String::new()), |reason| (reason.code, reason.message));
                let words = format!("{} not saved, kept as a draft: {message}", field.as_str());
                failed = Some(Error::new(code, words));
                continue;
            }
        };
        if !global.json {
            output::line(&format!("{:<12} {words}", field.as_str()));
        }
    }
    failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_are_read_in_youtubes_format() {
        let starts = |line: &str| chapter(line).map(|chapter| (chapter.start_seconds, chapter.title));
        assert_eq!(starts("0:00 Intro").expect("one"), (0.0, "Intro".to_owned()));
        assert_eq!(starts("1:02:03  The long one ").expect("one"), (3723.0, "The long one".to_owned()));
        for line in ["Intro", "1:2:3:4 x", "-1:00 x", ""] {
            assert!(chapter(line).is_err(), "{line}");
        }
    }
}
