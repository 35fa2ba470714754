//! Templates and batch edits: how they change the title, description and tags of a video.
//!
//! A change reads the present texts and returns the fields that become different. Applying it again changes nothing: a
//! text that a description has already is not added again, and neither is a tag. No words are removed but those that a
//! batch edit names. Nothing is cut at YouTube's limits; the window shows what is over them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Code, Error,
    model::{
        job::{Chapter, Content, Field},
        text,
    },
};

mod batch_edit;
mod description;
mod names;
mod placeholders;
mod title;

pub use batch_edit::{BatchEdit, DescriptionEdit};
pub use title::TitleRule;

/// The longest name of a template, in characters.
pub const MAX_NAME: usize = 100;
/// The longest text of a template or a batch edit, in bytes: more than any platform takes.
const MAX_TEXT: usize = 64 * 1024;
/// The most tags or links of a template or a batch edit.
const MAX_ENTRIES: usize = 500;

/// A template of the texts of a video.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Template {
    /// The id; 0 for a template that was never stored.
    pub template_id: u32,
    /// The name.
    pub name: String,
    /// The text of the description, with placeholders such as `{title}`.
    pub description: String,
    /// The tags that every video gets.
    pub tags: Vec<String>,
    /// How titles are written.
    pub title_rule: TitleRule,
    /// The lines of `{links}`.
    pub links: Vec<String>,
}

/// The present texts of a video.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct VideoTexts {
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The tags.
    pub tags: Vec<String>,
    /// The chapters, ordered by start time.
    pub chapters: Vec<Chapter>,
    /// The day on which the video was created, such as `2026-01-31`.
    pub date: Option<String>,
}

/// A change of the texts of one or many videos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum TextChange {
    /// A template is applied.
    Template(Template),
    /// Tags and the description are edited alike.
    Edit(BatchEdit),
}

impl Template {
    /// Returns the template with its texts cleaned, as it is stored.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] if it has no name, is too large, or its description has an unknown placeholder.
    pub fn checked(self) -> Result<Self, Error> {
        let Self { template_id, name, description, tags, title_rule, links } = self;
        let name = text::one_line(&name).trim().to_owned();
        if text::is_blank(&name) {
            return Err(invalid("Enter a name for the template."));
        }
        if name.chars().count() > MAX_NAME {
            return Err(invalid(&format!("Enter a name of at most {MAX_NAME} characters.")));
        }
        let links = links.iter().map(|link| text::one_line(link).trim().to_owned());
        let template = Self {
            template_id,
            name,
            description: text::cleaned(description),
            tags: added_tags(&[], &tags),
            title_rule,
            links: links.filter(|link| !text::is_blank(link)).collect(),
        };
        template.check()?;
        Ok(template)
    }

    fn check(&self) -> Result<(), Error> {
        check_size(&[&self.description], &[&self.tags, &self.links])?;
        placeholders::parse(&self.description).map(drop)
    }

    fn apply(&self, texts: &VideoTexts) -> Result<VideoTexts, Error> {
        self.check()?;
        let mut changed = VideoTexts {
            title: title::apply(self.title_rule, &texts.title),
            tags: with_tags(&texts.tags, &self.tags),
            ..texts.clone()
        };
        changed.description = description::merged(&self.description, &self.links, &changed)?;
        Ok(changed)
    }
}

impl TextChange {
    /// Returns the fields of a video that the change makes different, with their new contents.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] if a template has an unknown placeholder, or the change is too large.
    pub fn apply(&self, texts: &VideoTexts) -> Result<BTreeMap<Field, Content>, Error> {
        let changed = match self {
            Self::Template(template) => template.apply(texts)?,
            Self::Edit(edit) => edit.apply(texts)?,
        };
        let fields = [
            (Field::Title, Content::Text(changed.title), Content::Text(texts.title.clone())),
            (Field::Description, Content::Text(changed.description), Content::Text(texts.description.clone())),
            (Field::Tags, Content::Tags(changed.tags), Content::Tags(texts.tags.clone())),
        ];
        Ok(fields.into_iter().filter(|(_, new, old)| new != old).map(|(field, new, _)| (field, new)).collect())
    }
}

impl VideoTexts {
    /// Returns the content of a field that a change can make different.
    pub fn content(&self, field: Field) -> Option<Content> {
        match field {
            Field::Title => Some(Content::Text(self.title.clone())),
            Field::Description => Some(Content::Text(self.description.clone())),
            Field::Tags => Some(Content::Tags(self.tags.clone())),
            Field::Transcript | Field::Chapters | Field::Thumbnail => None,
        }
    }
}

/// Returns tags with others behind them, except those that are there already in any case.
fn with_tags(tags: &[String], added: &[String]) -> Vec<String> {
    tags.iter().cloned().chain(added_tags(tags, added)).collect()
}

/// Returns the tags that are not there yet, each once, without `#` and on one line.
fn added_tags(tags: &[String], added: &[String]) -> Vec<String> {
    let mut known: BTreeSet<String> = tags.iter().map(|tag| tag_key(tag)).collect();
    let plain = added.iter().map(|tag| text::one_line(tag).trim().trim_start_matches('#').trim().to_owned());
    plain.filter(|tag| !text::is_blank(tag) && known.insert(tag_key(tag))).collect()
}

/// Returns the form in which tags are compared. Accents tell tags apart, as they do at YouTube.
fn tag_key(tag: &str) -> String {
    tag.trim().trim_start_matches('#').to_lowercase()
}

/// # Errors
/// [`Code::InvalidContent`] if a text, or a list or an entry of it, is too large.
fn check_size(texts: &[&str], lists: &[&[String]]) -> Result<(), Error> {
    let entries = lists.iter().copied().flatten().map(String::as_str);
    let is_long = |text: &str| text.len() > MAX_TEXT;
    if lists.iter().any(|list| list.len() > MAX_ENTRIES) || texts.iter().copied().chain(entries).any(is_long) {
        return Err(invalid("The text is too long."));
    }
    Ok(())
}

fn invalid(message: &str) -> Error {
    Error::new(Code::InvalidContent, message)
}

#[cfg(test)]
mod tests;
