//! The one window: built once, hidden when it is closed, and the place where videos are dropped.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tallylight_client::Pictures;
use tallylight_core::settings::Theme;
use tauri::{
    AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent, Wry, plugin::TauriPlugin,
    webview::PageLoadEvent,
};
use tauri_plugin_window_state::StateFlags;

use crate::{app, args::Args, pictures, quitting};

mod crash;
mod drawing;

const LABEL: &str = "main";
/// How long the window waits for its page at most.
const PAGE_LIMIT: Duration = Duration::from_secs(3);

/// Tells whether a start shows the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// It does.
    Shown,
    /// It does not: somebody logged in, and asked for nothing.
    Hidden,
}

impl First {
    /// Returns what a command line asks for.
    pub fn of(args: &Args) -> Self {
        if args.hidden && args.job().is_none() { Self::Hidden } else { Self::Shown }
    }
}

/// Builds the window, which keeps its pictures in a folder.
pub fn build(app: &AppHandle, folder: &Path, theme: Theme, first: First) -> tauri::Result<()> {
    set_theme(app, theme);
    let opening = Opening::of(first);
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Tallylight")
        .inner_size(960.0, 680.0)
        .min_inner_size(360.0, 480.0)
        .data_directory(folder.to_owned())
        // Everything that it shows is its own; a link in a description must not take its place.
        .on_navigation(is_own_page)
        .visible(false)
        .on_page_load({
            let opening = opening.clone();
            move |window, load| {
                if load.event() == PageLoadEvent::Finished {
                    opening.open(window.app_handle());
                }
            }
        })
        .build()?;
    drawing::without_gpu(&window);
    crash::recover(&window);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PAGE_LIMIT).await;
        opening.open(&app);
    });
    Ok(())
}

/// Shows the window once, when its page is there: before, there is nothing to see, and WebKitGTK would hold up everything for
/// half a second now and then, in which it waits for a page whose process has not begun.
#[derive(Clone)]
struct Opening(Arc<AtomicBool>);

impl Opening {
    fn of(first: First) -> Self {
        Self(Arc::new(AtomicBool::new(first == First::Shown)))
    }

    fn open(&self, app: &AppHandle) {
        if self.0.swap(false, Ordering::Relaxed) {
            show(app);
        }
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

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
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
    if let Some(pictures) = app.try_state::<Pictures>() {
        pictures.clear();
    }
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.clear_all_browsing_data() {
        tracing::warn!(%error, "the window could not forget its pictures");
    }
}

/// Does what the person wants when the window is closed, and uploads what is dropped on it.
#[expect(clippy::wildcard_enum_match_arm, reason = "of the many events of a window, two matter here")]
pub fn on_event(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            quitting::close(window);
        }
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            let app = window.app_handle();
            app::upload(app, paths.iter().filter(|path| !pictures::is_ours(app, path)).cloned().collect());
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
