//! The tests in real desktops: sway, XFCE, GNOME Shell and KDE Plasma, each in a Debian of its own, not as root, and
//! ended after a time.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::{Shell, cmd};

use crate::{
    debian_root::{self, DebianRoot, Sandbox, USER, in_session},
    install, page,
    run::{binaries, build, root, shell, step},
    samples::{self, Samples},
};

/// A desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Desktop {
    /// sway: a compositor of wlroots, with dunst
    Sway,
    /// XFCE, on X11
    Xfce,
    /// GNOME Shell, on Wayland
    Gnome,
    /// KDE Plasma, on Wayland
    Kde,
}

/// What runs for every change. GNOME and KDE install hundreds of megabytes: they run at night.
pub const QUICK: [Desktop; 2] = [Desktop::Sway, Desktop::Xfce];

/// What every desktop needs to run the app and its tests.
const COMMON: &[&str] = &[
    "libwebkit2gtk-4.1-0",
    "webkit2gtk-driver",
    "ca-certificates",
    "dbus",
    "dbus-x11",
    "at-spi2-core",
    "gnome-keyring",
    "libglib2.0-bin",
    "gsettings-desktop-schemas",
    "dconf-gsettings-backend",
    "xdg-desktop-portal",
    "xdg-desktop-portal-gtk",
    "fonts-dejavu-core",
    "fonts-noto-core",
    "fonts-noto-color-emoji",
    "fonts-inter",
    "adwaita-icon-theme",
    "imagemagick",
    "procps",
    "python3-gi",
    "python3-dbus",
    "gir1.2-gtk-3.0",
    "xdotool",
    "x11-utils",
    "xclip",
    "libxdo3",
    "librsvg2-common",
    "xwayland",
];

impl Desktop {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Sway => &["sway", "swaybg", "grim", "wl-clipboard", "dunst"],
            Self::Xfce => &["xvfb", "xfce4-panel", "xfce4-notifyd", "xfconf", "xfwm4", "xfce4-settings"],
            Self::Gnome => &["gnome-shell", "gnome-shell-extension-appindicator", "gjs"],
            Self::Kde => &[
                "kwin-wayland",
                "plasma-workspace",
                "plasma-desktop",
                "plasma-workspace-wayland",
                "libqca-qt5-2-plugins",
                "qdbus-qt5",
                "breeze",
                "breeze-icon-theme",
                "libcap2-bin",
                "xdg-desktop-portal-kde",
            ],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sway => "sway",
            Self::Xfce => "xfce",
            Self::Gnome => "gnome",
            Self::Kde => "kde",
        }
    }

    /// Returns what is done as root before the session starts.
    fn preparation(self) -> &'static str {
        match self {
            Self::Sway | Self::Xfce => "",
            Self::Gnome => "mkdir -p /run/dbus && dbus-daemon --system --fork",
            // The kernel withholds the capability that its file asks for, and then refuses to start it.
            Self::Kde => "mkdir -p /run/dbus && dbus-daemon --system --fork; setcap -r /usr/bin/kwin_wayland || true",
        }
    }
}

/// Runs the tests in one desktop, or in all, and saves pictures into `docs/desktops`.
pub fn run(desktop: Option<Desktop>) -> Result<()> {
    let shell = shell()?;
    let tools = install::for_tests(&shell)?;
    page::build(&shell)?;
    build(&shell)?;
    let desktops = desktop.map_or(Desktop::value_variants().to_vec(), |desktop| vec![desktop]);
    for desktop in desktops {
        let pictures = test(&shell, &tools, desktop)?;
        let to = root().join("docs/desktops");
        shell.create_dir(&to)?;
        for picture in shell.read_dir(pictures)?.iter().filter(|path| path.extension().is_some_and(|end| end == "png"))
        {
            let name = picture.file_name().context("a name")?.to_string_lossy().into_owned();
            shell.copy_file(picture, to.join(format!("{}-{name}", desktop.name())))?;
        }
    }
    Ok(())
}

/// Runs the tests in a desktop with programs that are built. Returns the folder of their pictures.
pub fn test(shell: &Shell, tools: &install::TestTools, desktop: Desktop) -> Result<PathBuf> {
    let packages = [COMMON, desktop.packages()].concat();
    let debian = DebianRoot::install(shell, "desktops", &debian_root::release_of_this_machine()?, &packages)?;
    let programs = binaries(shell)?;
    samples::make(shell, &programs.join("samples"))?;
    let pictures = programs.join("desktops").join(desktop.name());
    shell.remove_path(&pictures)?;
    fs::create_dir_all(&pictures)?;
    let sudo = install::sudo(shell)?;
    let user = USER.to_string();
    cmd!(shell, "env {sudo...} chown {user} {pictures}").quiet().run()?;
    step(&format!("tests in {}", desktop.name()));
    let node = PathBuf::from(cmd!(shell, "node -p process.execPath").quiet().read()?);
    let sandbox = Sandbox {
        root: &debian,
        read_only: vec![
            (root().canonicalize()?, "/opt/tallylight".to_owned()),
            (programs, "/opt/programs".to_owned()),
            (tools.driver.clone(), "/opt/tauri-driver".to_owned()),
            (node, "/opt/node".to_owned()),
        ],
        writable: vec![(pictures.clone(), "/opt/pictures".to_owned())],
        env: environment(desktop),
        limit: 180,
    };
    let node = ["/opt/node", "--import", "tsx", "--test", "--test-reporter=spec", "desktops/desktop.test.ts"];
    let tests = format!("cd /opt/tallylight/tests/e2e && exec {}", node.join(" "));
    sandbox.run(shell, &in_session(desktop.preparation(), &tests))?;
    Ok(pictures)
}

fn environment(desktop: Desktop) -> Vec<(&'static str, String)> {
    let mut env = vec![
        ("LANG", "C.UTF-8".to_owned()),
        ("TALLYLIGHT_DESKTOP", desktop.name().to_owned()),
        ("TALLYLIGHT_BIN", "/opt/programs".to_owned()),
        ("TALLYLIGHT_TAURI_DRIVER", "/opt/tauri-driver".to_owned()),
        ("TALLYLIGHT_SCREENSHOTS", "/opt/pictures".to_owned()),
    ];
    env.extend(Samples::at(Path::new("/opt/programs/samples")).environment());
    env
}
