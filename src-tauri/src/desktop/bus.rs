//! The tray and "do not disturb" as the session bus reports them.

use futures_util::{StreamExt, future};
use zbus::{
    Connection, Proxy,
    blocking::{Connection as BlockingConnection, Proxy as BlockingProxy},
    proxy::CacheProperties,
};

use super::{BusySource, Desktop, NOTIFICATIONS, NOTIFICATIONS_PATH, activation};

/// The bus name of the program that shows tray icons.
pub const TRAY: &str = "org.kde.StatusNotifierWatcher";
const DUNST: &str = "org.dunstproject.cmd0";

/// Returns whether a program owns a name on the session bus, on which this blocks.
pub fn has_owner(name: &str) -> bool {
    let asked = BlockingConnection::session().and_then(|bus| {
        let proxy: BlockingProxy = zbus::blocking::proxy::Builder::new(&bus)
            .destination("org.freedesktop.DBus")?
            .path("/org/freedesktop/DBus")?
            .interface("org.freedesktop.DBus")?
            .cache_properties(CacheProperties::No)
            .build()?;
        proxy.call::<_, _, bool>("NameHasOwner", &(name,))
    });
    asked.unwrap_or_else(|error| {
        tracing::debug!(%error, name, "the session bus could not be queried");
        false
    })
}

/// Watches the session bus for changes until the app ends.
pub async fn listen(desktop: Desktop) {
    let bus = match Connection::session().await {
        Ok(bus) => bus,
        Err(error) => return tracing::debug!(%error, "there is no session bus"),
    };
    let tray = watch_tray(&bus, &desktop);
    let server = watch_busy(&bus, NOTIFICATIONS, "Inhibited", &desktop, BusySource::Server);
    let dunst = watch_busy(&bus, DUNST, "paused", &desktop, BusySource::Dunst);
    future::join4(tray, server, dunst, activation::watch(&bus)).await;
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
        tracing::debug!(%error, "changes of the tray cannot be watched");
    }
}

/// Watches a property of the notification server that is true while it holds notifications back. A server without the
/// property counts as not busy.
async fn watch_busy(
    bus: &Connection,
    interface: &'static str,
    property: &'static str,
    desktop: &Desktop,
    source: BusySource,
) {
    let watch = async {
        let proxy: Proxy = zbus::proxy::Builder::new(bus)
            .destination(NOTIFICATIONS)?
            .path(NOTIFICATIONS_PATH)?
            .interface(interface)?
            .cache_properties(CacheProperties::Yes)
            .build()
            .await?;
        desktop.set_busy(source, proxy.get_property::<bool>(property).await.unwrap_or(false));
        let mut changes = proxy.receive_property_changed::<bool>(property).await;
        while let Some(change) = changes.next().await {
            desktop.set_busy(source, change.get().await.unwrap_or(false));
        }
        zbus::Result::Ok(())
    };
    if let Err(error) = watch.await {
        tracing::debug!(%error, interface, "do not disturb cannot be watched");
    }
}
