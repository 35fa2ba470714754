//! Installing what is missing: Debian's packages, npm's, and the WebDriver bridge.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::run::step;

/// What the build needs.
const BUILD: &[&str] = &[
    "build-essential",
    "cmake",
    "pkg-config",
    "file",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libxdo-dev",
];
/// What the app needs to do its work, and what speaks in one of the sample videos.
const RUN: &[&str] = &["ffmpeg", "espeak-ng"];
/// What a desktop session without a display needs.
const DESKTOP: &[&str] = &[
    "xvfb",
    "xauth",
    "openbox",
    "dbus",
    "dbus-x11",
    "dunst",
    "desktop-file-utils",
    "gnome-keyring",
    "libsecret-tools",
    "libglib2.0-bin",
    "imagemagick",
    "xdotool",
    "x11-utils",
    "procps",
    "python3-dbus",
    "python3-gi",
    "gir1.2-gtk-3.0",
    "fonts-dejavu-core",
    "adwaita-icon-theme",
];
/// What drives the window in tests.
const WEBDRIVER: &[&str] = &["webkit2gtk-driver", "chromium", "chromium-driver", "xdg-utils", "python3-venv"];

/// What packages are checked with.
const PACKAGES: &[&str] = &["lintian", "appstream", "desktop-file-utils", "rpm", "man-db", "groff-base"];

/// Bridges WebDriver to a Tauri app.
const TAURI_DRIVER: &str = "2.1.0";

/// Writes the licences of what is built in.
pub const CARGO_ABOUT: &str = "0.9.3";
/// Checks the licences and sources of the dependencies.
pub const CARGO_DENY: &str = "0.20.2";

/// Supabase's own client, for a second opinion on the studio.
const SUPABASE_AUTH: &str = "2.34.1";

/// Tells for what to install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To build and run on a screen.
    Screen,
    /// To build and run without one.
    NoScreen,
    /// To run the tests.
    Tests,
    /// To make packages.
    Packages,
    /// To count instructions.
    Counting,
}

/// Installs everything that the tests need; returns where the WebDriver bridge and the Python of the tests are.
pub fn for_tests(shell: &Shell) -> Result<(PathBuf, PathBuf)> {
    system(shell, Need::Tests)?;
    npm(shell, "ui")?;
    npm(shell, "tests/e2e")?;
    Ok((tauri_driver(shell)?, python(shell)?))
}

/// Installs the packages of the system that are missing.
pub fn system(shell: &Shell, need: Need) -> Result<()> {
    let mut wanted: Vec<&str> = [BUILD, RUN].concat();
    match need {
        Need::Screen => {}
        Need::NoScreen => wanted.extend(DESKTOP),
        Need::Tests => wanted.extend([DESKTOP, WEBDRIVER, PACKAGES, &["valgrind"]].concat()),
        Need::Packages => wanted.extend(PACKAGES),
        Need::Counting => wanted.push("valgrind"),
    }
    if !cfg!(target_os = "linux") || cmd!(shell, "which apt-get").quiet().ignore_stderr().read().is_err() {
        return elsewhere(shell);
    }
    let missing: Vec<&str> = wanted.into_iter().filter(|package| !is_installed(shell, package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    step(&format!("installing {} packages of the system: {}", missing.len(), missing.join(" ")));
    apt(shell, &["update"])?;
    apt(shell, &[&["install"], missing.as_slice()].concat())
        .context("apt could not install the packages: see its words above")
}

/// Lets the system's packages be changed, without a question and without more than was asked for.
pub fn apt(shell: &Shell, arguments: &[&str]) -> Result<()> {
    let sudo: &[&str] = if cmd!(shell, "id -u").quiet().read()? == "0" { &[] } else { &["sudo"] };
    let apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", "--no-install-recommends"];
    cmd!(shell, "env {sudo...} {apt...} {arguments...}").run()?;
    Ok(())
}

/// Tells whether a package of the system is installed.
pub fn is_installed(shell: &Shell, package: &str) -> bool {
    let format = "-f=${db:Status-Status}";
    cmd!(shell, "dpkg-query -W {format} {package}")
        .quiet()
        .ignore_stderr()
        .read()
        .is_ok_and(|status| status == "installed")
}

/// Says what to install where this program does not know how to.
fn elsewhere(shell: &Shell) -> Result<()> {
    let missing: Vec<&str> = ["ffmpeg", "espeak-ng", "node", "npm"]
        .into_iter()
        .filter(|tool| cmd!(shell, "{tool} -version").quiet().ignore_stdout().ignore_stderr().run().is_err())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let how = match env::consts::OS {
        "macos" => "run `xcode-select --install` and `brew install ffmpeg espeak-ng node`",
        "windows" => {
            "install the Microsoft C++ Build Tools, then run `winget install Gyan.FFmpeg eSpeak-NG.eSpeak-NG OpenJS.NodeJS`; WebView2 comes with Windows"
        }
        _ => {
            "install ffmpeg, espeak-ng, Node.js 20 or newer, and Tauri's prerequisites (WebKitGTK 4.1, libayatana-appindicator) with your package manager"
        }
    };
    bail!("{} not found: {how}", missing.join(", "))
}

/// Installs the npm packages of a folder, exactly as its lock file says.
pub fn npm(shell: &Shell, folder: &str) -> Result<()> {
    let _dir = shell.push_dir(folder);
    let lock = shell.read_file("package-lock.json")?;
    let stamp = "node_modules/.installed-lock.json";
    if shell.path_exists(stamp) && shell.read_file(stamp)? == lock {
        return Ok(());
    }
    step(&format!("installing the npm packages of {folder}"));
    cmd!(shell, "npm ci --no-audit --no-fund --loglevel=error").run().context("is Node.js 20 or newer installed?")?;
    shell.write_file(stamp, lock)?;
    Ok(())
}

/// Installs the WebDriver bridge, and returns where it is.
pub fn tauri_driver(shell: &Shell) -> Result<PathBuf> {
    tool(shell, "tauri-driver", TAURI_DRIVER, &[])
}

/// Installs a tool of crates.io beside the build, and returns where it is.
pub fn tool(shell: &Shell, name: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).context("HOME is not set")?;
    let tools = home.join(".cache/tallylight/tools");
    let (program, stamp) = (tools.join("bin").join(name), tools.join(format!("{name}.version")));
    if program.exists() && fs::read_to_string(&stamp).is_ok_and(|held| held == version) {
        return Ok(program);
    }
    step(&format!("installing {name}"));
    cmd!(shell, "cargo install {name} --version {version} --locked {options...} --root {tools}").run()?;
    fs::write(stamp, version)?;
    Ok(program)
}

/// Installs Supabase's Python client in an environment of its own, and returns the Python that knows it.
pub fn python(shell: &Shell) -> Result<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).context("HOME is not set")?;
    let environment = home.join(".cache/tallylight/tools/python");
    let (python, stamp) = (environment.join("bin/python"), environment.join("supabase_auth.version"));
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|version| version == SUPABASE_AUTH) {
        return Ok(python);
    }
    step("installing supabase_auth, Supabase's Python client");
    // The system's own, which the package python3-venv belongs to.
    cmd!(shell, "/usr/bin/python3 -m venv --clear {environment}").run()?;
    cmd!(shell, "{python} -m pip install --quiet --disable-pip-version-check supabase_auth=={SUPABASE_AUTH}").run()?;
    fs::write(stamp, SUPABASE_AUTH)?;
    Ok(python)
}
