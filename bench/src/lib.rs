//! The programs of every measurement of the core: a server that sends many messages, the client, and a lower bound.
//! Each runs as a separate process, so that they only share the machine; `cargo xtask bench` starts them and combines
//! their results.

#![expect(clippy::print_stdout, reason = "results are printed")]

use clap::{Parser, Subcommand};

mod client;
mod floor;
pub mod hot;
mod messages;
mod server;
mod soak;

use messages::Mix;

/// The programs of every measurement
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// Serves jobs, and sends messages on request
    Serve {
        /// The number of jobs
        #[arg(long)]
        jobs: usize,
    },
    /// Reads every message and drops it: the lower bound
    Floor {
        /// The server's URL
        server: url::Url,
        #[command(flatten)]
        load: Load,
    },
    /// Processes every message, as the app does
    Client {
        /// The server's URL
        server: url::Url,
        #[command(flatten)]
        load: Load,
        /// Shows every change at once instead of once per frame
        #[arg(long)]
        at_once: bool,
    },
    /// Calls one of the functions that process every message, for counting its instructions
    Hot {
        /// The function
        function: hot::Function,
        /// The number of calls
        times: usize,
    },
    /// Runs a client for a long time against a server that disconnects every minute
    Soak {
        /// The duration in seconds
        #[arg(long, default_value_t = 3600)]
        seconds: u64,
    },
}

/// The messages that the server is to send.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Load {
    /// The number of messages
    #[arg(long)]
    messages: u64,
    /// Messages per second; 0 for as many as possible
    #[arg(long, default_value_t = 0)]
    rate: u64,
    /// The kinds of messages
    #[arg(long, value_enum, default_value_t = Mix::Mixed)]
    mix: Mix,
    /// The minimum size of a text, in bytes
    #[arg(long, default_value_t = 0)]
    size: usize,
    /// The number of jobs that the messages are about; 0 for all
    #[arg(long, default_value_t = 0)]
    about: usize,
}

impl Load {
    /// Makes the server generate the messages, before the measurement.
    async fn prepare(&self, server: &url::Url) -> anyhow::Result<()> {
        let mut address = self.address(server);
        address.set_path("/prepare");
        reqwest::get(address).await?.error_for_status()?;
        Ok(())
    }

    /// Returns the URL that makes the server send the messages.
    fn address(&self, server: &url::Url) -> url::Url {
        let mut address = server.clone();
        address.set_path("/go");
        address
            .query_pairs_mut()
            .append_pair("messages", &self.messages.to_string())
            .append_pair("rate", &self.rate.to_string())
            .append_pair("mix", if self.mix == Mix::WithServerTime { "dated" } else { "mixed" })
            .append_pair("size", &self.size.to_string())
            .append_pair("about", &self.about.to_string());
        address
    }
}

/// Runs the program that the command line names.
///
/// # Errors
/// The error of that program.
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

/// Returns the time in nanoseconds of a clock that all processes of this machine share.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the measurement needs real time")]
fn nanos() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or_default()
}

/// Returns the time in nanoseconds of a clock that all processes of this machine share.
#[cfg(unix)]
fn nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(time.tv_sec).unwrap_or_default() * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or_default()
}

/// Returns the 50th and 99th percentile and the maximum of durations: nanoseconds in, microseconds out.
fn percentiles(mut nanos: Vec<u64>) -> serde_json::Value {
    nanos.sort_unstable();
    let at = |share: usize| {
        nanos.get((nanos.len() * share / 1000).min(nanos.len().saturating_sub(1))).map(|nanos| nanos / 1000)
    };
    serde_json::json!({ "count": nanos.len(), "p50_us": at(500), "p99_us": at(990), "max_us": at(1000) })
}
