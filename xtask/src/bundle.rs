//! The packages: their contents, and the checks that they have to pass.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use crate::{
    install, page, repositories,
    run::{root, shell, step, target},
};

mod contents;
#[cfg(unix)]
mod deb;
pub mod flatpak;
pub mod installed;

pub use contents::released;

/// The target of packages for macOS, which run on both of its processors.
const UNIVERSAL: &str = "universal-apple-darwin";
/// The extensions of packages.
const ENDINGS: [&str; 7] = ["deb", "rpm", "AppImage", "dmg", "app", "exe", "msi"];
/// The largest .deb, in bytes: 7 MB of program, 2 MB of place names for recordings, 1 MB of speech recognition, and the
/// models for suggested texts and thumbnails.
const DEB_LIMIT: u64 = 12_000_000;
/// The features of packages that other builds do not have.
const FEATURES: &str = "tallylight/whisper";

/// Makes and checks the packages of this system, or those of some formats, and returns their paths.
pub fn run(formats: Option<&str>) -> Result<Vec<PathBuf>> {
    let shell = shell()?;
    install::system(&shell, install::Need::Packages)?;
    install::npm(&shell, "ui")?;
    install::npm(&shell, "packaging")?;
    let usual = match env::consts::OS {
        "linux" => "deb,rpm",
        "macos" => "app,dmg",
        "windows" => "nsis,msi",
        other => bail!("there are no packages for {other}"),
    };
    let packages = make(&shell, formats.unwrap_or(usual))?;
    if cfg!(target_os = "linux") && formats.is_none() {
        check(&shell, &packages)?;
    }
    Ok(packages)
}

fn make(shell: &Shell, formats: &str) -> Result<Vec<PathBuf>> {
    page::build(shell)?;
    step("building the release of the app and tally");
    let built = build(shell)?;
    let staging = target(shell)?.join("packaging");
    let contents = contents::gather(shell, &built, &staging)?;
    let config = staging.join("tauri.json");
    fs::write(&config, serde_json::to_string_pretty(&bundle(&contents, &staging))?)?;
    step(&format!("making packages: {formats}"));
    let packed = built.join("bundle");
    for format in formats.split(',') {
        shell.remove_path(packed.join(folder_of(format)))?;
    }
    let tauri = tauri();
    let architecture: &[&str] = if cfg!(target_os = "macos") { &["--target", UNIVERSAL] } else { &[] };
    {
        let _app = shell.push_dir("src-tauri");
        cmd!(shell, "node {tauri} bundle {architecture...} --bundles {formats} --config {config}")
            .env("CI", "true")
            .run()?;
    }
    let mut packages = Vec::new();
    for format in formats.split(',') {
        let made = fs::read_dir(packed.join(folder_of(format))).with_context(|| format!("no {format} was made"))?;
        let made = made.filter_map(|entry| Some(entry.ok()?.path()));
        packages.extend(made.filter(|path| ENDINGS.iter().any(|ending| path.extension() == Some(ending.as_ref()))));
    }
    #[cfg(unix)]
    if let Ok(deb) = find(&packages, "deb") {
        deb::repack(shell, deb)?;
    }
    for package in &packages {
        println!("{}", package.display());
    }
    Ok(packages)
}

/// Returns the package of a format.
pub fn find<'a>(packages: &'a [PathBuf], ending: &str) -> Result<&'a Path> {
    let found = packages.iter().find(|path| path.extension() == Some(ending.as_ref()));
    found.map(PathBuf::as_path).with_context(|| format!("no .{ending} was made"))
}

/// Returns the script of Tauri's bundler, which also signs.
fn tauri() -> PathBuf {
    root().join("packaging/node_modules/@tauri-apps/cli/tauri.js")
}

/// Returns whether there is a key that signs packages.
fn is_signed() -> bool {
    env::var("TAURI_SIGNING_PRIVATE_KEY").is_ok_and(|key| !key.is_empty())
}

/// Builds both programs with one command, so that libraries are built once, and returns their folder.
fn build(shell: &Shell) -> Result<PathBuf> {
    let target = target(shell)?;
    if !cfg!(target_os = "macos") {
        cmd!(shell, "cargo build --release -p tallylight -p tallylight-cli --features {FEATURES}").run()?;
        return Ok(target.join("release"));
    }
    let universal = target.join(UNIVERSAL).join("release");
    fs::create_dir_all(&universal)?;
    let architectures = ["aarch64-apple-darwin", "x86_64-apple-darwin"];
    for architecture in architectures {
        cmd!(
            shell,
            "cargo build --release -p tallylight -p tallylight-cli --features {FEATURES} --target {architecture}"
        )
        .run()?;
    }
    for program in ["tallylight", "tally"] {
        let parts = architectures.map(|architecture| target.join(architecture).join("release").join(program));
        let whole = universal.join(program);
        cmd!(shell, "lipo -create -output {whole} {parts...}").run()?;
    }
    Ok(universal)
}

/// Returns the folder of a format in the bundler's output.
fn folder_of(format: &str) -> &str {
    if format == "app" { "macos" } else { format }
}

