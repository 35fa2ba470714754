//! Every check and test.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{
    bundle,
    desktop::{Services, inside},
    install, instructions,
    run::{binaries, build, root, shell, step},
    samples, walls,
};

/// Names one file of the end-to-end tests, where not all of them are wanted.
const ONLY: &str = "TALLYLIGHT_E2E";

/// Runs everything, installing what is missing.
pub fn all() -> Result<()> {
    let shell = shell()?;
    let (driver, python) = install::for_tests(&shell)?;
    checks(&shell)?;
    supply(&shell)?;
    end_to_end(&shell, &driver, &python, None)?;
    packages(&shell, &driver)?;
    instructions::check(&shell)?;
    println!("\nall checks and tests passed");
    Ok(())
}

/// Runs what needs no window and no installing.
pub fn fast() -> Result<()> {
    checks(&shell()?)
}

/// Writes the TypeScript declarations.
pub fn write_bindings() -> Result<()> {
    let shell = shell()?;
    window(&shell)?;
    step("writing ui/src/bindings.ts");
    cmd!(shell, "cargo test --quiet -p tallylight bindings").env("TALLYLIGHT_WRITE_BINDINGS", "1").run()?;
    Ok(())
}

fn checks(shell: &Shell) -> Result<()> {
    step("format");
    cmd!(shell, "cargo fmt --all --check").run()?;
    {
        let _ui = shell.push_dir("ui");
        step("the window's types, lints and unit tests");
        cmd!(shell, "npm run --silent check").run()?;
        cmd!(shell, "npm run --silent lint").run()?;
        cmd!(shell, "npm run --silent test").run()?;
    }
    window(shell)?;
    walls::check()?;
    step("clippy");
    cmd!(shell, "cargo clippy --workspace --all-targets --quiet -- -D warnings").run()?;
    step("Rust tests, and the bindings in step");
    if cmd!(shell, "cargo nextest --version").quiet().ignore_stdout().ignore_stderr().run().is_ok() {
        cmd!(shell, "cargo nextest run --workspace --no-fail-fast").run()?;
    } else {
        cmd!(shell, "cargo test --workspace --no-fail-fast").run()?;
    }
    speech(shell)
}

/// Checks the speech recognition that packages have built in, and other builds have not.
fn speech(shell: &Shell) -> Result<()> {
    step("speech recognition, built in");
    let built_in = ["--package", "tallylight-studio", "--features", "whisper"];
    cmd!(shell, "cargo clippy {built_in...} --all-targets --quiet -- -D warnings").run()?;
    cmd!(shell, "cargo test --quiet {built_in...} --lib speech").run()?;
    cmd!(shell, "cargo test --quiet {built_in...} --test recognise").run()?;
    Ok(())
}

/// Builds the window's files, which the app takes in when it is compiled.
pub fn window(shell: &Shell) -> Result<()> {
    if is_built(shell)? {
        return Ok(());
    }
    let _ui = shell.push_dir("ui");
    step("building the window's files");
    cmd!(shell, "npm run --silent build").run()?;
    Ok(())
}

/// Tells whether the files are newer than all that they are made of: the app would be compiled again with each new date.
fn is_built(shell: &Shell) -> Result<bool> {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let Some(built) = changed(&root().join("ui/dist/index.html")) else { return Ok(false) };
    let sources = cmd!(shell, "git ls-files --cached --others --exclude-standard ui").quiet().read()?;
    let is_older = |source: &str| changed(&root().join(source)).is_some_and(|changed| changed <= built);
    Ok(sources.lines().all(is_older))
}

/// Runs the end-to-end tests, or one file of them.
pub fn end_to_end(shell: &Shell, driver: &Path, python: &Path, only: Option<&str>) -> Result<()> {
    build(shell)?;
    step("end to end: the real app in a real window");
    let home = shell.create_temp_dir()?;
    let tools = [("TALLYLIGHT_TAURI_DRIVER", driver), ("TALLYLIGHT_PYTHON", python)];
    let only = only.map(|file| (ONLY, Path::new(file)));
    let env: Vec<_> = tools.into_iter().chain(only).collect();
    inside(shell, home.path(), &["e2e-session"], &env)
}

/// Checks what comes from elsewhere, and what makes releases.
fn supply(shell: &Shell) -> Result<()> {
    step("licences and sources of the dependencies");
    cmd!(shell, "cargo fetch --quiet --locked").run()?;
    let deny = install::tool(shell, "cargo-deny", install::CARGO_DENY, &[])?;
    // Not whether something is known against one of them: that is asked of the network, by the workflow.
    cmd!(shell, "{deny} --offline --all-features check licenses bans sources").run()?;
    step("the workflows");
    install::npm(shell, "packaging")?;
    cmd!(shell, "node packaging/workflows.mjs").run()?;
    Ok(())
}

/// Makes the packages, and installs, upgrades and removes one, installing what is missing for that.
pub fn packages_alone() -> Result<()> {
    let shell = shell()?;
    let (driver, _) = install::for_tests(&shell)?;
    packages(&shell, &driver)
}

fn packages(shell: &Shell, driver: &Path) -> Result<()> {
    let packages = bundle::run(None)?;
    bundle::installed::test(shell, bundle::find(&packages, "deb")?, driver)
}

/// Runs the end-to-end tests inside a desktop session.
pub fn e2e_in_session() -> Result<()> {
    let shell = shell()?;
    let options = ["--test", "--test-concurrency=1", "--test-reporter=spec"].map(OsString::from);
    // One file of them, for whoever works on it.
    run_in_session(&shell, &binaries(&shell)?, options.into_iter().chain(env::var_os(ONLY)))
}

/// Runs a script of `tests/e2e` inside a desktop session, with programs of a folder and videos for them.
pub fn run_in_session(
    shell: &Shell,
    programs: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<()> {
    let mut services = Services::start(shell)?;
    services.tray(shell)?;
    let binaries = binaries(shell)?;
    let videos = samples::make(shell, &binaries.join("samples"))?;
    let _e2e = shell.push_dir("tests/e2e");
    cmd!(shell, "node {arguments...}")
        .env("TALLYLIGHT_BIN", programs)
        .env("TALLYLIGHT_COMPLETE", &videos.complete)
        .env("TALLYLIGHT_SILENT", &videos.silent)
        .env("TALLYLIGHT_TRUNCATED", &videos.truncated)
        .env("TALLYLIGHT_SCREENSHOTS", binaries.join("screenshots"))
        .run()?;
    Ok(())
}
