//! The domain values that all other modules use: ids, jobs and their parts, texts and times.

pub mod digest;
pub mod id;
pub mod job;
pub mod media_url;
pub mod now;
pub mod text;
pub mod time_range;
pub mod unix_nanos;
