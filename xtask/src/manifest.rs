//! The updater's manifest, the notes of a release, and the files for package repositories.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::{
    bundle::released,
    repositories::Release,
    run::{root, shell},
};

/// The keys under which the updater looks for a package, by the end of the package's name. It first looks for a key with
/// its own format, then for one without.
const KEYS: [(&str, &[&str]); 10] = [
    ("_amd64.deb", &["linux-x86_64-deb"]),
    ("_arm64.deb", &["linux-aarch64-deb"]),
    (".x86_64.rpm", &["linux-x86_64-rpm"]),
    (".aarch64.rpm", &["linux-aarch64-rpm"]),
    ("_amd64.AppImage", &["linux-x86_64-appimage", "linux-x86_64"]),
    ("_aarch64.AppImage", &["linux-aarch64-appimage", "linux-aarch64"]),
    (".app.tar.gz", &["darwin-aarch64-app", "darwin-x86_64-app", "darwin-aarch64", "darwin-x86_64"]),
    ("_x64-setup.exe", &["windows-x86_64-nsis", "windows-x86_64"]),
    ("_arm64-setup.exe", &["windows-aarch64-nsis", "windows-aarch64"]),
    (".msi", &["windows-x86_64-msi"]),
];

/// Writes `latest.json`, `notes.md` and the folders of the package repositories into the folder of a release's packages.
pub fn write(folder: &Path, address: &str) -> Result<()> {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md"))?;
    let version = env!("CARGO_PKG_VERSION");
    let notes = notes(&changelog, version).with_context(|| format!("CHANGELOG.md has no section about {version}"))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    let signature = |name: &str| fs::read_to_string(folder.join(format!("{name}.sig"))).ok();
    let platforms = platforms(&names, address, signature);
    ensure!(!platforms.is_empty(), "no package in {} is signed: is the key set?", folder.display());
    let manifest = json!({ "version": version, "notes": notes, "platforms": platforms });
    fs::write(folder.join("latest.json"), serde_json::to_string_pretty(&manifest)?)?;
    fs::write(folder.join("notes.md"), notes)?;
    let date = released(&shell()?)?;
    Release { folder, address, date: &date }.describe(folder)
}

fn platforms(names: &[String], address: &str, signature: impl Fn(&str) -> Option<String>) -> Map<String, Value> {
    let mut platforms = Map::new();
    for (ending, keys) in KEYS {
        for name in names.iter().filter(|name| name.ends_with(ending)) {
            let Some(signature) = signature(name) else { continue };
            let package = json!({ "url": format!("{address}/{name}"), "signature": signature.trim() });
            platforms.extend(keys.iter().map(|key| ((*key).to_owned(), package.clone())));
        }
    }
    platforms
}

/// Returns the section of a changelog about a version.
fn notes(changelog: &str, version: &str) -> Option<String> {
    let (_, rest) = changelog.split_once(&format!("## [{version}]"))?;
    let (_, rest) = rest.split_once('\n')?;
    let notes = rest.split("\n## [").next()?.trim();
    (!notes.is_empty()).then(|| notes.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signed_package_is_listed_under_the_keys_of_its_format() {
        let names = ["tallylight_0.1.0_amd64.deb", "Tallylight_0.1.0_x64-setup.exe", "tallylight_0.1.0_amd64.AppImage"];
        let names = names.map(str::to_owned);
        let signature = |name: &str| (!name.ends_with("AppImage")).then(|| "signed\n".to_owned());
        let platforms = platforms(&names, "https://x.test/v1", signature);
        let keys: Vec<&String> = platforms.keys().collect();
        assert_eq!(
            keys,
            ["linux-x86_64-deb", "windows-x86_64", "windows-x86_64-nsis"],
            "packages without a signature are left out"
        );
        let deb = json!({ "url": "https://x.test/v1/tallylight_0.1.0_amd64.deb", "signature": "signed" });
        assert_eq!(platforms["linux-x86_64-deb"], deb);
    }

    #[test]
    fn notes_are_those_of_one_version() {
        let changelog =
            "# Changelog\n\n## [Unreleased]\n\n- no\n\n## [0.1.0] - 2026-11-25\n\n- yes\n\n## [0.0.1]\n\n- no\n";
        assert_eq!(notes(changelog, "0.1.0").as_deref(), Some("- yes"));
        assert_eq!(notes(changelog, "0.2.0"), None);
    }
}
