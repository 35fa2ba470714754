//! What a fleet of clients does to a server that comes back: the real policy of the connection, in simulated time,
//! beside the same without jitter and beside full jitter.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt::Write,
    time::Duration,
};

use anyhow::Result;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tallylight_core::{
    Code, Error, Now,
    link::{Closed, Effect, Input, Link, Refusal},
};

use super::plot::{self, Axis, Curve, Panel, Scale};
use crate::run::{root, step};

/// How many clients lose their server.
const CLIENTS: usize = 100_000;
/// For how long, in seconds.
const OUTAGES: [u64; 4] = [0, 5, 60, 600];
/// The base of full jitter's delays, in seconds: the specification's.
const BASE: [u64; 6] = [1, 2, 4, 8, 16, 30];
/// The width of what is counted together.
const BIN: Duration = Duration::from_millis(100);
/// The same numbers every time.
const SEED: u64 = 7;

/// Names what decides when a client tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    /// The one that ships.
    Shipped,
    /// The one that ships, with the jitter taken out.
    NoJitter,
    /// Uniform in [0, base], as widely recommended; its delays are shorter on average, and may be none.
    FullJitter,
}

const POLICIES: [(Policy, &str); 3] =
    [(Policy::Shipped, "Tallylight"), (Policy::NoJitter, "no jitter"), (Policy::FullJitter, "full jitter")];

/// Is what a server sees.
#[derive(Debug, Default)]
struct Seen {
    /// Attempts to connect, by the tenth of a second since the outage began.
    arrivals: BTreeMap<u64, u64>,
    /// Requests for the job list, likewise.
    lists: BTreeMap<u64, u64>,
    /// When each client was live again, since the server was back.
    live: Vec<Duration>,
}

impl Seen {
    fn arrive(counts: &mut BTreeMap<u64, u64>, at: Duration) {
        let bin = at.as_millis() / BIN.as_millis();
        *counts.entry(u64::try_from(bin).unwrap_or(u64::MAX)).or_default() += 1;
    }

    /// Returns the busiest second since a time.
    fn peak(counts: &BTreeMap<u64, u64>, since: Duration) -> u64 {
        let bins_a_second = 10;
        let first = since.as_secs() * bins_a_second;
        let second = |start: u64| counts.range(start..start + bins_a_second).map(|(_, count)| count).sum();
        counts.range(first..).map(|(start, _)| second(*start)).max().unwrap_or_default()
    }

    /// Returns the 99th percentile of the seconds in which anybody came, since a time.
    fn busy(counts: &BTreeMap<u64, u64>, since: Duration) -> u64 {
        let mut seconds = BTreeMap::<u64, u64>::new();
        for (bin, count) in counts.range(since.as_secs() * 10..) {
            *seconds.entry(bin / 10).or_default() += count;
        }
        let mut sorted: Vec<u64> = seconds.into_values().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 99 / 100).or(sorted.last()).copied().unwrap_or_default()
    }

    /// Returns the time by which a share of the clients was live.
    fn live_by(&mut self, percent: usize) -> Duration {
        self.live.sort();
        let place = (self.live.len() * percent / 100).min(self.live.len().saturating_sub(1));
        self.live.get(place).copied().unwrap_or_default()
    }
}

/// Is one client.
enum Client {
    Linked(Box<Link>),
    Bare { failures: usize },
}

/// Is a fleet in simulated time.
struct Fleet {
    policy: Policy,
    outage: Duration,
    clients: Vec<Client>,
    due: BinaryHeap<Reverse<(Duration, usize)>>,
    random: StdRng,
    seen: Seen,
}

