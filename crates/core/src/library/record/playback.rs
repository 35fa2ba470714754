//! Where the video of a job can be played.

use jiff::Timestamp;

use super::{LwwRegister, Record};
use crate::model::playback::Playback;

impl Record {
    /// Sets where the video can be played, unless a newer snapshot said otherwise.
    pub fn set_playback(&mut self, at: Timestamp, playback: Playback) {
        match &mut self.playback {
            Some(held) => _ = held.set_register(at, playback),
            None => self.playback = Some(Box::new(LwwRegister { at: at.into(), value: playback })),
        }
    }

    /// Returns the URL at which the video can be played.
    pub fn playback_url(&self) -> Option<&str> {
        self.playback.as_ref()?.value.url()
    }
}
