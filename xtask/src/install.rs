//! Installation of what is missing: packages of Debian and of npm, tools of crates.io, clients of PyPI.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::run::step;

/// The packages for building.
const BUILD: &[&str] = &[
    "build-essential",
    "cmake",
    "pkg-config",
    "file",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libxdo-dev",
];
/// The programs that the app runs, and the one that speaks in a sample video.
const RUN: &[&str] = &["ffmpeg", "espeak-ng"];
/// The packages for a desktop session without a display.
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
    "bubblewrap",
    "xdg-dbus-proxy",
];
/// The packages that drive the window in tests.
const WEBDRIVER: &[&str] =
    &["webkit2gtk-driver", "chromium", "chromium-driver", "xdg-utils", "python3-venv", "redis-server", "postgresql"];
/// What makes a Debian in a folder, and runs programs in it.
const DEBIAN_ROOT: &[&str] = &["debootstrap", "bubblewrap"];
/// The compilers and libraries for Windows.
const MINGW: &[&str] = &["gcc-mingw-w64-x86-64-posix", "g++-mingw-w64-x86-64-posix"];
/// The screen reader of Linux desktops.
const SCREEN_READER: &[&str] = &["orca", "at-spi2-core", "speech-dispatcher", "speech-dispatcher-audio-plugins"];
/// The fonts and the settings of real desktops, for pictures of the window.
const PICTURES: &[&str] =
    &["fonts-inter", "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji", "gnome-themes-extra", "xsettingsd"];
/// The tools that check packages.
const PACKAGES: &[&str] = &[
    "lintian",
    "appstream",
    "desktop-file-utils",
    "flatpak-builder",
    "rpm",
    "man-db",
    "groff-base",
    "makepkg",
    "libarchive-tools",
    "ruby",
    "nix-bin",
];

/// The bridge from WebDriver to a Tauri app.
const TAURI_DRIVER: Tool = Tool { package: "tauri-driver", program: "tauri-driver", version: "2.1.0", options: &[] };

/// Supabase's own clients in Python, which the tests connect to the studio beside ours.
pub const SUPABASE_AUTH: PythonPackage =
    PythonPackage { name: "supabase_auth", version: "2.34.1", environment: "supabase", others: &["realtime==2.34.1"] };
/// What the example of a backend needs.
const FASTAPI: PythonPackage = PythonPackage {
    name: "fastapi",
    version: "0.165.0",
    environment: "fastapi",
    others: &["--requirement", "examples/fastapi/requirements.txt"],
};

/// A program of crates.io.
pub struct Tool {
    /// Its crate.
    pub package: &'static str,
    /// The name of its executable.
    pub program: &'static str,
    /// The version to install.
    pub version: &'static str,
    /// Further options of `cargo install`.
    pub options: &'static [&'static str],
}

/// A package of PyPI.
pub struct PythonPackage {
    /// Its name.
    pub name: &'static str,
    /// The version to install.
    pub version: &'static str,
    /// The folder of its environment.
    pub environment: &'static str,
    /// What is installed beside it.
    pub others: &'static [&'static str],
}

/// The tools of the tests that are no packages of the system.
pub struct TestTools {
    /// The bridge from WebDriver to a Tauri app.
    pub driver: PathBuf,
    /// The Python whose environment has Supabase's client.
    pub python: PathBuf,
    /// The Python whose environment has FastAPI.
    pub fastapi: PathBuf,
}

impl TestTools {
    /// Returns the environment variables by which the end-to-end tests find them.
    pub fn environment(&self) -> [(&'static str, &Path); 3] {
        [
            ("TALLYLIGHT_TAURI_DRIVER", &self.driver),
            ("TALLYLIGHT_PYTHON", &self.python),
            ("TALLYLIGHT_FASTAPI", &self.fastapi),
        ]
    }
}

/// The purpose of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To build, and to run on a screen.
    Screen,
    /// To build, and to run without a screen.
    NoScreen,
    /// To run the tests.
    Tests,
    /// To take pictures of the window.
    Pictures,
    /// To make packages.
    Packages,
    /// To count instructions.
    Counting,
    /// To check and build the code for Windows.
    Windows,
    /// To run programs of another Debian.
    DebianRoot,
}

