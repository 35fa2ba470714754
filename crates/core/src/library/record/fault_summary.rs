//! Why a job failed, and what it warns of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Record;
use crate::{
    StageId,
    model::{
        job::{Fault, Status},
        text,
    },
};

/// The message if a studio sent none. The window and notifications translate it.
pub(crate) const NO_REASON: &str = "No error details available.";

/// An error or warning of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FaultSummary {
    /// The error code of the backend, or `JOB_FAILED` if it sent none.
    pub code: String,
    /// The message for the user.
    pub message: String,
    /// The stage in which it occurred.
    pub stage_id: Option<StageId>,
    /// The time at which it occurred by the backend's clock, if a message reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub at: Option<Timestamp>,
}

impl From<&Fault> for FaultSummary {
    fn from(fault: &Fault) -> Self {
        let Fault { at, code, message, stage_id, .. } = fault.clone();
        Self { code, message, stage_id, at: Some(at.into()) }
    }
}

impl Record {
    /// Returns the reason of a failure, combined from the failing message, the ERROR message and the failed stage; none
    /// if the job did not fail.
    pub fn failure(&self) -> Option<FaultSummary> {
        if self.overall.status() != Status::Failed {
            return None;
        }
        let fatal = self.faults.iter().rfind(|fault| !fault.recoverable);
        let failed_stage = self.stages.iter().find(|(_, stage)| stage.status() == Status::Failed);
        let job_message = self.overall.error_message();
        let message = fatal
            .and_then(|fault| text::visible(&fault.message))
            .or_else(|| job_message.and_then(text::visible))
            .or_else(|| failed_stage.and_then(|(_, stage)| text::visible(stage.error_message()?)))
            .unwrap_or(NO_REASON);
        let stage_id =
            fatal.and_then(|fault| fault.stage_id.clone()).or_else(|| failed_stage.map(|(id, _)| id.clone()));
        let code = fatal.map_or("JOB_FAILED", |fault| fault.code.as_str());
        let at = fatal.map(|fault| fault.at.into()).or_else(|| self.ended_at());
        Some(FaultSummary { code: code.to_owned(), message: message.to_owned(), stage_id, at })
    }

    /// Returns the start of processing by the backend's clock, as far as messages reported it.
    pub fn began_at(&self) -> Option<Timestamp> {
        let stages = self.stages.values().filter_map(|stage| stage.span().began()).min();
        // The job itself may be reported as PROCESSING only after its first stage, or not at all.
        [self.overall.span().began(), stages].into_iter().flatten().min()
    }

    /// Returns the end of processing by the backend's clock, as far as messages reported it.
    pub fn ended_at(&self) -> Option<Timestamp> {
        let stages = || self.stages.values().filter_map(|stage| stage.span().ended()).max();
        self.overall.status().is_final().then(|| self.overall.span().ended().or_else(stages))?
    }
}
