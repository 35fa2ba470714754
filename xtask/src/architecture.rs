//! The architecture, as ARCHITECTURE.md describes it: what depends on what, and limits of size.
//!
//! Rules about dependencies, placement and pages have no exceptions. Limits have known exceptions, in one list that has
//! to be minimal. Two rules are checked elsewhere: a test of `src-tauri` compares the generated TypeScript with the
//! Rust types, and `disallowed-methods` in `clippy.toml` forbids to read the clock; this check only limits where that lint
//! is switched off.

use anyhow::Result;
use xshell::Shell;

use crate::run::{shell, step};
use sources::Source;
use violation::Violations;

mod dependencies;
mod documents;
mod exceptions;
mod graph;
mod imports;
mod limits;
mod modules;
mod placement;
mod rust;
mod sources;
mod violation;

/// Checks everything.
pub fn check() -> Result<()> {
    step("architecture");
    let shell = shell()?;
    let sources = sources::list(&shell)?;
    check_rules(&shell, &sources)?;
    exceptions::check(&violations(&sources)?)
}

/// Records the present violations of the limits as the known exceptions.
pub fn write_exceptions() -> Result<()> {
    exceptions::write(&violations(&sources::list(&shell()?)?)?)
}

/// Checks what has no exceptions.
fn check_rules(shell: &Shell, sources: &[Source]) -> Result<()> {
    dependencies::check(shell)?;
    placement::check(sources)?;
    documents::check(shell, sources)
}

/// Returns every violation of a limit.
fn violations(sources: &[Source]) -> Result<Violations> {
    let mut violations = Violations::default();
    for source in sources.iter().filter(|source| !source.is_generated()) {
        if source.is_rust() {
            limits::check_clock(source, &mut violations);
        } else if source.is_script() {
            limits::check_script(source, &mut violations);
        } else if source.is_component() {
            limits::check_component(source, &mut violations);
        }
        limits::check_doc_comments(source, &mut violations);
    }
    let parsed = rust::parse(sources)?;
    for file in &parsed {
        rust::check(file, &mut violations);
    }
    modules::check(&parsed, &mut violations)?;
    imports::check(sources, &mut violations);
    Ok(violations)
}
