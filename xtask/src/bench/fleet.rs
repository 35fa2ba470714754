//! The load on a server when 100,000 clients reconnect: the policy that ships, compared with the same without jitter and
//! with full jitter.

use std::{collections::BTreeMap, fmt::Write, fs, time::Duration};

use anyhow::Result;

use super::plot::{self, Axis, Curve, Panel, Scale};
use crate::run::{root, step};
use simulation::{CLIENTS, Capacity, Fleet, Load, Policy};

mod simulation;

/// How long the server is away, in seconds.
const OUTAGES: [u64; 4] = [0, 5, 60, 600];
/// How many joins a second Supabase Realtime takes for a project without a spend cap.
const JOINS: u64 = 2_500;
const POLICIES: [(Policy, &str); 3] =
    [(Policy::Shipped, "Tallylight"), (Policy::NoJitter, "no jitter"), (Policy::FullJitter, "full jitter")];
const TABLE_HEAD: &str = "| outage | policy | connects/s, peak | connects/s, p99 | lists/s, peak | 50 % live | 99 % live | all live |\n\
     | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";

/// Simulates every outage, prints a table, and writes it with a plot into `docs/`.
pub fn run() -> Result<()> {
    step(&format!("simulating {CLIENTS} clients that lose their server"));
    let (mut table, mut panels) = (TABLE_HEAD.to_owned(), Vec::new());
    for outage in OUTAGES.map(Duration::from_secs) {
        let mut curves = Vec::new();
        for (policy, name) in POLICIES {
            let mut load = Fleet::cut_off(policy, outage, Capacity::All).recover();
            write_row(&mut table, outage, name, &mut load)?;
            curves.push(Curve { name, points: since(&load.connects, outage) });
        }
        let x = Axis { name: "seconds since the server is back", scale: Scale::Linear };
        let y = Axis { name: "connects a second", scale: Scale::Logarithmic };
        let mut load = Fleet::cut_off(Policy::Shipped, outage, Capacity::PerSecond(JOINS)).recover();
        write_row(&mut table, outage, "Tallylight over Realtime", &mut load)?;
        panels.push(Panel { title: format!("back after {} s", outage.as_secs()), x, y, curves });
    }
    println!("{table}");
    plot::draw(&root().join("docs/fleet.svg"), &panels)?;
    let page = root().join("docs/fleet.md");
    fs::write(&page, document(&table))?;
    println!("written to {}", page.display());
    Ok(())
}

fn write_row(table: &mut String, outage: Duration, name: &str, load: &mut Load) -> Result<()> {
    let [half, most, all] = [50, 99, 100].map(|percent| load.live_by(percent).as_secs_f64());
    let (connects, lists) = (Load::peak(&load.connects, outage), Load::peak(&load.lists, outage));
    let (busy, outage) = (Load::percentile_99(&load.connects, outage), outage.as_secs());
    writeln!(
        table,
        "| {outage} s | {name} | {connects} | {busy} | {lists} | {half:.1} s | {most:.1} s | {all:.1} s |"
    )?;
    Ok(())
}

/// Returns connects a second, by the seconds since a time.
fn since(counts: &BTreeMap<u64, u64>, outage: Duration) -> Vec<(f64, f64)> {
    let first = outage.as_secs() * 10;
    let relative = counts.range(first..).map(|(bin, count)| (bin - first, *count));
    #[expect(clippy::cast_precision_loss, reason = "a plot")]
    relative.map(|(bin, count)| (bin as f64 / 10.0, count as f64 * 10.0)).collect()
}

fn document(table: &str) -> String {
    format!(
        "# Load on a server when a fleet of clients reconnects\n\n\
         Written by `cargo xtask bench fleet`; simulated time, the same numbers every run.\n\n\
         {CLIENTS} clients are live. The server goes away, refuses every connect for a while, and comes back with room \
         for all of them. *Tallylight* is the policy that ships (`crates/core/src/connection/`): delays of 1, 2, 4, 8, \
         16, 30, 30 … seconds, each drawn from [0.75, 1] of that, polling after three failures. *No jitter* is the same \
         without the random draw. *Full jitter* draws from [0, base]. *Tallylight over Realtime* is the policy that ships against \
         Supabase's limit of {JOINS} joins a second ([scale.md](scale.md)): a join above it is refused and backs off.\n\n{table}\n\
         ![Connects per second after the server is back](fleet.svg)\n\n\
         ## Notes for operators\n\n\
         - A restart without an outage (0 s) brings all clients back in the same quarter of a second, because the \
         specification allows no delay beyond its base. A server for a fleet of this size needs a queue of connects before it, or \
         closes with 1013 and refuses with `503` and `Retry-After`, which is respected up to five minutes.\n\
         - After a minute or more the jitter of every step has added up, and connects are spread over half a minute.\n\
         - Every connect is followed by one request for the job list; with `ETag` it costs a `304`.\n\
         - Full jitter spreads a short outage better, at the price of attempts without any delay; the specification's \
         delays rule it out.\n"
    )
}
