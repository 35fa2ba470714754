//! One job as the cache keeps it: a register for every field, each with the time of its newest word.

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::{
    JobId, StageId, ThumbnailId, VideoId,
    model::{
        job::{Content, EvictedTranscript, Fault, Field, Status, Thumbnail},
        time_range::TimeRange,
        unix_nanos::UnixNanos,
    },
    protocol::Progress,
};

mod marks;
mod packed;
mod percent;
mod stored;

pub use marks::Marks;
pub(crate) use packed::Packed;
use percent::Percent;

/// How many errors and warnings of one run are kept; a backend that floods costs its oldest.
const FAULT_LIMIT: usize = 50;

/// Holds the few parts of a job, ordered by their names, in no more memory than they need: there may be a hundred thousand
/// jobs.
pub type Parts<K, V> = LiteMap<K, V>;

/// Is a value with the time from which it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LwwRegister<T> {
    /// When the backend says that it became so.
    pub at: UnixNanos,
    /// The value.
    pub value: T,
}

impl<T: PartialEq> LwwRegister<T> {
    /// Takes a value of a time, unless the one that is held is newer, and returns whether that made a difference. At equal
    /// times the later arrival wins.
    pub fn set_register(&mut self, at: Timestamp, value: T) -> bool {
        let at = at.into();
        let differs = at > self.at || (at == self.at && value != self.value);
        if differs {
            *self = Self { at, value };
        }
        differs
    }
}

/// Sets a register to a value of a time, as [`LwwRegister::set_register`] does.
pub fn set_register<T: PartialEq>(register: &mut Option<LwwRegister<T>>, at: Timestamp, value: T) -> bool {
    if let Some(held) = register {
        return held.set_register(at, value);
    }
    *register = Some(LwwRegister { at: at.into(), value });
    true
}

/// Sets one of many registers to a value of a time, as [`LwwRegister::set_register`] does.
pub fn set_in<K: Ord, T: PartialEq>(registers: &mut Parts<K, LwwRegister<T>>, key: K, at: Timestamp, value: T) -> bool {
    if let Some(held) = registers.get_mut(&key) {
        return held.set_register(at, value);
    }
    registers.insert(key, LwwRegister { at: at.into(), value });
    true
}

/// Is what became of a progress that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// It is what holds now.
    Applied,
    /// It opened a run after one that had ended.
    Reopened,
    /// Something newer holds.
    Older,
    /// Something newer holds, but the dropped word was an end, and what holds is none: only REST can tell.
    NeedsRefetch,
}

/// Holds the status and the percentage of a job or a stage.
///
/// They are registers of their own because an ERROR sets a status and knows no percentage: the end state is then
/// the same whatever arrives first.
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
    /// Returns the status; PENDING before anything was said.
    pub fn status(&self) -> Status {
        self.standing.as_ref().map_or(Status::Pending, |standing| standing.value.status)
    }

    /// Returns when the status was set.
    pub fn since(&self) -> Option<Timestamp> {
        self.standing.as_ref().map(|standing| standing.at.into())
    }

    /// Returns how far it has come, 0–100.
    pub fn percent(&self) -> f64 {
        self.known_percent().unwrap_or(0.0)
    }

    /// Returns how far it has come, 0–100; none where nobody ever said so.
    pub fn known_percent(&self) -> Option<f64> {
        self.percent.as_ref().map(|percent| percent.value.1.0)
    }

    /// Returns when that was told.
    pub fn percent_at(&self) -> Option<Timestamp> {
        self.percent.as_ref().map(|percent| percent.at.into())
    }

    /// Returns when it was worked on, as far as messages told: nothing, where a snapshot tells of a run that no message did.
    pub fn span(&self) -> TimeRange {
        let is_of_another = !self.status().is_final() && self.span.ended().is_some();
        if is_of_another { TimeRange::default() } else { self.span }
    }

    /// Returns why it failed, where it did and the backend said.
    pub fn error_message(&self) -> Option<&str> {
        let standing = self.standing.as_ref().filter(|standing| standing.value.status == Status::Failed)?;
        standing.value.error_message.as_deref()
    }

    /// Takes in what a message says, whose time is that of what it tells.
    pub fn apply_event(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        self.span.note(at, progress.status);
        self.apply(at, progress)
    }

    /// Takes in when it was worked on, from a backend that keeps such times.
    pub fn tell(&mut self, began: Option<Timestamp>, ended: Option<Timestamp>) {
        self.span.tell(began, ended);
    }

    /// Applies the order rule: the newest time, then the higher status, then the higher percentage, then the later
    /// arrival.
    pub fn apply(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        let (at, rank) = (UnixNanos::from(at), progress.status.rank());
        let said = progress.progress_percent.or((progress.status == Status::Completed).then_some(100.0)).map(Percent);
        if let Some(percent) = said {
            let newer = |held: &LwwRegister<(u8, Percent)>| (at, (rank, percent)) >= (held.at, held.value);
            if self.percent.as_ref().is_none_or(newer) {
                self.percent = Some(LwwRegister { at, value: (rank, percent) });
            }
        }
        let percent = said.unwrap_or(Percent(0.0));
        let before = self.standing.as_ref();
        let newer = |held: &LwwRegister<StatusRegister>| {
            (at, rank, percent) >= (held.at, held.value.status.rank(), held.value.percent)
        };
        if !before.is_none_or(newer) {
            let doubtful = progress.status.is_final() && !self.status().is_final();
            return if doubtful { ApplyOutcome::NeedsRefetch } else { ApplyOutcome::Older };
        }
        let reopened = before.is_some() && self.status().is_final() && !progress.status.is_final();
        let error_message = progress.error_message.as_deref().filter(|message| !message.trim().is_empty());
        let error_message = error_message.map(Box::from);
        self.standing =
            Some(LwwRegister { at, value: StatusRegister { status: progress.status, percent, error_message } });
        if reopened { ApplyOutcome::Reopened } else { ApplyOutcome::Applied }
    }
}

