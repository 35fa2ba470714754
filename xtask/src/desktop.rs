//! A desktop session for tests and for machines without a display: a screen in memory, and a real message bus, window
//! manager, keychain and notification daemon.

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::run::binaries;

/// The environment variable with the size of the screen, such as `1280x800`.
pub const SCREEN_SIZE: &str = "TALLYLIGHT_SCREEN";

/// Runs a hidden command of this program inside a new session, with an empty folder as home.
pub fn inside(shell: &Shell, home: &Path, command: &[&str], env: &[(&str, &Path)]) -> Result<()> {
    let runtime = home.join("run");
    fs::create_dir_all(&runtime)?;
    make_private(&runtime)?;
    // Not the running file, which a build may have replaced meanwhile.
    let myself = binaries(shell)?.join("xtask");
    let size = env.iter().find(|(name, _)| *name == SCREEN_SIZE).map_or(Path::new("1280x800"), |(_, size)| size);
    let screen = format!("-screen 0 {}x24", size.display());
    // Cargo and rustup stay those of the real home.
    let real_home = env::var("HOME").unwrap_or_default();
    let cargo_home = env::var("CARGO_HOME").unwrap_or_else(|_| format!("{real_home}/.cargo"));
    let rustup_home = env::var("RUSTUP_HOME").unwrap_or_else(|_| format!("{real_home}/.rustup"));
    cmd!(shell, "xvfb-run -a -s {screen} dbus-run-session -- {myself} {command...}")
        .envs(env.iter().copied())
        .env("HOME", home)
        .env("CARGO_HOME", cargo_home)
        .env("RUSTUP_HOME", rustup_home)
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("GDK_BACKEND", "x11")
        .env_remove("WAYLAND_DISPLAY")
        .run()?;
    Ok(())
}

/// The programs that run in a session, until this is dropped.
pub struct Services(Vec<Child>);

impl Services {
    /// Starts the keychain, the window manager and the notification daemon.
    pub fn start(shell: &Shell) -> Result<Self> {
        let mut services = Self(Vec::new());
        services.keychain()?;
        configure_dunst()?;
        cmd!(shell, "gdbus wait --session --timeout 20 org.freedesktop.secrets")
            .quiet()
            .run()
            .context("the keychain did not start")?;
        for program in ["openbox", "dunst"] {
            services.add(Command::new(program))?;
        }
        cmd!(shell, "gdbus wait --session --timeout 20 org.freedesktop.Notifications")
            .quiet()
            .run()
            .context("the notification daemon did not start")?;
        Ok(services)
    }

    /// Starts a host of tray icons.
    pub fn tray(&mut self, shell: &Shell) -> Result<()> {
        // Debian's Python, which can import Debian's packages.
        let mut host = Command::new("/usr/bin/python3");
        host.arg("tests/e2e/support/tray_host.py");
        self.add(host)?;
        cmd!(shell, "gdbus wait --session --timeout 20 org.kde.StatusNotifierWatcher")
            .quiet()
            .run()
            .context("the tray did not start")
    }

    /// Gives settings to every program, as the settings daemon of a desktop does: fonts, their scale, the theme.
    pub fn settings(&mut self, lines: &str) -> Result<()> {
        let file = Path::new(&env::var("HOME")?).join("xsettingsd.conf");
        fs::write(&file, format!("{lines}\n"))?;
        let mut daemon = Command::new("xsettingsd");
        daemon.arg("-c").arg(file);
        self.add(daemon)
    }

    fn keychain(&mut self) -> Result<()> {
        let mut daemon = Command::new("gnome-keyring-daemon");
        daemon.args(["--foreground", "--unlock", "--components=secrets"]).stdin(Stdio::piped());
        let mut child = daemon.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("gnome-keyring-daemon")?;
        child.stdin.take().context("its input")?.write_all(b"a password of this session")?;
        self.0.push(child);
        Ok(())
    }

    /// Starts a program that is ended with the session.
    pub fn add(&mut self, mut command: Command) -> Result<()> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.0.push(child.with_context(|| format!("{program} could not be started"))?);
        Ok(())
    }
}

/// Lets a test choose an action of a notification: dunst runs a program, which reads the choice from a file.
fn configure_dunst() -> Result<()> {
    let folder = Path::new(&env::var("HOME")?).join(".config/dunst");
    fs::create_dir_all(&folder)?;
    let chooser = folder.join("choose");
    fs::write(&chooser, "#!/bin/sh\nexec grep -m 1 -F \"$(cat \"$(dirname \"$0\")/choice\")\"\n")?;
    make_private(&chooser)?;
    fs::write(folder.join("dunstrc"), format!("[global]\n    dmenu = {}\n", chooser.display()))?;
    Ok(())
}

/// Restricts a file or a folder to its owner, who may also execute it.
#[cfg(unix)]
pub fn make_private(path: &Path) -> std::io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
}

/// There is no such restriction here.
#[cfg(not(unix))]
pub fn make_private(_: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

impl Drop for Services {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Saves a picture of the whole screen.
pub fn screenshot(shell: &Shell, file: &Path) -> Result<()> {
    cmd!(shell, "import -window root {file}").quiet().run()?;
    Ok(())
}

/// Polls until there is an answer, and fails after a time.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
    const PAUSE: Duration = Duration::from_millis(100);
    let mut left = limit.as_millis() / PAUSE.as_millis();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        ensure!(left > 0, "{what} did not happen within {} s", limit.as_secs());
        left -= 1;
        thread::sleep(PAUSE);
    }
}
