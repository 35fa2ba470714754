//! The walls between the crates, as ARCHITECTURE.md draws them.

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
    println!("the walls stand");
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
        stands_only_in(shell, call, &["crates/core/*.rs"], &[], &[])?;
    }
    Ok(())
}

/// Checks that a text stands in no tracked or new file but those of its room.
fn stands_only_in(shell: &Shell, text: &str, files: &[&str], room: &[&str], except: &[&str]) -> Result<()> {
    let found = cmd!(shell, "git grep --untracked -lF -e {text} -- {files...}").quiet().ignore_status().read()?;
    let allowed = |file: &str| room.iter().chain(except).any(|place| file.starts_with(place));
    let strays: Vec<&str> = found.lines().filter(|file| !allowed(file)).collect();
    ensure!(strays.is_empty(), "`{text}` may not stand in {}", strays.join(", "));
    Ok(())
}