impl Fleet {
    /// Connects everybody, and cuts them off at the same moment.
    fn cut_off(policy: Policy, outage: Duration) -> Self {
        let mut fleet = Self {
            policy,
            outage,
            clients: Vec::with_capacity(CLIENTS),
            due: BinaryHeap::new(),
            random: StdRng::seed_from_u64(SEED),
            seen: Seen::default(),
        };
        for client in 0..CLIENTS {
            if policy == Policy::FullJitter {
                fleet.clients.push(Client::Bare { failures: 0 });
                fleet.wait_bare(client, Duration::ZERO);
            } else {
                let mut link = Link::default();
                let start = fleet.now(Duration::ZERO);
                for effect in link.on(Input::SignedIn, start) {
                    if let Effect::Connect(conn) = effect {
                        link.on(Input::Opened(conn), start);
                        link.on(Input::Fetched, start);
                        link.on(Input::Fetched, start);
                        link.on(Input::Message(conn), start);
                        let now = fleet.now(Duration::ZERO);
                        let effects = link.on(Input::Closed(conn, Closed::from_code(Some(1012))), now);
                        fleet.clients.push(Client::Linked(Box::new(link)));
                        fleet.perform(client, effects, Duration::ZERO);
                        break;
                    }
                }
            }
        }
        fleet
    }

    /// Lets time pass until everybody is live.
    fn recover(mut self) -> Seen {
        while let Some(Reverse((at, client))) = self.due.pop() {
            match &mut self.clients[client] {
                Client::Linked(_) => {
                    let effects = self.tell(client, Input::Tick, at);
                    self.perform(client, effects, at);
                }
                Client::Bare { .. } => self.try_bare(client, at),
            }
        }
        self.seen
    }

    fn tell(&mut self, client: usize, input: Input, at: Duration) -> Vec<Effect> {
        let now = self.now(at);
        match &mut self.clients[client] {
            Client::Linked(link) => link.on(input, now),
            Client::Bare { .. } => Vec::new(),
        }
    }

    /// Plays the driver and the server: nobody answers during the outage, and everybody is answered after it.
    fn perform(&mut self, client: usize, effects: Vec<Effect>, at: Duration) {
        let up = at >= self.outage;
        let mut todo = std::collections::VecDeque::from(effects);
        while let Some(effect) = todo.pop_front() {
            let input = match effect {
                Effect::Connect(conn) => {
                    Seen::arrive(&mut self.seen.arrivals, at);
                    if up {
                        self.seen.live.push(at.saturating_sub(self.outage));
                        Input::Opened(conn)
                    } else {
                        let down = Error::new(Code::Unreachable, "down");
                        Input::Refused(conn, Refusal::Failed(down, None))
                    }
                }
                Effect::FetchJobs => {
                    Seen::arrive(&mut self.seen.lists, at);
                    if up { Input::Fetched } else { Input::FetchFailed(Error::new(Code::Unreachable, "down"), None) }
                }
                Effect::Disconnect(_)
                | Effect::Send(..)
                | Effect::Ping(_)
                | Effect::RefreshToken
                | Effect::SignOut(_)
                | Effect::Show(_)
                | Effect::Remember(_) => continue,
            };
            let more = self.tell(client, input, at);
            todo.extend(more);
        }
        let Client::Linked(link) = &self.clients[client] else { return };
        let live =
            link.view(Now { draw: 0.0, ..start() }.after(at)).state == tallylight_core::view::ConnectionState::Live;
        if let Some(next) = link.deadline().filter(|_| !live) {
            self.due.push(Reverse((next, client)));
        }
    }

    fn try_bare(&mut self, client: usize, at: Duration) {
        Seen::arrive(&mut self.seen.arrivals, at);
        if at >= self.outage {
            self.seen.live.push(at.saturating_sub(self.outage));
            // As the real one does after every connect.
            Seen::arrive(&mut self.seen.lists, at);
        } else {
            self.wait_bare(client, at);
        }
    }

    fn wait_bare(&mut self, client: usize, at: Duration) {
        let draw = self.random.random::<f64>();
        if let Client::Bare { failures } = &mut self.clients[client] {
            let base = Duration::from_secs(BASE[(*failures).min(BASE.len() - 1)]);
            *failures += 1;
            self.due.push(Reverse((at + base.mul_f64(draw), client)));
        }
    }

    fn now(&mut self, at: Duration) -> Now {
        let draw = if self.policy == Policy::NoJitter { 1.0 } else { self.random.random::<f64>() };
        Now { draw, ..start().after(at) }
    }
}

fn start() -> Now {
    Now { monotonic: Duration::ZERO, wall: jiff::Timestamp::UNIX_EPOCH, draw: 0.0 }
}

