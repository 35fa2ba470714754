//! Activation tokens: on Wayland, a window comes to the front only with the token of a click or of a start
//! (<https://wayland.app/protocols/xdg-activation-v1>).

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::StreamExt;
use zbus::{Connection, Proxy};

use super::{NOTIFICATIONS, NOTIFICATIONS_PATH};

/// How long a click waits for its token: the server sends it just before the click, on another connection.
const WAIT: Duration = Duration::from_millis(200);

/// The token of the last click on a notification, with the id of the notification.
static CLICKED: Mutex<Option<(u32, String)>> = Mutex::new(None);
static HAS_CLICKED: Condvar = Condvar::new();

/// Returns the token that the desktop gave to this process for its start.
pub fn of_this_start() -> Option<String> {
    let given = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"].into_iter();
    given.filter_map(|name| std::env::var(name).ok()).find(|token| !token.is_empty())
}

/// Takes the token of a click on a notification. Servers of X11 send none, so nothing is waited for there. Blocks.
pub fn of_click(notification: u32) -> Option<String> {
    let wait = if is_wayland() { WAIT } else { Duration::ZERO };
    let is_missing = |clicked: &mut Option<(u32, String)>| clicked.as_ref().is_none_or(|(id, _)| *id != notification);
    let waited = HAS_CLICKED.wait_timeout_while(clicked(), wait, is_missing);
    let (mut clicked, _) = waited.unwrap_or_else(PoisonError::into_inner);
    clicked.take_if(|(id, _)| *id == notification).map(|(_, token)| token)
}

/// Receives the tokens of clicks until the app ends.
pub async fn watch(bus: &Connection) {
    let watch = async {
        let proxy = Proxy::new(bus, NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS).await?;
        let mut tokens = proxy.receive_signal("ActivationToken").await?;
        while let Some(signal) = tokens.next().await {
            if let Ok(token) = signal.body().deserialize::<(u32, String)>() {
                receive(token);
            }
        }
        zbus::Result::Ok(())
    };
    if let Err(error) = watch.await {
        tracing::debug!(%error, "the tokens of notifications cannot be received");
    }
}

/// Returns whether the session has a Wayland compositor.
pub fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

fn receive(token: (u32, String)) {
    *clicked() = Some(token);
    HAS_CLICKED.notify_all();
}

fn clicked() -> MutexGuard<'static, Option<(u32, String)>> {
    CLICKED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_takes_its_own_token_once() {
        receive((7, "of the seventh".to_owned()));
        assert_eq!(of_click(8), None);
        assert_eq!(of_click(7).as_deref(), Some("of the seventh"));
        assert_eq!(of_click(7), None);
    }
}
