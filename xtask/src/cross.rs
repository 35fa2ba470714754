//! Checks of the code for Windows and macOS on Debian: type checks and lints of the whole workspace.
//!
//! Neither links a program for macOS: that needs Apple's SDK, which no registry has.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::{
    install::{self, Need},
    page,
    run::{root, shell, step, target as target_folder},
};

mod apple;
mod standard_library;

use standard_library::Toolchain;

/// A system that is not the one of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows, with the libraries and the linker of MinGW.
    Windows,
    /// macOS on Apple's own processors.
    MacOs,
}

impl System {
    const ALL: [Self; 2] = [Self::Windows, Self::MacOs];

    fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
        }
    }

    /// Returns the name by which the compiler knows it.
    fn target(self) -> &'static str {
        match self {
            Self::Windows => "x86_64-pc-windows-gnu",
            Self::MacOs => "aarch64-apple-darwin",
        }
    }
}

/// Checks the workspace for one system.
pub fn check(system: System) -> Result<()> {
    let shell = shell()?;
    install::system(&shell, Need::Screen)?;
    install::npm(&shell, "ui")?;
    page::build(&shell)?;
    lint(&shell, system)
}

/// Checks the workspace for every system but this one. The page must have been built. A developer whose compiler Debian
/// does not know is told that nothing was checked; CI fails.
pub fn check_all(shell: &Shell) -> Result<()> {
    if let Err(error) = Toolchain::install(shell)
        && env::var_os("CI").is_none()
    {
        println!("\nNOT CHECKED for Windows and macOS: {error:#}");
        return Ok(());
    }
    System::ALL.iter().try_for_each(|system| lint(shell, *system))
}

fn lint(shell: &Shell, system: System) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the code for {} is checked on Debian", system.name());
    let toolchain = Toolchain::install(shell)?;
    let compilers = match system {
        System::Windows => {
            install::system(shell, Need::Windows)?;
            Vec::new()
        }
        System::MacOs => apple::stand_in_compilers(shell, system.target())?,
    };
    step(&format!("clippy, for {}", system.name()));
    let options = ["clippy", "--workspace", "--all-targets", "--keep-going", "--quiet"];
    cargo(shell, &toolchain, system, &options)?.args(["--", "-D", "warnings"]).envs(compilers).run()?;
    Ok(())
}

/// Returns a command of cargo for another system.
fn cargo<'a>(shell: &'a Shell, toolchain: &Toolchain, system: System, arguments: &[&str]) -> Result<Cmd<'a>> {
    let (cargo, target) = (toolchain.cargo(), system.target());
    let command = cmd!(shell, "{cargo} {arguments...} --locked --target {target} -Z build-std=std,panic_abort")
        .envs(toolchain.environment()?)
        .env("CARGO_TARGET_DIR", build_folder(shell)?)
        .env("CARGO_INCREMENTAL", "0")
        // They would choose the toolchain that runs this.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    Ok(command)
}

/// The programs for Windows, and the executables of their tests.
pub struct WindowsBuild {
    /// The folder of the programs.
    pub programs: PathBuf,
    /// For each package its folder and its test.
    pub tests: Vec<(PathBuf, PathBuf)>,
}

/// Builds everything for Windows that is tested there.
pub fn build_for_windows(shell: &Shell) -> Result<WindowsBuild> {
    const PACKAGES: [&str; 6] = [
        "tallylight-core",
        "tallylight-client",
        "tallylight-studio",
        "tallylight-cli",
        "tallylight-tests",
        "tallylight",
    ];
    install::system(shell, Need::Windows)?;
    let (toolchain, system) = (Toolchain::install(shell)?, System::Windows);
    let packages = PACKAGES.iter().flat_map(|package| ["--package", package]);
    let packages: Vec<&str> = packages.collect();
    step("building the programs for Windows");
    let programs = ["--package", "tallylight-cli", "--package", "tallylight-studio", "--package", "tallylight"];
    without_debug_information(cargo(shell, &toolchain, system, &[&["build"], &programs[..]].concat())?).run()?;
    step("building their tests");
    let options = [&["test", "--no-run", "--message-format=json-render-diagnostics"], packages.as_slice()].concat();
    let messages = without_debug_information(cargo(shell, &toolchain, system, &options)?).read()?;
    let tests = messages.lines().filter_map(test_of).collect();
    Ok(WindowsBuild { programs: build_folder(shell)?.join(system.target()).join("debug"), tests })
}

/// Without it, the programs are a tenth of the size.
fn without_debug_information(command: Cmd<'_>) -> Cmd<'_> {
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_TEST_DEBUG", "0")
}

/// Reads the folder of a package and the executable of a test from a message of cargo.
fn test_of(message: &str) -> Option<(PathBuf, PathBuf)> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_test = message["profile"]["test"].as_bool()?;
    let executable = message["executable"].as_str().filter(|_| is_test)?;
    let package = Path::new(message["manifest_path"].as_str()?).parent()?;
    Some((package.to_owned(), executable.into()))
}

/// Returns the folder of these builds: another one, because the compiler has another path.
fn build_folder(shell: &Shell) -> Result<PathBuf> {
    Ok(root().join(target_folder(shell)?).join("cross"))
}
