//! Pictures of the real window for the documentation.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use xshell::cmd;

use crate::{
    e2e, install,
    run::{binaries, root, shell, step},
};

/// The tests that open every view.
const VIEWS: &str = "views.test.ts";
/// The pictures of the documentation: the name in the tests, and the name of the file.
const SHOWN: &[(&str, &str)] = &[
    ("working-usual-light", "window"),
    ("welcome-usual-light", "welcome"),
    ("working-usual-dark", "working-dark"),
    ("failed-usual-light", "failed"),
    ("list-narrow-dark", "narrow"),
    ("uploads-usual-light", "uploads"),
    ("palette-usual-dark", "palette"),
    ("done-full-light", "wide"),
    ("conflict-usual-dark", "conflict"),
    ("connection-usual-light", "connection"),
    ("offline-usual-light", "offline"),
    ("keys-usual-dark", "keys"),
    ("sign-in-usual-light", "sign-in"),
    ("viewer-usual-dark", "viewer"),
    ("settings-notifications-usual-light", "settings"),
    ("history-usual-light", "history"),
];
/// The picture with every view.
const SHEET: &str = "contact-sheet.jpg";

/// Opens every view, and copies the pictures of the documentation.
pub fn take() -> Result<()> {
    let shell = shell()?;
    let tools = install::for_tests(&shell)?;
    e2e::run(&shell, &tools, Some(VIEWS))?;
    let (taken, docs) = (binaries(&shell)?.join("screenshots"), root().join("docs/screenshots"));
    step("copying the pictures to docs/screenshots");
    for (view, name) in SHOWN {
        let (from, to) = (taken.join(format!("{view}.png")), docs.join(format!("{name}.png")));
        // With 256 colours the pictures look the same and take a third of the space.
        cmd!(shell, "convert {from} -strip -colors 256 PNG8:{to}").quiet().run()?;
    }
    copy(&taken.join(SHEET), &docs.join(SHEET))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} does not exist", from.display())).map(drop)
}
