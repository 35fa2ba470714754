//! The domain values that all other modules use: ids, jobs and their parts, texts and times.

pub mod digest;
pub mod fault_code;
pub mod id;
pub mod job;
pub(crate) mod json_field;
pub mod media_url;
pub mod now;
pub mod outcome;
pub mod playback;
pub mod text;
pub mod time_range;
pub mod trusted_url;
pub mod unix_nanos;
