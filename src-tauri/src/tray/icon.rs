//! The tray icon for each state.

use tallylight_client::TrayView;
use tallylight_core::connection::ConnectionState;

/// Embeds the pictures of an icon: on Linux in every size that a panel may have, so that none is scaled; on macOS a
/// template, of which the system uses only the shape.
#[cfg(target_os = "linux")]
macro_rules! drawn {
    ($name:literal) => {
        &[
            drawn!("colour/22/", $name),
            drawn!("colour/32/", $name),
            drawn!("colour/44/", $name),
            drawn!("colour/64/", $name),
        ]
    };
    ($folder:literal, $name:literal) => {
        include_bytes!(concat!("../../icons/tray/", $folder, $name, ".png"))
    };
}
#[cfg(target_os = "macos")]
macro_rules! drawn {
    ($name:literal) => {
        &[include_bytes!(concat!("../../icons/tray/template/44/", $name, ".png"))]
    };
}
#[cfg(target_os = "windows")]
macro_rules! drawn {
    ($name:literal) => {
        &[include_bytes!(concat!("../../icons/tray/colour/32/", $name, ".png"))]
    };
}

/// How many steps of progress the icon has.
const STEPS: u8 = 8;

/// A state of the icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// The user is signed out.
    SignedOut,
    /// There is no connection; the state may be out of date.
    Offline,
    /// A job needs review.
    Attention,
    /// Jobs are being processed; progress in eighths, 0 to 7.
    Working(u8),
    /// Nothing is being processed and nothing needs review.
    Idle,
}

impl Icon {
    /// Returns the icon of a state. A missing connection outranks a job that needs review, which outranks progress.
    pub fn of(view: &TrayView) -> Self {
        match view.connection {
            ConnectionState::SignedOut => Self::SignedOut,
            ConnectionState::Backoff | ConnectionState::Offline | ConnectionState::Stopped => Self::Offline,
            ConnectionState::Connecting | ConnectionState::Live | ConnectionState::Polling => {
                if view.attention > 0 {
                    Self::Attention
                } else if let Some(percent) = view.percent {
                    Self::Working((u16::from(percent.min(99)) * u16::from(STEPS) / 100).try_into().unwrap_or(0))
                } else {
                    Self::Idle
                }
            }
        }
    }

    /// Returns the picture of a system that has one size.
    #[cfg(not(target_os = "linux"))]
    pub fn png(self) -> &'static [u8] {
        self.pngs().first().copied().unwrap_or_default()
    }

    /// Returns the icon as a PNG of each size, smallest first.
    pub fn pngs(self) -> &'static [&'static [u8]] {
        match self {
            Self::SignedOut => drawn!("signed-out"),
            Self::Offline => drawn!("offline"),
            Self::Attention => drawn!("attention"),
            Self::Idle => drawn!("idle"),
            Self::Working(0) => drawn!("working-0"),
            Self::Working(1) => drawn!("working-1"),
            Self::Working(2) => drawn!("working-2"),
            Self::Working(3) => drawn!("working-3"),
            Self::Working(4) => drawn!("working-4"),
            Self::Working(5) => drawn!("working-5"),
            Self::Working(6) => drawn!("working-6"),
            Self::Working(_) => drawn!("working-7"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tray::texts::tests::view;

    #[test]
    fn failures_outrank_progress_and_a_missing_connection_both() {
        let live = view(ConnectionState::Live);
        assert_eq!(Icon::of(&live), Icon::Idle);
        let steps =
            [0, 12, 13, 50, 99, 100].map(|percent| Icon::of(&TrayView { percent: Some(percent), ..live.clone() }));
        assert_eq!(steps, [0, 0, 1, 4, 7, 7].map(Icon::Working));
        let failed = TrayView { attention: 1, percent: Some(50), ..live };
        assert_eq!(Icon::of(&failed), Icon::Attention);
        assert_eq!(Icon::of(&TrayView { connection: ConnectionState::Backoff, ..failed.clone() }), Icon::Offline);
        assert_eq!(Icon::of(&TrayView { connection: ConnectionState::SignedOut, ..failed }), Icon::SignedOut);
    }
}
