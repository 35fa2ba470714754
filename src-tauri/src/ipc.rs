//! The interface between the page and the controller: the commands that the page may call.

mod arguments;
#[cfg(test)]
mod bindings;
pub mod commands;
