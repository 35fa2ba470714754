//! Progress and a number on the app's icon, as the docks of Ubuntu, KDE and others understand it: a signal that nobody
//! needs to hear.

use std::{
    collections::HashMap,
    sync::{
        LazyLock,
        mpsc::{Sender, channel},
    },
    thread,
};

use zbus::{blocking::Connection, zvariant::Value};

/// The app, as docks know it: by its desktop entry.
const APP: &str = "application://tallylight.desktop";

type Badge = (Option<u8>, u32);

/// Sends in turn, off the threads that must not wait.
static SENDER: LazyLock<Sender<Badge>> = LazyLock::new(|| {
    let (sender, badges) = channel::<Badge>();
    let sending = thread::Builder::new().name("launcher".to_owned()).spawn(move || {
        let Ok(bus) = Connection::session() else { return };
        let mut last = (None, 0);
        while let Ok(mut badge) = badges.recv() {
            // Only the newest is worth sending.
            while let Ok(newer) = badges.try_recv() {
                badge = newer;
            }
            if badge != last
                && let Err(error) = send(&bus, badge)
            {
                tracing::debug!(%error, "the dock was not told");
            }
            last = badge;
        }
    });
    if let Err(error) = sending {
        tracing::debug!(%error, "the dock will not be told");
    }
    sender
});

/// Shows progress, 0–100, and how much was not seen yet.
pub fn show(percent: Option<u8>, unread: u32) {
    let _ = SENDER.send((percent, unread));
}

fn send(bus: &Connection, (percent, unread): Badge) -> zbus::Result<()> {
    let properties = HashMap::from([
        ("progress", Value::from(f64::from(percent.unwrap_or(0)) / 100.0)),
        ("progress-visible", Value::from(percent.is_some())),
        ("count", Value::from(i64::from(unread))),
        ("count-visible", Value::from(unread > 0)),
    ]);
    let path = "/com/canonical/unity/launcherentry/tallylight";
    bus.emit_signal(None::<&str>, path, "com.canonical.Unity.LauncherEntry", "Update", &(APP, properties))
}
