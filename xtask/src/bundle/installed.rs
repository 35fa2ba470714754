//! The test of the .deb: it is installed, used, upgraded from an older version with all data kept, and removed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{
    desktop::inside,
    e2e::run_in_session,
    install,
    run::{shell, step},
};

/// The environment variable with the phase of the test.
const PHASE: &str = "TALLYLIGHT_PHASE";
/// Files that the package installs, and removes again.
const FILES: [&str; 4] = [
    "/usr/bin/tallylight",
    "/usr/bin/tally",
    "/usr/share/applications/tv.tallylight.app.desktop",
    "/usr/share/metainfo/tv.tallylight.app.metainfo.xml",
];

/// Makes the packages, and tests the .deb on this machine.
pub fn make_and_test() -> Result<()> {
    let shell = shell()?;
    let tools = install::for_tests(&shell)?;
    let packages = super::run(None)?;
    test(&shell, super::find(&packages, "deb")?, &tools.driver)
}

/// Installs, upgrades and removes a package, and uses the app in between.
fn test(shell: &Shell, deb: &Path, driver: &Path) -> Result<()> {
    ensure!(
        !install::is_installed(shell, "tallylight"),
        "tallylight is installed on this machine, and the test would remove it: remove it first"
    );
    let tested = from_install_to_removal(shell, deb, driver);
    // A failed test leaves nothing on the machine.
    if tested.is_err() {
        let _ = install::apt(shell, &["purge", "tallylight"]);
    }
    tested
}

fn from_install_to_removal(shell: &Shell, deb: &Path, driver: &Path) -> Result<()> {
    let (folder, home) = (shell.create_temp_dir()?, shell.create_temp_dir()?);
    let older = older(shell, deb, folder.path())?;
    step("installing an older package, and using the app");
    install::apt(shell, &["install", path(&older)?])?;
    ensure!(version(shell)?.starts_with("0.0."), "the older version is installed");
    use_app(shell, home.path(), driver, "installed")?;
    step("upgrading it");
    install::apt(shell, &["install", path(deb)?])?;
    ensure!(version(shell)? == env!("CARGO_PKG_VERSION"), "this version is installed");
    FILES.iter().try_for_each(|file| fs::metadata(file).map(drop).with_context(|| format!("{file} is missing")))?;
    recognises_speech(shell)?;
    use_app(shell, home.path(), driver, "upgraded")?;
    step("removing it");
    install::apt(shell, &["remove", "tallylight"])?;
    for file in FILES {
        ensure!(!Path::new(file).exists(), "{file} was not removed");
    }
    ensure!(home.path().join("data/tallylight").is_dir(), "the user's data was removed");
    Ok(())
}

/// Checks that whisper.cpp is built into the app, by its error about a file that is no model.
fn recognises_speech(shell: &Shell) -> Result<()> {
    let said = cmd!(shell, "/usr/bin/tallylight recognise-speech /dev/null /dev/null").ignore_status().ignore_stderr();
    let said = said.read()?;
    ensure!(said.contains("couldn't load the model"), "the app has no speech recognition: {said}");
    Ok(())
}

/// Makes a package of the same files with an older version.
fn older(shell: &Shell, deb: &Path, folder: &Path) -> Result<PathBuf> {
    let (unpacked, packed) = (folder.join("older"), folder.join("tallylight_0.0.1.deb"));
    cmd!(shell, "dpkg-deb -R {deb} {unpacked}").run()?;
    let control = unpacked.join("DEBIAN/control");
    let text = fs::read_to_string(&control)?;
    let version = format!("Version: {}", env!("CARGO_PKG_VERSION"));
    ensure!(text.contains(&version), "a version in {text}");
    fs::write(&control, text.replace(&version, "Version: 0.0.1"))?;
    cmd!(shell, "dpkg-deb --root-owner-group -b {unpacked} {packed}").quiet().run()?;
    Ok(packed)
}

fn version(shell: &Shell) -> Result<String> {
    let format = "-f=${Version}";
    Ok(cmd!(shell, "dpkg-query -W {format} tallylight").quiet().read()?)
}

fn use_app(shell: &Shell, home: &Path, driver: &Path, phase: &str) -> Result<()> {
    let env = [("TALLYLIGHT_TAURI_DRIVER", driver), (PHASE, Path::new(phase))];
    inside(shell, home, &["installed-session"], &env)
}

/// Uses the installed app inside a desktop session.
pub fn in_session() -> Result<()> {
    let shell = shell()?;
    run_in_session(&shell, Path::new("/usr/bin"), ["--test", "--test-reporter=spec", "package/installed.test.ts"])
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
