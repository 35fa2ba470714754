//! The cached record of one job: a last-writer-wins register for every field, each with the timestamp of its value.

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::{
    JobId, StageId, ThumbnailId, VideoId,
    model::{
        job::{Content, EvictedTranscript, Fault, Field, Status, Thumbnail},
        playback::Playback,
        time_range::TimeRange,
        unix_nanos::UnixNanos,
    },
    protocol::Progress,
};

mod annotations;
mod fault_summary;
mod packed;
mod percent;
mod playback;
mod review;
mod snooze;
mod stored;
mod title;

pub use annotations::Annotations;
pub use fault_summary::FaultSummary;
pub(crate) use fault_summary::NO_REASON;
pub(crate) use packed::Packed;
use percent::Percent;
pub use snooze::RecordSnooze;
pub use title::PendingContent;

/// The number of errors and warnings stored per run. The limit protects against a backend that floods; the oldest is
/// dropped.
const FAULT_LIMIT: usize = 50;

/// A compact sorted map for the few parts of a job, because there may be 100,000 jobs in memory.
pub type Parts<K, V> = LiteMap<K, V>;

/// A last-writer-wins register: a value with the timestamp from which it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LwwRegister<T> {
    /// The timestamp of the value, according to the backend.
    pub at: UnixNanos,
    /// The value.
    pub value: T,
}

impl<T: PartialEq> LwwRegister<T> {
    /// Sets the value unless the current one is newer, and returns whether the register changed. At equal timestamps
    /// the later arrival wins.
    pub fn set_register(&mut self, at: Timestamp, value: T) -> bool {
        let at = at.into();
        let differs = at > self.at || (at == self.at && value != self.value);
        if differs {
            *self = Self { at, value };
        }
        differs
    }
}

/// Sets an optional register, as [`LwwRegister::set_register`] does.
pub fn set_register<T: PartialEq>(register: &mut Option<LwwRegister<T>>, at: Timestamp, value: T) -> bool {
    if let Some(held) = register {
        return held.set_register(at, value);
    }
    *register = Some(LwwRegister { at: at.into(), value });
    true
}

/// Sets one of many registers, as [`LwwRegister::set_register`] does.
pub fn set_in<K: Ord, T: PartialEq>(registers: &mut Parts<K, LwwRegister<T>>, key: K, at: Timestamp, value: T) -> bool {
    if let Some(held) = registers.get_mut(&key) {
        return held.set_register(at, value);
    }
    registers.insert(key, LwwRegister { at: at.into(), value });
    true
}

/// The outcome of applying a progress update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// The update was applied.
    Applied,
    /// The update was applied and started a new run after one that had ended.
    Reopened,
    /// The update was rejected because the current value is newer.
    Older,
    /// The update was rejected because the current value is newer, but it had a terminal status and the current one is
    /// not terminal: the job must be refetched.
    NeedsRefetch,
}

/// The status and the percentage of a job or a stage.
///
/// They are separate registers because an ERROR sets a status without a percentage: the final state is then independent
/// of the order of arrival.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct ProgressState {
    standing: Option<LwwRegister<StatusRegister>>,
    percent: Option<LwwRegister<(u8, Percent)>>,
    #[serde(default)]
    span: TimeRange,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
struct StatusRegister {
    status: Status,
    percent: Percent,
    error_message: Option<Box<str>>,
}

impl ProgressState {
    /// Returns the status; PENDING if there was no update yet.
    pub fn status(&self) -> Status {
        self.standing.as_ref().map_or(Status::Pending, |standing| standing.value.status)
    }

    /// Returns the timestamp of the status.
    pub fn since(&self) -> Option<Timestamp> {
        self.standing.as_ref().map(|standing| standing.at.into())
    }

    /// Returns the percentage, 0–100; 0 if unknown.
    pub fn percent(&self) -> f64 {
        self.known_percent().unwrap_or(0.0)
    }

    /// Returns the percentage, 0–100; none if it was never sent.
    pub fn known_percent(&self) -> Option<f64> {
        self.percent.as_ref().map(|percent| percent.value.1.0)
    }

    /// Returns the timestamp of the percentage.
    pub fn percent_at(&self) -> Option<Timestamp> {
        self.percent.as_ref().map(|percent| percent.at.into())
    }

    /// Returns the time range of processing, as far as messages reported it. It is empty if a snapshot reports a run of
    /// which no message was received.
    pub fn span(&self) -> TimeRange {
        let is_of_another = !self.status().is_final() && self.span.ended().is_some();
        if is_of_another { TimeRange::default() } else { self.span }
    }

