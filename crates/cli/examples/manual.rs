//! Writes the manual pages and shell completions of `tally` into a folder, for packages.

use std::{env, fs, io, path::PathBuf};

use clap_complete::Shell;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or_else(|| io::Error::other("name a folder"))?);
    fs::create_dir_all(&folder)?;
    // Without the subcommand `help`, which would only repeat the manual pages.
    let mut command = tallylight_cli::command_line().disable_help_subcommand(true);
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        clap_complete::generate_to(shell, &mut command, "tally", &folder)?;
    }
    clap_mangen::generate_to(command, &folder)
}
