//! The page of the window, which the app includes when it is compiled.

use std::{fs, path::Path};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::run::{root, step};

/// Builds the page, unless it is newer than its sources.
pub fn build(shell: &Shell) -> Result<()> {
    if is_built(shell)? {
        return Ok(());
    }
    let _ui = shell.push_dir("ui");
    step("building the page of the window");
    cmd!(shell, "npm run --silent build").run()?;
    Ok(())
}

/// Returns whether the page is newer than all its sources. A new date alone would compile the app again.
fn is_built(shell: &Shell) -> Result<bool> {
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let Some(built) = changed(&root().join("ui/dist/index.html")) else { return Ok(false) };
    let sources = cmd!(shell, "git ls-files --cached --others --exclude-standard ui").quiet().read()?;
    let is_older = |source: &str| changed(&root().join(source)).is_some_and(|changed| changed <= built);
    Ok(sources.lines().all(is_older))
}