    /// Returns the error message, if the status is FAILED and the backend sent one.
    pub fn error_message(&self) -> Option<&str> {
        let standing = self.standing.as_ref().filter(|standing| standing.value.status == Status::Failed)?;
        standing.value.error_message.as_deref()
    }

    /// Applies a live event, whose timestamp is the time of what it reports.
    pub fn apply_event(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        self.span.note(at, progress.status);
        self.apply(at, progress)
    }

    /// Applies the start and end times stored by the backend.
    pub fn apply_stored_times(&mut self, began: Option<Timestamp>, ended: Option<Timestamp>) {
        self.span.apply_stored_times(began, ended);
    }

    /// Applies an update by the ordering rule: the newest timestamp wins, then the higher status, then the higher
    /// percentage, then the later arrival. Source: docs/protocol.md#ordering.
    pub fn apply(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        let (at, rank) = (UnixNanos::from(at), progress.status.rank());
        let sent = progress.progress_percent.or((progress.status == Status::Completed).then_some(100.0)).map(Percent);
        if let Some(percent) = sent {
            let newer = |held: &LwwRegister<(u8, Percent)>| (at, (rank, percent)) >= (held.at, held.value);
            if self.percent.as_ref().is_none_or(newer) {
                self.percent = Some(LwwRegister { at, value: (rank, percent) });
            }
        }
        let percent = sent.unwrap_or(Percent(0.0));
        let before = self.standing.as_ref();
        let newer = |held: &LwwRegister<StatusRegister>| {
            (at, rank, percent) >= (held.at, held.value.status.rank(), held.value.percent)
        };
        if !before.is_none_or(newer) {
            let needs_refetch = progress.status.is_final() && !self.status().is_final();
            return if needs_refetch { ApplyOutcome::NeedsRefetch } else { ApplyOutcome::Older };
        }
        let reopened = before.is_some() && self.status().is_final() && !progress.status.is_final();
        let error_message = progress.error_message.as_deref().filter(|message| !message.trim().is_empty());
        let error_message = error_message.map(Box::from);
        self.standing =
            Some(LwwRegister { at, value: StatusRegister { status: progress.status, percent, error_message } });
        if reopened { ApplyOutcome::Reopened } else { ApplyOutcome::Applied }
    }
}

/// The cached data of one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Record {
    /// The id of the job.
    #[borsh(serialize_with = "packed::put_nothing", deserialize_with = "packed::take_no_id")]
    pub job_id: JobId,
    /// The id of the video.
    pub video_id: Option<VideoId>,
    /// The name of the original file.
    pub filename: Option<String>,
    /// The size of the file in bytes.
    pub size_bytes: Option<u64>,
    /// The duration of the video, in seconds.
    pub duration_seconds: Option<f64>,
    /// Where the video can be played. Only snapshots carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playback: Option<Box<LwwRegister<Playback>>>,
    /// The time at which the job was created.
    pub created_at: Option<UnixNanos>,
    /// The latest timestamp of any message or snapshot about the job.
    pub updated_at: Option<UnixNanos>,
    /// Whether a snapshot ever contained the job. A job known from messages only is not treated as missing in a list.
    #[serde(default)]
    pub listed: bool,
    /// The number of times the job was run again. Each run may notify once.
    pub run: u32,
    /// The overall progress.
    pub overall: ProgressState,
    /// The backend's own status, if it is not one of the specification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    /// The progress of the stages.
    #[serde(serialize_with = "stored::as_map")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub stages: Parts<StageId, ProgressState>,
    /// The metadata.
    #[serde(serialize_with = "stored::as_map", deserialize_with = "stored::metadata")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub metadata: Parts<Field, LwwRegister<Content>>,
    /// The thumbnails.
    #[serde(serialize_with = "stored::as_map")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub thumbnails: Parts<ThumbnailId, LwwRegister<Thumbnail>>,
    /// The time at which each thumbnail was first reported, which defines their order.
    #[serde(default, serialize_with = "stored::as_map")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub thumbnails_since: Parts<ThumbnailId, UnixNanos>,
    /// The chosen thumbnail.
    pub chosen: Option<LwwRegister<ThumbnailId>>,
    /// The errors and warnings of the current run.
    pub faults: Vec<Fault>,
    /// Suggested fields and skipped stages, from backends that report them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Box<Annotations>>,
    /// The dismissal of failures and warnings by the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<Dismissal>,
    /// The snooze of the review by the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed: Option<RecordSnooze>,
}

