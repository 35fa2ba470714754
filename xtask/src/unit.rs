//! The unit and integration tests.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{
    page,
    run::{shell, step},
};

/// Runs the unit tests of the window, and every test in Rust.
pub fn run(shell: &Shell) -> Result<()> {
    {
        let _ui = shell.push_dir("ui");
        step("unit tests of the window");
        cmd!(shell, "npm run --silent test").run()?;
    }
    page::build(shell)?;
    step("tests in Rust, and whether the bindings are up to date");
    if cmd!(shell, "cargo nextest --version").quiet().ignore_stdout().ignore_stderr().run().is_ok() {
        cmd!(shell, "cargo nextest run --workspace --no-fail-fast").run()?;
    } else {
        cmd!(shell, "cargo test --workspace --no-fail-fast").run()?;
    }
    speech(shell)
}

/// Writes the TypeScript of the types, commands and events that cross to the window.
pub fn write_bindings() -> Result<()> {
    let shell = shell()?;
    page::build(&shell)?;
    step("writing ui/src/ipc/bindings.ts");
    cmd!(shell, "cargo test --quiet -p tallylight bindings").env("TALLYLIGHT_WRITE_BINDINGS", "1").run()?;
    Ok(())
}

/// Tests speech recognition, which packages have built in and other builds have not.
fn speech(shell: &Shell) -> Result<()> {
    step("tests of speech recognition, built in");
    let studio = ["--package", "tallylight-studio", "--features", "whisper"];
    cmd!(shell, "cargo test --quiet {studio...} --lib speech").run()?;
    cmd!(shell, "cargo test --quiet {studio...} --test recognise").run()?;
    Ok(())
}
