//! The messages of the templates.

use crate::command::TemplateCommand;

/// What the templates handle.
pub(in crate::account) enum TemplatesInput {
    Command(TemplateCommand),
    /// The templates of this owner are in use from now on.
    Load(String),
    /// Those of nobody are; they stay on disk.
    Unload,
    /// They are to be deleted from the disk.
    Delete,
}
