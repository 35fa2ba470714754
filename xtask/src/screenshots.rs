//! Pictures of the real window for the documentation.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use xshell::cmd;

use crate::{
    desktop::SCREEN_SIZE,
    e2e::{self, Selection},
    install::{self, Need},
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

/// The look of a usual desktop.
pub const USUAL: &str = "Gtk/FontName \"Inter 11\"";
/// High contrast, no animations, and texts whose scale the tests change.
const LARGE_TEXT: &str =
    "Gtk/FontName \"Inter 11\"\nXft/DPI 98304\nNet/ThemeName \"HighContrast\"\nGtk/EnableAnimations 0";
/// A screen on which the widest window fits.
const LARGE_SCREEN: (&str, &str) = (SCREEN_SIZE, "1600x1000");

/// Which pictures are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those of the documentation.
    Documentation,
    /// Every view in every size, language and contrast, too.
    All,
}

/// Opens every view, and copies the pictures of the documentation.
pub fn take(extent: Extent) -> Result<()> {
    let shell = shell()?;
    let tools = install::for_tests(&shell)?;
    install::system(&shell, Need::Pictures)?;
    let of = |looks, settings| {
        let env = [("TALLYLIGHT_LOOKS", looks), LARGE_SCREEN];
        e2e::run(&shell, &tools, Selection { file: Some(VIEWS), settings, env: &env })
    };
    if extent == Extent::All {
        of("large-text", LARGE_TEXT)?;
        let sheet = binaries(&shell)?.join("screenshots").join(SHEET);
        copy(&sheet, &sheet.with_file_name("contact-sheet-large-text.jpg"))?;
        of("all", USUAL)?;
        println!("every look is on {}", sheet.display());
        return Ok(());
    }
    of("some", USUAL)?;
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
