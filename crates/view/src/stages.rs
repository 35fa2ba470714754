//! The stages of a job for display, in pipeline order.

use jiff::Timestamp;
use serde::Serialize;
use tallylight_core::{
    StageId,
    library::record::{ProgressState, Record},
    model::job::Status,
};

/// A stage for display.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StageView {
    /// The id of the stage.
    pub stage_id: StageId,
    /// The status.
    pub status: Status,
    /// The progress, 0–100; none if the backend does not send it.
    pub progress_percent: Option<f64>,
    /// The reason of a failure.
    pub error_message: Option<String>,
    /// Whether the stage was skipped.
    pub skipped: bool,
    /// The start of processing by the backend's clock, as far as messages reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub began_at: Option<Timestamp>,
    /// The end of processing, as far as messages reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub ended_at: Option<Timestamp>,
}

/// Returns the stages of a job.
pub(crate) fn stages(record: &Record) -> Vec<StageView> {
    in_order(record)
        .map(|(id, progress)| StageView {
            stage_id: id.clone(),
            status: progress.status(),
            progress_percent: progress.known_percent(),
            error_message: progress.error_message().map(str::to_owned),
            skipped: progress.status() == Status::Completed && record.is_skipped(id),
            began_at: progress.span().began(),
            ended_at: progress.span().ended(),
        })
        .collect()
}

/// Returns the stage that is being processed; of several, the first in pipeline order.
pub(crate) fn running(record: &Record) -> Option<&StageId> {
    let running = record.stages.iter().filter(|(_, progress)| progress.status() == Status::Processing);
    running.map(|(id, _)| id).min_by_key(|id| pipeline_place(id))
}

/// Returns the stages of a job in pipeline order.
fn in_order(record: &Record) -> impl Iterator<Item = (&StageId, &ProgressState)> {
    let mut stages: Vec<_> = record.stages.iter().collect();
    // The map is sorted by name; a stable sort keeps this order among stages of the same kind.
    stages.sort_by_cached_key(|(id, _)| pipeline_place(id));
    stages.into_iter()
}

/// Returns the position of a stage in the pipeline order, determined by keywords in its name.
///
/// No message contains the order of the stages, and the order of arrival would differ after a reconnect.
fn pipeline_place(stage_id: &StageId) -> usize {
    const KINDS: [&str; 9] =
        ["UPLOAD", "PROBE", "AUDIO", "TRANSCRI", "TITLE", "METADATA", "CHAPTER", "THUMBNAIL", "PUBLISH"];
    let name = stage_id.as_str().as_bytes();
    let matches = |kind: &&str| name.windows(kind.len()).any(|part| part.eq_ignore_ascii_case(kind.as_bytes()));
    KINDS.iter().position(matches).unwrap_or(KINDS.len())
}
