//! `tally`: Tallylight without a window, for terminals, scripts and servers.

use std::process::ExitCode;

fn main() -> ExitCode {
    tallylight_cli::main()
}
