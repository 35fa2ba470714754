//! The settings: the file that holds them, and how a change takes effect.

pub mod file;
pub mod preferences;
