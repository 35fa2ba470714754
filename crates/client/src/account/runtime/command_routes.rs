//! Commands of the handle: each is sent on to the component that does it, and answered once it is done.

use std::collections::BTreeMap;

use tallylight_core::{
    Code, Error, JobId, auth, connection, edits,
    model::job::{Content, Field},
};

use super::Runtime;
use crate::{
    account::{
        diagnostics,
        message::{
            AuthInput, AutomationsInput, BackendInput, FetchRequest, FetcherInput, JobActionsInput, JobsInput,
            NotificationsInput, OutboxInput, TemplatesInput, UploadsInput, WaitingCommand,
        },
    },
    command::{Action, Command, Query, Reply, SessionCommand, UploadCommand},
};

impl Runtime {
    /// Handles every command but the shutdown, which ends the loop.
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Session(command) => self.session_command(command),
            Command::Query(query) => self.query(query),
            Command::Action(action, reply) => self.action(action, reply),
            Command::Upload(command) => self.upload_command(command),
            Command::Template(command) => self.context.send(TemplatesInput::Command(command)),
            Command::Shutdown(reply) => drop(reply.send(Ok(()))),
        }
    }

    fn session_command(&mut self, command: SessionCommand) {
        let (input, reply) = match command {
            SessionCommand::Connect(address, identity, reply) => {
                return self.context.send(BackendInput::Connect(address, identity, reply));
            }
            SessionCommand::ConnectAs(address, description, reply) => {
                return self.context.send(BackendInput::ConnectAs(address, description, reply));
            }
            SessionCommand::SignIn(email, password, reply) => {
                let input = auth::Input::SignIn { email, password };
                return self.context.send(AuthInput::SignIn(input, reply));
            }
            SessionCommand::SignInWith(provider, reply) => {
                return self.context.send(AuthInput::SignIn(auth::Input::SignInWith(provider), reply));
            }
            SessionCommand::WhenRestored(reply) => return self.context.send(AuthInput::WhenRestored(reply)),
            SessionCommand::CancelSignIn(reply) => (AuthInput::CancelSignIn, reply),
            SessionCommand::Unlock(reply) => (AuthInput::Unlock, reply),
            SessionCommand::SignOut(reply) => (AuthInput::SignOut, reply),
        };
        self.context.send(input);
        self.context.reply(reply, Ok(()));
    }

    fn query(&mut self, query: Query) {
        match query {
            Query::Status(reply) => drop(reply.send(Ok(self.status()))),
            Query::Jobs(reply) => drop(reply.send(Ok(self.jobs()))),
            Query::Rows(reply) => drop(reply.send(Ok(self.rows()))),
            Query::Job(job_id, reply) => match self.full_view(&job_id) {
                Some(view) => drop(reply.send(Ok(view))),
                None => self.context.send(FetcherInput::FetchFor(job_id, WaitingCommand::Show(reply))),
            },
            Query::Captions(job_id, reply) => {
                self.context.send(FetcherInput::FetchFor(job_id, WaitingCommand::Captions(reply)));
            }
            Query::Playback(job_id, reply) => {
                self.context.send(FetcherInput::FetchFor(job_id, WaitingCommand::Playback(reply)));
            }
            Query::Thumbnail(job_id, thumbnail_id, reply) => {
                let missing = || Error::new(Code::NotFound, "Thumbnail not found.");
                let job = self.jobs.library.job(&job_id);
                let thumbnail = job.as_ref().and_then(|job| job.thumbnails.get(&thumbnail_id));
                drop(reply.send(thumbnail.map(|held| held.value.clone()).ok_or_else(missing)));
            }
            Query::TakeThumbnail(job_id, seconds, reply) => self.take_thumbnail(job_id, seconds, reply),
            Query::Diagnostics(reply) => drop(reply.send(Ok(self.context.diagnostics.view()))),
            Query::Report(reply) => drop(reply.send(Ok(diagnostics::report(&self.status(), &self.context)))),
            Query::Search(text, reply) => self.search(&text, reply),
            Query::TextChanges(change, job_ids, reply) => drop(reply.send(self.text_changes(&change, job_ids))),
            Query::History(reply) => drop(reply.send(Ok(self.context.store.history()))),
            Query::Statistics(reply) => drop(reply.send(Ok(self.statistics()))),
            Query::Synced(reply) => self.context.send(FetcherInput::WhenSynced(reply)),
        }
    }

    fn action(&mut self, action: Action, reply: Reply<()>) {
        let context = &mut self.context;
        let outcome = match action {
            Action::Edit(job_id, changes) => return self.edit(job_id, changes, reply),
            Action::SetWebhookSecret(secret) => return context.send(AutomationsInput::SetWebhookSecret(secret, reply)),
            Action::Job(action, job_id) => return context.send(JobActionsInput::Start(action, job_id, reply)),
            Action::TestWebhook(automation) => return context.send(AutomationsInput::TestWebhook(automation, reply)),
            Action::Open(job_id) => {
                context.send(connection::Input::Watch(vec![job_id.clone()]));
                context.send(FetcherInput::Fetch(FetchRequest::job(job_id)));
                Ok(())
            }
            Action::Refresh => {
                context.send(connection::Input::Refresh);
                Ok(())
            }
            Action::Reconnect => {
                context.send(connection::Input::Reconnect);
                Ok(())
            }
            Action::TypeDraft(draft) => self.outbox.draft(*draft).map(|input| context.send(input)),
            Action::DiscardDraft(job_id, field) => {
                context.send(edits::Input::Discard(job_id, field));
                Ok(())
            }
            Action::SetDismissed(job_ids, action) => {
                context.send(JobsInput::SetDismissed(job_ids, action));
                Ok(())
            }
            Action::Snooze(job_ids, snooze) => self.jobs.snooze(&job_ids, snooze, context),
            Action::MarkRead(read) => {
                context.send(NotificationsInput::MarkRead(read));
                Ok(())
            }
            Action::Seen => {
                context.send(NotificationsInput::Seen);
                Ok(())
            }
            Action::Pause(pause) => self.notifications.pause(pause, context),
            Action::ClearCache => {
                // Until the backend answers, what is known stays.
                context.send(FetcherInput::ReplaceWithNextList);
                context.send(connection::Input::Refresh);
                Ok(())
            }
        };
        self.context.reply(reply, outcome);
    }

    /// Edits a job; one that is not known here is requested first.
    fn edit(&mut self, job_id: JobId, changes: BTreeMap<Field, Content>, reply: Reply<()>) {
        let is_known = self.jobs.library.summary(&job_id).is_some() || self.fetcher.is_syncing();
        if is_known || !self.context.access.is_signed_in {
            self.context.send(OutboxInput::Edit(job_id, changes, reply));
        } else {
            self.context.send(FetcherInput::FetchFor(job_id, WaitingCommand::Edit(changes, reply)));
        }
    }

    fn upload_command(&mut self, command: UploadCommand) {
        let context = &mut self.context;
        let (input, reply) = match command {
            UploadCommand::Upload(path, reply) => return context.send(UploadsInput::Upload(path, reply)),
            UploadCommand::UploadAgain(job_id, reply) => {
                return context.send(UploadsInput::UploadAgain(job_id, reply));
            }
            UploadCommand::SourceFile(job_id, reply) => {
                return drop(reply.send(Ok(context.store.source(&job_id).filter(|path| path.is_file()))));
            }
            UploadCommand::List(reply) => return drop(reply.send(Ok(self.uploads.views()))),
            UploadCommand::IsUploading(reply) => return drop(reply.send(Ok(self.uploads.is_under_way()))),
            UploadCommand::Act(action, reply) => (UploadsInput::Act(action), reply),
        };
        context.send(input);
        context.reply(reply, Ok(()));
    }
}
