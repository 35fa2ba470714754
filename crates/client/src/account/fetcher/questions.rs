//! Commands about a job that is not known here: REST is asked before the answer is "not found".

use std::collections::BTreeMap;

use tallylight_core::{
    Code, Error, JobId,
    model::job::{Content, Field},
    protocol::snapshot::Caption,
    view::JobView,
};

use super::{Call, Context, Fetcher};
use crate::handle::Reply;

/// A command that waits for a job to be fetched.
#[derive(Debug)]
pub(in crate::account) enum Question {
    /// To show it.
    Show(Reply<JobView>),
    /// To show the times of its transcript. They are not stored.
    Captions(Reply<Vec<Caption>>),
    /// To edit it.
    Edit(BTreeMap<Field, Content>, Reply<()>),
}

impl Question {
    pub(in crate::account) fn refuse(self, error: Error) {
        match self {
            Self::Show(reply) => drop(reply.send(Err(error))),
            Self::Captions(reply) => drop(reply.send(Err(error))),
            Self::Edit(_, reply) => drop(reply.send(Err(error))),
        }
    }
}

impl Fetcher {
    /// Requests a job at once, however many others wait.
    pub(super) fn ask(&mut self, job_id: JobId, question: Question, context: &mut Context) {
        if !context.access.is_signed_in {
            return question.refuse(no_job(&job_id));
        }
        self.questions.entry(job_id.clone()).or_default().push(question);
        if self.in_flight.insert(job_id.clone()) {
            self.queued.remove(&job_id);
            self.begin(Call::job(job_id), context);
        }
    }
}

/// Returns the error for a job that neither this computer nor the backend knows.
pub(in crate::account) fn no_job(job_id: &JobId) -> Error {
    Error::new(Code::NotFound, format!("Video {job_id} not found. Run `tally jobs` to list all videos."))
}
