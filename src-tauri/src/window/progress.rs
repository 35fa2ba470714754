//! How far the window has been built.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far the window has been built. A request to show it may arrive before the start has decided whether to build it.
#[derive(Default)]
pub struct WindowProgress(Mutex<WindowState>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum WindowState {
    #[default]
    Undecided,
    Requested,
    Unbuilt,
    Built,
    Open,
}

impl WindowProgress {
    fn state(&self) -> MutexGuard<'_, WindowState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records whether the start shows the window, and returns whether the caller has to build it.
    pub fn decide(&self, is_shown: bool) -> bool {
        let mut state = self.state();
        *state = if is_shown || *state == WindowState::Requested { WindowState::Built } else { WindowState::Unbuilt };
        *state == WindowState::Built
    }

    /// Records a request to show the window where there is none, and returns whether the caller has to build it.
    pub fn request(&self) -> bool {
        let mut state = self.state();
        let before = *state;
        *state = match before {
            WindowState::Undecided | WindowState::Requested => WindowState::Requested,
            WindowState::Unbuilt | WindowState::Built => WindowState::Built,
            WindowState::Open => WindowState::Open,
        };
        before == WindowState::Unbuilt
    }

    /// Records that the page has loaded, and returns whether this was the first time.
    pub fn open(&self) -> bool {
        let mut state = self.state();
        std::mem::replace(&mut *state, WindowState::Open) != WindowState::Open
    }

    /// Returns whether the page has loaded.
    pub fn is_open(&self) -> bool {
        *self.state() == WindowState::Open
    }

    /// Calls `act` if there is no window and none is being built; none can be built meanwhile.
    pub fn while_unbuilt(&self, act: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        let state = self.state();
        if *state == WindowState::Unbuilt { act() } else { Ok(()) }
    }

    /// Records that the window could not be built.
    pub fn failed(&self) {
        *self.state() = WindowState::Unbuilt;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_built_once_on_request() {
        let shown = WindowProgress::default();
        assert!(!shown.request() && shown.decide(true) && !shown.request());
        assert!(!shown.is_open() && shown.open() && shown.is_open() && !shown.open() && !shown.request());
        let hidden = WindowProgress::default();
        assert!(!hidden.decide(false) && hidden.request() && !hidden.request());
        hidden.failed();
        assert!(hidden.request(), "a failed build is tried again");
        let requested = WindowProgress::default();
        assert!(
            !requested.request() && !requested.request() && requested.decide(false),
            "a request before the decision builds the window"
        );
    }
}
