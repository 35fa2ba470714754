//! Progress and a count on the app's icon, in the `com.canonical.Unity.LauncherEntry` protocol that the docks of
//! Ubuntu, KDE and others implement. It is a broadcast signal: without such a dock, it has no effect.

use std::{
    collections::HashMap,
    sync::{
        LazyLock,
        mpsc::{Sender, channel},
    },
    thread,
};

use zbus::{blocking::Connection, zvariant::Value};

/// The app's id in docks: its desktop entry.
const APP: &str = "application://tv.tallylight.app.desktop";

type Badge = (Option<u8>, u32);

/// Sends badges in order on a thread of its own, because sending blocks.
static SENDER: LazyLock<Sender<Badge>> = LazyLock::new(|| {
    let (sender, badges) = channel::<Badge>();
    let sending = thread::Builder::new().name("launcher".to_owned()).spawn(move || {
        let Ok(bus) = Connection::session() else { return };
        let mut last = (None, 0);
        while let Ok(mut badge) = badges.recv() {
            // Older values are superseded.
            while let Ok(newer) = badges.try_recv() {
                badge = newer;
            }
            if badge != last
                && let Err(error) = send(&bus, badge)
            {
                tracing::debug!(%error, "the dock icon could not be changed");
            }
            last = badge;
        }
    });
    if let Err(error) = sending {
        tracing::debug!(%error, "the thread for the dock icon could not be started");
    }
    sender
});

/// Shows progress, 0 to 100 percent, and the number of unseen outcomes.
pub fn show(percent: Option<u8>, unseen: u32) {
    let _ = SENDER.send((percent, unseen));
}

fn send(bus: &Connection, (percent, unseen): Badge) -> zbus::Result<()> {
    let properties = HashMap::from([
        ("progress", Value::from(f64::from(percent.unwrap_or(0)) / 100.0)),
        ("progress-visible", Value::from(percent.is_some())),
        ("count", Value::from(i64::from(unseen))),
        ("count-visible", Value::from(unseen > 0)),
    ]);
    let path = "/com/canonical/unity/launcherentry/tallylight";
    bus.emit_signal(None::<&str>, path, "com.canonical.Unity.LauncherEntry", "Update", &(APP, properties))
}
