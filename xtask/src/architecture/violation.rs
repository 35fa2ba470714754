//! What the limits find.

use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter},
};

/// A limit that a file or an item may exceed only as a known exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A file in Rust or TypeScript has at most 400 lines without its tests.
    FileLines,
    /// A function has at most 50 lines.
    FunctionLines,
    /// The body of a Tauri command has at most 3 lines.
    CommandLines,
    /// A Svelte component has at most 120 lines of script and markup.
    ComponentLines,
    /// A struct of the client has at most 15 fields.
    StructFields,
    /// A public function of a library has no `bool` parameter.
    BoolParameter,
    /// A doc comment says what a thing is or does, without "Is" and "Are" at its start.
    DocComment,
    /// The clock is read in `platform/clock.rs` of the client and `clock.rs` of the studio only.
    Clock,
    /// Modules and folders beside each other do not use each other in a circle.
    ModuleCycle,
}

impl Display for Rule {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::FileLines => "file-lines",
            Self::FunctionLines => "function-lines",
            Self::CommandLines => "command-lines",
            Self::ComponentLines => "component-lines",
            Self::StructFields => "struct-fields",
            Self::BoolParameter => "bool-parameter",
            Self::DocComment => "doc-comment",
            Self::Clock => "clock",
            Self::ModuleCycle => "module-cycle",
        })
    }
}

/// The violations of all limits: for each entry as the list of exceptions has it, an explanation.
#[derive(Debug, Default)]
pub struct Violations(BTreeMap<String, String>);

impl Violations {
    /// Adds a violation by an item of a file.
    pub fn add(&mut self, rule: Rule, file: &str, item: &str, explanation: impl Into<String>) {
        self.0.insert(format!("{rule}\t{file}\t{item}"), explanation.into());
    }

    /// Returns each entry with its explanation, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(entry, explanation)| (entry.as_str(), explanation.as_str()))
    }

    /// Returns whether an entry is among them.
    pub fn contains(&self, entry: &str) -> bool {
        self.0.contains_key(entry)
    }

    /// Returns the entries of one rule as "file item".
    #[cfg(test)]
    pub fn of(&self, rule: Rule) -> Vec<String> {
        let start = format!("{rule}\t");
        self.0.keys().filter_map(|entry| Some(entry.strip_prefix(&start)?.replace('\t', " "))).collect()
    }
}
