//! The .deb, repacked as Debian's policy asks: compressed with xz, and with one program in place of two similar ones.

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// Repacks a package.
pub fn repack(shell: &Shell, deb: &Path) -> Result<()> {
    let folder = shell.create_temp_dir()?;
    let unpacked = folder.path().join("package");
    cmd!(shell, "dpkg-deb -R {deb} {unpacked}").run()?;
    // The app runs as `tally` under that name. The download is a third smaller, and `tally` starts milliseconds later.
    let tally = unpacked.join("usr/bin/tally");
    fs::remove_file(&tally)?;
    symlink("tallylight", &tally)?;
    remove_duplicates(&unpacked)?;
    apply_policy(shell, &unpacked)?;
    cmd!(shell, "dpkg-deb --root-owner-group -Zxz -z9 -b {unpacked} {deb}").quiet().run()?;
    if super::is_signed() {
        let tauri = super::tauri();
        cmd!(shell, "node {tauri} signer sign {deb}").quiet().run()?;
    }
    Ok(())
}

/// Removes what the bundler writes under the name of the program: the package has it under the app's id.
fn remove_duplicates(unpacked: &Path) -> Result<()> {
    let share = unpacked.join("usr/share");
    fs::remove_file(share.join("applications/tallylight.desktop"))?;
    for size in fs::read_dir(share.join("icons/hicolor"))? {
        let size = size?.path();
        let icon = size.join("apps/tallylight.png");
        if icon.exists() {
            fs::remove_file(icon)?;
        }
        if fs::read_dir(size.join("apps"))?.next().is_none() {
            fs::remove_dir_all(size)?;
        }
    }
    Ok(())
}

/// Sets the permissions that Debian's policy asks for, and writes the checksums and the size anew.
fn apply_policy(shell: &Shell, unpacked: &Path) -> Result<()> {
    let files = cmd!(shell, "find {unpacked}/usr -type f").quiet().read()?;
    let (mut sums, mut bytes) = (String::new(), 0);
    for file in files.lines() {
        let is_program = Path::new(file).parent().is_some_and(|folder| folder.ends_with("usr/bin"));
        fs::set_permissions(file, fs::Permissions::from_mode(if is_program { 0o755 } else { 0o644 }))?;
        let sum = cmd!(shell, "md5sum {file}").quiet().read()?;
        let name = Path::new(file).strip_prefix(unpacked)?.display();
        writeln!(sums, "{}  {name}", sum.split(' ').next().unwrap_or_default())?;
        bytes += fs::metadata(file)?.len();
    }
    let folders = cmd!(shell, "find {unpacked} -type d").quiet().read()?;
    for folder in folders.lines() {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    let control = unpacked.join("DEBIAN");
    fs::write(control.join("md5sums"), sums)?;
    let text = fs::read_to_string(control.join("control"))?;
    let size = text.lines().find(|line| line.starts_with("Installed-Size:")).context("a size")?;
    fs::write(control.join("control"), text.replace(size, &format!("Installed-Size: {}", bytes.div_ceil(1024))))?;
    Ok(())
}