/// Is everything that is known of one job, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Record {
    /// Which job it is.
    #[borsh(serialize_with = "packed::put_nothing", deserialize_with = "packed::take_no_id")]
    pub job_id: JobId,
    /// Which video it works on.
    pub video_id: Option<VideoId>,
    /// The file's name on the creator's disk.
    pub filename: Option<String>,
    /// The file's size in bytes.
    pub size_bytes: Option<u64>,
    /// How long the video is, in seconds.
    pub duration_seconds: Option<f64>,
    /// When the job was made.
    pub created_at: Option<UnixNanos>,
    /// The newest time that any word about it carried.
    pub updated_at: Option<UnixNanos>,
    /// Whether REST ever told of it; one that only messages know of is not missed in a list.
    #[serde(default)]
    pub listed: bool,
    /// Counts how often the job was run anew; a notification is due once a run.
    pub run: u32,
    /// Its overall progress.
    pub overall: ProgressState,
    /// The backend's own word for its status, where that is none of the specification's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    /// The progress of its stages.
    #[serde(serialize_with = "stored::as_map")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub stages: Parts<StageId, ProgressState>,
    /// Its metadata.
    #[serde(serialize_with = "stored::as_map", deserialize_with = "stored::metadata")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub metadata: Parts<Field, LwwRegister<Content>>,
    /// Its thumbnails.
    #[serde(serialize_with = "stored::as_map")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub thumbnails: Parts<ThumbnailId, LwwRegister<Thumbnail>>,
    /// When each of them was first told of, which is their order.
    #[serde(default, serialize_with = "stored::as_map")]
    #[borsh(serialize_with = "packed::put_parts", deserialize_with = "packed::take_parts")]
    pub thumbnails_since: Parts<ThumbnailId, UnixNanos>,
    /// The thumbnail that stands for it.
    pub chosen: Option<LwwRegister<ThumbnailId>>,
    /// Errors and warnings of this run.
    pub faults: Vec<Fault>,
    /// Which fields are suggestions, and which stages were skipped, from backends that say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Box<Marks>>,
    /// What the person has put aside of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<Dismissal>,
}

/// Is what a person has seen of a job's trouble and wants to hear no more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Dismissal {
    /// Which run it was; another may fail anew.
    pub run: u32,
    /// The newest word at that time; what is dated later is new trouble.
    pub at: Option<UnixNanos>,
}

impl Record {
    /// Makes an empty record, for a job of which nothing but the id is known.
    pub fn new(job_id: JobId) -> Self {
        Self {
            job_id,
            video_id: None,
            filename: None,
            size_bytes: None,
            duration_seconds: None,
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
        }
    }

