//! Why videos failed.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use super::LIST_LIMIT;
use crate::{library::record::FaultSummary, model::fault_code::FaultCode};

/// How many distinct reasons are told apart while they are counted.
const REASON_LIMIT: usize = 1000;

/// How often videos failed for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FailureCount {
    /// A failure for this reason.
    pub fault: FaultSummary,
    /// How many there were.
    pub count: u32,
}

/// The failures by reason: by the code if this program has a text for it, and else by the message, too.
#[derive(Debug, Default)]
pub(super) struct Failures {
    reasons: BTreeMap<(String, Option<String>), FailureCount>,
    others: u32,
}

impl Failures {
    pub(super) fn add(&mut self, fault: Option<FaultSummary>) {
        let Some(fault) = fault else {
            self.others += 1;
            return;
        };
        let message = FaultCode::known(&fault.code).is_none().then(|| fault.message.clone());
        let key = (fault.code.to_lowercase(), message);
        if self.reasons.len() >= REASON_LIMIT && !self.reasons.contains_key(&key) {
            self.others += 1;
            return;
        }
        self.reasons.entry(key).or_insert(FailureCount { fault, count: 0 }).count += 1;
    }

    /// Returns the most frequent reasons, and the number of failures for others.
    pub(super) fn finish(self) -> (Vec<FailureCount>, u32) {
        let mut reasons: Vec<FailureCount> = self.reasons.into_values().collect();
        reasons.sort_by_key(|reason| Reverse(reason.count));
        let rare = reasons.split_off(reasons.len().min(LIST_LIMIT));
        let others = rare.iter().map(|reason| reason.count).sum::<u32>() + self.others;
        (reasons, others)
    }
}
