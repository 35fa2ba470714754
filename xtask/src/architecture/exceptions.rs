//! The known exceptions to the limits: one explicit list, which is held to be minimal.

use std::{collections::BTreeMap, fs};

use anyhow::{Result, bail};

use super::violation::Violations;
use crate::run::root;

/// The list: on each line a rule, a file and an item, separated by tabs.
const FILE: &str = "xtask/src/architecture/exceptions.txt";

/// Checks that the violations are exactly the known exceptions, and prints how many there are.
pub fn check(violations: &Violations) -> Result<()> {
    let text = fs::read_to_string(root().join(FILE)).unwrap_or_default();
    let problems = compare(&text, violations);
    if problems.is_empty() {
        println!("{}", summary(&text));
        return Ok(());
    }
    for problem in &problems {
        println!("{problem}");
    }
    bail!(
        "{} problems; `cargo xtask check-architecture --write-exceptions` records them, for a review to accept",
        problems.len()
    )
}

/// Writes the list anew from the present violations.
pub fn write(violations: &Violations) -> Result<()> {
    let text = violations.iter().fold(String::new(), |text, (entry, _)| text + entry + "\n");
    fs::write(root().join(FILE), &text)?;
    println!("{}", summary(&text));
    Ok(())
}

/// Returns the violations that the list does not know, and the exceptions that are needed no longer.
fn compare(list: &str, violations: &Violations) -> Vec<String> {
    let new = violations.iter().filter(|(entry, _)| !list.lines().any(|line| line == *entry));
    let new = new.map(|(entry, explanation)| format!("{}: {explanation}", shown(entry)));
    let stale = list.lines().filter(|line| !violations.contains(line));
    let stale = stale.map(|line| format!("{}: this exception is needed no longer", shown(line)));
    new.chain(stale).collect()
}

fn shown(entry: &str) -> String {
    let mut parts = entry.splitn(3, '\t').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    format!("[{}] {} {}", part(), part(), part())
}

/// Counts the exceptions by rule.
fn summary(list: &str) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for line in list.lines() {
        *counts.entry(line.split('\t').next().unwrap_or_default()).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    if counts.is_empty() {
        return "no exceptions to the limits".to_owned();
    }
    format!("{} known exceptions to the limits: {}", list.lines().count(), counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::violation::Rule;

    fn violations() -> Violations {
        let mut violations = Violations::default();
        violations.add(Rule::FileLines, "a.rs", "file", "500 lines");
        violations.add(Rule::FunctionLines, "a.rs", "run", "60 lines");
        violations
    }

    #[test]
    fn a_violation_outside_the_list_is_a_problem() {
        let problems = compare("file-lines\ta.rs\tfile\n", &violations());
        assert_eq!(problems, ["[function-lines] a.rs run: 60 lines"]);
    }

    #[test]
    fn an_exception_that_is_needed_no_longer_is_a_problem() {
        let list = "file-lines\ta.rs\tfile\nfile-lines\tb.rs\tfile\nfunction-lines\ta.rs\trun\n";
        assert_eq!(compare(list, &violations()), ["[file-lines] b.rs file: this exception is needed no longer"]);
    }

    #[test]
    fn exceptions_are_counted_by_rule() {
        let list = "file-lines\ta.rs\tfile\nfile-lines\tb.rs\tfile\nfunction-lines\ta.rs\trun\n";
        assert_eq!(summary(list), "3 known exceptions to the limits: file-lines 2, function-lines 1");
        assert_eq!(summary(""), "no exceptions to the limits");
    }
}
