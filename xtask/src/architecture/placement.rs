//! What may stand in some files only.

use anyhow::{Result, ensure};

use super::sources::Source;

/// A word, the files in which it is looked for, and those in which it may stand.
struct Placement {
    word: &'static str,
    /// How the paths of the files begin that are looked at; nothing stands for all files in Rust.
    within: &'static [&'static str],
    /// How the paths of the files begin that may contain it.
    allowed: &'static [&'static str],
}

/// The crates without I/O and without a clock.
const PURE: &[&str] = &["crates/core/", "crates/view/"];
/// The window.
const WINDOW: &[&str] = &["ui/src/"];

const PLACEMENTS: [Placement; 9] = [
    // The check itself names it.
    Placement { word: "tauri::", within: &[], allowed: &["src-tauri/", "xtask/src/architecture"] },
    Placement { word: "@tauri-apps", within: WINDOW, allowed: &["ui/src/ipc/backend.tauri.ts"] },
    Placement {
        word: "setQueryData(",
        within: WINDOW,
        allowed: &["ui/src/state/events.ts", "ui/src/state/events.test.ts"],
    },
    Placement { word: "fetch(", within: WINDOW, allowed: &[] },
    Placement { word: "Instant::now", within: PURE, allowed: &[] },
    Placement { word: "SystemTime::now", within: PURE, allowed: &[] },
    Placement { word: "Timestamp::now", within: PURE, allowed: &[] },
    // The corpus of the fuzz targets is read by tests alone.
    Placement { word: "std::fs", within: PURE, allowed: &["crates/core/src/replay/tests.rs"] },
    Placement { word: "std::net", within: PURE, allowed: &[] },
];

/// Checks every word.
pub fn check(sources: &[Source]) -> Result<()> {
    for placement in &PLACEMENTS {
        let strays = strays(placement, sources);
        ensure!(strays.is_empty(), "`{}` may not stand in {}", placement.word, strays.join(", "));
    }
    Ok(())
}

/// Returns the files that contain the word and may not.
fn strays<'a>(placement: &Placement, sources: &'a [Source]) -> Vec<&'a str> {
    let is_allowed = |path: &str| placement.allowed.iter().any(|place| path.starts_with(place));
    let is_within = |source: &&Source| match placement.within {
        [] => source.is_rust(),
        folders => folders.iter().any(|folder| source.path.starts_with(folder)),
    };
    let looked_at = sources.iter().filter(is_within).filter(|source| !is_allowed(&source.path));
    looked_at.filter(|source| source.has_word(placement.word)).map(|source| source.path.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::sources::source;

    fn is_sound(path: &str, text: &str) -> bool {
        check(&[source(path, text)]).is_ok()
    }

    #[test]
    fn tauri_stands_in_the_shell_only() {
        assert!(is_sound("src-tauri/src/main.rs", "tauri::Builder"));
        assert!(!is_sound("crates/client/src/lib.rs", "use tauri::AppHandle;"));
        assert!(!is_sound("ui/src/App.svelte", "import \"@tauri-apps/api\""));
    }

    #[test]
    fn one_file_writes_the_query_cache() {
        assert!(is_sound("ui/src/state/events.ts", "client.setQueryData(key, row)"));
        assert!(!is_sound("ui/src/state/commands.ts", "client.setQueryData(key, row)"));
    }

    #[test]
    fn the_window_fetches_nothing() {
        assert!(is_sound("ui/src/a.ts", "query.refetch()"));
        assert!(!is_sound("ui/src/a.ts", "await fetch(url)"));
    }

    #[test]
    fn the_core_has_no_clock_and_no_files() {
        assert!(!is_sound("crates/core/src/a.rs", "std::time::Instant::now()"));
        assert!(!is_sound("crates/core/src/a.rs", "use std::fs;"));
        assert!(is_sound("crates/client/src/a.rs", "use std::fs;"));
    }
}
