//! What a person wants done, handed to whoever does it.

use tallylight_core::{Code, Error, auth, connection, edits, search};

use super::{fetcher::Call, runtime::Actor};
use crate::handle::Command;

impl Actor {
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Connect(address, identity, reply) => self.connect(address, identity, reply),
            Command::ConnectAs(address, description, reply) => self.connect_as(address, *description, reply),
            Command::SignIn(email, password, reply) => self.sign_in(email, password, reply),
            Command::SignInWith(provider, reply) => self.sign_in_with(provider, reply),
            Command::CancelSignIn(reply) => {
                self.awaits_embedded_studio = false;
                self.auth_input(auth::Input::CancelSignIn);
                self.stop_restoring();
                let _ = reply.send(Ok(()));
            }
            Command::Unlock(reply) => {
                self.unlock();
                let _ = reply.send(Ok(()));
            }
            Command::SignOut(reply) => {
                self.sign_out();
                let _ = reply.send(Ok(()));
            }
            Command::Status(reply) => drop(reply.send(Ok(self.status()))),
            Command::Jobs(reply) => drop(reply.send(Ok(self.jobs()))),
            Command::Rows(reply) => drop(reply.send(Ok(self.rows()))),
            Command::Job(job_id, reply) => self.show_job(job_id, reply),
            Command::Captions(job_id, reply) => self.fetch_captions(job_id, reply),
            Command::Thumbnail(job_id, thumbnail_id, reply) => {
                let missing = || Error::new(Code::NotFound, "Thumbnail not found.");
                let job = self.library.job(&job_id);
                let held = job.as_ref().and_then(|job| job.thumbnails.get(&thumbnail_id));
                drop(reply.send(held.map(|held| held.value.clone()).ok_or_else(missing)));
            }
            Command::Open(job_id, reply) => {
                self.connection_input(connection::Input::Watch(vec![job_id.clone()]));
                self.call(Call::job(job_id));
                let _ = reply.send(Ok(()));
            }
            Command::Refresh(reply) => {
                self.connection_input(connection::Input::Refresh);
                let _ = reply.send(Ok(()));
            }
            Command::Reconnect(reply) => {
                self.connection_input(connection::Input::Reconnect);
                let _ = reply.send(Ok(()));
            }
            Command::Diagnostics(reply) => drop(reply.send(Ok(self.diagnostics.view()))),
            Command::Report(reply) => drop(reply.send(Ok(self.report_text()))),
            Command::Edit(job_id, changes, reply) => self.edit_job(job_id, changes, reply),
            Command::Type(draft, reply) => drop(reply.send(self.type_draft(*draft))),
            Command::Discard(job_id, field, reply) => {
                self.edits_input(edits::Input::Discard(job_id, field));
                let _ = reply.send(Ok(()));
            }
            Command::Upload(path, reply) => self.upload(path, reply),
            Command::IsUploading(reply) => drop(reply.send(Ok(self.uploads.is_under_way()))),
            Command::Uploads(reply) => drop(reply.send(Ok(self.uploads.views()))),
            Command::CancelUpload(upload_id, reply) => {
                self.cancel_upload(upload_id);
                let _ = reply.send(Ok(()));
            }
            Command::RetryUpload(upload_id, reply) => {
                self.retry_upload(upload_id);
                let _ = reply.send(Ok(()));
            }
            Command::Search(text, reply) => drop(reply.send(Ok(search::find(&self.library, &self.edits, &text)))),
            Command::SetDismissed(job_ids, trouble, reply) => {
                self.set_dismissed(&job_ids, trouble);
                let _ = reply.send(Ok(()));
            }
            Command::Apply(settings, reply) => drop(reply.send(self.apply(*settings))),
            Command::SetWebhookSecret(secret, reply) => self.set_webhook_secret(secret, reply),
            Command::History(reply) => drop(reply.send(Ok(self.store.history()))),
            Command::MarkRead(read, reply) => {
                self.mark_read(&read);
                let _ = reply.send(Ok(()));
            }
            Command::Pause(pause, reply) => drop(reply.send(self.pause(pause))),
            Command::ClearCache(reply) => {
                self.clear_cache();
                let _ = reply.send(Ok(()));
            }
            Command::CanUploadAgain(job_id, reply) => {
                drop(reply.send(Ok(self.store.source(&job_id).is_some_and(|path| path.is_file()))));
            }
            Command::UploadAgain(job_id, reply) => self.upload_again(job_id, reply),
            Command::Synced(reply) => self.fetcher.when_synced(reply),
            Command::SessionRestored(reply) => match &mut self.restoring {
                Some(waiting) => waiting.push(reply),
                None => drop(reply.send(Ok(self.session.is_signed_in()))),
            },
            // The loop ends on it.
            Command::Shutdown(reply) => drop(reply.send(Ok(()))),
        }
    }
}
