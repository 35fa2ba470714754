//! `tally retry`, `tally cancel` and `tally delete`.

use tallylight_client::{Handle, JobAction};
use tallylight_core::{Code, Error, JobId};

use crate::{
    Global,
    client::{begin, refreshed},
    output,
    question::confirms,
    terminal::Terminal,
};

/// What `tally delete` does before it deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Ask the user on a terminal; fail otherwise.
    Ask,
    /// The user has confirmed it on the command line.
    Given,
}

/// Processes a failed job again.
///
/// # Errors
/// Those of [`act`].
pub async fn retry(global: &Global, job: &str) -> Result<(), Error> {
    act(global, JobAction::Retry, job, Confirmation::Given).await
}

/// Cancels an unfinished job.
///
/// # Errors
/// Those of [`act`].
pub async fn cancel(global: &Global, job: &str) -> Result<(), Error> {
    act(global, JobAction::Cancel, job, Confirmation::Given).await
}

/// Deletes the video of a job.
///
/// # Errors
/// Those of [`act`], and [`Code::Requested`] if the user does not confirm it.
pub async fn delete(global: &Global, job: &str, confirmation: Confirmation) -> Result<(), Error> {
    act(global, JobAction::Delete, job, confirmation).await
}

/// Asks the backend for an action on a job, and prints its answer.
///
/// # Errors
/// [`Code::SignedOut`], [`Code::NotOffered`], [`Code::NotFound`], [`Code::WrongState`], or why the backend could not be
/// asked.
async fn act(global: &Global, action: JobAction, job: &str, confirmation: Confirmation) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    if let Some(unreachable) = refreshed(&handle).await? {
        handle.shutdown().await;
        return Err(unreachable);
    }
    let job_id = JobId::new(job);
    let outcome = confirmed(&handle, action, job_id, confirmation).await;
    handle.shutdown().await;
    outcome?;
    if global.json {
        output::json(&serde_json::json!({ "job_id": job, "state": state(action) }));
    } else {
        output::line(match action {
            JobAction::Retry => "Queued again",
            JobAction::Cancel => "Cancelled",
            JobAction::Delete => "Deleted",
        });
    }
    Ok(())
}

/// Asks the user if needed, and then the backend.
///
/// # Errors
/// Those of [`act`], and [`Code::Requested`] if the user does not confirm it.
async fn confirmed(handle: &Handle, action: JobAction, job_id: JobId, confirmation: Confirmation) -> Result<(), Error> {
    // Requested from the backend, if it is not in the list.
    let known = handle.job(job_id.clone()).await?;
    if confirmation == Confirmation::Ask {
        confirm(&output::name(&known))?;
    }
    handle.act_on_job(action, job_id).await
}

/// Returns the word for what was done, in JSON.
fn state(action: JobAction) -> &'static str {
    match action {
        JobAction::Retry => "retried",
        JobAction::Cancel => "cancelled",
        JobAction::Delete => "deleted",
    }
}

/// Asks the user whether a video may be deleted.
///
/// # Errors
/// [`Code::Requested`] if the user declines, or if standard input is not a terminal.
fn confirm(name: &str) -> Result<(), Error> {
    let question = format!("Delete \"{name}\" and its files for good?");
    if confirms(&question, "Deleting a video can't be undone. Add --yes to continue.")? {
        return Ok(());
    }
    Err(Error::new(Code::Requested, "Not deleted."))
}
