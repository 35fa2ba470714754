//! The main window: built once, hidden when it is closed, and the target for dropped videos.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

#[cfg(not(target_os = "linux"))]
use drag::{DragItem, Image, Options};
use tallylight_client::ThumbnailCache;
use tallylight_client::{SettingsService, desktop_dir};
use tallylight_core::settings::Theme;
use tauri::{
    AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent, Wry, plugin::TauriPlugin,
    webview::PageLoadEvent,
};
use tauri_plugin_window_state::StateFlags;

use crate::{
    app,
    lifecycle::{args::Args, shutdown},
};

#[cfg(target_os = "linux")]
mod crash;
mod drawing;
pub mod navigation;
pub mod save_dialog;
pub mod thumbnails;

#[cfg(target_os = "linux")]
pub use drawing::disable_dmabuf_renderer;

const LABEL: &str = "main";
/// How long the window stays hidden at most while its page loads.
const PAGE_LOAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Returns whether a start shows the window. A start at login does not: the page needs most of the program's resources,
/// so the window is built when the user first opens it.
fn starts_visible(args: &Args) -> bool {
    !args.hidden || args.job().is_some()
}

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
    fn decide(&self, is_shown: bool) -> bool {
        let mut state = self.state();
        *state = if is_shown || *state == WindowState::Requested { WindowState::Built } else { WindowState::Unbuilt };
        *state == WindowState::Built
    }

    /// Records a request to show the window where there is none, and returns whether the caller has to build it.
    fn request(&self) -> bool {
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
    fn open(&self) -> bool {
        let mut state = self.state();
        std::mem::replace(&mut *state, WindowState::Open) != WindowState::Open
    }

    fn is_open(&self) -> bool {
        *self.state() == WindowState::Open
    }

    /// Calls `act` if there is no window and none is being built; none can be built meanwhile.
    fn while_unbuilt(&self, act: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        let state = self.state();
        if *state == WindowState::Unbuilt { act() } else { Ok(()) }
    }

    /// Records that the window could not be built.
    fn failed(&self) {
        *self.state() = WindowState::Unbuilt;
    }
}

/// Builds the window if this start shows it, or it was requested meanwhile.
///
/// # Errors
/// The system cannot build the window.
pub fn begin(app: &AppHandle, args: &Args) -> tauri::Result<()> {
    if app.state::<WindowProgress>().decide(starts_visible(args)) { build(app) } else { Ok(()) }
}

/// Builds the window; it is shown when its page has loaded.
fn build(app: &AppHandle) -> tauri::Result<()> {
    set_theme(app, app.state::<SettingsService>().current().settings.appearance.theme);
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Tallylight")
        .inner_size(960.0, 680.0)
        .min_inner_size(360.0, 480.0)
        .data_directory(webview_data_dir(app))
        // Requested while the page's script is still loading.
        .initialization_script("window.initialState = window.__TAURI_INTERNALS__.invoke('initial_state');")
        // The window only shows the app's own page: a link in a description must not replace it.
        .on_navigation(is_own_page)
        .visible(false)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                open(window.app_handle());
            }
        })
        .build()?;
    drawing::disable_gpu(&window);
    #[cfg(target_os = "linux")]
    crash::recover(&window);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PAGE_LOAD_TIMEOUT).await;
        open(&app);
    });
    Ok(())
}

/// Returns the folder in which the webview keeps its data.
fn webview_data_dir(app: &AppHandle) -> PathBuf {
    desktop_dir(&app::data_dir(app)).join("webview")
}

/// Shows the window once its page has loaded. Before, WebKitGTK may block the main thread for half a second while it
/// waits for a web process that has not started, and that process may crash.
fn open(app: &AppHandle) {
    if app.state::<WindowProgress>().open() {
        show(app);
        #[cfg(not(target_os = "linux"))]
        crate::desktop::restore_badge(app);
    }
}

/// Returns the plugin that stores the window's size and position in a folder, and restores them.
pub fn places(folder: &Path) -> TauriPlugin<Wry> {
    // Visibility is not restored: a start without `--hidden` shows the window.
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    let file = folder.join("window.json").to_string_lossy().into_owned();
    tauri_plugin_window_state::Builder::default().with_state_flags(remembered).with_filename(file).build()
}

/// Sets the window's theme. The page follows it through `prefers-color-scheme`.
pub fn set_theme(app: &AppHandle, theme: Theme) {
    app.set_theme(match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    });
}

/// Brings the window to the front, or builds it. A window whose page is loading is shown when that is done.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        if app.state::<WindowProgress>().request() {
            let app = app.clone();
            // A window must not be built inside a call of the main thread, which builds it.
            tauri::async_runtime::spawn(async move {
                if let Err(error) = build(&app) {
                    tracing::error!(%error, "the window could not be built");
                    app.state::<WindowProgress>().failed();
                }
            });
        }
        return;
    };
    if !app.state::<WindowProgress>().is_open() {
        return;
    }
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Returns whether the window exists, shown or hidden.
pub fn exists(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
}

/// Returns whether the window is visible.
pub fn is_shown(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some_and(|window| window.is_visible().unwrap_or(false))
}

/// Hides the window.
pub fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// Deletes the thumbnails that the window has shown, from the app's cache and the webview's.
pub fn forget(app: &AppHandle) {
    if let Some(thumbnails) = app.try_state::<ThumbnailCache>() {
        thumbnails.clear();
    }
    let deleted = match app.get_webview_window(LABEL) {
        Some(window) => window.clear_all_browsing_data().map_err(anyhow::Error::from),
        // An earlier window may have left data; a window that is being built starts without any.
        None => app.state::<WindowProgress>().while_unbuilt(|| match std::fs::remove_dir_all(webview_data_dir(app)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }),
    };
    if let Err(error) = deleted {
        tracing::warn!(%error, "the webview's data could not be deleted");
    }
}

/// Handles a request to close the window, and uploads files that are dropped on it.
#[expect(clippy::wildcard_enum_match_arm, reason = "of the many events of a window, two matter here")]
pub fn on_event(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            shutdown::close(window);
        }
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            let app = window.app_handle();
            app::upload(app, paths.iter().filter(|path| !thumbnails::is_ours(app, path)).cloned().collect());
        }
        _ => {}
    }
}

/// Starts dragging a file out of the window, while the mouse button is held.
#[cfg(not(target_os = "linux"))]
pub fn drag_out(app: &AppHandle, file: PathBuf) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let dragged = app.run_on_main_thread(move || {
        let (item, image) = (DragItem::Files(vec![file.clone()]), Image::File(file));
        if let Err(error) = drag::start_drag(&window, item, image, |_, _| (), Options::default()) {
            tracing::warn!(%error, "the thumbnail could not be dragged");
        }
    });
    if let Err(error) = dragged {
        tracing::warn!(%error, "the thumbnail could not be dragged");
    }
}

/// Does nothing: on Linux the page starts the drag itself. WebKitGTK offers the file's URL to other programs, and GTK
/// supports one drag at a time.
#[cfg(target_os = "linux")]
pub fn drag_out(_: &AppHandle, _: PathBuf) {}

fn is_own_page(url: &tauri::Url) -> bool {
    let own = matches!((url.scheme(), url.host_str()), ("tauri", _) | ("http" | "https", Some("tauri.localhost")));
    own || cfg!(not(feature = "custom-protocol")) && url.host_str() == Some("localhost")
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
