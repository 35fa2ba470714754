//! The walls between the crates, as ARCHITECTURE.md draws them.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::run::{shell, step};

/// What the rules must not know of.
const IMPURE: [&str; 7] = ["tokio", "tauri", "rand", "reqwest", "rusqlite", "keyring", "getrandom"];

/// Checks all of them.
pub fn check() -> Result<()> {
    step("walls");
    let shell = shell()?;
    core_is_pure(&shell)?;
    stands_only_in(&shell, "tauri::", &["*.rs"], &["src-tauri/"], &["xtask/src/walls.rs"])?;
    stands_only_in(&shell, "@tauri-apps", &["ui/src/*"], &["ui/src/backend.tauri.ts"], &[])?;
    stands_only_in(&shell, "setQueryData(", &["ui/src/*"], &["ui/src/events.ts"], &["ui/src/events.test.ts"])?;
    stands_only_in(&shell, "fetch(", &["ui/src/*"], &[], &[])?;
    faults_are_listed(&shell)?;
    security_is_shown(&shell)?;
    println!("the walls stand");
    Ok(())
}

/// Checks that `docs/reliability.md` lists every scenario of the fault suite, and no other, and every scenario of what is really
/// sent.
fn faults_are_listed(shell: &Shell) -> Result<()> {
    let page = shell.read_file("docs/reliability.md")?;
    let section = |title: &str| {
        let (_, rest) = page.split_once(title).unwrap_or_default();
        rest.split_once("\n## ").map_or(rest, |(section, _)| section)
    };
    let last_cells =
        section("## The fault suite").lines().filter_map(|line| line.strip_suffix("` |")?.rsplit_once('`'));
    let listed: BTreeSet<String> = last_cells.map(|(_, test)| test.to_owned()).collect();
    let written = scenarios(shell, "tests/scenarios/faults")?;
    let apart: Vec<&String> = listed.symmetric_difference(&written).collect();
    ensure!(!written.is_empty() && apart.is_empty(), "docs/reliability.md and the fault suite differ: {apart:?}");

    let is_test =
        |word: &&str| word.matches('_').count() > 2 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let named: BTreeSet<String> = section("## What servers").split('`').filter(is_test).map(str::to_owned).collect();
    let unlisted: Vec<String> = scenarios(shell, "tests/scenarios/world")?.difference(&named).cloned().collect();
    ensure!(unlisted.is_empty(), "docs/reliability.md does not list {unlisted:?}");
    for test in &named {
        let function = format!("fn {test}(");
        let found = cmd!(shell, "git grep --untracked -lF {function} -- *.rs").quiet().ignore_status().read()?;
        ensure!(!found.is_empty(), "docs/reliability.md points to a test that is not there: {test}");
    }
    Ok(())
}

/// Returns the names of the scenarios in a folder.
fn scenarios(shell: &Shell, folder: &str) -> Result<BTreeSet<String>> {
    let mut written = BTreeSet::new();
    for file in shell.read_dir(folder)? {
        let text = shell.read_file(file)?;
        let tests = text.split("#[tokio::test]\nasync fn ").skip(1);
        written.extend(tests.filter_map(|test| Some(test.split_once('(')?.0.to_owned())));
    }
    Ok(written)
}

/// Checks that every test that `docs/security.md` points to exists.
fn security_is_shown(shell: &Shell) -> Result<()> {
    let page = shell.read_file("docs/security.md")?;
    let cells = page.lines().filter_map(|line| line.strip_suffix("` |")?.rsplit_once('`'));
    let tests: BTreeSet<&str> = cells.map(|(_, test)| test).collect();
    ensure!(!tests.is_empty(), "docs/security.md names no test");
    for test in tests {
        let (rust, node) = (format!("fn {test}("), format!("it(\"{test}\""));
        let found = cmd!(shell, "git grep --untracked -lF -e {rust} -e {node} -- *.rs *.mjs").quiet().ignore_status();
        ensure!(!found.read()?.is_empty(), "docs/security.md points to a test that is not there: {test}");
    }
    Ok(())
}

fn core_is_pure(shell: &Shell) -> Result<()> {
    let format = "{p}";
    let tree = cmd!(shell, "cargo tree -p tallylight-core -e normal --all-features --prefix none -f {format}")
        .quiet()
        .read()?;
    for line in tree.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        ensure!(!IMPURE.contains(&name), "tallylight-core depends on {name}, and must stay pure");
    }
    for call in ["Instant::now", "SystemTime::now", "Timestamp::now", "std::fs", "std::net"] {
        // The corpus of the fuzz targets is read by tests alone.
        stands_only_in(shell, call, &["crates/core/*.rs"], &[], &["crates/core/src/replay_tests.rs"])?;
    }
    Ok(())
}

/// Checks that a text stands in no tracked or new file but those of its room.
fn stands_only_in(shell: &Shell, text: &str, files: &[&str], room: &[&str], except: &[&str]) -> Result<()> {
    // As a word: `refetch(` is no `fetch(`.
    let word = if text.starts_with(char::is_alphanumeric) { r"\b" } else { "" };
    let pattern = format!("{word}{}", text.replace('(', r"\(").replace('.', r"\."));
    let found = cmd!(shell, "git grep --untracked -lE -e {pattern} -- {files...}").quiet().ignore_status().read()?;
    let allowed = |file: &str| room.iter().chain(except).any(|place| file.starts_with(place));
    let strays: Vec<&str> = found.lines().filter(|file| !allowed(file)).collect();
    ensure!(strays.is_empty(), "`{text}` may not stand in {}", strays.join(", "));
    Ok(())
}
