//! A fleet of clients in simulated time.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tallylight_core::{
    Code, Error, Now,
    connection::{Closed, Connection, ConnectionState, Effect, Input, Refusal},
};

/// How many clients lose their server.
pub const CLIENTS: usize = 100_000;
/// The base of full jitter's delays, in seconds: the specification's.
const BASE: [u64; 6] = [1, 2, 4, 8, 16, 30];
/// The close code of a server that restarts.
const SERVICE_RESTART: u16 = 1012;
/// The interval of one count.
const BIN: Duration = Duration::from_millis(100);
const BINS_PER_SECOND: u64 = 10;
/// The seed of the random source, so that each run has the same result.
const SEED: u64 = 7;

/// How many clients a server lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// All that come.
    All,
    /// So many in a second: the others are refused, and back off.
    PerSecond(u64),
}

/// The policy that decides when a client tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The one that ships.
    Shipped,
    /// The one that ships, without its jitter.
    NoJitter,
    /// Uniform in [0, base], as widely recommended; its delays are shorter on average, and may be zero.
    FullJitter,
}

/// The load on the server.
#[derive(Debug, Default)]
pub struct Load {
    /// Attempts to connect, by the tenth of a second since the start of the outage.
    pub connects: BTreeMap<u64, u64>,
    /// Requests for the job list, likewise.
    pub lists: BTreeMap<u64, u64>,
    /// When each client was live again, since the end of the outage.
    live: Vec<Duration>,
}

impl Load {
    fn count(counts: &mut BTreeMap<u64, u64>, at: Duration) {
        let bin = at.as_millis() / BIN.as_millis();
        *counts.entry(u64::try_from(bin).unwrap_or(u64::MAX)).or_default() += 1;
    }

    /// Returns the busiest second since a time.
    pub fn peak(counts: &BTreeMap<u64, u64>, since: Duration) -> u64 {
        let first = since.as_secs() * BINS_PER_SECOND;
        let second = |start: u64| counts.range(start..start + BINS_PER_SECOND).map(|(_, count)| count).sum();
        counts.range(first..).map(|(start, _)| second(*start)).max().unwrap_or_default()
    }

    /// Returns the 99th percentile of the seconds since a time that have a count.
    pub fn percentile_99(counts: &BTreeMap<u64, u64>, since: Duration) -> u64 {
        let mut seconds = BTreeMap::<u64, u64>::new();
        for (bin, count) in counts.range(since.as_secs() * BINS_PER_SECOND..) {
            *seconds.entry(bin / BINS_PER_SECOND).or_default() += count;
        }
        let mut sorted: Vec<u64> = seconds.into_values().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 99 / 100).or(sorted.last()).copied().unwrap_or_default()
    }

    /// Returns the time by which a percentage of the clients was live.
    pub fn live_by(&mut self, percent: usize) -> Duration {
        self.live.sort();
        let index = (self.live.len() * percent / 100).min(self.live.len().saturating_sub(1));
        self.live.get(index).copied().unwrap_or_default()
    }
}

/// A client: the real state machine, or full jitter alone.
enum Client {
    Real(Box<Connection>),
    FullJitter { failures: usize },
}

/// A fleet in simulated time.
pub struct Fleet {
    policy: Policy,
    outage: Duration,
    capacity: Capacity,
    /// How many clients were let in, by the second.
    let_in: BTreeMap<u64, u64>,
    clients: Vec<Client>,
    due: BinaryHeap<Reverse<(Duration, usize)>>,
    random: StdRng,
    load: Load,
}

impl Fleet {
    /// Connects all clients, and closes their connections at the same time.
    pub fn cut_off(policy: Policy, outage: Duration, capacity: Capacity) -> Self {
        let mut fleet = Self {
            policy,
            outage,
            capacity,
            let_in: BTreeMap::new(),
            clients: Vec::with_capacity(CLIENTS),
            due: BinaryHeap::new(),
            random: StdRng::seed_from_u64(SEED),
            load: Load::default(),
        };
        for client in 0..CLIENTS {
            if policy == Policy::FullJitter {
                fleet.clients.push(Client::FullJitter { failures: 0 });
                fleet.wait(client, Duration::ZERO);
            } else {
                fleet.connect_and_close(client);
            }
        }
        fleet
    }

    /// Runs the simulation until all clients are live.
    pub fn recover(mut self) -> Load {
        while let Some(Reverse((at, client))) = self.due.pop() {
            match &mut self.clients[client] {
                Client::Real(_) => {
                    let effects = self.apply(client, Input::Tick, at);
                    self.perform(client, effects, at);
                }
                Client::FullJitter { .. } => self.attempt(client, at),
            }
        }
        self.load
    }

