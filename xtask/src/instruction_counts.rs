//! The instructions of the functions that every message goes through. Their number does not depend on the load of the
//! machine, so that a change which makes a function slower is found.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use xshell::{Shell, cmd};

use crate::{
    install,
    run::{root, shell, step, target},
};

/// The functions that are counted.
const FUNCTIONS: [&str; 4] = ["decode", "apply", "diff", "coalesce"];
/// How often each is called, in two runs: their difference leaves out what happens once.
const TIMES: [u64; 2] = [1000, 6000];
/// The ratio up to which a count may grow without being recorded anew. Libraries differ a little between machines.
const TOLERANCE: f64 = 1.15;
/// The file of the recorded counts.
const BASELINE: &str = "bench/instructions.json";

/// Records the counts as the baseline.
pub fn record() -> Result<()> {
    let shell = shell()?;
    let counted = count_all(&shell)?;
    let text = serde_json::to_string_pretty(&counted)? + "\n";
    Ok(fs::write(root().join(BASELINE), text)?)
}

/// Compares the counts with the recorded ones.
pub fn check(shell: &Shell) -> Result<()> {
    let baseline: Map<String, Value> = serde_json::from_str(&fs::read_to_string(root().join(BASELINE))?)?;
    let counted = count_all(shell)?;
    for (function, recorded) in &baseline {
        let number = |value: Option<&Value>| value.and_then(Value::as_f64).context("a count");
        let (recorded, now) = (number(Some(recorded))?, number(counted.get(function))?);
        let ratio = now / recorded;
        println!("{function:10} {now:8.0} instructions, {ratio:.2} of the recorded {recorded:.0}");
        ensure!(
            ratio <= TOLERANCE,
            "{function} needs {ratio:.2} of its recorded count: fix it, or record it with `cargo xtask instructions`"
        );
    }
    Ok(())
}

fn count_all(shell: &Shell) -> Result<Map<String, Value>> {
    install::system(shell, install::Need::Counting)?;
    step("counting instructions");
    cmd!(shell, "cargo build --release -p tallylight-bench").run()?;
    let bench = target(shell)?.join("release/tallylight-bench");
    let count = |function: &str, times: u64| -> Result<u64> {
        let times = times.to_string();
        let printed =
            cmd!(shell, "valgrind --tool=callgrind --callgrind-out-file=/dev/null {bench} hot {function} {times}")
                .quiet()
                .read_stderr()?;
        let collected = printed.lines().find_map(|line| line.split("Collected : ").nth(1));
        collected.context("valgrind counted nothing")?.trim().parse().context("a count")
    };
    let mut counted = Map::new();
    for function in FUNCTIONS {
        let [few, many] = [count(function, TIMES[0])?, count(function, TIMES[1])?];
        counted.insert(function.to_owned(), json!((many - few) / (TIMES[1] - TIMES[0])));
    }
    Ok(counted)
}
