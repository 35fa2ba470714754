//! The changes of each version, read from the changelog that is built into the program.

use tallylight_view::{ChangesView, ReleaseView};

const CHANGELOG: &str = include_str!("../../../CHANGELOG.md");

/// Returns the changes of each version, newest first.
pub fn releases() -> Vec<ReleaseView> {
    read(CHANGELOG)
}

/// Parses a changelog in the format of Keep a Changelog.
fn read(text: &str) -> Vec<ReleaseView> {
    let mut releases: Vec<ReleaseView> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("## ") {
            let (version, date) = match head.split_once(" - ") {
                Some((version, date)) => (version, Some(date.trim().to_owned())),
                None => (head, None),
            };
            let version = version.trim().trim_matches(['[', ']']).to_owned();
            releases.push(ReleaseView { version, date, changes: Vec::new() });
        } else if let Some(kind) = line.strip_prefix("### ")
            && let Some(release) = releases.last_mut()
        {
            release.changes.push(ChangesView { kind: kind.trim().to_owned(), changes: Vec::new() });
        } else if let Some(changes) = releases.last_mut().and_then(|release| release.changes.last_mut()) {
            let changes = &mut changes.changes;
            match (line.strip_prefix("- "), line.trim(), changes.last_mut()) {
                (Some(change), ..) => changes.push(plain(change)),
                (None, more, Some(last)) if !more.is_empty() => {
                    last.push(' ');
                    last.push_str(&plain(more));
                }
                _ => {}
            }
        }
    }
    releases
}

/// Returns a line without its Markdown emphasis.
fn plain(line: &str) -> String {
    line.trim().replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changelog_is_read_by_version_kind_and_change() {
        let text = "# Changelog\n\nwords\n\n## [Unreleased]\n\n### Added\n\n- **One**: a thing\n  on two lines.\n- Two.\n\n\
            ## [0.1.0] - 2026-11-25\n### Fixed\n- Three.\n";
        let read = read(text);
        let change = |kind: &str, changes: &[&str]| ChangesView {
            kind: kind.to_owned(),
            changes: changes.iter().map(|change| (*change).to_owned()).collect(),
        };
        assert_eq!((read[0].version.as_str(), &read[0].date), ("Unreleased", &None));
        assert_eq!(read[0].changes, [change("Added", &["One: a thing on two lines.", "Two."])]);
        assert_eq!((read[1].version.as_str(), read[1].date.as_deref()), ("0.1.0", Some("2026-11-25")));
        assert_eq!(read[1].changes, [change("Fixed", &["Three."])]);
    }

    #[test]
    fn the_built_in_changelog_has_changes() {
        assert!(releases().iter().any(|release| !release.changes.is_empty()));
    }
}