/// Simulates, prints a table, and writes it with a plot into `docs/`.
pub fn run() -> Result<()> {
    step(&format!("{CLIENTS} clients lose their server, and get it back"));
    let mut table = String::from(
        "| outage | policy | connects/s, peak | connects/s, p99 | lists/s, peak | 50 % live | 99 % live | all live |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut panels = Vec::new();
    for outage in OUTAGES.map(Duration::from_secs) {
        let mut curves = Vec::new();
        for (policy, name) in POLICIES {
            let mut seen = Fleet::cut_off(policy, outage).recover();
            let [half, most, all] = [50, 99, 100].map(|percent| seen.live_by(percent).as_secs_f64());
            let (connects, lists) = (Seen::peak(&seen.arrivals, outage), Seen::peak(&seen.lists, outage));
            let busy = Seen::busy(&seen.arrivals, outage);
            writeln!(
                table,
                "| {} s | {name} | {connects} | {busy} | {lists} | {half:.1} s | {most:.1} s | {all:.1} s |",
                outage.as_secs()
            )?;
            curves.push(Curve { name, points: since(&seen.arrivals, outage) });
        }
        let x = Axis { name: "seconds since the server is back", scale: Scale::Linear };
        let y = Axis { name: "connects a second", scale: Scale::Logarithmic };
        panels.push(Panel { title: format!("back after {} s", outage.as_secs()), x, y, curves });
    }
    println!("{table}");
    plot::draw(&root().join("docs/fleet.svg"), &panels)?;
    let page = root().join("docs/fleet.md");
    std::fs::write(&page, document(&table))?;
    println!("written to {}", page.display());
    Ok(())
}

/// Returns arrivals a second, by the second since a time.
fn since(counts: &BTreeMap<u64, u64>, outage: Duration) -> Vec<(f64, f64)> {
    let first = outage.as_secs() * 10;
    let relative = counts.range(first..).map(|(bin, count)| (bin - first, *count));
    #[expect(clippy::cast_precision_loss, reason = "a plot")]
    relative.map(|(bin, count)| (bin as f64 / 10.0, count as f64 * 10.0)).collect()
}

fn document(table: &str) -> String {
    format!(
        "# What a fleet does to its server\n\n\
         Written by `cargo xtask bench fleet`; simulated time, the same numbers every run.\n\n\
         {CLIENTS} clients are live. The server goes away, refuses every connect for a while, and comes back with room \
         for everybody. *Tallylight* is the policy that ships (`crates/core/src/link.rs`): delays of 1, 2, 4, 8, 16, \
         30, 30 … seconds, each drawn from [0.75, 1] of that, polling after three failures. *No jitter* is the same \
         with the draw taken out. *Full jitter* draws from [0, base].\n\n{table}\n\
         ![Arrivals a second after the server is back](fleet.svg)\n\n\
         ## What an operator should know\n\n\
         - A restart that nobody notices (0 s) brings everybody back within a quarter of a second, because the \
         specification allows no delay beyond its base: a server for a fleet of this size wants a queue of connects \
         before it, or closes with 1013 and refuses with `503` and `Retry-After`, which is heeded up to five minutes.\n\
         - After a minute or more the jitter of every step has added up, and arrivals are spread over half a minute.\n\
         - Every connect is followed by one request for the job list; with `ETag` it costs a `304`.\n\
         - Full jitter spreads a short outage better, at the price of attempts that come at once; the specification's \
         delays rule it out.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_is_any_ten_tenths_in_a_row() {
        let counts = BTreeMap::from([(5, 10), (12, 20), (14, 30), (30, 5)]);
        assert_eq!(Seen::peak(&counts, Duration::ZERO), 60);
        assert_eq!(Seen::peak(&counts, Duration::from_secs(3)), 5);
        assert_eq!(Seen::busy(&counts, Duration::ZERO), 50);
    }

    #[test]
    fn live_by_is_a_percentile() {
        let mut seen = Seen { live: (1..=100).rev().map(Duration::from_secs).collect(), ..Seen::default() };
        assert_eq!((seen.live_by(50).as_secs(), seen.live_by(100).as_secs()), (51, 100));
    }
}
