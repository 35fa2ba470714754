//! The end-to-end tests: the real app in a real window, inside a desktop session of their own.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{
    desktop::{Services, inside},
    install, page,
    run::{binaries, build, root, shell, step},
    samples,
};

/// The environment variable that names the files to run, separated by commas.
const ONLY: &str = "TALLYLIGHT_E2E";
/// The tests that have a session of their own: a screen reader waits for programs that other tests ended.
const OWN_SESSION: &[&str] = &["screen-reader.test.ts"];
/// The folder of the tests.
const FOLDER: &str = "tests/e2e";

/// The environment variable with the settings of the session, such as its font.
const SETTINGS: &str = "TALLYLIGHT_XSETTINGS";

/// What of the end-to-end tests runs, and in which session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// One file; all by default.
    pub file: Option<&'a str>,
    /// The settings of the desktop (XSETTINGS), one in a line; none if empty.
    pub settings: &'a str,
    /// Further environment variables of the tests.
    pub env: &'a [(&'a str, &'a str)],
}

/// Runs the end-to-end tests, or a selection of them.
pub fn run(shell: &Shell, tools: &install::TestTools, selection: Selection<'_>) -> Result<()> {
    page::build(shell)?;
    build(shell)?;
    step("end-to-end tests: the real app in a real window");
    in_new_session(shell, tools, selection)?;
    if selection.file.is_some() || env::var_os(ONLY).is_some() {
        return Ok(());
    }
    OWN_SESSION.iter().try_for_each(|file| in_new_session(shell, tools, Selection { file: Some(file), ..selection }))
}

fn in_new_session(shell: &Shell, tools: &install::TestTools, selection: Selection<'_>) -> Result<()> {
    let home = shell.create_temp_dir()?;
    let only = selection.file.map(|file| (ONLY, Path::new(file)));
    let settings = [(SETTINGS, Path::new(selection.settings))];
    let others = selection.env.iter().map(|(name, value)| (*name, Path::new(*value)));
    let env: Vec<_> = tools.environment().into_iter().chain(only).chain(settings).chain(others).collect();
    inside(shell, home.path(), &["e2e-session"], &env)
}

/// Runs the end-to-end tests inside a desktop session.
pub fn in_session() -> Result<()> {
    let shell = shell()?;
    let options = ["--test", "--test-concurrency=1", "--test-reporter=spec"].map(OsString::from);
    let only = env::var(ONLY).map(|only| only.split(',').map(OsString::from).collect());
    let files = only.or_else(|_| test_files(&shell))?;
    run_in_session(&shell, &binaries(&shell)?, options.into_iter().chain(files))
}

/// Returns the names of the test files. Those in folders need something else: an installed package, a release build.
fn test_files(shell: &Shell) -> Result<Vec<OsString>> {
    let is_own = |path: &PathBuf| OWN_SESSION.iter().any(|own| path.ends_with(own));
    let is_test = |path: &PathBuf| path.to_string_lossy().ends_with(".test.ts") && !is_own(path);
    let files = shell.read_dir(root().join(FOLDER))?.into_iter().filter(is_test);
    Ok(files.filter_map(|path| path.file_name().map(OsStr::to_owned)).collect())
}

/// Runs a script of the end-to-end tests inside a desktop session, with the programs of a folder and sample videos.
pub fn run_in_session(
    shell: &Shell,
    programs: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<()> {
    let mut services = Services::start(shell)?;
    if let Some(settings) = env::var(SETTINGS).ok().filter(|settings| !settings.is_empty()) {
        services.settings(&settings)?;
    }
    services.tray(shell)?;
    let binaries = binaries(shell)?;
    let videos = samples::make(shell, &binaries.join("samples"))?;
    let _e2e = shell.push_dir(FOLDER);
    cmd!(shell, "node --import tsx {arguments...}")
        .env("TALLYLIGHT_BIN", programs)
        .envs(videos.environment())
        .env("TALLYLIGHT_SCREENSHOTS", binaries.join("screenshots"))
        .run()?;
    Ok(())
}
