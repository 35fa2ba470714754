//! What is too slow, or changes too independently of the code, to run for every change.

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{
    desktops,
    install::{self, Need, Tool},
    lint::CARGO_DENY,
    run::{root, shell, step, target as target_folder},
    wine,
};

/// How long each target is fuzzed by default.
pub const FUZZ_SECONDS: u32 = 600;
/// The name of the check of dependencies.
const ADVISORIES: &str = "advisories";
/// The tests in every desktop.
const DESKTOPS: &str = "desktops";
/// The programs for Windows, under Wine.
const WINDOWS: &str = "windows";
/// The largest input that the fuzzer makes, in bytes.
const INPUT_BYTES: u32 = 4096;
/// Builds and runs the fuzz targets, with a nightly compiler.
const CARGO_FUZZ: Tool = Tool { package: "cargo-fuzz", program: "cargo-fuzz", version: "0.13.2", options: &[] };

/// Looks for known vulnerabilities in the dependencies, runs the tests in every desktop and fuzzes all targets, or does one
/// of these by its name.
pub fn run(check: Option<&str>, seconds: u32) -> Result<()> {
    let shell = shell()?;
    let targets = targets(&shell)?;
    match check {
        Some(ADVISORIES) => advisories(&shell),
        Some(DESKTOPS) => desktops::run(None),
        Some(WINDOWS) => wine::run(),
        Some(target) => {
            let is_target = targets.iter().any(|known| known == target);
            ensure!(is_target, "{target} is none of {ADVISORIES}, {DESKTOPS}, {WINDOWS}, {}", targets.join(", "));
            fuzz(&shell, &[target.to_owned()], seconds)
        }
        None => {
            advisories(&shell)?;
            desktops::run(None)?;
            wine::run()?;
            fuzz(&shell, &targets, seconds)
        }
    }
}

fn advisories(shell: &Shell) -> Result<()> {
    let deny = install::tool(shell, &CARGO_DENY)?;
    step("known vulnerabilities of the dependencies");
    cmd!(shell, "{deny} --all-features check advisories").run()?;
    Ok(())
}

fn fuzz(shell: &Shell, targets: &[String], seconds: u32) -> Result<()> {
    install::system(shell, Need::Screen)?;
    let fuzz = install::tool(shell, &CARGO_FUZZ)?;
    let target_folder = target_folder(shell)?;
    for target in targets {
        step(&format!("fuzzing {target} for {seconds} s"));
        // The fuzzer writes new inputs into the first folder: only findings belong into the repository.
        let (found, corpus) = (target_folder.join("fuzz-corpus").join(target), root().join("fuzz/corpus").join(target));
        shell.create_dir(&found)?;
        shell.create_dir(&corpus)?;
        let limits = [format!("-max_total_time={seconds}"), format!("-max_len={INPUT_BYTES}")];
        cmd!(shell, "rustup run nightly {fuzz} run -s none {target} {found} {corpus} -- {limits...}")
            // It would choose the compiler that runs this instead of the nightly one.
            .env_remove("CARGO")
            .run()
            .context("is a nightly compiler installed (`rustup toolchain install nightly`)?")?;
    }
    Ok(())
}

/// Returns the names of the fuzz targets.
fn targets(shell: &Shell) -> Result<Vec<String>> {
    let files = shell.read_dir("fuzz/fuzz_targets")?;
    Ok(files.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect())
}
