//! The cloneable sender of commands to an account.

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::SecretString;
use tallylight_core::{
    Code, Error, JobId, ThumbnailId,
    diagnostics::DiagnosticsView,
    discovery::{Description, Identity},
    edits::Draft,
    library::DismissAction,
    model::job::{Content, Field, Thumbnail},
    notifications::HistoryEntry,
    protocol::snapshot::Caption,
    search::SearchHit,
    settings::Automation,
    snooze::Snooze,
    statistics::Statistics,
    templates::{Template, TextChange},
};
use tallylight_view::{JobView, RowView, ServerView, StatusView, TextChangeView, UploadView};
use tokio::sync::{mpsc, oneshot};
use url::Url;

use crate::command::{
    Action, Command, JobAction, MarkRead, Pause, Query, Reply, SessionCommand, TemplateCommand, UploadAction,
    UploadCommand, WebhookSecret,
};

/// Sends commands to the runtime of an account, which ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
}

impl Handle {
    pub(crate) fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    /// Asks the server at an address who it is, and makes it the backend.
    ///
    /// # Errors
    /// Says why the address leads to no studio.
    pub async fn connect(&self, address: Url, identity: Identity) -> Result<ServerView, Error> {
        self.ask(|reply| SessionCommand::Connect(address, identity, reply)).await
    }

