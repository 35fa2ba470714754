//! The contents of a package beside the app: `tally`, manual pages, completions, metadata, licences.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{
    install::{self, Tool},
    run::{root, step},
};

/// Writes the licences of everything that is built in.
const CARGO_ABOUT: Tool =
    Tool { package: "cargo-about", program: "cargo-about", version: "0.9.3", options: &["--features", "cli"] };

/// The id of the app: the name of its desktop entry, its icon and its metadata.
pub const APP_ID: &str = "tv.tallylight.app";
/// The app's desktop entry.
pub const ENTRY: &str = "tv.tallylight.app.desktop";
/// The app's icon, by size.
const ICONS: [(&str, &str); 4] = [
    ("32x32", "src-tauri/icons/32x32.png"),
    ("128x128", "src-tauri/icons/128x128.png"),
    ("256x256", "src-tauri/icons/128x128@2x.png"),
    ("scalable", "icons/app.svg"),
];

/// The files of a package.
pub struct Contents {
    /// For each installed path the path of its source.
    pub files: BTreeMap<String, PathBuf>,
    /// The path of `tally`.
    pub tally: PathBuf,
}

/// Gathers all files in a folder.
pub fn gather(shell: &Shell, built: &Path, staging: &Path) -> Result<Contents> {
    shell.remove_path(staging)?;
    fs::create_dir_all(staging)?;
    let mut files = BTreeMap::new();
    let tally = built.join(if cfg!(windows) { "tally.exe" } else { "tally" });
    files.insert("/usr/bin/tally".to_owned(), tally.clone());
    manual(shell, staging, &mut files)?;
    describe(shell, staging, &mut files)?;
    licences(shell, staging, &mut files)?;
    Ok(Contents { files, tally })
}

fn manual(shell: &Shell, staging: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    step("writing manual pages and completions");
    let folder = staging.join("manual");
    cmd!(shell, "cargo run --quiet -p tallylight-cli --example manual -- {folder}").run()?;
    fs::write(folder.join("tallylight.1"), filled(shell, "tallylight.1")?)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a name")?.to_owned();
        let place = match name.as_str() {
            "tally.bash" => "bash-completion/completions/tally".to_owned(),
            "_tally" => "zsh/vendor-completions/_tally".to_owned(),
            "tally.fish" => "fish/vendor_completions.d/tally.fish".to_owned(),
            page if page.ends_with(".1") => {
                // As Debian's policy asks: compressed, without a timestamp.
                if cfg!(unix) {
                    cmd!(shell, "gzip -9nf {path}").quiet().run()?;
                }
                files.insert(format!("/usr/share/man/man1/{name}.gz"), folder.join(format!("{name}.gz")));
                continue;
            }
            _ => continue,
        };
        files.insert(format!("/usr/share/{place}"), path);
    }
    Ok(())
}

fn describe(shell: &Shell, staging: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    const INFO: &str = "tv.tallylight.app.metainfo.xml";
    let info = staging.join(INFO);
    fs::write(&info, filled(shell, INFO)?)?;
    files.insert(format!("/usr/share/metainfo/{INFO}"), info);
    let applications = root().join("packaging").join(ENTRY);
    files.insert(format!("/usr/share/applications/{ENTRY}"), applications);
    for (size, file) in ICONS {
        let name = format!("{APP_ID}.{}", file.rsplit('.').next().unwrap_or_default());
        files.insert(format!("/usr/share/icons/hicolor/{size}/apps/{name}"), root().join(file));
    }
    let overrides = staging.join("lintian-overrides");
    fs::copy(root().join("packaging/lintian-overrides"), &overrides)?;
    files.insert("/usr/share/lintian/overrides/tallylight".to_owned(), overrides);
    fs::write(staging.join("changelog"), changelog(shell)?)?;
    Ok(())
}

/// Writes the licences of Tallylight and of all libraries that are built in.
fn licences(shell: &Shell, staging: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    step("writing the licences");
    // Also the libraries for other systems.
    cmd!(shell, "cargo fetch --quiet --locked").run()?;
    let about = install::tool(shell, &CARGO_ABOUT)?;
    let (config, template) = (root().join("packaging/about.toml"), root().join("packaging/licences.hbs"));
    let rust = cmd!(shell, "{about} generate --locked --offline --workspace --fail -c {config} {template}").read()?;
    let mut text = rust;
    for (name, licence) in of_the_window(shell)? {
        write!(text, "\n{}\n{name}, for the window\n\n{licence}\n", "=".repeat(78))?;
    }
    let (copyright, licences) = (staging.join("copyright"), staging.join("licences.txt"));
    fs::copy(root().join("packaging/copyright"), &copyright)?;
    fs::write(&licences, text)?;
    files.insert("/usr/share/doc/tallylight/copyright".to_owned(), copyright);
    if cfg!(unix) {
        cmd!(shell, "gzip -9nf {licences}").quiet().run()?;
        files.insert("/usr/share/doc/tallylight/licences.txt.gz".to_owned(), staging.join("licences.txt.gz"));
    }
    Ok(())
}

/// Returns the licences of the npm packages that are built into the window.
fn of_the_window(shell: &Shell) -> Result<Vec<(String, String)>> {
    let packages = {
        let _ui = shell.push_dir("ui");
        cmd!(shell, "npm ls --omit=dev --all --parseable --long").ignore_status().ignore_stderr().quiet().read()?
    };
    let mut licences = BTreeMap::new();
    for line in packages.lines().skip(1) {
        // <folder>:<name>@<version>:…
        let Some((folder, rest)) = line.split_once(':').filter(|(folder, _)| !folder.is_empty()) else { continue };
        let name = rest.split(':').next().unwrap_or_default();
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_licence = |path: &PathBuf| {
            let name = path.file_name().map(|name| name.to_ascii_uppercase().to_string_lossy().into_owned());
            name.is_some_and(|name| name.starts_with("LICEN"))
        };
        if let Some(file) = files.map(|entry| entry.path()).find(is_licence) {
            licences.insert(name.to_owned(), fs::read_to_string(file)?);
        }
    }
    Ok(licences.into_iter().collect())
}

/// Returns a file of `packaging` with the version and the date of this release.
pub fn filled(shell: &Shell, name: &str) -> Result<String> {
    let text = fs::read_to_string(root().join("packaging").join(name))?;
    Ok(text.replace("@VERSION@", env!("CARGO_PKG_VERSION")).replace("@DATE@", &released(shell)?))
}

/// Returns the date of the commit, which does not depend on when the package is made.
pub fn released(shell: &Shell) -> Result<String> {
    cmd!(shell, "git log -1 --format=%cs").quiet().read().context("the project is not in a git repository")
}

/// Returns the changelog in Debian's format, with this version only.
fn changelog(shell: &Shell) -> Result<String> {
    let date: jiff::civil::Date = released(shell)?.parse()?;
    let date = date.to_zoned(jiff::tz::TimeZone::UTC)?;
    Ok(format!(
        "tallylight ({}) unstable; urgency=medium\n\n  * See https://github.com/tallylight/tallylight/blob/main/CHANGELOG.md\n\n -- The Tallylight founders <hello@tallylight.tv>  {}\n",
        env!("CARGO_PKG_VERSION"),
        jiff::fmt::rfc2822::to_string(&date)?,
    ))
}
