//! The developer commands of Tallylight. Each installs what it needs, prints each step, and is quick the second time.

#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod architecture;
mod bench;
mod bundle;
mod ci;
mod cross;
mod debian_root;
mod demo;
mod desktop;
mod desktops;
mod dev;
mod e2e;
mod first_minutes;
mod icons;
mod install;
mod instruction_counts;
mod lint;
mod manifest;
mod nightly;
mod page;
mod repositories;
mod run;
mod samples;
mod screenshots;
mod unit;
mod wine;

/// The developer commands of Tallylight
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the app, starts it on this computer's own studio, and uploads videos
    Demo {
        /// Your own videos; without any, four samples are made
        videos: Vec<PathBuf>,
    },
    /// Runs the app with hot reload of its page, until it quits or Ctrl+C
    Dev {
        /// Arguments of the app, such as --this-computer
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Runs every check and test
    Test {
        /// Only what needs neither a window nor an installation
        #[arg(long)]
        fast: bool,
    },
    /// Runs exactly what CI runs: everything, or one of its jobs
    Ci {
        /// One job
        job: Option<ci::Job>,
    },
    /// Runs what is too slow for every change: advisories, and ten minutes of fuzzing for each target
    Nightly {
        /// Only this: `advisories`, or a fuzz target
        check: Option<String>,
        /// How long each target is fuzzed, in seconds
        #[arg(long, default_value_t = nightly::FUZZ_SECONDS)]
        seconds: u32,
    },
    /// Checks the code for Windows, on Debian
    CheckWindows,
    /// Builds the programs for Windows and runs them under Wine: the suites, a day, the installer
    Wine,
    /// Checks the code for macOS, on Debian; no program comes of it
    CheckMacos,
    /// Runs the tests in real desktops, and renews their pictures in docs/desktops
    Desktops {
        /// Only this one
        desktop: Option<desktops::Desktop>,
    },
    /// Checks dependencies, module cycles and limits of size
    CheckArchitecture {
        /// Records the present violations of the limits as known exceptions
        #[arg(long)]
        write_exceptions: bool,
    },
    /// Writes the TypeScript declarations of the types that cross to the window
    Bindings,
    /// Runs benchmarks
    Bench {
        /// Which; all but the one of an hour by default
        #[command(subcommand)]
        bench: Option<bench::Bench>,
    },
    /// Counts the instructions of the functions that every message goes through, and records them
    Instructions,
    /// Makes and checks the packages of this system
    Bundle {
        /// Only these formats, separated by commas
        #[arg(long)]
        formats: Option<String>,
        /// Also installs, upgrades and removes the .deb on this machine
        #[arg(long, conflicts_with = "formats")]
        test: bool,
    },
    /// Gathers the source of the Flatpak, and checks its manifest
    Flatpak,
    /// Writes the updater's manifest, the notes and the files for package repositories into the folder of a release's packages
    Manifest {
        /// The folder
        folder: PathBuf,
        /// The URL under which the packages will be
        #[arg(long)]
        address: String,
    },
    /// Draws every icon from its SVG source
    Icons,
    /// Takes pictures of every view of the real window for docs/screenshots
    Screenshots {
        /// Takes every view in every size, language and contrast, too; docs/screenshots stays as it is
        #[arg(long)]
        all: bool,
    },
    /// Records a newcomer's first minutes with the real window into docs/first-minutes
    FirstMinutes,
    /// The part of `demo` that runs inside a desktop session of its own
    #[command(hide = true)]
    DemoSession { videos: Vec<PathBuf> },
    /// The part of `ci e2e` that runs inside a desktop session of its own
    #[command(hide = true)]
    E2eSession,
    /// The part of `bench window` that runs inside a desktop session of its own
    #[command(hide = true)]
    BenchSession,
    /// The same as `e2e-session`, with the package that is installed
    #[command(hide = true)]
    InstalledSession,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Demo { videos } => demo::run(videos),
        Command::Dev { arguments } => dev::run(&arguments),
        Command::Test { fast: true } => ci::fast(),
        Command::Test { fast: false } => ci::run(None),
        Command::Ci { job } => ci::run(job),
        Command::Nightly { check, seconds } => nightly::run(check.as_deref(), seconds),
        Command::CheckWindows => cross::check(cross::System::Windows),
        Command::Wine => wine::run(),
        Command::CheckMacos => cross::check(cross::System::MacOs),
        Command::Desktops { desktop } => desktops::run(desktop),
        Command::CheckArchitecture { write_exceptions: false } => architecture::check(),
        Command::CheckArchitecture { write_exceptions: true } => architecture::write_exceptions(),
        Command::Bindings => unit::write_bindings(),
        Command::Bench { bench } => bench::run(bench),
        Command::Instructions => instruction_counts::record(),
        Command::Bundle { test: true, .. } => bundle::installed::make_and_test(),
        Command::Bundle { formats, test: false } => bundle::run(formats.as_deref()).map(drop),
        Command::Flatpak => bundle::flatpak::make(),
        Command::Manifest { folder, address } => manifest::write(&folder, &address),
        Command::Icons => icons::draw(),
        Command::FirstMinutes => first_minutes::record(),
        Command::Screenshots { all } => {
            screenshots::take(if all { screenshots::Extent::All } else { screenshots::Extent::Documentation })
        }
        Command::DemoSession { videos } => demo::in_session(&videos),
        Command::E2eSession => e2e::in_session(),
        Command::BenchSession => bench::in_session(),
        Command::InstalledSession => bundle::installed::in_session(),
    }
}
