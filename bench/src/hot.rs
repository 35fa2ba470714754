//! The functions that process every message, each on its own.

use std::time::Duration;

use jiff::Timestamp;
use tallylight_core::{
    JobId, Now,
    edits::Edits,
    forecast::Forecast,
    library::{Authority, Library, Scope, ui_batcher::UiBatcher},
    protocol::{
        Frame, decode,
        snapshot::{Snapshot, read_page},
    },
};

use crate::messages::{Mix, job_id, listed, message};

/// The number of jobs.
const JOBS: usize = 1000;

/// A function to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Function {
    /// Decode the text of a frame
    Decode,
    /// Apply a message to its job
    Apply,
    /// Compare a job of the fetched list with the stored one
    Diff,
    /// Coalesce changes and project them for the window
    Coalesce,
}

/// The data that the functions need.
pub struct Hot {
    texts: Vec<String>,
    frames: Vec<Frame>,
    cache: Library,
    snapshots: Vec<Snapshot>,
    edits: Edits,
    forecast: Forecast,
    batcher: UiBatcher,
    now: Now,
}

impl Default for Hot {
    /// Creates a fetched list, and messages about its jobs.
    fn default() -> Self {
        let list: Vec<_> = (0..JOBS).map(|number| listed(&job_id(number), "Film", 50, 0)).collect();
        let snapshots = read_page(&serde_json::Value::from(list).to_string(), None).unwrap_or_default().jobs;
        let now = Now { monotonic: Duration::ZERO, wall: Timestamp::UNIX_EPOCH, draw: 0.5 };
        let mut cache = Library::default();
        cache.merge_all(snapshots.clone(), now.wall);
        let texts: Vec<_> = (0..JOBS as u64).map(|number| message(number, JOBS, Mix::Mixed, 0)).collect();
        let frames = texts.iter().filter_map(|text| decode(text).ok()).collect();
        let batcher = UiBatcher::new(Duration::ZERO);
        Self { texts, frames, cache, snapshots, edits: Edits::default(), forecast: Forecast::default(), batcher, now }
    }
}

impl Hot {
    /// Calls a function once, and returns a number from its result, so that the compiler cannot remove the call.
    pub fn once(&mut self, function: Function, number: usize) -> usize {
        match function {
            Function::Decode => usize::from(decode(&self.texts[number % JOBS]).is_ok()),
            Function::Apply => match &self.frames[number % JOBS] {
                Frame::Event(event) => self.cache.apply(event.clone(), self.now).len(),
                Frame::Heartbeat(_) | Frame::Accepted | Frame::Changed(_) => 0,
            },
            Function::Diff => {
                let snapshot = self.snapshots[number % JOBS].clone();
                self.cache.merge(snapshot, self.now.wall, Authority::Ordered).len()
            }
            Function::Coalesce => self.coalesce(number),
        }
    }

    /// Marks a job as changed four times and projects the one resulting change.
    fn coalesce(&mut self, number: usize) -> usize {
        let id = JobId::new(job_id(number % JOBS));
        (0..4).for_each(|_| self.batcher.mark(id.clone(), Scope::Increment, self.now.monotonic));
        let batch = self.batcher.batch(self.now.monotonic);
        let jobs = batch.changed.iter().filter_map(|(job_id, _)| self.cache.job(job_id));
        jobs.map(|job| tallylight_view::job(&job, &self.edits, &self.forecast).stages.len()).sum()
    }
}
