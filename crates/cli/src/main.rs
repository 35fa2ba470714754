//! `tally`: Tallylight without a window, for terminals, scripts and servers.

use std::process::ExitCode;

/// jemalloc, as in the desktop app (docs/adr/0031-allocator.md).
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    tallylight_cli::main()
}
