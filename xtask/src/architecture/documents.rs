//! The pages that name tests: each test that they name exists, and each scenario is named.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use xshell::Shell;

use super::sources::Source;

/// The page about threats: the last cell of each row names the test of a mitigation.
const SECURITY: &str = "docs/security.md";
/// The page about faults and hostile input.
const RELIABILITY: &str = "docs/reliability.md";
/// Its section whose table names each scenario of the fault suite, and no other test.
const FAULTS_SECTION: &str = "\n## Fault-injection scenarios";
/// Its section that names each scenario about what is really sent, among other tests.
const INPUT_SECTION: &str = "\n## Input from";
const FAULTS: &str = "tests/scenarios/faults/";
const INPUT: &str = "tests/scenarios/tolerance/";

/// Checks both pages.
pub fn check(shell: &Shell, sources: &[Source]) -> Result<()> {
    check_security(&shell.read_file(SECURITY)?, sources)?;
    check_reliability(&shell.read_file(RELIABILITY)?, sources)
}

fn check_security(page: &str, sources: &[Source]) -> Result<()> {
    let tests = last_cells(page);
    ensure!(!tests.is_empty(), "{SECURITY} names no test");
    check_existence(SECURITY, &tests, sources)
}

fn check_reliability(page: &str, sources: &[Source]) -> Result<()> {
    let (listed, scenarios) = (last_cells(section(page, FAULTS_SECTION)), scenarios(sources, FAULTS));
    let differences: Vec<&&str> = listed.symmetric_difference(&scenarios).collect();
    let is_complete = !scenarios.is_empty() && differences.is_empty();
    ensure!(is_complete, "{RELIABILITY} and the fault suite differ: {differences:?}");

    let named: BTreeSet<&str> = section(page, INPUT_SECTION).split('`').filter(|word| is_test_name(word)).collect();
    let unnamed: Vec<&str> = self::scenarios(sources, INPUT).difference(&named).copied().collect();
    ensure!(unnamed.is_empty(), "{RELIABILITY} does not name {unnamed:?}");
    check_existence(RELIABILITY, &named, sources)
}

/// Checks that there is a test of each name, in Rust or in TypeScript.
fn check_existence(page: &str, tests: &BTreeSet<&str>, sources: &[Source]) -> Result<()> {
    let missing: Vec<&&str> = tests.iter().filter(|test| !exists(test, sources)).collect();
    ensure!(missing.is_empty(), "{page} names tests that do not exist: {missing:?}");
    Ok(())
}

fn exists(test: &str, sources: &[Source]) -> bool {
    let (rust, script) = (format!("fn {test}("), format!("it(\"{test}\""));
    sources.iter().any(|source| source.text.contains(if source.is_rust() { &rust } else { &script }))
}

/// Returns the text between a heading of the second level and the next one.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(heading).unwrap_or_default();
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// Returns the code in the last cells of tables.
fn last_cells(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| Some(line.strip_suffix("` |")?.rsplit_once('`')?.1)).collect()
}

/// Returns the names of the scenarios in a folder.
fn scenarios<'a>(sources: &'a [Source], folder: &str) -> BTreeSet<&'a str> {
    let inside = sources.iter().filter(|source| source.path.starts_with(folder));
    let tests = inside.flat_map(|source| source.text.split("#[tokio::test]\nasync fn ").skip(1));
    tests.filter_map(|test| Some(test.split_once('(')?.0)).collect()
}

/// Returns whether a word is named like a test: several words in small letters, joined.
fn is_test_name(word: &str) -> bool {
    word.matches('_').count() > 2 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::sources::source;

    fn sources() -> Vec<Source> {
        let test = |name: &str| format!("#[tokio::test]\nasync fn {name}() {{}}\n");
        vec![
            source("tests/scenarios/faults/server.rs", &test("server_restarts")),
            source("tests/scenarios/tolerance/dates.rs", &test("dates_of_every_kind_are_read")),
            source("tests/e2e/drop.test.ts", "it(\"a drop is refused\", async () => {});"),
        ]
    }

    const PAGE: &str = "# Reliability\n\n## Fault-injection scenarios\n\n| Restart | `server_restarts` |\n\n\
        ## Input from servers\n\nSee `dates_of_every_kind_are_read`.\n";

    #[test]
    fn a_page_that_names_every_scenario_is_accepted() {
        check_reliability(PAGE, &sources()).expect("the page is complete");
    }

    #[test]
    fn a_scenario_that_no_page_names_is_refused() {
        let page = PAGE.replace("dates_of_every_kind_are_read", "dates");
        assert!(check_reliability(&page, &sources()).is_err());
        assert!(check_reliability(&PAGE.replace("server_restarts", "server_starts"), &sources()).is_err());
    }

    #[test]
    fn a_test_that_does_not_exist_is_refused() {
        let page = format!("{PAGE}And `names_of_every_kind_are_read`.\n");
        assert!(check_reliability(&page, &sources()).is_err());
        assert!(check_security("| A drop | `a drop is refused` |", &sources()).is_ok());
        assert!(check_security("| A drop | `a drop is accepted` |", &sources()).is_err());
        assert!(check_security("no table", &sources()).is_err());
    }
}
