//! The recording of a newcomer's first minutes with the window.

use anyhow::Result;

use crate::{
    e2e::{self, Selection},
    install::{self, Need},
    run::{root, shell},
    screenshots::USUAL,
};

/// Records the first minutes into docs/first-minutes.
pub fn record() -> Result<()> {
    let shell = shell()?;
    let tools = install::for_tests(&shell)?;
    install::system(&shell, Need::Pictures)?;
    let folder = root().join("docs/first-minutes");
    let env = [("TALLYLIGHT_RECORDING", folder.to_str().unwrap_or_default())];
    let selection = Selection { file: Some("recordings/first-minutes.ts"), settings: USUAL, env: &env };
    e2e::run(&shell, &tools, selection)
}
