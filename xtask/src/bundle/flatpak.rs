//! The source of the Flatpak: a build has no network, so that it contains the crates and the built page.
//!
//! The runtime of GNOME cannot be downloaded from a package registry: the manifest is checked, and nothing is built here.

use std::fs;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use super::contents::{APP_ID, filled};
use crate::{
    install::{self, Need},
    page,
    run::{root, shell, step, target},
};

/// Makes the source in a folder beside the builds, and checks the manifest.
pub fn make() -> Result<()> {
    let shell = shell()?;
    install::system(&shell, Need::Packages)?;
    install::npm(&shell, "ui")?;
    page::build(&shell)?;
    step("gathering the source of the Flatpak");
    let folder = root().join(target(&shell)?).join("flatpak");
    let source = folder.join("source");
    shell.remove_path(&folder)?;
    fs::create_dir_all(source.join(".cargo"))?;
    let archive = folder.join("source.tar");
    cmd!(shell, "git archive --output={archive} HEAD").run()?;
    cmd!(shell, "tar --extract --file={archive} --directory={source}").run()?;
    shell.remove_path(&archive)?;
    let vendor = source.join("vendor");
    let config = cmd!(shell, "cargo vendor --locked --quiet {vendor}").read()?;
    let config = config.replace(&vendor.to_string_lossy().into_owned(), "vendor");
    fs::write(source.join(".cargo/config.toml"), config)?;
    let page = root().join("ui/dist");
    cmd!(shell, "cp --recursive {page} {source}/ui/dist").run()?;
    let info = source.join(format!("packaging/{APP_ID}.metainfo.xml"));
    fs::write(&info, filled(&shell, &format!("{APP_ID}.metainfo.xml"))?)?;
    let manifest = folder.join(format!("{APP_ID}.yml"));
    fs::copy(root().join(format!("packaging/flatpak/{APP_ID}.yml")), &manifest)?;
    cmd!(shell, "appstreamcli validate --no-net {info}").run()?;
    check(&shell)?;
    println!("\nflatpak-builder --install --user {}/build {}", folder.display(), manifest.display());
    Ok(())
}

/// Checks that flatpak-builder reads the manifest, and that it gives the app no more than it needs.
pub fn check(shell: &Shell) -> Result<()> {
    step("checking the Flatpak's manifest");
    let manifest = root().join(format!("packaging/flatpak/{APP_ID}.yml"));
    let shown = cmd!(shell, "flatpak-builder --show-manifest {manifest}").quiet().read()?;
    let shown: serde_json::Value = serde_json::from_str(&shown)?;
    ensure!(shown["id"] == APP_ID, "the Flatpak has another id: {}", shown["id"]);
    let access = shown["finish-args"].to_string();
    ensure!(!access.contains("--filesystem"), "the Flatpak may read files without asking: {access}");
    Ok(())
}
