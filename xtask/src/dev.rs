//! The app with hot reload: a debug build that loads its page from Vite's server.

use std::{
    net::TcpStream,
    path::Path,
    process::{Child, Command},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{
    desktop::wait_for,
    install::{self, Need},
    run::{binaries, root, shell, step},
};

/// The port of Vite's server, as in `devUrl` of `tauri.conf.json` and `server.port` of `vite.config.ts`.
const PORT: u16 = 5173;
/// How long Vite's server may take to start.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// How often the app and the server are checked for whether they still run.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Runs Vite's server and the app, until either ends.
///
/// Ctrl+C reaches all programs of the terminal. A change to the page shows at once, a change to Rust needs a restart.
pub fn run(arguments: &[String]) -> Result<()> {
    let shell = shell()?;
    install::system(&shell, Need::Screen)?;
    install::npm(&shell, "ui")?;
    build(&shell)?;
    step("starting Vite's server");
    let mut server = Process::start(
        Command::new("node").args(["node_modules/vite/bin/vite.js"]).current_dir(root().join("ui")),
        "Vite's server",
    )?;
    wait_for("the start of Vite's server", START_TIMEOUT, || is_listening().then_some(()))?;
    step("starting the app; Ctrl+C stops it and the server");
    let program = binaries(&shell)?.join("tallylight");
    let mut app = Process::start(Command::new(&program).args(arguments), "the app")?;
    loop {
        if app.has_ended()? {
            return Ok(());
        }
        if server.has_ended()? {
            bail!("Vite's server ended: is port {PORT} in use?");
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// Builds the app without the feature that makes it load the built page.
fn build(shell: &Shell) -> Result<()> {
    // The app's build includes the folder even where it is not used.
    shell.create_dir(Path::new("ui/dist"))?;
    step("building the app");
    cmd!(shell, "cargo build --workspace --exclude xtask --no-default-features").run()?;
    Ok(())
}

fn is_listening() -> bool {
    TcpStream::connect(("localhost", PORT)).is_ok()
}

/// A program that is ended when it is dropped.
struct Process {
    child: Child,
    name: &'static str,
}

impl Process {
    fn start(command: &mut Command, name: &'static str) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("{name} could not be started"))?;
        Ok(Self { child, name })
    }

    fn has_ended(&mut self) -> Result<bool> {
        let status = self.child.try_wait().with_context(|| format!("{} is lost", self.name))?;
        Ok(status.is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
