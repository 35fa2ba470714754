//! Application of messages and snapshots to one record.

use jiff::Timestamp;

use crate::{
    StageId,
    library::record::{ApplyOutcome, Parts, ProgressState, Record, set_in, set_register},
    model::{
        job::{Fault, Status, Thumbnail},
        unix_nanos::UnixNanos,
    },
    protocol::{Body, ErrorData, Progress, snapshot::Snapshot},
};

/// The maximum number of stages and of thumbnails stored per job.
pub(super) const PART_LIMIT: usize = 256;

/// Applies a message and returns its outcome and whether it changed the record.
pub(super) fn apply_body(job: &mut Record, at: Timestamp, body: Body) -> (ApplyOutcome, bool) {
    let differs = match body {
        Body::Job(progress) => return apply_event(job, at, &progress),
        // A stage's rejected terminal status needs no refetch of its own: the terminal status of the job triggers it.
        Body::Stage(stage_id, progress) => stage_of(job, stage_id).is_some_and(|stage| {
            let was = stage.clone();
            stage.apply_event(at, &progress);
            *stage != was
        }),
        Body::Metadata(field, content) => match job.metadata.get_mut(&field) {
            // An evicted transcript is not loaded into memory again.
            Some(held) if held.value.is_same(&content) => {
                let at = UnixNanos::from(at);
                let newer = at > held.at;
                held.at = held.at.max(at);
                newer
            }
            _ => set_in(&mut job.metadata, field, at, content),
        },
        Body::Thumbnail(thumbnail) => apply_thumbnail(job, at, thumbnail),
        Body::Error(error) => return apply_error(job, at, error),
        Body::Many(bodies) => return apply_many(job, at, bodies),
    };
    (ApplyOutcome::Applied, differs)
}

fn apply_event(job: &mut Record, at: Timestamp, progress: &Progress) -> (ApplyOutcome, bool) {
    let was = job.overall.clone();
    let outcome = job.apply_overall_event(at, progress);
    if matches!(outcome, ApplyOutcome::Applied | ApplyOutcome::Reopened) {
        job.status_word = None;
    }
    (outcome, job.overall != was)
}

/// Applies the parts of one message. The outcome is that of the part with the job's own status.
fn apply_many(job: &mut Record, at: Timestamp, bodies: Vec<Body>) -> (ApplyOutcome, bool) {
    bodies.into_iter().fold((ApplyOutcome::Applied, false), |(outcome, differs), body| {
        let is_status = matches!(body, Body::Job(_));
        let (part_outcome, made_a_difference) = apply_body(job, at, body);
        (if is_status { part_outcome } else { outcome }, differs || made_a_difference)
    })
}

fn apply_thumbnail(job: &mut Record, at: Timestamp, thumbnail: Thumbnail) -> bool {
    let id = thumbnail.thumbnail_id.clone();
    if job.thumbnails.len() >= PART_LIMIT && !job.thumbnails.contains_key(&id) {
        return false;
    }
    let since = job.thumbnails_since.entry(id.clone()).or_insert(at.into());
    let earlier = UnixNanos::from(at) < *since;
    *since = (*since).min(at.into());
    set_in(&mut job.thumbnails, id, at, thumbnail) || earlier
}

/// Returns a stage of a job, created if needed; none if the limit is reached.
fn stage_of(job: &mut Record, stage_id: StageId) -> Option<&mut ProgressState> {
    let has_room = job.stages.len() < PART_LIMIT || job.stages.contains_key(&stage_id);
    has_room.then(|| job.stages.entry(stage_id).or_default())
}

fn apply_error(job: &mut Record, at: Timestamp, error: ErrorData) -> (ApplyOutcome, bool) {
    let fatal = (!error.recoverable).then(|| Progress {
        status: Status::Failed,
        progress_percent: None,
        error_message: Some(error.error_message.clone()),
    });
    let added = job.add_fault(Fault {
        at: at.into(),
        code: error.error_code,
        message: error.error_message,
        recoverable: error.recoverable,
        stage_id: error.affected_stage,
    });
    let (outcome, differs) = fatal.map_or((ApplyOutcome::Applied, false), |failed| apply_event(job, at, &failed));
    (outcome, added || differs)
}

/// Reserves the needed capacity for parts that are filled for the first time.
fn make_room<K, V>(parts: &mut Parts<K, V>, count: usize) {
    if parts.is_empty() {
        *parts = Parts::with_capacity(count.min(PART_LIMIT));
    }
}

/// Merges a snapshot and returns the outcome for its status.
pub(super) fn merge_into(job: &mut Record, at: Timestamp, edit_answer: Timestamp, snapshot: Snapshot) -> ApplyOutcome {
    let outcome = snapshot.progress.map_or(ApplyOutcome::Older, |progress| job.apply_overall(edit_answer, &progress));
    if matches!(outcome, ApplyOutcome::Applied | ApplyOutcome::Reopened) {
        job.status_word = snapshot.status_word;
    }
    // A backend may keep separate times for the job and its metadata; an edit changes only the latter.
    let field_updated_at = snapshot.metadata_at.unwrap_or(at);
    job.annotate(field_updated_at.into(), snapshot.suggested.as_deref(), &snapshot.stages);
    make_room(&mut job.stages, snapshot.stages.len());
    make_room(&mut job.metadata, snapshot.metadata.len());
    for (stage_id, data) in snapshot.stages {
        let Some(stage) = stage_of(job, stage_id) else { continue };
        stage.apply(at, &data.progress);
        stage.apply_stored_times(data.started_at, data.completed_at);
    }
    for (field, content) in snapshot.metadata {
        apply_body(job, field_updated_at, Body::Metadata(field, content));
    }
    for thumbnail in snapshot.thumbnails {
        apply_body(job, field_updated_at, Body::Thumbnail(thumbnail));
    }
    for fault in snapshot.faults {
        job.add_fault(fault);
    }
    if let Some(chosen) = snapshot.chosen {
        set_register(&mut job.chosen, field_updated_at, chosen);
    }
    if let Some(playback) = snapshot.playback {
        job.set_playback(at, playback);
    }
    job.video_id = snapshot.video_id.or(job.video_id.take());
    job.filename = snapshot.file.name.or(job.filename.take());
    job.size_bytes = snapshot.file.size_bytes.or(job.size_bytes);
    job.duration_seconds = snapshot.file.duration_seconds.or(job.duration_seconds);
    job.created_at = snapshot.created_at.map(UnixNanos::from).or(job.created_at);
    job.listed = true;
    job.touch(at.max(field_updated_at));
    outcome
}
