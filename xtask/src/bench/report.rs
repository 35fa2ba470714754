//! The results, as a page with plots.

use std::{fmt::Write as _, fs};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xshell::cmd;

use super::plot::{self, Axis, Curve, Panel, Scale};
use crate::run::{root, shell};

/// A row of the table.
pub struct Row {
    what: String,
    ours: String,
    peer: String,
    theirs: String,
    ratio: f64,
    target: String,
    reached: bool,
}

impl Row {
    /// Returns a row of which more is better.
    pub fn at_least(what: &str, ours: String, peer: &str, theirs: String, ratio: f64, least: f64) -> Self {
        Self::new(what, ours, peer, theirs, ratio, format!("≥ {least}"), ratio >= least)
    }

    /// Returns a row of which less is better.
    pub fn at_most(what: &str, ours: String, peer: &str, theirs: String, ratio: f64, most: f64) -> Self {
        Self::new(what, ours, peer, theirs, ratio, format!("≤ {most:.2}"), ratio <= most)
    }

    fn new(what: &str, ours: String, peer: &str, theirs: String, ratio: f64, target: String, reached: bool) -> Self {
        Self { what: what.to_owned(), ours, peer: peer.to_owned(), theirs, ratio, target, reached }
    }

    fn to_json(&self) -> Value {
        let Self { what, ours, peer, theirs, ratio, target, reached } = self;
        json!({ "what": what, "ours": ours, "peer": peer, "theirs": theirs, "ratio": ratio, "target": target,
            "reached": reached })
    }
}

/// Stores the results of a benchmark for the page, and prints them.
pub fn keep(part: &str, rows: &[Row], curves: &Value) -> Result<()> {
    let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
    println!("\n{}", table(&rows));
    let measured = json!({ "machine": machine()?, "rows": rows, "curves": curves });
    let folder = root().join("docs/benchmarks");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(format!("{part}.json")), serde_json::to_string_pretty(&measured)? + "\n")?)
}

/// Returns a description of this machine.
fn machine() -> Result<String> {
    let shell = shell()?;
    let system = cmd!(shell, "uname -srm").quiet().read()?;
    Ok(format!("{system}, {} cores", std::thread::available_parallelism()?))
}

fn table(rows: &[Value]) -> String {
    let mut table = "| what | Tallylight | compared with | its result | ratio | target | |\n".to_owned();
    table += "| --- | --- | --- | --- | --- | --- | --- |\n";
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        let mark = if row["reached"] == true { "reached" } else { "**missed**" };
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {:.2} | {} | {mark} |",
            text("what"),
            text("ours"),
            text("peer"),
            text("theirs"),
            row["ratio"].as_f64().unwrap_or_default(),
            text("target"),
        );
    }
    table
}

/// Writes the page from all stored results.
pub fn write() -> Result<()> {
    let folder = root().join("docs/benchmarks");
    let read = |part: &str| -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(folder.join(format!("{part}.json"))).ok()?).ok()
    };
    let rows: Vec<Value> = ["core", "window", "studio"]
        .iter()
        .filter_map(|part| read(part)?["rows"].as_array().cloned())
        .flatten()
        .collect();
    if let Some(core) = read("core") {
        draw_core(&core["curves"])?;
    }
    let soak = read("soak").map(|soak| draw_soak(&soak)).transpose()?.unwrap_or_default();
    let words = fs::read_to_string(folder.join("reading.md")).context("docs/benchmarks/reading.md")?;
    let machine = |part: &str| -> Option<String> { Some(read(part)?["machine"].as_str()?.to_owned()) };
    let mut machines: Vec<String> = ["core", "window", "studio"].into_iter().filter_map(machine).collect();
    machines.dedup();
    let page = format!(
        "<!-- Written by `cargo xtask bench`; the text below the table is docs/benchmarks/reading.md. -->\n\n\
         # Benchmarks\n\n\
         Measured on {} by `cargo xtask bench`. Absolute numbers do not carry over to another machine; the \
         ratios are of the same run.\n\n{}\n{soak}\n{words}",
        machines.join(" and "),
        table(&rows)
    );
    Ok(fs::write(root().join("docs/benchmarks.md"), page)?)
}