/// Installs everything that the tests need.
pub fn for_tests(shell: &Shell) -> Result<TestTools> {
    system(shell, Need::Tests)?;
    npm(shell, "ui")?;
    npm(shell, "tests/e2e")?;
    let python = python_package(shell, &SUPABASE_AUTH)?.join("python");
    let fastapi = python_package(shell, &FASTAPI)?.join("python");
    Ok(TestTools { driver: tool(shell, &TAURI_DRIVER)?, python, fastapi })
}

/// Installs the packages of the system that are missing.
pub fn system(shell: &Shell, need: Need) -> Result<()> {
    let mut wanted: Vec<&str> = [BUILD, RUN].concat();
    match need {
        Need::Screen => {}
        Need::NoScreen => wanted.extend(DESKTOP),
        Need::Tests => wanted.extend([DESKTOP, WEBDRIVER, SCREEN_READER, PACKAGES, &["valgrind"]].concat()),
        Need::Pictures => wanted.extend(PICTURES),
        Need::Packages => wanted.extend(PACKAGES),
        Need::Counting => wanted.push("valgrind"),
        Need::Windows => wanted.extend(MINGW),
        Need::DebianRoot => wanted.extend(DEBIAN_ROOT),
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
        .context("apt could not install the packages: see its messages above")
}

/// Runs apt-get without questions and without recommended packages.
pub fn apt(shell: &Shell, arguments: &[&str]) -> Result<()> {
    let sudo = sudo(shell)?;
    let apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", "--no-install-recommends"];
    cmd!(shell, "env {sudo...} {apt...} {arguments...}").run()?;
    Ok(())
}

/// Returns what runs a command as root: nothing, if this already does.
pub fn sudo(shell: &Shell) -> Result<&'static [&'static str]> {
    Ok(if cmd!(shell, "id -u").quiet().read()? == "0" { &[] } else { &["sudo"] })
}

/// Returns whether a package of the system is installed.
pub fn is_installed(shell: &Shell, package: &str) -> bool {
    let format = "-f=${db:Status-Status}";
    cmd!(shell, "dpkg-query -W {format} {package}")
        .quiet()
        .ignore_stderr()
        .read()
        .is_ok_and(|status| status == "installed")
}

/// Fails with what to install, on a system where this program cannot install it.
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
            "install ffmpeg, espeak-ng, Node.js 20 or newer, and Tauri's prerequisites (WebKitGTK 4.1) with your package manager"
        }
    };
    bail!("{} not found: {how}", missing.join(", "))
}

/// Installs the npm packages of a folder in the versions of its lock file.
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

/// Installs a tool of crates.io beside the build, and returns its path.
pub fn tool(shell: &Shell, tool: &Tool) -> Result<PathBuf> {
    let Tool { package, program, version, options } = *tool;
    let tools = tools()?;
    let (path, stamp) = (tools.join("bin").join(program), tools.join(format!("{package}.version")));
    let is_current = fs::read_to_string(&stamp).is_ok_and(|installed| installed == version);
    if is_current && path.with_extension(env::consts::EXE_EXTENSION).exists() {
        return Ok(path);
    }
    step(&format!("installing {package}"));
    cmd!(shell, "cargo install {package} --version {version} --locked {options...} --root {tools}").run()?;
    fs::write(stamp, version)?;
    Ok(path)
}

/// Returns the folder of the tools.
pub fn tools() -> Result<PathBuf> {
    let home = env::home_dir().context("there is no home folder")?;
    Ok(home.join(".cache/tallylight/tools"))
}

/// Installs a package of PyPI in an environment of its own, unless it is there, and returns the folder of its programs.
pub fn python_package(shell: &Shell, package: &PythonPackage) -> Result<PathBuf> {
    let PythonPackage { name, version, environment, others } = *package;
    let environment = tools()?.join(environment);
    let (programs, stamp) = (environment.join("bin"), environment.join(format!("{name}.version")));
    if programs.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == version) {
        return Ok(programs);
    }
    step(&format!("installing {name}"));
    // The Python of the system, which the package python3-venv belongs to.
    cmd!(shell, "/usr/bin/python3 -m venv --clear {environment}").run()?;
    let pip = programs.join("pip");
    cmd!(shell, "{pip} install --quiet --disable-pip-version-check {name}=={version} {others...}").run()?;
    fs::write(stamp, version)?;
    Ok(programs)
}
