//! The chores of Tallylight. Every one installs what it needs, says what it does, and is quick the second time.

#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod bench;
mod bundle;
mod demo;
mod desktop;
mod icons;
mod install;
mod instructions;
mod manifest;
mod run;
mod samples;
mod screenshots;
mod test;
mod walls;

/// The chores of Tallylight
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Builds the app, starts it on this computer's own studio, and uploads videos
    Demo {
        /// Videos of yours; three samples are made when none is given
        videos: Vec<PathBuf>,
    },
    /// Runs every check and test
    Test {
        /// Only what needs no window and no installing
        #[arg(long)]
        fast: bool,
    },
    /// Checks the walls between the crates
    Ci,
    /// Writes the TypeScript declarations of what crosses to the window
    Bindings,
    /// Measures
    Bench {
        /// What; everything but the hour's by default
        #[command(subcommand)]
        what: Option<bench::Bench>,
    },
    /// Counts the instructions of what every message goes through, and records them
    Instructions,
    /// Makes the packages of this system, and checks them
    Bundle {
        /// Only these, separated by commas
        #[arg(long)]
        formats: Option<String>,
        /// Installs, upgrades and removes the .deb on this machine, too
        #[arg(long, conflicts_with = "formats")]
        test: bool,
    },
    /// Writes what the updater reads, and the notes of a release, into the folder of its packages
    Manifest {
        /// The folder
        folder: PathBuf,
        /// Where the packages will be
        #[arg(long)]
        address: String,
    },
    /// Draws every icon from its SVG source
    Icons,
    /// Looks at every view of the real window, and puts the pictures into docs/screenshots
    Screenshots,
    /// What `demo` does inside a desktop session of its own
    #[command(hide = true)]
    DemoSession { videos: Vec<PathBuf> },
    /// What `test` does inside a desktop session of its own
    #[command(hide = true)]
    E2eSession,
    /// What `bench window` does inside a desktop session of its own
    #[command(hide = true)]
    BenchSession,
    /// The same with the package that is installed
    #[command(hide = true)]
    InstalledSession,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().chore {
        Chore::Demo { videos } => demo::run(videos),
        Chore::Test { fast: true } => test::fast(),
        Chore::Test { fast: false } => test::all(),
        Chore::Ci => walls::check(),
        Chore::Bindings => test::write_bindings(),
        Chore::Bench { what } => bench::run(what),
        Chore::Instructions => instructions::record(),
        Chore::Bundle { test: true, .. } => test::packages_alone(),
        Chore::Bundle { formats, test: false } => bundle::run(formats.as_deref()).map(drop),
        Chore::Manifest { folder, address } => manifest::write(&folder, &address),
        Chore::Icons => icons::draw(),
        Chore::Screenshots => screenshots::take(),
        Chore::DemoSession { videos } => demo::in_session(&videos),
        Chore::E2eSession => test::e2e_in_session(),
        Chore::BenchSession => bench::in_session(),
        Chore::InstalledSession => bundle::installed::in_session(),
    }
}