fn points(value: &Value) -> Vec<(f64, f64)> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

const MICROS: Axis = Axis { name: "µs a message", scale: Scale::Logarithmic };
const MILLIS: Axis = Axis { name: "ms", scale: Scale::Logarithmic };
const MEGABYTES: Axis = Axis { name: "MB", scale: Scale::Logarithmic };
const LINEAR_MEGABYTES: Axis = Axis { name: "MB", scale: Scale::Linear };
const RATE: Axis = Axis { name: "messages a second", scale: Scale::Logarithmic };
const SIZE: Axis = Axis { name: "KiB a message", scale: Scale::Logarithmic };
const JOBS: Axis = Axis { name: "jobs", scale: Scale::Logarithmic };

fn draw_core(curves: &Value) -> Result<()> {
    let curve = |kind: &str, place: usize, name| Curve { name, points: points(&curves[kind][place]) };
    let panels = [
        Panel {
            title: "time against jobs".to_owned(),
            x: JOBS,
            y: MICROS,
            curves: vec![curve("jobs", 0, "1,000 of them updated"), curve("jobs", 1, "all of them updated")],
        },
        Panel {
            title: "memory against jobs".to_owned(),
            x: JOBS,
            y: MEGABYTES,
            curves: vec![curve("memory", 0, "memory"), curve("memory", 1, "SQLite file")],
        },
        Panel {
            title: "latency against rate, p99".to_owned(),
            x: RATE,
            y: MILLIS,
            curves: vec![curve("rate", 0, "Tallylight"), curve("rate", 1, "raw socket")],
        },
        Panel {
            title: "time against size".to_owned(),
            x: SIZE,
            y: Axis { name: "ms a message", scale: Scale::Logarithmic },
            curves: vec![curve("size", 0, "Tallylight"), curve("size", 1, "raw socket")],
        },
        Panel {
            title: "peak memory against rate".to_owned(),
            x: RATE,
            y: LINEAR_MEGABYTES,
            curves: vec![curve("rate", 2, "memory")],
        },
        Panel {
            title: "peak memory against size".to_owned(),
            x: SIZE,
            y: LINEAR_MEGABYTES,
            curves: vec![curve("size", 2, "memory")],
        },
    ];
    plot::draw(&root().join("docs/benchmarks/core.svg"), &panels)
}

fn draw_soak(soak: &Value) -> Result<String> {
    let memory: Vec<(f64, f64)> = points(&soak["memory"]);
    let megabytes: Vec<(f64, f64)> = memory.iter().map(|(second, bytes)| (second / 60.0, bytes / 1e6)).collect();
    let at = |minute: f64| megabytes.iter().find(|(at, _)| *at >= minute).map_or(0.0, |(_, megabytes)| *megabytes);
    let last = megabytes.last().copied().unwrap_or_default();
    let panel = Panel {
        title: "memory during the soak test".to_owned(),
        x: Axis { name: "minutes", scale: Scale::Linear },
        y: Axis { name: "MB", scale: Scale::Linear },
        curves: vec![Curve { name: "resident", points: megabytes.clone() }],
    };
    plot::draw(&root().join("docs/benchmarks/soak.svg"), &[panel])?;
    Ok(format!(
        "## Soak test\n\n{:.0} minutes, {} messages at 200 a second about {} jobs, the server away {} times for two \
         seconds: {} jobs differed from the server's at the end. Memory was {:.1} MB after five minutes and {:.1} MB at \
         the end.\n\n![Memory during the soak test](benchmarks/soak.svg)\n",
        last.0,
        soak["messages"],
        soak["jobs"],
        soak["restarts"],
        soak["lost"],
        at(5.0),
        last.1
    ))
}
