//! The form of the window: the full one or the mini strip, and whether it stays above others. Both forms are the same
//! window with the same page, because a second page would need as much memory as the first
//! (docs/adr/0057-mini-strip.md).

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tallylight_core::settings::{WindowMode, WindowSettings};
use tauri::{AppHandle, LogicalSize, Manager, PhysicalPosition, PhysicalSize, WebviewWindow};

use super::geometry::{Extent, Geometry, GeometryMemory, Screen};

/// How long the window must keep its size and place before they are remembered: a change of its form, or of the desktop,
/// comes in several steps.
const SETTLE_TIME: Duration = Duration::from_millis(400);

/// How long the system may take to answer a change: less than [`SETTLE_TIME`], so that only the final size is remembered.
const ANSWER_TIME: Duration = Duration::from_millis(150);

/// The form of the window. Whatever reads or changes the window itself must be called on the main thread.
pub struct WindowForm {
    state: Mutex<State>,
    /// How often the size or the place changed.
    changes: AtomicU64,
    is_settling: AtomicBool,
}

struct State {
    mode: WindowMode,
    /// The settings that were applied last.
    applied: WindowSettings,
    memory: GeometryMemory,
}

/// Returns the usual and the smallest size of a form.
fn sizes(mode: WindowMode) -> [LogicalSize<f64>; 2] {
    match mode {
        WindowMode::Full => [LogicalSize::new(960.0, 680.0), LogicalSize::new(360.0, 480.0)],
        WindowMode::Strip => [LogicalSize::new(400.0, 200.0), LogicalSize::new(280.0, 120.0)],
    }
}

impl WindowForm {
    /// Creates it with what a file remembers of the window.
    pub fn new(file: PathBuf) -> Self {
        let state = State {
            mode: WindowMode::default(),
            applied: WindowSettings::default(),
            memory: GeometryMemory::read(file),
        };
        Self { state: Mutex::new(state), changes: AtomicU64::default(), is_settling: AtomicBool::default() }
    }

    /// Returns which form the window has.
    pub fn mode(&self) -> WindowMode {
        self.state().mode
    }

    /// Returns whether the window stays above others.
    pub fn is_always_on_top(&self) -> bool {
        self.state().applied.always_on_top
    }

    /// Sets the form of a window that is built later.
    pub fn start(&self, settings: &WindowSettings) {
        let mut state = self.state();
        (state.mode, state.applied) = (settings.mode, settings.clone());
    }

    /// Returns the usual and the smallest size of the form.
    pub fn sizes(&self) -> [LogicalSize<f64>; 2] {
        sizes(self.mode())
    }

    /// Restores the size and the place of a window that was just built in the sizes of its form and is not shown yet.
    pub fn restore(&self, window: &WebviewWindow) {
        if self.geometry().is_some() {
            self.shape(window);
        }
    }

    /// Applies what changed in the settings.
    pub fn apply(&self, window: Option<&WebviewWindow>, settings: &WindowSettings) {
        let before = std::mem::replace(&mut self.state().applied, settings.clone());
        if let Some(window) = window
            && before.always_on_top != settings.always_on_top
        {
            report(window.set_always_on_top(settings.always_on_top));
        }
        // Compared with the settings before: a form that could not be saved stays.
        if before.mode != settings.mode {
            self.change(window, settings.mode);
        }
    }

    /// Changes the form. The size and the place of the other one are remembered first.
    pub fn change(&self, window: Option<&WebviewWindow>, mode: WindowMode) {
        if self.mode() == mode {
            return;
        }
        if let Some(window) = window {
            self.remember(window);
        }
        self.state().mode = mode;
        // What settles now is the size of the other form.
        self.changes.fetch_add(1, Ordering::Relaxed);
        if let Some(window) = window {
            self.shape(window);
        }
    }

    /// Remembers the size and the place of the window once they stay the same for a moment.
    pub fn settle(self: &Arc<Self>, app: &AppHandle, label: &'static str) {
        self.changes.fetch_add(1, Ordering::Relaxed);
        if self.is_settling.swap(true, Ordering::Relaxed) {
            return;
        }
        let (this, app) = (Arc::clone(self), app.clone());
        tauri::async_runtime::spawn(async move {
            let settled = loop {
                let changes = this.changes.load(Ordering::Relaxed);
                tokio::time::sleep(SETTLE_TIME).await;
                if this.changes.load(Ordering::Relaxed) == changes {
                    break changes;
                }
            };
            this.is_settling.store(false, Ordering::Relaxed);
            let handle = app.clone();
            report(app.run_on_main_thread(move || {
                let is_settled = this.changes.load(Ordering::Relaxed) == settled;
                if is_settled && let Some(window) = handle.get_webview_window(label) {
                    this.remember(&window);
                }
            }));
        });
    }

    /// Remembers the size and the place of the window. Those of a hidden or minimized one say nothing.
    pub fn remember(&self, window: &WebviewWindow) {
        let is_shown = window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(true);
        if is_shown && let Ok(geometry) = geometry_of(window) {
            let mut state = self.state();
            let mode = state.mode;
            state.memory.remember(mode, geometry);
        }
    }