    /// Adds a client whose live connection was just closed.
    fn connect_and_close(&mut self, client: usize) {
        let mut connection = Connection::default();
        let start = self.now(Duration::ZERO);
        let effects = connection.on(Input::SignedIn, start);
        let conn =
            effects.iter().find_map(|effect| if let Effect::Connect(conn) = effect { Some(*conn) } else { None });
        let Some(conn) = conn else { return };
        for input in [Input::Opened(conn), Input::Fetched, Input::Fetched, Input::Message(conn)] {
            connection.on(input, start);
        }
        let now = self.now(Duration::ZERO);
        let effects = connection.on(Input::Closed(conn, Closed::from_code(Some(SERVICE_RESTART))), now);
        self.clients.push(Client::Real(Box::new(connection)));
        self.perform(client, effects, Duration::ZERO);
    }

    fn apply(&mut self, client: usize, input: Input, at: Duration) -> Vec<Effect> {
        let now = self.now(at);
        match &mut self.clients[client] {
            Client::Real(connection) => connection.on(input, now),
            Client::FullJitter { .. } => Vec::new(),
        }
    }

    /// Performs the effects of a client until none are left, and records when it is due again.
    fn perform(&mut self, client: usize, effects: Vec<Effect>, at: Duration) {
        let mut todo = VecDeque::from(effects);
        while let Some(effect) = todo.pop_front() {
            if let Some(input) = self.answer(&effect, at) {
                todo.extend(self.apply(client, input, at));
            }
        }
        let Client::Real(connection) = &self.clients[client] else { return };
        let is_live = connection.status(Now { draw: 0.0, ..start() }.after(at)).state == ConnectionState::Live;
        if let Some(next) = connection.deadline().filter(|_| !is_live) {
            self.due.push(Reverse((next, client)));
        }
    }

    /// Returns the server's answer: an error during the outage, success after it.
    fn answer(&mut self, effect: &Effect, at: Duration) -> Option<Input> {
        let is_up = at >= self.outage;
        let down = || Error::new(Code::Unreachable, "down");
        match effect {
            Effect::Connect(conn) => {
                Load::count(&mut self.load.connects, at);
                if !is_up || !self.lets_in(at) {
                    return Some(Input::Refused(*conn, Refusal::Failed(down(), None)));
                }
                self.load.live.push(at.saturating_sub(self.outage));
                Some(Input::Opened(*conn))
            }
            Effect::FetchJobs => {
                Load::count(&mut self.load.lists, at);
                Some(if is_up { Input::Fetched } else { Input::FetchFailed(down(), None) })
            }
            Effect::Disconnect(_)
            | Effect::Send(..)
            | Effect::Ping(_)
            | Effect::RefreshToken
            | Effect::SignOut(_)
            | Effect::StatusChanged(_)
            | Effect::StoreTokenMethod(_) => None,
        }
    }

    /// Returns whether the server has room for another client in this second.
    fn lets_in(&mut self, at: Duration) -> bool {
        let let_in = self.let_in.entry(at.as_secs()).or_default();
        if matches!(self.capacity, Capacity::PerSecond(limit) if *let_in >= limit) {
            return false;
        }
        *let_in += 1;
        true
    }

    /// Lets a client with full jitter try to connect.
    fn attempt(&mut self, client: usize, at: Duration) {
        Load::count(&mut self.load.connects, at);
        if at >= self.outage {
            self.load.live.push(at.saturating_sub(self.outage));
            // As the real client does after each connect.
            Load::count(&mut self.load.lists, at);
        } else {
            self.wait(client, at);
        }
    }

    /// Draws the delay of a client with full jitter.
    fn wait(&mut self, client: usize, at: Duration) {
        let draw = self.random.random::<f64>();
        if let Client::FullJitter { failures } = &mut self.clients[client] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_is_any_ten_tenths_in_a_row() {
        let counts = BTreeMap::from([(5, 10), (12, 20), (14, 30), (30, 5)]);
        assert_eq!(Load::peak(&counts, Duration::ZERO), 60);
        assert_eq!(Load::peak(&counts, Duration::from_secs(3)), 5);
        assert_eq!(Load::percentile_99(&counts, Duration::ZERO), 50);
    }

    #[test]
    fn live_by_is_a_percentile() {
        let mut load = Load { live: (1..=100).rev().map(Duration::from_secs).collect(), ..Load::default() };
        assert_eq!((load.live_by(50).as_secs(), load.live_by(100).as_secs()), (51, 100));
    }
}
