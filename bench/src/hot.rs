//! The functions that every message goes through, each on its own.

use std::time::Duration;

use jiff::Timestamp;
use tallylight_core::{
    JobId, Now,
    edits::Edits,
    forecast::Forecast,
    library::{Authority, Library, Scope, pending_changes::Dirty},
    protocol::{
        Frame, decode,
        snapshot::{Snapshot, read_page},
    },
    view,
};

use crate::messages::{Mix, job_id, listed, message};

/// How many jobs there are.
const JOBS: usize = 1000;

/// Names one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Function {
    /// A frame's text becomes a message
    Decode,
    /// A message changes a job
    Apply,
    /// A job of the list is compared with what is known
    Diff,
    /// Changes are gathered, and become what a window is told
    Coalesce,
}

/// Is everything that they need.
pub struct Hot {
    texts: Vec<String>,
    frames: Vec<Frame>,
    cache: Library,
    snapshots: Vec<Snapshot>,
    edits: Edits,
    forecast: Forecast,
    dirty: Dirty,
    now: Now,
}

impl Default for Hot {
    /// Makes a list that is known, and messages about it.
    fn default() -> Self {
        let list: Vec<_> = (0..JOBS).map(|number| listed(&job_id(number), "Film", 50, 0)).collect();
        let snapshots = read_page(&serde_json::Value::from(list).to_string(), None).unwrap_or_default().jobs;
        let now = Now { monotonic: Duration::ZERO, wall: Timestamp::UNIX_EPOCH, draw: 0.5 };
        let mut cache = Library::default();
        cache.merge_all(snapshots.clone(), now.wall);
        let texts: Vec<_> = (0..JOBS as u64).map(|number| message(number, JOBS, Mix::Mixed, 0)).collect();
        let frames = texts.iter().filter_map(|text| decode(text).ok()).collect();
        let dirty = Dirty::once_in(Duration::ZERO);
        Self { texts, frames, cache, snapshots, edits: Edits::default(), forecast: Forecast::default(), dirty, now }
    }
}

impl Hot {
    /// Does it once, and returns something of what came out, so that it is not left out.
    pub fn once(&mut self, function: Function, number: usize) -> usize {
        match function {
            Function::Decode => usize::from(decode(&self.texts[number % JOBS]).is_ok()),
            Function::Apply => match &self.frames[number % JOBS] {
                Frame::Event(event) => self.cache.apply(event.clone(), self.now).len(),
                Frame::Heartbeat(_) | Frame::Accepted => 0,
            },
            Function::Diff => {
                let snapshot = self.snapshots[number % JOBS].clone();
                self.cache.merge(snapshot, self.now.wall, Authority::Ordered).len()
            }
            Function::Coalesce => self.coalesce(number),
        }
    }

    /// Four changes of a job become one.
    fn coalesce(&mut self, number: usize) -> usize {
        let id = JobId::new(job_id(number % JOBS));
        (0..4).for_each(|_| self.dirty.mark(id.clone(), Scope::Increment, self.now.monotonic));
        let batch = self.dirty.batch(self.now.monotonic);
        let jobs = batch.changed.iter().filter_map(|(job_id, _)| self.cache.job(job_id));
        jobs.map(|job| view::job(&job, &self.edits, &self.forecast).stages.len()).sum()
    }
}