    /// Takes in what a message says of the whole job, whose time is that of what it tells.
    pub fn apply_overall_event(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        self.overall.span.note(at, progress.status);
        self.apply_overall(at, progress)
    }

    /// Applies an overall progress; what a newer run leaves behind is cleared.
    pub fn apply_overall(&mut self, at: Timestamp, progress: &Progress) -> ApplyOutcome {
        let verdict = self.overall.apply(at, progress);
        if verdict == ApplyOutcome::Reopened {
            self.run += 1;
            let at = UnixNanos::from(at);
            self.faults.retain(|fault| fault.at >= at);
        }
        verdict
    }

    /// Returns what went wrong in this run without stopping it.
    pub fn warnings(&self) -> impl DoubleEndedIterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.recoverable)
    }

    /// Returns the warnings that the person has not put aside.
    pub fn open_warnings(&self) -> impl Iterator<Item = &Fault> {
        let seen = self.dismissed.and_then(|dismissed| dismissed.at);
        self.warnings().filter(move |fault| seen.is_none_or(|seen| fault.at > seen))
    }

    /// Tells whether it failed, and the person has not put that aside.
    pub fn has_open_failure(&self) -> bool {
        let is_later =
            |at: Option<UnixNanos>| self.faults.iter().any(|fault| !fault.recoverable && Some(fault.at) > at);
        let is_new = |dismissed: Dismissal| dismissed.run != self.run || is_later(dismissed.at);
        self.overall.status() == Status::Failed && self.dismissed.is_none_or(is_new)
    }

    /// Adds an error or a warning once, and returns whether it was added.
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

    /// Returns what is confirmed of a field, unless that is on disk.
    pub fn content(&self, field: Field) -> Option<Content> {
        if field == Field::Thumbnail {
            return self.chosen.as_ref().map(|held| Content::Text(held.value.to_string()));
        }
        let held = self.metadata.get(&field).map(|held| held.value.clone());
        held.filter(|content| !matches!(content, Content::EvictedTranscript(_)))
    }

    /// Returns the words of the video, unless they are on disk.
    pub fn transcript(&self) -> Option<&str> {
        match &self.metadata.get(&Field::Transcript)?.value {
            Content::Text(text) => Some(text),
            Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_) => None,
        }
    }

    /// Puts something in the place of the words of the video, now that the disk has them.
    pub fn evict_transcript(&mut self) {
        if let Some(shelved) = self.transcript().map(EvictedTranscript::of)
            && let Some(held) = self.metadata.get_mut(&Field::Transcript)
        {
            held.value = Content::EvictedTranscript(shelved);
        }
    }

    /// Tells whether the words of the video are on disk alone.
    pub fn is_transcript_evicted(&self) -> bool {
        self.metadata.get(&Field::Transcript).is_some_and(|held| matches!(held.value, Content::EvictedTranscript(_)))
    }

    /// Takes the words of the video back, where they are on disk alone.
    pub fn restore_transcript(&mut self, transcript: String) {
        if self.is_transcript_evicted()
            && let Some(held) = self.metadata.get_mut(&Field::Transcript)
        {
            held.value = Content::Text(transcript);
        }
    }

    /// Returns when that was said.
    pub fn said_at(&self, field: Field) -> Option<Timestamp> {
        if field == Field::Thumbnail {
            return self.chosen.as_ref().map(|held| held.at.into());
        }
        self.metadata.get(&field).map(|held| held.at.into())
    }

    /// Makes this what is confirmed of a field.
    pub(crate) fn set(&mut self, field: Field, at: Timestamp, value: Content) {
        let at = at.into();
        match (field, value) {
            (Field::Thumbnail, Content::Text(id)) => {
                self.chosen = Some(LwwRegister { at, value: ThumbnailId::new(id) });
            }
            (_, value) => drop(self.metadata.insert(field, LwwRegister { at, value })),
        }
    }

    /// Notes that something was said about the job at a time, and returns whether that is the newest.
    pub fn touch(&mut self, at: Timestamp) -> bool {
        let at = UnixNanos::from(at);
        let newer = self.updated_at.is_none_or(|held| at > held);
        if newer {
            self.updated_at = Some(at);
        }
        newer
    }
}
