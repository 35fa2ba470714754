//! The icons, drawn from their SVG sources.

use anyhow::Result;
use xshell::cmd;

use crate::run::{shell, step};

mod tray;

use tray::Style;

/// The styles of the tray icons with their sizes in pixels: macOS needs larger ones for its finer screens.
const TRAY: [(Style, &str); 2] = [(Style::Colour, "32"), (Style::Template, "44")];

/// The files that the app's packages need.
const APP: [&str; 6] = ["32x32.png", "128x128.png", "128x128@2x.png", "icon.icns", "icon.ico", "icon.png"];

/// Draws them into `src-tauri/icons`.
pub fn draw() -> Result<()> {
    let shell = shell()?;
    step("drawing the icons");
    let drawn = shell.create_temp_dir()?;
    let app = drawn.path().join("app");
    {
        // Installed when it is needed: as a dependency, its packages for other systems break `npm ci` on this one.
        let tauri = ["--yes", "--package", "@tauri-apps/cli@2.12.5", "--", "tauri", "icon"];
        cmd!(shell, "npm exec {tauri...} icons/app.svg -o {app}").ignore_stderr().run()?;
        for (style, size) in TRAY {
            let folder = format!("src-tauri/icons/tray/{}", style.name());
            shell.create_dir(&folder)?;
            for (name, svg) in tray::icons(style) {
                let (source, target) = (drawn.path().join("tray.svg"), drawn.path().join("tray"));
                shell.write_file(&source, svg)?;
                cmd!(shell, "npm exec {tauri...} {source} -o {target} -p {size}").ignore_stderr().run()?;
                shell.copy_file(target.join(format!("{size}x{size}.png")), format!("{folder}/{name}.png"))?;
            }
        }
    }
    for name in APP {
        shell.copy_file(app.join(name), format!("src-tauri/icons/{name}"))?;
    }
    Ok(())
}
