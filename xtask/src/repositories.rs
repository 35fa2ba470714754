//! The files that package repositories ask for: the AUR, Homebrew and winget. They name a release's packages and their
//! checksums, so that they are made from the packages themselves.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::{Shell, cmd};

use crate::run::{root, step};

/// The templates, in `packaging/repositories`.
const TEMPLATES: [&str; 5] = [
    "aur/PKGBUILD",
    "homebrew/tallylight.rb",
    "winget/Tallylight.Tallylight.yaml",
    "winget/Tallylight.Tallylight.installer.yaml",
    "winget/Tallylight.Tallylight.locale.en-US.yaml",
];
/// What stands before the end of a package's name, where its checksum belongs.
const CHECKSUM: &str = "@SHA256:";
/// The user that makes a package for Arch Linux, which root may not do.
const NOBODY: &str = "65534";

/// A release that the files describe.
pub struct Release<'a> {
    /// The folder of its packages.
    pub folder: &'a Path,
    /// The URL under which the packages are.
    pub address: &'a str,
    /// The date of the release: `2026-11-30`.
    pub date: &'a str,
}

impl Release<'_> {
    /// Writes all files into a folder.
    ///
    /// # Errors
    /// A package is missing.
    pub fn describe(&self, to: &Path) -> Result<()> {
        for name in TEMPLATES {
            let file = to.join(name);
            fs::create_dir_all(file.parent().context("a folder")?)?;
            fs::write(&file, self.filled(name).with_context(|| format!("cannot fill packaging/repositories/{name}"))?)?;
        }
        Ok(())
    }

    fn filled(&self, template: &str) -> Result<String> {
        let template = fs::read_to_string(root().join("packaging/repositories").join(template))?;
        let mut text = template
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@URL@", self.address)
            .replace("@DATE@", self.date);
        while let Some((before, rest)) = text.split_once(CHECKSUM) {
            let (ending, after) = rest.split_once('@').context("a checksum without an end")?;
            text = format!("{before}{}{after}", self.checksum(ending)?);
        }
        Ok(text)
    }

    /// Returns the SHA-256 of the package whose name ends so.
    fn checksum(&self, ending: &str) -> Result<String> {
        let name = format!("Tallylight_{}{ending}", env!("CARGO_PKG_VERSION"));
        let content = fs::read(self.folder.join(&name)).with_context(|| format!("the release has no {name}"))?;
        let mut checksum = String::new();
        for byte in Sha256::digest(content) {
            write!(checksum, "{byte:02x}")?;
        }
        Ok(checksum)
    }
}

/// Checks the files of the repositories as far as Debian has their tools: makes the package for Arch Linux out of a
/// .deb, and reads the recipes of Homebrew and Nix.
pub fn check(shell: &Shell, deb: &Path) -> Result<()> {
    step("making the package for Arch Linux, and reading the recipes of Homebrew and Nix");
    let folder = shell.create_temp_dir()?;
    let folder = folder.path();
    let name = format!("Tallylight_{}", env!("CARGO_PKG_VERSION"));
    fs::copy(deb, folder.join(format!("{name}_amd64.deb")))?;
    for other in ["_arm64.deb", "_universal.dmg", "_x64-setup.exe", "_arm64-setup.exe"] {
        fs::write(folder.join(format!("{name}{other}")), other)?;
    }
    let address = format!("file://{}", folder.display());
    Release { folder, address: &address, date: "2026-11-30" }.describe(folder)?;
    cmd!(shell, "ruby -wc {folder}/homebrew/tallylight.rb").quiet().ignore_stdout().run()?;
    let flake = root().join("flake.nix");
    cmd!(shell, "nix-instantiate --parse {flake}").quiet().ignore_stdout().ignore_stderr().run()?;
    let package = for_arch(shell, folder)?;
    let contents = cmd!(shell, "bsdtar -tf {package}").quiet().read()?;
    for file in ["usr/bin/tallylight", "usr/bin/tally", "usr/share/zsh/site-functions/_tally"] {
        ensure!(contents.lines().any(|line| line == file), "the package for Arch Linux lacks {file}: {contents}");
    }
    let info = cmd!(shell, "bsdtar -xOf {package} .PKGINFO").quiet().read()?;
    ensure!(info.contains("depend = webkit2gtk-4.1"), "it does not depend on WebKitGTK: {info}");
    Ok(())
}

/// Makes the package for Arch Linux in the folder of the release, and returns its path.
fn for_arch(shell: &Shell, folder: &Path) -> Result<PathBuf> {
    let sudo = crate::install::sudo(shell)?;
    cmd!(shell, "env {sudo...} chown -R {NOBODY} {folder}").quiet().run()?;
    let _folder = shell.push_dir(folder.join("aur"));
    // Without dependencies makepkg asks pacman for nothing, but wants that there is one.
    let env = ["env", "HOME=/tmp", "PKGEXT=.pkg.tar", "PACMAN=true"];
    let user = ["setpriv", "--reuid", NOBODY, "--clear-groups"];
    cmd!(shell, "env {sudo...} {user...} {env...} makepkg --nodeps --noconfirm").quiet().ignore_stdout().run()?;
    let made = shell.read_dir(".")?;
    made.into_iter().find(|path| path.extension() == Some("tar".as_ref())).context("makepkg made no package")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_repositories_name_the_packages_and_their_checksums() {
        let shell = Shell::new().expect("a shell");
        let folder = shell.create_temp_dir().expect("a folder");
        let folder = folder.path();
        let release = Release { folder, address: "https://x.test/v1", date: "2026-11-30" };
        let missing = release.describe(folder).expect_err("no package is there");
        assert!(format!("{missing:#}").contains("the release has no Tallylight_"), "{missing:#}");

        let version = env!("CARGO_PKG_VERSION");
        for ending in ["_amd64.deb", "_arm64.deb", "_universal.dmg", "_x64-setup.exe", "_arm64-setup.exe"] {
            fs::write(folder.join(format!("Tallylight_{version}{ending}")), "abc").expect("a package");
        }
        release.describe(folder).expect("all packages are there");
        let read = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
        // The SHA-256 of "abc", as FIPS 180-4 gives it.
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let recipe = read("aur/PKGBUILD");
        assert!(recipe.contains(&format!("sha256sums_aarch64=('{sum}')")), "{recipe}");
        assert!(recipe.contains(&format!("'https://x.test/v1/Tallylight_{version}_amd64.deb'")), "{recipe}");
        assert!(read("homebrew/tallylight.rb").contains(&format!("sha256 \"{sum}\"")));
        assert!(read("winget/Tallylight.Tallylight.installer.yaml").contains("ReleaseDate: 2026-11-30"));
        for name in TEMPLATES {
            assert!(!read(name).contains("@SHA256") && !read(name).contains("@URL@"), "{name} is filled");
        }
    }
}