/// Returns the bundler's configuration in addition to `tauri.conf.json`.
fn bundle(contents: &contents::Contents, staging: &Path) -> Value {
    let files = contents.files.iter().map(|(to, from)| (to.clone(), json!(from)));
    let files = Value::Object(files.collect());
    let template = root().join("packaging").join(contents::ENTRY);
    // The bundler always writes an entry of its own, which has the name of the program.
    let hidden = root().join("packaging/hidden.desktop");
    let tally = if cfg!(windows) { json!({ (contents.tally.to_string_lossy()): "tally.exe" }) } else { json!({}) };
    json!({ "bundle": {
        "longDescription": "A small window, a tray icon, and a notification the moment a\n\
            video is ready or has failed. It connects to a studio in the\n\
            cloud, or works with ffmpeg on this computer.",
        "homepage": "https://github.com/tallylight/tallylight",
        "licenseFile": staging.join("copyright"),
        // With a key, the bundler also signs each package, and makes an archive of macOS' app for the updater.
        "createUpdaterArtifacts": is_signed(),
        "resources": tally,
        "linux": {
            "deb": {
                "section": "video",
                "recommends": ["ffmpeg", "gnome-keyring | kwalletmanager | keepassxc", "gstreamer1.0-libav"],
                "depends": ["libc6 (>= 2.36)", "libstdc++6 (>= 12)"],
                "files": files, "desktopTemplate": template, "changelog": staging.join("changelog"),
            },
            "rpm": {
                "recommends": ["ffmpeg-free", "gstreamer1-plugin-libav"], "files": files, "desktopTemplate": hidden,
            },
            "appimage": { "files": files },
        },
        "macOS": { "hardenedRuntime": true, "minimumSystemVersion": "11.0", "files": { "MacOS/tally": contents.tally } },
    } })
}

/// Checks packages with the tools of distributions.
fn check(shell: &Shell, packages: &[PathBuf]) -> Result<()> {
    let (deb, rpm) = (find(packages, "deb")?, find(packages, "rpm")?);
    step("checking the packages");
    let bytes = fs::metadata(deb)?.len();
    println!("size of the .deb: {:.1} MB", to_mb(bytes));
    ensure!(bytes <= DEB_LIMIT, "the .deb is larger than {:.1} MB", to_mb(DEB_LIMIT));
    let unpacked = shell.create_temp_dir()?;
    let unpacked = unpacked.path();
    cmd!(shell, "dpkg-deb -x {deb} {unpacked}").run()?;
    let share = unpacked.join("usr/share");
    let (entry, info) =
        (share.join("applications").join(contents::ENTRY), share.join("metainfo/tv.tallylight.app.metainfo.xml"));
    cmd!(shell, "desktop-file-validate {entry}").run()?;
    cmd!(shell, "appstreamcli validate --no-net {info}").run()?;
    for page in fs::read_dir(share.join("man/man1"))? {
        let page = page?.path();
        cmd!(shell, "man --warnings --local-file {page}").ignore_stdout().quiet().run()?;
    }
    cmd!(shell, "lintian --fail-on error {deb}").run()?;
    flatpak::check(shell)?;
    repositories::check(shell, deb)?;
    let needs = cmd!(shell, "rpm -qp --requires {rpm}").read()?;
    ensure!(needs.contains("webkit2gtk"), "the .rpm does not require WebKitGTK: {needs}");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a size that is printed")]
fn to_mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(file: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
        fs::read_to_string(root.join(file)).expect(file)
    }

    /// The bundle of macOS cannot be made here: its files are checked.
    #[test]
    fn the_bundle_of_macos_opens_videos_and_links_and_is_made_for_both_processors() {
        let info = plist::Value::from_reader_xml(read("src-tauri/Info.plist").as_bytes()).expect("a property list");
        let info = info.as_dictionary().expect("a dictionary");
        let types = info["CFBundleDocumentTypes"].as_array().and_then(|types| types[0].as_dictionary());
        let contents = types.and_then(|video| video["LSItemContentTypes"].as_array()).expect("types of contents");
        assert_eq!(contents[0].as_string(), Some("public.movie"));
        assert_eq!(info["LSUIElement"].as_boolean(), Some(false));
        let security = info["NSAppTransportSecurity"].as_dictionary().expect("rules");
        assert_eq!(security["NSAllowsLocalNetworking"].as_boolean(), Some(true));
        assert!(security.get("NSAllowsArbitraryLoads").is_none(), "connections to servers are encrypted");

        let config: Value = serde_json::from_str(&read("src-tauri/tauri.conf.json")).expect("JSON");
        assert_eq!(config["identifier"], contents::APP_ID);
        assert_eq!(config["plugins"]["deep-link"]["desktop"]["schemes"], json!(["tallylight"]));
        assert!(config.get("version").is_none(), "it is that of Cargo.toml");
        let contents = contents::Contents { files: BTreeMap::new(), tally: "tally".into() };
        let mac = &bundle(&contents, Path::new("staging"))["bundle"]["macOS"];
        assert_eq!((&mac["hardenedRuntime"], &mac["files"]["MacOS/tally"]), (&json!(true), &json!("tally")));
        assert!(mac.get("entitlements").is_none(), "it needs none: the page runs in processes of the system");

        let release = read(".github/workflows/release.yml");
        for step in ["aarch64-apple-darwin", "x86_64-apple-darwin", "APPLE_CERTIFICATE", "APPLE_ID", "APPLE_TEAM_ID"] {
            assert!(release.contains(step), "{step} in the release's workflow");
        }
    }

    #[test]
    fn the_app_has_one_id_everywhere() {
        let entry = read(&format!("packaging/{}", contents::ENTRY));
        let id = contents::APP_ID;
        for line in [format!("Icon={id}"), format!("StartupWMClass={id}")] {
            assert!(entry.lines().any(|given| given == line), "{line}");
        }
        let info = read(&format!("packaging/{id}.metainfo.xml"));
        assert!(info.contains(&format!("<id>{id}</id>")) && info.contains(&format!(">{id}.desktop<")));
        assert!(read("src-tauri/src/desktop.rs").contains(&format!("APP_ID: &str = \"{id}\"")));
        let flatpak = read(&format!("packaging/flatpak/{id}.yml"));
        assert!(flatpak.lines().any(|line| line == format!("id: {id}")));
    }
}
