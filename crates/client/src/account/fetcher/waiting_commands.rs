//! Commands about a job that is not known here: REST is asked before the answer is "not found".

use tallylight_core::JobId;

use super::Fetcher;
use crate::account::{
    context::Context,
    errors::no_job,
    message::{FetchRequest, WaitingCommand},
};

impl Fetcher {
    /// Requests a job at once for a command, however many others wait.
    pub(super) fn fetch_for(&mut self, job_id: JobId, command: WaitingCommand, context: &mut Context) {
        if !context.access.is_signed_in {
            return command.reject(no_job(&job_id));
        }
        self.commands.entry(job_id.clone()).or_default().push(command);
        if self.in_flight.insert(job_id.clone()) {
            self.queued.remove(&job_id);
            self.begin(FetchRequest::job(job_id), context);
        }
    }
}
