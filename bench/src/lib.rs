//! The parts of every measurement of the core: a server that says much, the client, and a floor below it. Each is a
//! program of its own, so that none costs another anything but its share of the machine; `cargo xtask bench` puts them
//! together.

#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use clap::{Parser, Subcommand};

mod client;
mod floor;
pub mod hot;
mod messages;
mod server;
mod soak;

use messages::Mix;

/// The parts of every measurement
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// Says what it is asked to
    Serve {
        /// How many jobs there are
        #[arg(long)]
        jobs: usize,
    },
    /// Reads every message, and drops it
    Floor {
        /// The server's address
        server: url::Url,
        #[command(flatten)]
        load: Load,
    },
    /// Takes in every message, as the app does
    Client {
        /// The server's address
        server: url::Url,
        #[command(flatten)]
        load: Load,
        /// Shows every change at once, and not once a frame
        #[arg(long)]
        at_once: bool,
    },
    /// Does one of the functions that every message goes through, so that somebody can count its instructions
    Hot {
        /// Which
        function: hot::Function,
        /// How often
        times: usize,
    },
    /// Lets a client run for long, before a server that goes away again and again
    Soak {
        /// For how long, in seconds
        #[arg(long, default_value_t = 3600)]
        seconds: u64,
    },
}

/// Is what the server is asked to say.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Load {
    /// How many messages
    #[arg(long)]
    messages: u64,
    /// How many a second; as fast as it can by default
    #[arg(long, default_value_t = 0)]
    rate: u64,
    /// Which messages
    #[arg(long, value_enum, default_value_t = Mix::Mixed)]
    mix: Mix,
    /// How long a message is at least, in bytes
    #[arg(long, default_value_t = 0)]
    size: usize,
    /// How many of the jobs they are about; all by default
    #[arg(long, default_value_t = 0)]
    about: usize,
}

impl Load {
    /// Lets the server write it.
    async fn prepare(&self, server: &url::Url) -> anyhow::Result<()> {
        let mut address = self.address(server);
        address.set_path("/prepare");
        reqwest::get(address).await?.error_for_status()?;
        Ok(())
    }

    /// Returns the address that makes the server say it.
    fn address(&self, server: &url::Url) -> url::Url {
        let mut address = server.clone();
        address.set_path("/go");
        address
            .query_pairs_mut()
            .append_pair("messages", &self.messages.to_string())
            .append_pair("rate", &self.rate.to_string())
            .append_pair("mix", if self.mix == Mix::Dated { "dated" } else { "mixed" })
            .append_pair("size", &self.size.to_string())
            .append_pair("about", &self.about.to_string());
        address
    }
}

/// Does what the command line says.
pub async fn main() -> anyhow::Result<()> {
    match Cli::parse().part {
        Part::Serve { jobs } => server::serve(jobs).await,
        Part::Floor { server, load } => floor::measure(&server, load).await,
        Part::Client { server, load, at_once } => client::measure(&server, load, at_once).await,
        Part::Hot { function, times } => {
            let mut hot = hot::Hot::default();
            let done: usize = (0..times).map(|number| hot.once(function, number)).sum();
            println!("{done}");
            Ok(())
        }
        Part::Soak { seconds } => soak::measure(seconds).await,
    }
}

/// Returns nanoseconds of a clock that every process of this machine shares.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn nanos() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or_default()
}

/// Returns nanoseconds of a clock that every process of this machine shares.
#[cfg(unix)]
fn nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(time.tv_sec).unwrap_or_default() * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or_default()
}

/// Returns percentiles of durations in nanoseconds, in microseconds: the 50th, the 99th and the longest.
fn percentiles(mut nanos: Vec<u64>) -> serde_json::Value {
    nanos.sort_unstable();
    let at = |share: usize| {
        nanos.get((nanos.len() * share / 1000).min(nanos.len().saturating_sub(1))).map(|nanos| nanos / 1000)
    };
    serde_json::json!({ "count": nanos.len(), "p50_us": at(500), "p99_us": at(990), "max_us": at(1000) })
}
