//! The border between the page and the core: commands of the page, and events to it.

#[cfg(test)]
mod bindings;
pub mod commands;
pub mod shell;
pub mod suggestions;
