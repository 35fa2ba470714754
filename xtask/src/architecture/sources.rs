//! The files that the check reads.

use std::{fs, path::Path};

use anyhow::Result;
use xshell::{Shell, cmd};

/// A file of the project.
pub struct Source {
    /// Its path from the root, with `/` on every system.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl Source {
    /// Returns whether it is written in Rust.
    pub fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    /// Returns whether it is TypeScript or JavaScript.
    pub fn is_script(&self) -> bool {
        self.has_extension("ts") || self.has_extension("mjs")
    }

    /// Returns whether it is a Svelte component.
    pub fn is_component(&self) -> bool {
        self.has_extension("svelte")
    }

    /// Returns whether a program wrote it.
    pub fn is_generated(&self) -> bool {
        self.text.lines().next().is_some_and(|line| line.contains("GENERATED"))
    }

    /// Returns whether it holds nothing but tests: by its name, or by its folder.
    pub fn is_test(&self) -> bool {
        let mut folders: Vec<&str> = self.path.split('/').collect();
        let file = folders.pop().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        stem == "tests"
            || stem.ends_with("_tests")
            || file.contains(".test.")
            || self.path.starts_with("tests/scenarios/")
            // The first folder may be the crate of the same name, whose `src` is what tests are made with.
            || folders.iter().skip(1).any(|folder| *folder == "tests")
    }

    /// Returns whether a word stands in it. `refetch(` does not contain the word `fetch(`.
    pub fn has_word(&self, word: &str) -> bool {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let starts_as_word = word.starts_with(is_part);
        self.text.match_indices(word).any(|(at, _)| !(starts_as_word && self.text[..at].ends_with(is_part)))
    }

    fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// Returns the sources that are tracked or new.
pub fn list(shell: &Shell) -> Result<Vec<Source>> {
    let kinds = ["*.rs", "*.ts", "*.mjs", "*.svelte"];
    let listed = cmd!(shell, "git ls-files --cached --others --exclude-standard -- {kinds...}").quiet().read()?;
    let mut paths: Vec<&str> = listed.lines().collect();
    paths.sort_unstable();
    paths.dedup();
    let root = shell.current_dir();
    // A file that is tracked may have been deleted since.
    let read = |path: &str| Some(Source { path: path.to_owned(), text: fs::read_to_string(root.join(path)).ok()? });
    Ok(paths.into_iter().filter_map(read).collect())
}

#[cfg(test)]
pub fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_known_by_name_or_folder() {
        for path in [
            "crates/core/src/auth/tests.rs",
            "crates/core/src/edits/tests/properties.rs",
            "crates/cli/tests/output.rs",
            "crates/client/src/redirect_tests.rs",
            "tests/scenarios/edits.rs",
            "ui/src/rows.test.ts",
        ] {
            assert!(source(path, "").is_test(), "{path}");
        }
        for path in ["tests/src/backend.rs", "crates/core/src/job.rs", "tests/e2e/app.ts", "xtask/src/test.rs"] {
            assert!(!source(path, "").is_test(), "{path}");
        }
    }

    #[test]
    fn words_are_not_found_inside_longer_ones() {
        assert!(source("a.ts", "await fetch(url)").has_word("fetch("));
        assert!(!source("a.ts", "await refetch(url)").has_word("fetch("));
        assert!(source("a.ts", "from \"@tauri-apps/api\"").has_word("@tauri-apps"));
    }
}
