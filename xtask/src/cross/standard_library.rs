//! The toolchain of this machine with the source of its standard library, from which the library of another system is
//! built. Debian packages that source; rustup would download it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{debian_root::mirror, install, run::step};

/// The suite of Debian that has the source of recent releases.
const SUITE: &str = "trixie-backports";
/// The key of Debian's archive.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where a toolchain has the source of its standard library, as `rustup component add rust-src` puts it.
const SOURCE: &str = "lib/rustlib/src/rust/library";

/// A toolchain that can build the standard library.
pub struct Toolchain(PathBuf);

impl Toolchain {
    /// Installs it beside the other tools, unless it is there for this release.
    pub fn install(shell: &Shell) -> Result<Self> {
        let own = PathBuf::from(cmd!(shell, "rustc --print sysroot").quiet().read()?);
        if own.join(SOURCE).exists() {
            return Ok(Self(own));
        }
        let release = release(shell)?;
        let folder = install::tools()?.join("cross");
        let toolchain = folder.join(format!("rust-{release}"));
        if toolchain.exists() {
            return Ok(Self(toolchain));
        }
        step(&format!("installing the source of the standard library, {release}"));
        shell.create_dir(&folder)?;
        let source = download(shell, &folder, &release)?;
        // The name that counts comes last: what an interrupted installation left is not used.
        let unfinished = folder.join("unfinished");
        shell.remove_path(&unfinished)?;
        copy_toolchain(shell, &unfinished)?;
        let library = unfinished.join("lib/rustlib/src");
        shell.create_dir(&library)?;
        fs::rename(source, library.join("rust"))?;
        fs::rename(&unfinished, &toolchain)?;
        Ok(Self(toolchain))
    }

    /// Returns its cargo: the one of rustup would choose another toolchain.
    pub fn cargo(&self) -> PathBuf {
        self.0.join("bin/cargo")
    }

    /// Returns the environment in which cargo uses it.
    pub fn environment(&self) -> Result<Vec<(&'static str, String)>> {
        let utf8 = |path: PathBuf| path.into_os_string().into_string().ok().context("the path is not UTF-8");
        let programs = self.0.join("bin");
        let compiler = utf8(programs.join("rustc"))?;
        let path = format!("{}:{}", utf8(programs)?, env::var("PATH").unwrap_or_default());
        // A stable compiler builds the standard library only with the last one.
        Ok(vec![("PATH", path), ("RUSTC", compiler), ("RUSTC_BOOTSTRAP", "1".to_owned())])
    }
}

/// Returns the version of the compiler, such as `1.95.0`.
fn release(shell: &Shell) -> Result<String> {
    let version = cmd!(shell, "rustc --version --verbose").quiet().read()?;
    let release = version.lines().find_map(|line| line.strip_prefix("release: "));
    Ok(release.context("rustc does not say its release")?.to_owned())
}

/// Gives every file of the toolchain a second name, so that nothing of rustup's is changed.
fn copy_toolchain(shell: &Shell, to: &Path) -> Result<()> {
    let from = cmd!(shell, "rustc --print sysroot").quiet().read()?;
    if cmd!(shell, "cp -al {from} {to}").quiet().ignore_stderr().run().is_err() {
        // On another file system.
        shell.remove_path(to)?;
        cmd!(shell, "cp -a {from} {to}").quiet().run()?;
    }
    Ok(())
}

/// Downloads the source with an apt of its own: the one of the system stays as it is. Returns the source's folder.
fn download(shell: &Shell, folder: &Path, release: &str) -> Result<PathBuf> {
    let apt = folder.join("apt");
    for part in ["lists/partial", "cache/archives/partial"] {
        shell.create_dir(apt.join(part))?;
    }
    let list = apt.join("sources.list");
    shell.write_file(&list, format!("deb [signed-by={KEYS}] {} {SUITE} main\n", mirror()))?;
    let options = [
        format!("Dir::Etc::sourcelist={}", list.display()),
        "Dir::Etc::sourceparts=/dev/null".to_owned(),
        format!("Dir::State::lists={}", apt.join("lists").display()),
        format!("Dir::Cache={}", apt.join("cache").display()),
        // It may not be allowed to write into this folder.
        "APT::Sandbox::User=root".to_owned(),
    ];
    let options: &Vec<&str> = &options.iter().flat_map(|option| ["-o", option]).collect();
    cmd!(shell, "apt-get {options...} -qq update").quiet().run()?;
    let versions = cmd!(shell, "apt-cache {options...} madison rust-src").quiet().read()?;
    let version = versions
        .lines()
        .filter_map(|line| line.split('|').nth(1).map(str::trim))
        .find(|version| version.starts_with(&format!("{release}+")))
        .with_context(|| format!("Debian has no source of Rust {release}: use a release that it has"))?;
    {
        let _folder = shell.push_dir(&apt);
        cmd!(shell, "apt-get {options...} -qq download rust-src={version}").run()?;
    }
    let packages = shell.read_dir(&apt)?;
    let package = packages.iter().find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    let package = package.context("apt downloaded nothing")?;
    let unpacked = apt.join("rust-src");
    cmd!(shell, "dpkg -x {package} {unpacked}").quiet().run()?;
    shell.remove_path(package)?;
    let source = unpacked.join(format!("usr/src/rustc-{release}"));
    ensure!(source.exists(), "the package rust-src has another layout: {} is missing", source.display());
    Ok(source)
}
