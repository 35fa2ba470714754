//! What the session bus tells of the desktop.

use futures_util::{StreamExt, future};
use zbus::{
    Connection, Proxy,
    blocking::{Connection as BlockingConnection, Proxy as BlockingProxy},
    proxy::CacheProperties,
};

use super::{Desktop, Who};

/// Whoever shows tray icons has this name.
const TRAY: &str = "org.kde.StatusNotifierWatcher";
/// Whoever shows notifications has this one.
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
const DUNST: &str = "org.dunstproject.cmd0";

/// Asks whether somebody shows tray icons.
pub fn has_tray() -> bool {
    let asked = BlockingConnection::session().and_then(|bus| {
        let proxy: BlockingProxy = zbus::blocking::proxy::Builder::new(&bus)
            .destination("org.freedesktop.DBus")?
            .path("/org/freedesktop/DBus")?
            .interface("org.freedesktop.DBus")?
            .cache_properties(CacheProperties::No)
            .build()?;
        proxy.call::<_, _, bool>("NameHasOwner", &(TRAY,))
    });
    asked.unwrap_or_else(|error| {
        tracing::debug!(%error, "nobody could be asked for a tray");
        false
    })
}

/// Listens for as long as the app runs.
pub async fn listen(desktop: Desktop) {
    let bus = match Connection::session().await {
        Ok(bus) => bus,
        Err(error) => return tracing::debug!(%error, "there is no session bus"),
    };
    let tray = watch_tray(&bus, &desktop);
    let server = watch_busy(&bus, NOTIFICATIONS, "Inhibited", &desktop, Who::Server);
    let dunst = watch_busy(&bus, DUNST, "paused", &desktop, Who::Dunst);
    future::join3(tray, server, dunst).await;
}

async fn watch_tray(bus: &Connection, desktop: &Desktop) {
    let watch = async {
        let proxy = zbus::fdo::DBusProxy::new(bus).await?;
        let mut changes = proxy.receive_name_owner_changed_with_args(&[(0, TRAY)]).await?;
        while let Some(change) = changes.next().await {
            let has_owner = change.args()?.new_owner().is_some();
            desktop.tray.store(has_owner, std::sync::atomic::Ordering::Relaxed);
        }
        zbus::Result::Ok(())
    };
    if let Err(error) = watch.await {
        tracing::debug!(%error, "a tray that comes or goes is not noticed");
    }
}

/// Watches a property of the notification server that says whether it holds notifications back. One that has no such
/// property shows them.
async fn watch_busy(bus: &Connection, interface: &'static str, property: &'static str, desktop: &Desktop, who: Who) {
    let watch = async {
        let proxy: Proxy = zbus::proxy::Builder::new(bus)
            .destination(NOTIFICATIONS)?
            .path(NOTIFICATIONS_PATH)?
            .interface(interface)?
            .cache_properties(CacheProperties::Yes)
            .build()
            .await?;
        desktop.set_busy(who, proxy.get_property::<bool>(property).await.unwrap_or(false));
        let mut changes = proxy.receive_property_changed::<bool>(property).await;
        while let Some(change) = changes.next().await {
            desktop.set_busy(who, change.get().await.unwrap_or(false));
        }
        zbus::Result::Ok(())
    };
    if let Err(error) = watch.await {
        tracing::debug!(%error, interface, "whether notifications are held back is not known");
    }
}
