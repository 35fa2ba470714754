//! Every icon, drawn from its SVG source.

use anyhow::Result;
use xshell::cmd;

use crate::{
    install,
    run::{shell, step},
};

/// What the app's bundles want.
const APP: [&str; 6] = ["32x32.png", "128x128.png", "128x128@2x.png", "icon.icns", "icon.ico", "icon.png"];

/// Draws them into `src-tauri/icons`.
pub fn draw() -> Result<()> {
    let shell = shell()?;
    install::npm(&shell, "ui")?;
    step("drawing the icons");
    let drawn = shell.create_temp_dir()?;
    let (app, tray) = (drawn.path().join("app"), drawn.path().join("tray"));
    {
        let _ui = shell.push_dir("ui");
        cmd!(shell, "npx tauri icon ../icons/app.svg -o {app}").ignore_stderr().run()?;
        cmd!(shell, "npx tauri icon ../icons/tray.svg -o {tray} -p 32").ignore_stderr().run()?;
    }
    for name in APP {
        shell.copy_file(app.join(name), format!("src-tauri/icons/{name}"))?;
    }
    shell.copy_file(tray.join("32x32.png"), "src-tauri/icons/tray.png")?;
    Ok(())
}
