//! All jobs by their ids: those that changed last are open, the rest is packed.

use std::{borrow::Cow, collections::VecDeque, sync::Arc};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::held::{Brief, Held};
use crate::{JobId, record::Record};

/// How many jobs are open: more than change within the same minutes, and few beside a hundred thousand. In tests so few
/// that every one of them packs.
const OPEN_LIMIT: usize = if cfg!(test) { 2 } else { 2048 };

/// Tells whether a job was known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
}

/// Holds the jobs: a message must find its own among a hundred thousand as soon as among ten, and they are told in an order
/// that does not depend on chance.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    held: IndexMap<JobId, Held, RandomState>,
    /// Those that are open, in the order in which they were opened.
    open: VecDeque<JobId>,
}

impl Jobs {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn contains(&self, job_id: &JobId) -> bool {
        self.held.contains_key(job_id)
    }

    pub(super) fn get(&self, job_id: &JobId) -> Option<Cow<'_, Record>> {
        self.held.get(job_id).map(|held| held.record(job_id))
    }

    pub(super) fn brief(&self, job_id: &JobId) -> Option<&Brief> {
        self.held.get(job_id).map(Held::brief)
    }

    pub(super) fn shared(&self, job_id: &JobId) -> Option<Arc<Record>> {
        self.held.get(job_id).map(|held| held.shared(job_id))
    }

    pub(super) fn records(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        self.held.iter().map(|(job_id, held)| held.record(job_id))
    }

    pub(super) fn briefs(&self) -> impl Iterator<Item = (&JobId, &Brief)> {
        self.held.iter().map(|(job_id, held)| (job_id, held.brief()))
    }

    /// Takes up a record that is not known.
    pub(super) fn add(&mut self, record: Record) {
        let job_id = record.job_id.clone();
        self.held.insert(job_id.clone(), Held::new(record));
        self.opened(job_id);
    }

    /// Changes a job that is known.
    pub(super) fn change<T>(&mut self, job_id: &JobId, by: impl FnOnce(&mut Record) -> T) -> Option<T> {
        self.contains(job_id).then(|| self.change_or_make(job_id, |job, _| by(job)))
    }

    /// Changes a job, and makes it first where it is not known.
    pub(super) fn change_or_make<T>(&mut self, job_id: &JobId, by: impl FnOnce(&mut Record, Known) -> T) -> T {
        let Some((_, job_id, held)) = self.held.get_full_mut(job_id) else {
            let mut record = Record::new(job_id.clone());
            let result = by(&mut record, Known::No);
            self.add(record);
            return result;
        };
        let was_open = held.is_open();
        let result = held.change(job_id, |job| by(job, Known::Yes));
        if !was_open {
            let job_id = job_id.clone();
            self.opened(job_id);
        }
        result
    }

    /// Packs what was opened first, where there are too many.
    fn opened(&mut self, job_id: JobId) {
        self.open.push_back(job_id);
        while self.open.len() > OPEN_LIMIT {
            let held = self.open.pop_front().and_then(|first| self.held.get_mut(&first));
            held.into_iter().for_each(Held::pack);
        }
    }

    /// Forgets a job, and returns its id where it was known.
    pub(super) fn remove(&mut self, job_id: &JobId) -> Option<JobId> {
        let (job_id, held) = self.held.swap_remove_entry(job_id)?;
        if held.is_open() {
            self.open.retain(|open| *open != job_id);
        }
        Some(job_id)
    }
}
