//! Pictures of the real window, for whoever reads about it.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use xshell::cmd;

use crate::{
    install,
    run::{binaries, root, shell, step},
    test::{end_to_end, window},
};

/// The tests that look at every view.
const VIEWS: &str = "views.test.mjs";
/// The pictures that the README shows, by what the tests call them.
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
/// Every view on one sheet.
const SHEET: &str = "contact-sheet.jpg";

/// Looks at every view, and keeps the pictures that are shown elsewhere.
pub fn take() -> Result<()> {
    let shell = shell()?;
    let (driver, python) = install::for_tests(&shell)?;
    window(&shell)?;
    end_to_end(&shell, &driver, &python, Some(VIEWS))?;
    let (taken, docs) = (binaries(&shell)?.join("screenshots"), root().join("docs/screenshots"));
    step("keeping the pictures in docs/screenshots");
    for (view, name) in SHOWN {
        let (from, to) = (taken.join(format!("{view}.png")), docs.join(format!("{name}.png")));
        // A picture of flat colours needs no more than 256 of them to the eye, and a third of the room.
        cmd!(shell, "convert {from} -strip -colors 256 PNG8:{to}").quiet().run()?;
    }
    keep(&taken.join(SHEET), &docs.join(SHEET))
}

fn keep(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} is not there", from.display())).map(drop)
}