/// A dismissal: the failures and warnings of a job that the user has dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Dismissal {
    /// The run that was dismissed; another run may fail again.
    pub run: u32,
    /// The latest timestamp at the time of the dismissal; later faults are new.
    pub at: Option<UnixNanos>,
}

impl Record {
    /// Creates an empty record for a job of which only the id is known.
    pub fn new(job_id: JobId) -> Self {
        Self {
            job_id,
            video_id: None,
            filename: None,
            size_bytes: None,
            duration_seconds: None,
            playback: None,
            created_at: None,
            updated_at: None,
            listed: false,
            run: 0,
            overall: ProgressState::default(),
            status_word: None,
            stages: Parts::new(),
            metadata: Parts::new(),
            thumbnails: Parts::new(),
            thumbnails_since: Parts::new(),
            chosen: None,
            faults: Vec::new(),
            marks: None,
            dismissed: None,
            snoozed: None,
        }
    }

    /// Applies a live event about the whole job, whose timestamp is the time of what it reports.
    pub fn apply_overall_event(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        self.overall.span.note(at, progress.status);
        self.apply_overall(at, progress)
    }

    /// Applies an overall update. When a new run begins, the faults of the previous one are removed.
    pub fn apply_overall(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        let outcome = self.overall.apply(at, progress);
        if outcome == ApplyOutcome::Reopened {
            self.run += 1;
            let at = UnixNanos::from(at);
            self.faults.retain(|fault| fault.at >= at);
        }
        outcome
    }

    /// Adds an error or warning unless it is already known, and returns whether it was added.
    pub fn add_fault(&mut self, fault: Fault) -> bool {
        if self.faults.contains(&fault) {
            return false;
        }
        let place = self.faults.partition_point(|held| (held.at, &held.code) <= (fault.at, &fault.code));
        self.faults.insert(place, fault);
        if self.faults.len() > FAULT_LIMIT {
            self.faults.remove(0);
        }
        true
    }

    /// Returns the confirmed content of a field, unless it is evicted to disk.
    pub fn content(&self, field: Field) -> Option<Content> {
        if field == Field::Thumbnail {
            return self.chosen.as_ref().map(|held| Content::Text(held.value.to_string()));
        }
        let held = self.metadata.get(&field).map(|held| held.value.clone());
        held.filter(|content| !matches!(content, Content::EvictedTranscript(_)))
    }

    /// Returns the transcript, unless it is evicted to disk.
    pub fn transcript(&self) -> Option<&str> {
        match &self.metadata.get(&Field::Transcript)?.value {
            Content::Text(text) => Some(text),
            Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_) => None,
        }
    }

    /// Replaces the transcript by a placeholder, after it was stored on disk.
    pub fn evict_transcript(&mut self) {
        if let Some(evicted) = self.transcript().map(EvictedTranscript::of)
            && let Some(held) = self.metadata.get_mut(&Field::Transcript)
        {
            held.value = Content::EvictedTranscript(evicted);
        }
    }

    /// Returns whether the transcript is evicted to disk.
    pub fn is_transcript_evicted(&self) -> bool {
        self.metadata.get(&Field::Transcript).is_some_and(|held| matches!(held.value, Content::EvictedTranscript(_)))
    }

    /// Restores the transcript, if it is evicted to disk.
    pub fn restore_transcript(&mut self, transcript: String) {
        if self.is_transcript_evicted()
            && let Some(held) = self.metadata.get_mut(&Field::Transcript)
        {
            held.value = Content::Text(transcript);
        }
    }

    /// Returns the timestamp of a field's confirmed content.
    pub fn field_updated_at(&self, field: Field) -> Option<Timestamp> {
        if field == Field::Thumbnail {
            return self.chosen.as_ref().map(|held| held.at.into());
        }
        self.metadata.get(&field).map(|held| held.at.into())
    }

    /// Sets the confirmed content of a field.
    pub(crate) fn set(&mut self, field: Field, at: Timestamp, value: Content) {
        let at = at.into();
        match (field, value) {
            (Field::Thumbnail, Content::Text(id)) => {
                self.chosen = Some(LwwRegister { at, value: ThumbnailId::new(id) });
            }
            (_, value) => drop(self.metadata.insert(field, LwwRegister { at, value })),
        }
    }

    /// Records the timestamp of a message or snapshot and returns whether it is the latest.
    pub fn touch(&mut self, at: Timestamp) -> bool {
        let at = UnixNanos::from(at);
        let newer = self.updated_at.is_none_or(|held| at > held);
        if newer {
            self.updated_at = Some(at);
        }
        newer
    }
}