    /// Gives the window the size and the place of its form.
    fn shape(&self, window: &WebviewWindow) {
        let (sizes, geometry) = (self.sizes(), self.geometry());
        let is_normal = geometry.as_ref().is_none_or(|geometry| geometry.extent() == Extent::Normal);
        match shape(window, sizes, geometry) {
            Ok(size) if is_normal => insist(window.clone(), size),
            Ok(_) => {}
            Err(error) => report(Err(error)),
        }
    }

    /// Returns the remembered size and place of the form.
    fn geometry(&self) -> Option<Geometry> {
        let state = self.state();
        state.memory.geometry(state.mode)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for a size once more if the window does not have it a moment later: on X11, GTK forgets a size that it has not
/// sent yet when the answer to an earlier change arrives.
fn insist(window: WebviewWindow, size: PhysicalSize<u32>) {
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(ANSWER_TIME).await;
        let shaped = window.clone();
        report(window.run_on_main_thread(move || {
            let is_normal = !shaped.is_maximized().unwrap_or(true) && !shaped.is_fullscreen().unwrap_or(true);
            if is_normal && shaped.inner_size().is_ok_and(|given| given != size) {
                report(shaped.set_size(size));
            }
        }));
    });
}

/// Gives a window the remembered size and place, or the usual size. One that is on no screen any more keeps its place.
/// Returns the size.
fn shape(
    window: &WebviewWindow,
    [usual, least]: [LogicalSize<f64>; 2],
    geometry: Option<Geometry>,
) -> tauri::Result<PhysicalSize<u32>> {
    let extent = geometry.as_ref().map_or(Extent::Normal, Geometry::extent);
    if extent != Extent::Fullscreen && window.is_fullscreen()? {
        window.set_fullscreen(false)?;
    }
    if window.is_maximized()? {
        window.unmaximize()?;
    }
    let size = match geometry {
        Some(Geometry { width, height, .. }) => PhysicalSize::new(width, height),
        None => usual.to_physical(window.scale_factor()?),
    };
    // In the order in which the window needs only one change: of two, the system may answer the first one last.
    if size.height > window.inner_size()?.height {
        window.set_size(size)?;
        window.set_min_size(Some(least))?;
    } else {
        window.set_min_size(Some(least))?;
        window.set_size(size)?;
    }
    if let Some(geometry) = geometry
        && geometry.is_reachable(&screens(window)?)
    {
        window.set_position(PhysicalPosition::new(geometry.x, geometry.y))?;
    }
    match extent {
        Extent::Normal => {}
        Extent::Maximized => window.maximize()?,
        Extent::Fullscreen => window.set_fullscreen(true)?,
    }
    Ok(size)
}

fn geometry_of(window: &WebviewWindow) -> tauri::Result<Geometry> {
    let extent = match (window.is_fullscreen()?, window.is_maximized()?) {
        (true, _) => Extent::Fullscreen,
        (false, true) => Extent::Maximized,
        (false, false) => Extent::Normal,
    };
    let (size, position) = (window.inner_size()?, window.outer_position()?);
    Ok(Geometry::new((size.width, size.height), (position.x, position.y), extent))
}

fn screens(window: &WebviewWindow) -> tauri::Result<Vec<Screen>> {
    let pixels = |length| i32::try_from(length).unwrap_or(i32::MAX);
    let screen = |monitor: &tauri::Monitor| {
        let (position, size) = (monitor.position(), monitor.size());
        Screen { x: position.x, y: position.y, width: pixels(size.width), height: pixels(size.height) }
    };
    Ok(window.available_monitors()?.iter().map(screen).collect())
}

fn report(done: tauri::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(%error, "the form of the window could not be changed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(mode: WindowMode) -> WindowSettings {
        WindowSettings { mode, ..WindowSettings::default() }
    }

    #[test]
    fn form_that_could_not_be_saved_stays_until_the_setting_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let form = WindowForm::new(folder.path().join("window.json"));
        form.start(&settings(WindowMode::Strip));
        assert_eq!(form.mode(), WindowMode::Strip);
        form.change(None, WindowMode::Full);
        // Another setting changed, and this one is still what the file says.
        form.apply(None, &WindowSettings { always_on_top: true, ..settings(WindowMode::Strip) });
        assert_eq!((form.mode(), form.is_always_on_top()), (WindowMode::Full, true));
        form.apply(None, &settings(WindowMode::Full));
        form.apply(None, &settings(WindowMode::Strip));
        assert_eq!((form.mode(), form.is_always_on_top()), (WindowMode::Strip, false));
    }

    #[test]
    fn window_is_built_in_the_sizes_of_its_form() {
        let folder = tempfile::tempdir().expect("a folder");
        let form = WindowForm::new(folder.path().join("window.json"));
        assert_eq!(form.sizes()[0], LogicalSize::new(960.0, 680.0));
        form.start(&settings(WindowMode::Strip));
        assert_eq!(form.sizes()[1], LogicalSize::new(280.0, 120.0));
    }
}
