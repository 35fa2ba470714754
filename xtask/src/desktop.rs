//! A desktop session of its own: a screen in memory, a message bus, a window manager, a keychain and a notification
//! daemon, all real. It is how the window is tested and shown where there is no display.

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

/// Runs a hidden chore of this program inside a fresh session, with an empty home in a folder.
pub fn inside(shell: &Shell, home: &Path, chore: &[&str], env: &[(&str, &Path)]) -> Result<()> {
    let runtime = home.join("run");
    fs::create_dir_all(&runtime)?;
    for_me_alone(&runtime)?;
    // By its place and not as the running file, which a build may have replaced meanwhile.
    let myself = binaries(shell)?.join("xtask");
    let screen = "-screen 0 1280x800x24";
    // The tools of the real home stay within reach.
    let real_home = env::var("HOME").unwrap_or_default();
    let cargo_home = env::var("CARGO_HOME").unwrap_or_else(|_| format!("{real_home}/.cargo"));
    let rustup_home = env::var("RUSTUP_HOME").unwrap_or_else(|_| format!("{real_home}/.rustup"));
    cmd!(shell, "xvfb-run -a -s {screen} dbus-run-session -- {myself} {chore...}")
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

/// Is what runs in a session until it is dropped.
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
            .context("no keychain came up")?;
        for program in ["openbox", "dunst"] {
            services.add(Command::new(program))?;
        }
        cmd!(shell, "gdbus wait --session --timeout 20 org.freedesktop.Notifications")
            .quiet()
            .run()
            .context("no notification daemon came up")?;
        Ok(services)
    }

    /// Starts somebody who shows tray icons.
    pub fn tray(&mut self, shell: &Shell) -> Result<()> {
        // Debian's Python, which has Debian's packages.
        let mut host = Command::new("/usr/bin/python3");
        host.arg("tests/e2e/tray_host.py");
        self.add(host)?;
        cmd!(shell, "gdbus wait --session --timeout 20 org.kde.StatusNotifierWatcher")
            .quiet()
            .run()
            .context("no tray came up")
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

/// Lets a test choose among the actions of a notification: dunst asks a program, which finds the choice in a file.
fn configure_dunst() -> Result<()> {
    let folder = Path::new(&env::var("HOME")?).join(".config/dunst");
    fs::create_dir_all(&folder)?;
    let chooser = folder.join("choose");
    fs::write(&chooser, "#!/bin/sh\nexec grep -m 1 -F \"$(cat \"$(dirname \"$0\")/choice\")\"\n")?;
    for_me_alone(&chooser)?;
    fs::write(folder.join("dunstrc"), format!("[global]\n    dmenu = {}\n", chooser.display()))?;
    Ok(())
}

/// Keeps a file or a folder from everybody else, and lets it be run.
#[cfg(unix)]
fn for_me_alone(path: &Path) -> std::io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
}

#[cfg(not(unix))]
fn for_me_alone(_: &Path) -> std::io::Result<()> {
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

/// Asks again and again until there is an answer.
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
