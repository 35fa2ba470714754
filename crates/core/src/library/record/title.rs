//! The name of a job, and its cover, with or without pending edits.

use std::collections::BTreeMap;

use super::Record;
use crate::{
    ThumbnailId,
    model::{
        job::{Content, Field, Thumbnail},
        text,
    },
};

/// The edited content by field that replaces the content of the backend.
pub type PendingContent<'a> = BTreeMap<Field, &'a Content>;

impl Record {
    /// Returns the title, or else the name of the file; none if neither is visible.
    pub fn name(&self) -> Option<&str> {
        self.title(&BTreeMap::new()).or_else(|| self.visible_filename())
    }

    /// Returns the name of the file, if it is visible text.
    pub fn visible_filename(&self) -> Option<&str> {
        self.filename.as_deref().and_then(text::visible)
    }

    /// Returns the title with pending edits, if it is visible text.
    pub fn title<'a>(&'a self, pending: &PendingContent<'a>) -> Option<&'a str> {
        let held = || self.metadata.get(&Field::Title).map(|held| &held.value);
        match pending.get(&Field::Title).copied().or_else(held) {
            Some(Content::Text(title)) => text::visible(title),
            Some(Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)) | None => None,
        }
    }

    /// Returns the id of the cover, without pending edits.
    pub fn cover_id(&self) -> Option<ThumbnailId> {
        self.cover(&BTreeMap::new()).map(|cover| cover.thumbnail_id.clone())
    }

    /// Returns the cover with pending edits: the chosen thumbnail, or the first one.
    pub fn cover(&self, pending: &PendingContent<'_>) -> Option<&Thumbnail> {
        let wanted = match pending.get(&Field::Thumbnail) {
            Some(Content::Text(id)) => Some(id.as_str()),
            Some(Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)) | None => {
                self.chosen.as_ref().map(|chosen| chosen.value.as_str())
            }
        };
        let mut held = self.thumbnails.values().map(|held| &held.value);
        let chosen = held.find(|thumbnail| Some(thumbnail.thumbnail_id.as_str()) == wanted);
        chosen.or_else(|| self.thumbnails_in_order().first().copied())
    }

    /// Returns the thumbnails in the order of their creation; those known from a snapshot only are ordered by their
    /// position in the video.
    pub fn thumbnails_in_order(&self) -> Vec<&Thumbnail> {
        let mut thumbnails: Vec<&Thumbnail> = self.thumbnails.values().map(|held| &held.value).collect();
        let position = |thumbnail: &Thumbnail| thumbnail.timestamp_seconds.unwrap_or(f64::INFINITY);
        let since = |thumbnail: &Thumbnail| self.thumbnails_since.get(&thumbnail.thumbnail_id);
        thumbnails.sort_by(|a, b| {
            let later = since(a).cmp(&since(b)).then_with(|| position(a).total_cmp(&position(b)));
            later.then_with(|| a.thumbnail_id.cmp(&b.thumbnail_id))
        });
        thumbnails
    }
}
