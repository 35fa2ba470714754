//! Jobs that somebody asked for by their id: REST is asked before it is said that there is none.

use std::collections::BTreeMap;

use tallylight_core::{
    Code, Error, JobId,
    model::job::{Content, Field},
    protocol::snapshot::Caption,
    view::JobView,
};

use super::Actor;
use crate::handle::Reply;
use crate::net::http::Failure;

/// What somebody wants with a job that is not known here.
#[derive(Debug)]
pub(in crate::account) enum Question {
    /// To see it.
    Show(Reply<JobView>),
    /// To know when what is said is said.
    Captions(Reply<Vec<Caption>>),
    /// To change it.
    Edit(BTreeMap<Field, Content>, Reply<()>),
}

impl Question {
    pub(super) fn refuse(self, error: Error) {
        match self {
            Self::Show(reply) => drop(reply.send(Err(error))),
            Self::Captions(reply) => drop(reply.send(Err(error))),
            Self::Edit(_, reply) => drop(reply.send(Err(error))),
        }
    }
}

impl Actor {
    /// Shows a job, once REST was asked for one that is not known here.
    pub(in crate::account) fn show_job(&mut self, job_id: JobId, reply: Reply<JobView>) {
        match self.full_view(&job_id) {
            Some(view) => drop(reply.send(Ok(view))),
            None => self.fetch_first(job_id, Question::Show(reply)),
        }
    }

    /// Asks REST for the captions of a job; they are not kept.
    pub(in crate::account) fn fetch_captions(&mut self, job_id: JobId, reply: Reply<Vec<Caption>>) {
        self.fetch_first(job_id, Question::Captions(reply));
    }

    /// Changes a job, once REST was asked for one that is not known here.
    pub(in crate::account) fn edit_job(&mut self, job_id: JobId, changes: BTreeMap<Field, Content>, reply: Reply<()>) {
        let is_known = self.library.summary(&job_id).is_some() || self.is_syncing();
        if is_known || !self.session.is_signed_in() {
            return drop(reply.send(self.edit(job_id, changes)));
        }
        self.fetch_first(job_id, Question::Edit(changes, reply));
    }

    fn fetch_first(&mut self, job_id: JobId, question: Question) {
        if !self.session.is_signed_in() {
            return question.refuse(no_job(&job_id));
        }
        self.fetcher.questions.entry(job_id.clone()).or_default().push(question);
        self.fetch_now(job_id);
    }

    /// Answers whoever asked for a job, now that REST has told of it, or could not.
    pub(super) fn answer_questions(&mut self, job_id: &JobId, captions: Result<&[Caption], &Failure>) {
        for question in self.fetcher.questions.remove(job_id).unwrap_or_default() {
            match (captions, question) {
                (Err(failure), question) if failure.is_denial() => question.refuse(no_job(job_id)),
                (Err(failure), question) => question.refuse(failure.error.clone()),
                (Ok(captions), Question::Captions(reply)) => drop(reply.send(Ok(captions.to_vec()))),
                (Ok(_), Question::Show(reply)) => {
                    drop(reply.send(self.full_view(job_id).ok_or_else(|| no_job(job_id))));
                }
                (Ok(_), Question::Edit(changes, reply)) => drop(reply.send(self.edit(job_id.clone(), changes))),
            }
        }
    }
}

fn no_job(job_id: &JobId) -> Error {
    Error::new(Code::NotFound, format!("Video {job_id} not found. Run `tally jobs` to list all videos."))
}
