//! The icons, drawn from their SVG sources.

use anyhow::Result;
use xshell::cmd;

use crate::run::{shell, step};

mod tray;

use tray::Style;

/// The styles of the tray icons with their sizes in pixels: macOS needs larger ones for its finer screens, and the panels
/// of Linux have icons of 16 to 24 pixels, or of twice that.
const TRAY: [(Style, &[&str]); 2] = [(Style::Colour, &["22", "32", "44", "64"]), (Style::Template, &["44"])];

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
        for (style, sizes) in TRAY {
            let folder = format!("src-tauri/icons/tray/{}", style.name());
            sizes.iter().try_for_each(|size| shell.create_dir(format!("{folder}/{size}")).map(drop))?;
            let list = sizes.join(",");
            for (name, svg) in tray::icons(style) {
                let (source, target) = (drawn.path().join("tray.svg"), drawn.path().join("tray"));
                shell.write_file(&source, svg)?;
                cmd!(shell, "npm exec {tauri...} {source} -o {target} -p {list}").ignore_stderr().run()?;
                for size in sizes {
                    shell
                        .copy_file(target.join(format!("{size}x{size}.png")), format!("{folder}/{size}/{name}.png"))?;
                }
            }
        }
    }
    for name in APP {
        shell.copy_file(app.join(name), format!("src-tauri/icons/{name}"))?;
    }
    Ok(())
}
