//! Which icon stands for which state.

use tallylight_client::TrayView;
use tallylight_core::view::ConnectionState;

/// Returns an icon as it was drawn for this system: macOS takes its shape alone.
#[cfg(target_os = "macos")]
macro_rules! drawn {
    ($name:literal) => {
        include_bytes!(concat!("../../icons/tray/template/", $name, ".png"))
    };
}
#[cfg(not(target_os = "macos"))]
macro_rules! drawn {
    ($name:literal) => {
        include_bytes!(concat!("../../icons/tray/colour/", $name, ".png"))
    };
}

/// How finely progress is shown.
const STEPS: u8 = 8;

/// Names a state of the icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Nobody is signed in.
    SignedOut,
    /// What is shown is of before.
    Offline,
    /// Somebody must look at something.
    Attention,
    /// So much of the work is done, 0–7.
    Working(u8),
    /// Nothing is to be told.
    Idle,
}

impl Icon {
    /// Returns the icon of a state. What cannot be known outranks what was; a failure outranks progress.
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

    /// Returns its PNG.
    pub fn bytes(self) -> &'static [u8] {
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
    fn a_failure_outranks_progress_and_what_is_not_known_outranks_both() {
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
