//! The interface between the page and the core: the page's commands, and the events sent to it.

#[cfg(test)]
mod bindings;
pub mod commands;
pub mod shell;
pub mod suggestions;