    /// Makes a backend of an address that does not describe itself.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub async fn connect_as(&self, address: Url, description: Description) -> Result<ServerView, Error> {
        self.ask(|reply| SessionCommand::ConnectAs(address, Box::new(description), reply)).await
    }

    /// Signs in with a password.
    ///
    /// # Errors
    /// Says why nobody was signed in.
    pub async fn sign_in(&self, email: String, password: SecretString) -> Result<(), Error> {
        self.ask(|reply| SessionCommand::SignIn(email, password, reply)).await
    }

    /// Signs in with a provider, such as `google`, on its page in the browser.
    ///
    /// # Errors
    /// Says why nobody was signed in; [`Code::Requested`] after [`Self::cancel_sign_in`].
    pub async fn sign_in_with(&self, provider: String) -> Result<(), Error> {
        self.ask(|reply| SessionCommand::SignInWith(provider, reply)).await
    }

    /// Gives up a sign-in that is under way, or the wait for the keychain.
    pub async fn cancel_sign_in(&self) -> Result<(), Error> {
        self.ask(SessionCommand::CancelSignIn).await
    }

    /// Lets the system ask the person to unlock the keychain, where its session is waited for.
    pub async fn unlock_keychain(&self) -> Result<(), Error> {
        self.ask(SessionCommand::Unlock).await
    }

    /// Signs out, here and at the backend, and forgets the jobs.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.ask(SessionCommand::SignOut).await
    }

    /// Returns everything but the jobs.
    pub async fn status(&self) -> Result<StatusView, Error> {
        self.ask(Query::Status).await
    }

    /// Returns every job, newest first.
    pub async fn jobs(&self) -> Result<Vec<JobView>, Error> {
        self.ask(Query::Jobs).await
    }

    /// Returns a row for every job, newest first.
    pub async fn rows(&self) -> Result<Vec<RowView>, Error> {
        self.ask(Query::Rows).await
    }

    /// Returns one job.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such job here.
    pub async fn job(&self, job_id: JobId) -> Result<JobView, Error> {
        self.ask(|reply| Query::Job(job_id, reply)).await
    }

    /// Asks the backend for what is said in a video and when; nothing where it does not know.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such job, or why the backend could not be asked.
    pub async fn captions(&self, job_id: JobId) -> Result<Vec<Caption>, Error> {
        self.ask(|reply| Query::Captions(job_id, reply)).await
    }

    /// Asks the backend where a video can be played: what is known may have expired. None where it cannot be played.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such job, or why the backend could not be asked.
    pub async fn playback(&self, job_id: JobId) -> Result<Option<Url>, Error> {
        self.ask(|reply| Query::Playback(job_id, reply)).await
    }

    /// Returns a thumbnail of a job.
    ///
    /// # Errors
    /// Says that there is none.
    pub async fn thumbnail(&self, job_id: JobId, thumbnail_id: ThumbnailId) -> Result<Thumbnail, Error> {
        self.ask(|reply| Query::Thumbnail(job_id, thumbnail_id, reply)).await
    }

    /// Has the backend take the frame at a position in seconds as a thumbnail of a job, and returns its id once the job
    /// has it.
    ///
    /// # Errors
    /// [`Code::NotOffered`] when the backend does not take thumbnails, or why it took none.
    pub async fn take_thumbnail(&self, job_id: JobId, seconds: f64) -> Result<ThumbnailId, Error> {
        self.ask(|reply| Query::TakeThumbnail(job_id, seconds, reply)).await
    }

    /// Subscribes to a job and fetches it anew, because somebody looks at it.
    pub async fn open(&self, job_id: JobId) -> Result<(), Error> {
        self.act(Action::Open(job_id)).await
    }

    /// Fetches the job list anew.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.act(Action::Refresh).await
    }

    /// Connects at once, instead of waiting.
    pub async fn reconnect(&self) -> Result<(), Error> {
        self.act(Action::Reconnect).await
    }

    /// Returns what is remembered of the connection.
    pub async fn diagnostics(&self) -> Result<DiagnosticsView, Error> {
        self.ask(Query::Diagnostics).await
    }

    /// Returns a text for a bug report, in which neither a person nor a place is named.
    pub async fn report(&self) -> Result<String, Error> {
        self.ask(Query::Report).await
    }

    /// Saves changed fields of a job: on disk and shown when this returns, and sent as soon as the backend answers. What
    /// becomes of it is told as [`Event::Edit`](tallylight_view::Event::Edit).
    ///
    /// # Errors
    /// Says why it cannot be edited at all; nothing is kept of it then.
    pub async fn edit(&self, job_id: JobId, changes: BTreeMap<Field, Content>) -> Result<(), Error> {
        self.act(Action::Edit(job_id, changes)).await
    }

    /// Asks the backend to process a failed job again, to cancel an unfinished one, or to delete its video.
    ///
    /// # Errors
    /// [`Code::NotOffered`], [`Code::NotFound`], [`Code::WrongState`], or why the backend could not be asked.
    pub async fn act_on_job(&self, action: JobAction, job_id: JobId) -> Result<(), Error> {
        self.act(Action::Job(action, job_id)).await
    }

    /// Returns what a template or a batch edit would make of jobs. Nothing is saved: [`Self::edit`] does that.
    ///
    /// # Errors
    /// [`Code::SignedOut`], or [`Code::InvalidContent`] if the change is not valid or the jobs are too many.
    pub async fn text_changes(&self, change: TextChange, job_ids: Vec<JobId>) -> Result<Vec<TextChangeView>, Error> {
        self.ask(|reply| Query::TextChanges(Box::new(change), job_ids, reply)).await
    }

    /// Returns the templates of the account, in the order in which they were made.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub async fn templates(&self) -> Result<Vec<Template>, Error> {
        self.ask(TemplateCommand::List).await
    }

    /// Stores a template, new or changed, and returns it as it is stored.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::InvalidContent`], or [`Code::Storage`] if the disk does not take it.
    pub async fn save_template(&self, template: Template) -> Result<Template, Error> {
        self.ask(|reply| TemplateCommand::Save(Box::new(template), reply)).await
    }

    /// Deletes a template.
    ///
    /// # Errors
    /// [`Code::SignedOut`], or [`Code::Storage`] if the disk does not take it.
    pub async fn delete_template(&self, template_id: u32) -> Result<(), Error> {
        self.ask(|reply| TemplateCommand::Delete(template_id, reply)).await
    }

    /// Keeps what was typed so far and is not saved yet.
    ///
    /// # Errors
    /// `Code::SignedOut` before a user is signed in.
    pub async fn type_draft(&self, draft: Draft) -> Result<(), Error> {
        self.act(Action::TypeDraft(Box::new(draft))).await
    }

    /// Deletes a draft, or an edit that was refused.
    pub async fn discard_draft(&self, job_id: JobId, field: Field) -> Result<(), Error> {
        self.act(Action::DiscardDraft(job_id, field)).await
    }

    /// Sends a video, and returns once the backend has made it a job.
    ///
    /// # Errors
    /// Says why the file was not taken.
    pub async fn upload(&self, path: PathBuf) -> Result<JobId, Error> {
        self.ask(|reply| UploadCommand::Upload(path, reply)).await
    }

    /// Returns the uploads that are under way, wait, or failed.
    pub async fn uploads(&self) -> Result<Vec<UploadView>, Error> {
        self.ask(UploadCommand::List).await
    }

    /// Tells whether the end of the program would cut an upload off.
    pub async fn is_uploading(&self) -> Result<bool, Error> {
        self.ask(UploadCommand::IsUploading).await
    }

    /// Performs what the user does with an upload: cancels, retries, pauses, continues or moves it.
    pub async fn act_on_upload(&self, action: UploadAction) -> Result<(), Error> {
        self.ask(|reply| UploadCommand::Act(action, reply)).await
    }

    /// Returns the jobs that have all the words of a text in their title, tags, description, chapters or file name, and
    /// then those that have them in their transcript, too.
    pub async fn search(&self, text: String) -> Result<Vec<SearchHit>, Error> {
        self.ask(|reply| Query::Search(text, reply)).await
    }

    /// Puts the trouble of jobs aside, so that they ask for no more attention, or takes it up again.
    pub async fn set_dismissed(&self, job_ids: Vec<JobId>, action: DismissAction) -> Result<(), Error> {
        self.act(Action::SetDismissed(job_ids, action)).await
    }

    /// Keeps a secret of webhooks in the keychain.
    ///
    /// # Errors
    /// Says why it could not be kept.
    pub async fn set_webhook_secret(&self, secret: WebhookSecret) -> Result<(), Error> {
        self.act(Action::SetWebhookSecret(secret)).await
    }

    /// Calls the webhook of an automation once, about no job.
    ///
    /// # Errors
    /// Says why it does not work, in the words of the service if it has any.
    pub async fn test_webhook(&self, automation: Automation) -> Result<(), Error> {
        self.act(Action::TestWebhook(automation)).await
    }

    /// Lets the trouble of jobs ask for no attention until a time, or ends that.
    ///
    /// # Errors
    /// `Code::Internal` where the calendar has no such day.
    pub async fn snooze(&self, job_ids: Vec<JobId>, snooze: Option<Snooze>) -> Result<(), Error> {
        self.act(Action::Snooze(job_ids, snooze)).await
    }

    /// Returns how many videos there were in the last weeks, how long they took, and why some failed.
    pub async fn statistics(&self) -> Result<Statistics, Error> {
        self.ask(Query::Statistics).await
    }

    /// Returns what happened to the videos, newest first.
    pub async fn history(&self) -> Result<Vec<HistoryEntry>, Error> {
        self.ask(Query::History).await
    }

    /// Marks what happened as seen.
    pub async fn mark_read(&self, read: MarkRead) -> Result<(), Error> {
        self.act(Action::MarkRead(read)).await
    }

    /// Reports that the user looks at the window: the outcomes so far are seen.
    pub async fn mark_seen(&self) -> Result<(), Error> {
        self.act(Action::Seen).await
    }

    /// Stops to tell the person anything for a while, or goes on; what happens meanwhile is told at the end of it.
    pub async fn pause(&self, pause: Pause) -> Result<(), Error> {
        self.act(Action::Pause(pause)).await
    }

    /// Forgets the jobs and asks the backend for them anew. What is known only here stays: what a person wrote or put
    /// aside, what happened, and what is still to be told or done.
    pub async fn clear_cache(&self) -> Result<(), Error> {
        self.act(Action::ClearCache).await
    }

    /// Returns the file on this computer from which a job was made, if it is known and still there.
    pub async fn source_file(&self, job_id: JobId) -> Option<PathBuf> {
        self.ask(|reply| UploadCommand::SourceFile(job_id, reply)).await.ok().flatten()
    }

    /// Sends the file that a job was made of once more, and returns the new job.
    ///
    /// # Errors
    /// Says that the file is not known, or why it was not taken.
    pub async fn upload_again(&self, job_id: JobId) -> Result<JobId, Error> {
        self.ask(|reply| UploadCommand::UploadAgain(job_id, reply)).await
    }

    /// Waits until the backend has answered with the job list, or could not.
    ///
    /// # Errors
    /// Says why the list could not be had.
    pub async fn synced(&self) -> Result<(), Error> {
        self.ask(Query::Synced).await
    }

    /// Waits until the keychain has answered, or could not, and tells whether a session of an earlier run goes on.
    pub async fn session_restored(&self) -> bool {
        self.ask(SessionCommand::WhenRestored).await.unwrap_or(false)
    }

    /// Saves everything and ends the runtime.
    pub async fn shutdown(&self) {
        let _ = self.ask(Command::Shutdown).await;
    }

    /// Sends an action, and waits until it is done.
    async fn act(&self, action: Action) -> Result<(), Error> {
        self.ask(|reply| Command::Action(action, reply)).await
    }

    /// Sends a command, and waits for its answer.
    ///
    /// # Errors
    /// Those of the command, and `Code::ShuttingDown` once the account has ended.
    async fn ask<T, C: Into<Command>>(&self, command: impl FnOnce(Reply<T>) -> C) -> Result<T, Error> {
        let ended = || Error::new(Code::ShuttingDown, "Tallylight is closing.");
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply).into()).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}
