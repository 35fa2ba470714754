//! The fields of a snapshot by their names.

use super::Snapshot;
use crate::model::job::{Content, Field};

impl Snapshot {
    /// Returns the content of a field; none if the snapshot does not contain it.
    pub fn content(&self, field: Field) -> Option<Content> {
        if field == Field::Thumbnail {
            return self.chosen.as_ref().map(|id| Content::Text(id.to_string()));
        }
        self.metadata.iter().find(|(held, _)| *held == field).map(|(_, content)| content.clone())
    }
}
