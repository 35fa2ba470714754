//! Running other programs.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::Result;
use xshell::{Shell, cmd};

/// Prints the name of a step.
pub fn step(what: &str) {
    println!("\n── {what}");
}

/// Returns the folder of the project.
///
/// It is cargo's answer at run time, not at compile time: checkouts that share a build folder also share this program.
pub fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    xtask.and_then(|xtask| xtask.parent().map(Path::to_path_buf)).unwrap_or_else(|| PathBuf::from("."))
}

/// Returns a shell in the folder of the project.
pub fn shell() -> Result<Shell> {
    let shell = Shell::new()?;
    shell.change_dir(root());
    // The bindings that come with whisper.cpp's crate need no libclang. They are for systems whose `long` has 64 bits.
    if cfg!(not(windows)) {
        shell.set_var("WHISPER_DONT_GENERATE_BINDINGS", "1");
    }
    Ok(shell)
}

/// Returns the folder of cargo's debug builds.
pub fn binaries(shell: &Shell) -> Result<PathBuf> {
    Ok(target(shell)?.join("debug"))
}

/// Returns the folder of all that cargo builds.
pub fn target(shell: &Shell) -> Result<PathBuf> {
    let metadata = cmd!(shell, "cargo metadata --format-version 1 --no-deps --offline").quiet().read()?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().unwrap_or("target");
    Ok(PathBuf::from(target))
}

/// Builds the app, the CLI and the studio.
///
/// The whole workspace at once: building some of its crates alone would choose other features for their
/// dependencies, and compile hundreds of them again.
pub fn build(shell: &Shell) -> Result<PathBuf> {
    step("building the app, tally and the studio");
    // Not this program, which is running.
    cmd!(shell, "cargo build --workspace --exclude xtask").run()?;
    binaries(shell)
}
