//! Checks that run no test: formatting, lints, architecture, spelling, dependencies, documentation.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{
    architecture, cross,
    install::{self, Need, Tool},
    page,
    run::step,
};

/// Reports the licences, the sources and the bans of dependencies.
pub const CARGO_DENY: Tool = Tool { package: "cargo-deny", program: "cargo-deny", version: "0.20.2", options: &[] };
/// Finds dependencies that no source file uses.
const CARGO_MACHETE: Tool = Tool { package: "cargo-machete", program: "cargo-machete", version: "0.9.2", options: &[] };
/// Finds misspelt words; `_typos.toml` configures it.
const TYPOS: Tool = Tool { package: "typos-cli", program: "typos", version: "1.52.0", options: &[] };

/// Runs every check, and installs what is missing.
pub fn run(shell: &Shell) -> Result<()> {
    install::system(shell, Need::Screen)?;
    install::npm(shell, "ui")?;
    install::npm(shell, "tests/e2e")?;
    fast(shell)?;
    cross::check_all(shell)?;
    scripts(shell, "tests/e2e", "types and lints of the end-to-end tests")?;
    spelling(shell)?;
    dependencies(shell)?;
    documentation(shell)?;
    workflows(shell)
}

/// Runs the checks that need no installation.
pub fn fast(shell: &Shell) -> Result<()> {
    step("formatting");
    cmd!(shell, "cargo fmt --all --check").run()?;
    scripts(shell, "ui", "types and lints of the window")?;
    architecture::check()?;
    page::build(shell)?;
    clippy(shell)
}

fn scripts(shell: &Shell, folder: &str, name: &str) -> Result<()> {
    let _folder = shell.push_dir(folder);
    step(name);
    cmd!(shell, "npm run --silent check").run()?;
    cmd!(shell, "npm run --silent lint").run()?;
    Ok(())
}

fn clippy(shell: &Shell) -> Result<()> {
    step("clippy");
    cmd!(shell, "cargo clippy --workspace --all-targets --quiet -- -D warnings").run()?;
    step("clippy, with speech recognition built in");
    let speech = ["--package", "tallylight-studio", "--features", "whisper"];
    cmd!(shell, "cargo clippy {speech...} --all-targets --quiet -- -D warnings").run()?;
    Ok(())
}

fn spelling(shell: &Shell) -> Result<()> {
    let typos = install::tool(shell, &TYPOS)?;
    step("spelling");
    cmd!(shell, "{typos}").run()?;
    Ok(())
}

/// Checks the dependencies: whether they are used, under which licences, and from where.
fn dependencies(shell: &Shell) -> Result<()> {
    let (machete, deny) = (install::tool(shell, &CARGO_MACHETE)?, install::tool(shell, &CARGO_DENY)?);
    step("unused dependencies");
    cmd!(shell, "{machete}").run()?;
    step("licences and sources of the dependencies");
    cmd!(shell, "cargo fetch --quiet --locked").run()?;
    // Known vulnerabilities need the network, and change without a change here: `cargo xtask nightly` looks for them.
    cmd!(shell, "{deny} --offline --all-features check licenses bans sources").run()?;
    Ok(())
}

fn documentation(shell: &Shell) -> Result<()> {
    step("documentation of the crates");
    cmd!(shell, "cargo doc --workspace --no-deps --document-private-items --quiet")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    Ok(())
}

fn workflows(shell: &Shell) -> Result<()> {
    install::npm(shell, "packaging")?;
    step("workflows");
    cmd!(shell, "node packaging/workflows.mjs").run()?;
    Ok(())
}
