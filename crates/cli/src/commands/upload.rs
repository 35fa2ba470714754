//! `tally upload`: uploads videos, then follows their jobs until all have ended.

use std::{collections::BTreeMap, path::PathBuf};

use tallylight_core::{Code, Error, JobId, model::job::Status};
use tallylight_view::{Event, JobView};
use tokio::task::JoinSet;

use super::watch::{Display, drain, stop_signal};
use crate::{
    Global,
    client::{begin, refreshed},
    output,
    terminal::{ShellMessage, Terminal},
};

/// Uploads videos and follows their jobs until all have ended, or until Ctrl-C.
///
/// # Errors
/// The first upload's error if none succeeded; [`Code::JobFailed`] if some uploads or jobs failed or are unfinished.
pub async fn run(global: &Global, files: Vec<PathBuf>) -> Result<(), Error> {
    let (terminal, mut updates) = Terminal::new();
    let handle = begin(global, terminal).await?;
    refreshed(&handle).await?;
    let mut display = Display::choose(global);
    let mut sending: JoinSet<_> = files
        .into_iter()
        .map(|file| {
            let handle = handle.clone();
            async move { (handle.upload(file.clone()).await, file) }
        })
        .collect();
    let (mut jobs, mut refused) = (BTreeMap::<JobId, Option<JobView>>::new(), Vec::new());
    let stop = stop_signal();
    tokio::pin!(stop);
    while !sending.is_empty() || jobs.values().any(|job| is_running(job.as_ref())) {
        tokio::select! {
            Some(Ok((outcome, file))) = sending.join_next() => match outcome {
                Ok(job_id) => {
                    // The job may have ended before its id was known here.
                    let known = handle.job(job_id.clone()).await.ok();
                    jobs.insert(job_id, known);
                }
                Err(error) => {
                    output::print_error(&format!("{}: {}", file.display(), error.message));
                    refused.push(error.code);
                }
            },
            Some(update) = updates.recv() => {
                display.show(&update);
                apply(&mut jobs, &update);
            }
            () = &mut stop => break,
        }
    }
    handle.shutdown().await;
    drain(&mut updates, &mut display);
    conclude(&jobs, &refused)
}

fn is_running(job: Option<&JobView>) -> bool {
    job.is_none_or(|job| !job.row.status.is_final())
}

fn apply(jobs: &mut BTreeMap<JobId, Option<JobView>>, update: &ShellMessage) {
    let ShellMessage::Event(Event::Jobs { changed, .. }) = update else { return };
    for change in changed {
        if let Some(job) = jobs.get_mut(&change.job.row.job_id) {
            *job = Some(change.job.clone());
        }
    }
}

fn conclude(jobs: &BTreeMap<JobId, Option<JobView>>, refused: &[Code]) -> Result<(), Error> {
    let failed = jobs.values().flatten().filter(|job| job.row.status == Status::Failed).count();
    let unfinished = jobs.values().filter(|job| is_running(job.as_ref())).count();
    match (refused, failed, unfinished) {
        ([], 0, 0) => Ok(()),
        ([code, ..], 0, 0) if jobs.is_empty() => Err(Error::new(*code, "No videos uploaded.")),
        _ => {
            let refused = refused.len();
            let message = format!(
                "{refused} not uploaded, {failed} failed, {unfinished} still processing. Run `tally jobs` for details."
            );
            Err(Error::new(Code::JobFailed, message))
        }
    }
}
