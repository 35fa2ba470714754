//! A Debian of its own in a folder: programs of another release, and programs whose services other tests would start.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{
    install::{self, Need},
    run::step,
};

/// The archive, if the machine does not say which mirror it uses.
const MIRROR: &str = "http://deb.debian.org/debian";
/// The user whose programs run in it. Desktops do not run as root.
pub const USER: u32 = 1234;
/// Where its programs are.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games";
/// Written into the folder: the packages that it has.
const STAMP: &str = "etc/tallylight-packages";

/// A folder with a Debian.
pub struct DebianRoot(PathBuf);

impl DebianRoot {
    /// Installs a release with packages, beside the other tools, or adds the packages that are missing.
    ///
    /// # Errors
    /// This is not Debian, or a package cannot be installed.
    pub fn install(shell: &Shell, name: &str, release: &str, packages: &[&str]) -> Result<Self> {
        install::system(shell, Need::DebianRoot)?;
        let folder = install::tools()?.join("debian").join(name);
        if !folder.exists() {
            step(&format!("installing Debian {release} into {}", folder.display()));
            let unfinished = folder.with_extension("unfinished");
            let sudo = install::sudo(shell)?;
            cmd!(shell, "env {sudo...} rm -rf {unfinished}").quiet().run()?;
            shell.create_dir(folder.parent().context("a folder above")?)?;
            let mirror = mirror();
            cmd!(shell, "env {sudo...} debootstrap --variant=minbase {release} {unfinished} {mirror}")
                .quiet()
                .ignore_stdout()
                .run()?;
            cmd!(shell, "env {sudo...} mv {unfinished} {folder}").quiet().run()?;
        }
        let root = Self(folder);
        root.add(shell, packages)?;
        Ok(root)
    }

    /// Returns its folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn add(&self, shell: &Shell, packages: &[&str]) -> Result<()> {
        let installed = fs::read_to_string(self.0.join(STAMP)).unwrap_or_default();
        let missing: Vec<&str> = packages
            .iter()
            .copied()
            .filter(|package| !installed.split_whitespace().any(|name| name == *package))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        step(&format!("installing {} packages into {}: {}", missing.len(), self.0.display(), missing.join(" ")));
        let names = missing.join(" ");
        self.as_root(
            shell,
            &format!(
                "printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
                 id {USER} > /dev/null 2>&1 || useradd --create-home --uid {USER} creator
                 export DEBIAN_FRONTEND=noninteractive
                 apt-get -qq update && apt-get -qq -y --no-install-recommends install {names} && echo {names} >> /{STAMP}"
            ),
        )
    }

    /// Runs a script as root in it, with the network and the archive's settings of this machine.
    pub fn as_root(&self, shell: &Shell, script: &str) -> Result<()> {
        let (sudo, root) = (install::sudo(shell)?, &self.0);
        let options = ["--die-with-parent", "--unshare-pid", "--proc", "/proc", "--dev", "/dev", "--cap-add", "ALL"];
        let resolver = ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"];
        cmd!(
            shell,
            "env {sudo...} bwrap --bind {root} / {options...} {resolver...} --setenv PATH {PATH} sh -e -c {script}"
        )
        .quiet()
        .ignore_stdout()
        .run()?;
        Ok(())
    }
}

/// A program that runs in a [`DebianRoot`] and ends with everything that it started.
pub struct Sandbox<'a> {
    /// Where it runs.
    pub root: &'a DebianRoot,
    /// What of this machine it sees, and under which path.
    pub read_only: Vec<(PathBuf, String)>,
    /// What of this machine it may change, and under which path.
    pub writable: Vec<(PathBuf, String)>,
    /// Its environment.
    pub env: Vec<(&'static str, String)>,
    /// After how many seconds it is ended.
    pub limit: u32,
}

impl Sandbox<'_> {
    /// Runs a script in it as root, without access to anything else of this machine.
    ///
    /// # Errors
    /// It failed, or took too long.
    pub fn run(&self, shell: &Shell, script: &str) -> Result<()> {
        let (sudo, root, limit) = (install::sudo(shell)?, self.root.path(), self.limit.to_string());
        let places = |option: &'static str, places: &[(PathBuf, String)]| {
            let of =
                |(from, to): &(PathBuf, String)| [option.to_owned(), from.to_string_lossy().into_owned(), to.clone()];
            places.iter().flat_map(of).collect::<Vec<_>>()
        };
        let (read_only, writable) = (places("--ro-bind", &self.read_only), places("--bind", &self.writable));
        let env = self.env.iter().flat_map(|(name, value)| ["--setenv".to_owned(), (*name).to_owned(), value.clone()]);
        let env: Vec<String> = env.collect();
        // /run is empty: GNOME Shell waits for a systemd that it sees there.
        let empty = ["--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/home"];
        let system =
            ["--proc", "/proc", "--dev", "/dev", "--cap-add", "ALL", "--unshare-pid", "--unshare-ipc", "--unshare-net"];
        let command = ["bwrap", "--die-with-parent", "--clearenv", "--setenv", "PATH", PATH, "--bind"];
        cmd!(
            shell,
            "env {sudo...} timeout --kill-after=5 {limit} {command...} {root} / {system...} {empty...} {read_only...} {writable...} {env...} sh -e -c {script}"
        )
        .quiet()
        .run()
        .with_context(|| format!("it failed, or was ended after {limit} s"))?;
        Ok(())
    }
}

/// Returns a script that runs another as [`USER`], with a home folder and a message bus.
pub fn in_session(preparation: &str, script: &str) -> String {
    format!(
        "mkdir -p /home/creator /run/user /tmp/.X11-unix && chmod 1777 /dev/shm /tmp /tmp/.X11-unix
         mkdir -m 700 /run/user/{USER} && chown {USER}:{USER} /home/creator /run/user/{USER}
         export HOME=/home/creator XDG_RUNTIME_DIR=/run/user/{USER}
         {preparation}
         exec setpriv --reuid={USER} --regid={USER} --clear-groups --inh-caps=-all dbus-run-session -- sh -e -c '{script}'"
    )
}

/// Returns the name of this machine's release of Debian.
///
/// # Errors
/// It is no Debian.
pub fn release_of_this_machine() -> Result<String> {
    let about = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value =
        |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_matches('"'));
    ensure!(value("ID=") == Some("debian"), "this needs Debian");
    Ok(value("VERSION_CODENAME=").context("Debian does not say its release")?.to_owned())
}

/// Returns the mirror that this machine uses.
pub fn mirror() -> String {
    let sources = fs::read_to_string("/etc/apt/sources.list.d/debian.sources").unwrap_or_default();
    let uris = sources.lines().find_map(|line| line.strip_prefix("URIs:"));
    uris.and_then(|uris| uris.split_whitespace().next()).unwrap_or(MIRROR).to_owned()
}
