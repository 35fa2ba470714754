//! The settings: the file that stores them, and how changes take effect.

pub mod file;
pub mod preferences;
