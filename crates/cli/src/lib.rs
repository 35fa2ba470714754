//! `tally`: Tallylight without a window, for terminals, scripts and servers.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory, Parser, Subcommand};
use commands::{actions::Confirmation, session::Unsaved};
use exit_code::exit_code;
use tallylight_client::cli_dir;
use tallylight_core::{Code, Error, model::job::Status};

mod client;
mod commands;
mod exit_code;
mod network;
mod output;
mod question;
mod terminal;

/// Track every upload
#[derive(Parser)]
#[command(name = "tally", version)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The options of every command.
#[derive(Args, Clone, Debug)]
struct Global {
    /// Data folder
    #[arg(long, value_name = "DIR", env = "TALLYLIGHT_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// Studio URL; remembered after the first use
    #[arg(long, value_name = "URL", global = true)]
    server: Option<String>,
    /// Keep the session in memory, for this run only
    #[arg(long, global = true)]
    no_keychain: bool,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    /// Print more log messages to standard error; use twice for debug messages
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// Sign in; asks for the password or reads it from TALLYLIGHT_PASSWORD
    Login(commands::login::Login),
    /// Sign out here and on the server
    Logout {
        /// Discard unsaved changes and templates
        #[arg(long)]
        discard: bool,
    },
    /// Show server, account, connection and job counts
    Status,
    /// List jobs, newest first
    Jobs {
        /// Only jobs of this status: PENDING, PROCESSING, COMPLETED or FAILED
        #[arg(long, value_parser = parse_status)]
        status: Vec<Status>,
    },
    /// Show all details of a job
    Show {
        /// Job ID
        job: String,
    },
    /// Stay connected and print updates
    Watch(commands::watch::Watch),
    /// Edit the texts of a video
    Edit(commands::edit::Edit),
    /// Process a failed video again, where the studio offers it
    Retry {
        /// Job ID
        job: String,
    },
    /// Cancel an unfinished video, where the studio offers it
    Cancel {
        /// Job ID
        job: String,
    },
    /// Delete a video and its files, where the studio offers it
    Delete {
        /// Job ID
        job: String,
        /// Delete without asking
        #[arg(long)]
        yes: bool,
    },
    /// Upload videos, then follow their progress
    Upload {
        /// Video files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Check everything a connection requires, one line per check
    Doctor,
}

/// Returns the definition of the command line, for manual pages and completions.
pub fn command_line() -> clap::Command {
    Cli::command()
}

/// Runs the command on the command line and returns its exit code.
pub fn main() -> ExitCode {
    tallylight_client::forbid_core_dumps();
    let cli = Cli::parse();
    let _log = log(&cli.global);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::print_error(&format!("Couldn't start ({error}). Close other programs and try again."));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(cli));
    // Threads that are blocked on standard input or on a keychain must not delay the end of the program.
    runtime.shutdown_background();
    ended
}

async fn run(cli: Cli) -> ExitCode {
    let global = &cli.global;
    let done = match cli.command {
        Command::Login(login) => commands::login::run(global, login).await,
        Command::Logout { discard } => {
            let unsaved = if discard { Unsaved::Discard } else { Unsaved::Ask };
            commands::session::logout(global, unsaved).await
        }
        Command::Status => commands::session::status(global).await,
        Command::Jobs { status } => commands::jobs::list(global, &status).await,
        Command::Show { job } => commands::jobs::show(global, &job).await,
        Command::Watch(watch) => commands::watch::run(global, watch).await,
        Command::Edit(edit) => commands::edit::run(global, edit).await,
        Command::Retry { job } => commands::actions::retry(global, &job).await,
        Command::Cancel { job } => commands::actions::cancel(global, &job).await,
        Command::Delete { job, yes } => {
            let confirmation = if yes { Confirmation::Given } else { Confirmation::Ask };
            commands::actions::delete(global, &job, confirmation).await
        }
        Command::Upload { files } => commands::upload::run(global, files).await,
        Command::Doctor => commands::doctor::run(global).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::print_error(&error.message);
            exit_code(error.code)
        }
    }
}

fn parse_status(word: &str) -> Result<Status, String> {
    Status::parse(word).ok_or_else(|| "use PENDING, PROCESSING, COMPLETED or FAILED".to_owned())
}

fn log(global: &Global) -> tallylight_client::LogGuard {
    let default =
        ["error", "tallylight_client=info,tally=info", "tallylight_client=debug,tallylight_core=debug,tally=debug"];
    let level = default[usize::from(global.verbose).min(default.len() - 1)];
    let folder = client::data_dir(global).ok().map(|data_dir| cli_dir(&data_dir).join("logs"));
    tallylight_client::log(level, folder.as_deref())
}

/// Returns an error about wrong usage, which ends the program with exit code 2.
fn usage(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidAddress, message)
}
