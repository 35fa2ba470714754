//! The one window: built once, hidden when it is closed, and the place where videos are dropped.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

#[cfg(not(target_os = "linux"))]
use drag::{DragItem, Image, Options};
use tallylight_client::ThumbnailCache;
use tallylight_core::settings::Theme;
use tauri::{
    AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent, Wry, plugin::TauriPlugin,
    webview::PageLoadEvent,
};
use tauri_plugin_window_state::StateFlags;

use crate::{
    app,
    lifecycle::{args::Args, shutdown},
    settings::file::SettingsFile,
};

#[cfg(target_os = "linux")]
mod crash;
mod drawing;
pub mod navigation;
pub mod save_dialog;
pub mod thumbnails;

#[cfg(target_os = "linux")]
pub use drawing::without_buffers;

const LABEL: &str = "main";
/// How long the window waits for its page at most.
const PAGE_LIMIT: Duration = Duration::from_secs(10);

/// Tells whether a start shows the window. One at login does not: nobody asked for anything, and the page needs most of what
/// the program does. It is built when somebody wants to see it.
fn is_wanted(args: &Args) -> bool {
    !args.hidden || args.job().is_some()
}

/// Knows how far the window is: a wish to see it may come before the program has decided whether to build one.
#[derive(Default)]
pub struct WindowProgress(Mutex<WindowState>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum WindowState {
    #[default]
    Undecided,
    Wished,
    Unbuilt,
    Built,
    Open,
}

impl WindowProgress {
    fn state(&self) -> MutexGuard<'_, WindowState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in whether the start shows a window, and returns whether one is to be built.
    fn decide(&self, is_wanted: bool) -> bool {
        let mut state = self.state();
        *state = if is_wanted || *state == WindowState::Wished { WindowState::Built } else { WindowState::Unbuilt };
        *state == WindowState::Built
    }

    /// Takes in that somebody wants to see a window where there is none, and returns whether one is to be built.
    fn request(&self) -> bool {
        let mut state = self.state();
        let before = *state;
        *state = match before {
            WindowState::Undecided | WindowState::Wished => WindowState::Wished,
            WindowState::Unbuilt | WindowState::Built => WindowState::Built,
            WindowState::Open => WindowState::Open,
        };
        before == WindowState::Unbuilt
    }

    /// Takes in that the page is there, and returns whether that is news.
    fn open(&self) -> bool {
        let mut state = self.state();
        std::mem::replace(&mut *state, WindowState::Open) != WindowState::Open
    }

    fn is_open(&self) -> bool {
        *self.state() == WindowState::Open
    }

    /// Does something if there is no window and none is being built, and lets none be built meanwhile.
    fn while_unbuilt(&self, act: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        let state = self.state();
        if *state == WindowState::Unbuilt { act() } else { Ok(()) }
    }

    /// Takes in that none could be built.
    fn failed(&self) {
        *self.state() = WindowState::Unbuilt;
    }
}

/// Builds the window, if this start or somebody meanwhile wants to see it.
pub fn begin(app: &AppHandle, args: &Args) -> tauri::Result<()> {
    if app.state::<WindowProgress>().decide(is_wanted(args)) { build(app) } else { Ok(()) }
}

/// Builds the window, and shows it when its page is there.
fn build(app: &AppHandle) -> tauri::Result<()> {
    set_theme(app, app.state::<SettingsFile>().held().settings.appearance.theme);
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Tallylight")
        .inner_size(960.0, 680.0)
        .min_inner_size(360.0, 480.0)
        .data_directory(storage(app))
        // Asked for while the page's own script is still on its way.
        .initialization_script("window.initialState = window.__TAURI_INTERNALS__.invoke('initial_state');")
        // Everything that it shows is its own; a link in a description must not take its place.
        .on_navigation(is_own_page)
        .visible(false)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                open(window.app_handle());
            }
        })
        .build()?;
    drawing::without_gpu(&window);
    #[cfg(target_os = "linux")]
    crash::recover(&window);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PAGE_LIMIT).await;
        open(&app);
    });
    Ok(())
}

/// Returns the folder in which the page keeps its pictures.
fn storage(app: &AppHandle) -> PathBuf {
    app::desktop_dir(&app::data_dir(app)).join("webview")
}

/// Shows the window once, when its page is there: before, there is nothing to see, WebKitGTK would hold up everything for
/// half a second now and then, in which it waits for a page whose process has not begun, and that process may die of it.
fn open(app: &AppHandle) {
    if app.state::<WindowProgress>().open() {
        show(app);
        #[cfg(not(target_os = "linux"))]
        crate::desktop::badge_again(app);
    }
}

/// Remembers the window's size and place in a folder, and brings it back there.
pub fn places(folder: &Path) -> TauriPlugin<Wry> {
    // Whether it is shown is not remembered: a start is a wish to see it.
    let remembered = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    let file = folder.join("window.json").to_string_lossy().into_owned();
    tauri_plugin_window_state::Builder::default().with_state_flags(remembered).with_filename(file).build()
}

/// Gives the window its colours; the page follows them as it follows the system's.
pub fn set_theme(app: &AppHandle, theme: Theme) {
    app.set_theme(match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    });
}

/// Brings the window to the front, or builds it. One whose page is on its way comes by itself.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        if app.state::<WindowProgress>().request() {
            let app = app.clone();
            // Not within a call of the main thread, which builds it.
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

/// Tells whether there is a window, shown or hidden.
pub fn exists(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
}

/// Tells whether somebody can see the window.
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

/// Forgets the pictures that the window has shown.
pub fn forget(app: &AppHandle) {
    if let Some(pictures) = app.try_state::<ThumbnailCache>() {
        pictures.clear();
    }
    let forgotten = match app.get_webview_window(LABEL) {
        Some(window) => window.clear_all_browsing_data().map_err(anyhow::Error::from),
        // An earlier one may have left some; one that is being built just now brings none along.
        None => app.state::<WindowProgress>().while_unbuilt(|| match std::fs::remove_dir_all(storage(app)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }),
    };
    if let Err(error) = forgotten {
        tracing::warn!(%error, "the window could not forget its pictures");
    }
}

/// Does what the person wants when the window is closed, and uploads what is dropped on it.
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

/// Drags a file out of the window, while the button is held.
#[cfg(not(target_os = "linux"))]
pub fn drag_out(app: &AppHandle, file: PathBuf) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let dragged = app.run_on_main_thread(move || {
        let (item, image) = (DragItem::Files(vec![file.clone()]), Image::File(file));
        if let Err(error) = drag::start_drag(&window, item, image, |_, _| (), Options::default()) {
            tracing::warn!(%error, "the picture could not be dragged");
        }
    });
    if let Err(error) = dragged {
        tracing::warn!(%error, "the picture could not be dragged");
    }
}

/// Drags a file out of the window. The page has handed it over already: WebKitGTK gives other programs the address of
/// a file, and GTK knows of one drag at a time.
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
    fn a_window_is_built_once_when_somebody_wants_to_see_it() {
        let shown = WindowProgress::default();
        assert!(!shown.request() && shown.decide(true) && !shown.request());
        assert!(!shown.is_open() && shown.open() && shown.is_open() && !shown.open() && !shown.request());
        let hidden = WindowProgress::default();
        assert!(!hidden.decide(false) && hidden.request() && !hidden.request());
        hidden.failed();
        assert!(hidden.request(), "and tried again");
        let wished = WindowProgress::default();
        assert!(!wished.request() && !wished.request() && wished.decide(false), "somebody was quicker than the start");
    }
}
