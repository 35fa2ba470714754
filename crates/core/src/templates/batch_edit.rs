//! The same edit of the tags and the description of many videos.

use serde::{Deserialize, Serialize};

use super::{VideoTexts, check_size, description, tag_key, with_tags};
use crate::{Error, model::text};

/// An edit of the tags and the description of a video.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct BatchEdit {
    /// The tags to add.
    pub add_tags: Vec<String>,
    /// The tags to remove, in any case.
    pub remove_tags: Vec<String>,
    /// What happens to the description; nothing if absent.
    pub description: Option<DescriptionEdit>,
}

/// An edit of a description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DescriptionEdit {
    /// A text is added below it, as a paragraph of its own.
    Append {
        /// The text.
        text: String,
    },
    /// A text is added above it, as a paragraph of its own.
    Prepend {
        /// The text.
        text: String,
    },
    /// Every occurrence of a text becomes another one.
    Replace {
        /// The text, in exactly this case.
        find: String,
        /// The other text.
        with: String,
    },
}

impl BatchEdit {
    pub(super) fn apply(&self, texts: &VideoTexts) -> Result<VideoTexts, Error> {
        let Self { add_tags, remove_tags, description } = self;
        let written: &[&str] = match description {
            Some(DescriptionEdit::Append { text } | DescriptionEdit::Prepend { text }) => &[text],
            Some(DescriptionEdit::Replace { find, with }) => &[find, with],
            None => &[],
        };
        check_size(written, &[add_tags, remove_tags])?;
        let removed: Vec<String> = remove_tags.iter().map(|tag| tag_key(tag)).collect();
        let kept: Vec<String> = texts.tags.iter().filter(|tag| !removed.contains(&tag_key(tag))).cloned().collect();
        let present = &texts.description;
        let description = description.as_ref().map_or_else(|| present.clone(), |edit| edit.apply(present));
        Ok(VideoTexts { tags: with_tags(&kept, add_tags), description, ..texts.clone() })
    }
}

impl DescriptionEdit {
    fn apply(&self, present: &str) -> String {
        match self {
            Self::Append { text } => description::with_paragraphs(present, "", &text::clean(text)),
            Self::Prepend { text } => description::with_paragraphs(present, &text::clean(text), ""),
            Self::Replace { find, with } => match text::clean(find) {
                // Of control characters alone, nothing is left.
                find if find.is_empty() => present.to_owned(),
                find => present.replace(find.as_ref(), &text::clean(with)),
            },
        }
    }
}
