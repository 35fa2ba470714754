//! Every icon, drawn from its SVG source.

use anyhow::Result;
use xshell::cmd;

use crate::run::{shell, step};

/// What the app's bundles want.
const APP: [&str; 6] = ["32x32.png", "128x128.png", "128x128@2x.png", "icon.icns", "icon.ico", "icon.png"];

/// Draws them into `src-tauri/icons`.
pub fn draw() -> Result<()> {
    let shell = shell()?;
    step("drawing the icons");
    let drawn = shell.create_temp_dir()?;
    let (app, tray) = (drawn.path().join("app"), drawn.path().join("tray"));
    {
        // Fetched when it is needed: as a dependency, its packages for other systems break `npm ci` on this one.
        let tauri = ["--yes", "--package", "@tauri-apps/cli@2.12.5", "--", "tauri", "icon"];
        cmd!(shell, "npm exec {tauri...} icons/app.svg -o {app}").ignore_stderr().run()?;
        cmd!(shell, "npm exec {tauri...} icons/tray.svg -o {tray} -p 32").ignore_stderr().run()?;
    }
    for name in APP {
        shell.copy_file(app.join(name), format!("src-tauri/icons/{name}"))?;
    }
    shell.copy_file(tray.join("32x32.png"), "src-tauri/icons/tray.png")?;
    Ok(())
}
