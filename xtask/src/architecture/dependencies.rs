//! What the crates may depend on.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

/// What the pure crates must not depend on, however indirectly: I/O, clocks, random sources, runtimes.
const IMPURE: [&str; 7] = ["tokio", "tauri", "rand", "reqwest", "rusqlite", "keyring", "getrandom"];
/// The crates without I/O.
const PURE: [&str; 2] = ["tallylight-core", "tallylight-view"];
/// The desktop framework.
const TAURI: [&str; 3] = ["tauri", "tauri-runtime", "wry"];
/// The crates that work without a desktop.
const WITHOUT_DESKTOP: [&str; 4] = ["tallylight-client", "tallylight-studio", "tallylight-cli", "tallylight-media"];

/// The crates of the workspace that each library may depend on, apart from what its tests need.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("tallylight-core", &[]),
    ("tallylight-view", &["tallylight-core"]),
    ("tallylight-media", &[]),
    ("tallylight-client", &["tallylight-core", "tallylight-view"]),
    // A second implementation of the contract: it shares no code with the client.
    ("tallylight-studio", &["tallylight-media"]),
    ("tallylight-cli", &["tallylight-client", "tallylight-core", "tallylight-view"]),
];

/// Checks every crate.
pub fn check(shell: &Shell) -> Result<()> {
    let metadata = cmd!(shell, "cargo metadata --format-version 1 --no-deps --offline").quiet().read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo lists no packages")?;
    let problems: Vec<String> = packages.iter().flat_map(undeclared).collect();
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    let exists = |name: &&str| packages.iter().any(|package| package["name"] == *name);
    for name in PURE.iter().copied().filter(exists) {
        depends_on_none(shell, name, &IMPURE)?;
    }
    for name in WITHOUT_DESKTOP.iter().copied().filter(exists) {
        depends_on_none(shell, name, &TAURI)?;
    }
    Ok(())
}

/// Returns the dependencies of a library within the workspace that it may not have.
fn undeclared(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let is_library = package["manifest_path"].as_str().is_some_and(|path| path.replace('\\', "/").contains("/crates/"));
    let allowed = ALLOWED.iter().find(|(library, _)| *library == name).map(|(_, allowed)| *allowed);
    let Some(allowed) = allowed else {
        return is_library.then(|| format!("xtask does not know what {name} may depend on")).into_iter().collect();
    };
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let normal = dependencies.filter(|dependency| dependency["kind"].is_null() && dependency["path"].is_string());
    let names = normal.filter_map(|dependency| dependency["name"].as_str());
    names.filter(|used| !allowed.contains(used)).map(|used| format!("{name} may not depend on {used}")).collect()
}

/// Checks that a crate depends on none of some others, however indirectly.
fn depends_on_none(shell: &Shell, name: &str, banned: &[&str]) -> Result<()> {
    let format = "{p}";
    let tree = cmd!(shell, "cargo tree --offline -p {name} -e normal --all-features --prefix none -f {format}");
    let tree = tree.quiet().read()?;
    let found = found_in(&tree, banned);
    ensure!(found.is_empty(), "{name} may not depend on {}, not even indirectly", found.join(", "));
    Ok(())
}

fn found_in<'a>(tree: &'a str, banned: &[&str]) -> Vec<&'a str> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.into_iter().filter(|name| banned.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, dependencies: &[(&str, Value)]) -> Value {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(name, kind)| json!({ "name": name, "kind": kind, "path": "/somewhere" }))
            .collect();
        json!({ "name": name, "manifest_path": format!("/x/crates/{name}/Cargo.toml"), "dependencies": dependencies })
    }

    #[test]
    fn libraries_depend_on_what_is_declared() {
        let package =
            package("tallylight-studio", &[("tallylight-media", Value::Null), ("tallylight-client", Value::Null)]);
        assert_eq!(undeclared(&package), ["tallylight-studio may not depend on tallylight-client"]);
    }

    #[test]
    fn tests_may_depend_on_more() {
        assert!(undeclared(&package("tallylight-cli", &[("tallylight-studio", json!("dev"))])).is_empty());
    }

    #[test]
    fn a_new_library_has_to_be_declared() {
        assert_eq!(
            undeclared(&package("tallylight-new", &[])),
            ["xtask does not know what tallylight-new may depend on"]
        );
    }

    #[test]
    fn indirect_dependencies_are_found_by_their_whole_name() {
        let tree = "tallylight-core v0.1.0 (/x)\nrand_core v0.9.0\ntokio v1.54.0\n";
        assert_eq!(found_in(tree, &IMPURE), ["tokio"]);
    }
}
