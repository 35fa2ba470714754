//! The main window: built once, and hidden when it is closed.

use std::{
    io::ErrorKind,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[cfg(not(target_os = "linux"))]
use drag::{DragItem, Image, Options};
use tallylight_core::{
    JobId,
    settings::{Settings, Theme, WindowMode, WindowSettings},
};
use tallylight_view::{Event, Show};
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder, webview::PageLoadEvent};

use crate::page_events::{BATCH, Batch};
use batch_flow::BatchFlowControl;
use form::WindowForm;
use navigation::Navigation;
use progress::WindowProgress;

#[cfg(target_os = "linux")]
mod activation;
#[cfg(not(target_os = "linux"))]
mod badge;
mod batch_flow;
#[cfg(target_os = "linux")]
mod crash;
mod form;
mod geometry;
mod navigation;
#[cfg(target_os = "linux")]
pub mod parent;
mod progress;
mod rendering;
#[cfg(windows)]
pub mod webview2;

#[cfg(target_os = "linux")]
pub use rendering::disable_dmabuf_renderer;

const LABEL: &str = "main";
/// How long the window stays hidden at most while its page loads.
const PAGE_LOAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The main window, from before it is built until the app ends.
pub struct MainWindow {
    progress: WindowProgress,
    navigation: Navigation,
    events: BatchFlowControl,
    form: Arc<WindowForm>,
    /// Whether the window has the keyboard's focus.
    has_focus: AtomicBool,
    /// The folder in which the webview keeps its data.
    webview_dir: PathBuf,
    theme: Mutex<Theme>,
    /// Whether the desktop prefers dark windows, as far as its toolkit does not say so.
    is_desktop_dark: AtomicBool,
    #[cfg(target_os = "linux")]
    activation: activation::Activation,
    #[cfg(not(target_os = "linux"))]
    badge: badge::Badge,
}

impl MainWindow {
    /// Creates it without building a window; the webview keeps its data in `webview_dir`, and `geometry_file` remembers
    /// the window's size and place.
    pub fn new(webview_dir: PathBuf, geometry_file: PathBuf) -> Self {
        Self {
            progress: WindowProgress::default(),
            navigation: Navigation::default(),
            events: BatchFlowControl::default(),
            form: Arc::new(WindowForm::new(geometry_file)),
            has_focus: AtomicBool::default(),
            webview_dir,
            theme: Mutex::default(),
            is_desktop_dark: AtomicBool::default(),
            #[cfg(target_os = "linux")]
            activation: activation::Activation::default(),
            #[cfg(not(target_os = "linux"))]
            badge: badge::Badge::default(),
        }
    }

    /// Returns the requests to show something.
    pub fn navigation(&self) -> &Navigation {
        &self.navigation
    }

    /// Returns the flow control of batches.
    pub fn events(&self) -> &BatchFlowControl {
        &self.events
    }

    /// Decides whether the start builds the window, and builds it then. It is also built if it was requested meanwhile.
    ///
    /// # Errors
    /// The system cannot build the window.
    pub fn start(
        self: &Arc<Self>,
        app: &AppHandle,
        settings: &Settings,
        visibility: StartVisibility,
    ) -> tauri::Result<()> {
        *self.theme.lock().unwrap_or_else(PoisonError::into_inner) = settings.appearance.theme;
        self.form.start(&settings.window);
        if self.progress.decide(visibility == StartVisibility::Shown) { self.build(app) } else { Ok(()) }
    }

    /// Builds the window; it is shown when its page has loaded.
    fn build(self: &Arc<Self>, app: &AppHandle) -> tauri::Result<()> {
        self.apply_theme(app);
        let this = Arc::clone(self);
        let [usual, least] = self.form.sizes();
        let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
            .title("Tallylight")
            .inner_size(usual.width, usual.height)
            .min_inner_size(least.width, least.height)
            .always_on_top(self.form.is_always_on_top())
            .data_directory(self.webview_dir.clone())
            // Requested while the page's script is still loading.
            .initialization_script("window.initialState = window.__TAURI_INTERNALS__.invoke('initial_state');")
            // The window only shows the app's own page: a link in a description must not replace it.
            .on_navigation(is_own_page)
            .visible(false)
            .on_page_load(move |window, load| {
                if load.event() == PageLoadEvent::Finished {
                    this.open(window.app_handle());
                }
            })
            .build()?;
        self.form.restore(&window);
        rendering::disable_gpu(&window);
        #[cfg(target_os = "linux")]
        crash::recover(&window, Arc::clone(self));
        let (this, app) = (Arc::clone(self), app.clone());
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(PAGE_LOAD_TIMEOUT).await;
            this.open(&app);
        });
        Ok(())
    }

    /// Shows the window once its page has loaded. Before, WebKitGTK may block the main thread for half a second while
    /// it waits for a web process that has not started, and that process may crash.
    fn open(self: &Arc<Self>, app: &AppHandle) {
        if self.progress.open() {
            self.show(app);
            #[cfg(not(target_os = "linux"))]
            self.badge.restore(app);
        }
    }

    /// Brings the window to the front, or builds it. A window whose page is loading is shown when that is done.
    pub fn show(self: &Arc<Self>, app: &AppHandle) {
        let Some(window) = app.get_webview_window(LABEL) else {
            if self.progress.request() {
                let (this, app) = (Arc::clone(self), app.clone());
                // Building waits for the main thread, so a caller on the main thread would wait for itself.
                tauri::async_runtime::spawn(async move {
                    #[cfg(windows)]
                    if webview2::require().is_err() {
                        return this.progress.failed();
                    }
                    if let Err(error) = this.build(&app) {
                        tracing::error!(%error, "the window could not be built");
                        this.progress.failed();
                    }
                });
            }
            return;
        };
        if !self.progress.is_open() {
            return;
        }
        #[cfg(target_os = "linux")]
        let shown = self.activation.show(&window, self.form.mode());
        #[cfg(not(target_os = "linux"))]
        let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }

    /// Keeps the token of the click or the start that is about to show the window.
    #[cfg(target_os = "linux")]
    pub fn offer_activation(&self, token: Option<String>) {
        self.activation.offer(token);
    }

    /// Hides the window if it is in sight, else brings it to the front.
    pub fn toggle(self: &Arc<Self>, app: &AppHandle) {
        let is_in_front = self.has_focus() || self.form.is_always_on_top();
        let is_minimized = app.get_webview_window(LABEL).is_some_and(|window| window.is_minimized().unwrap_or(false));
        if is_in_front && is_shown(app) && !is_minimized {
            self.hide(app);
        } else {
            self.show(app);
        }
    }

    /// Hides the window.
    pub fn hide(&self, app: &AppHandle) {
        let Some(window) = app.get_webview_window(LABEL) else { return };
        self.lose_focus();
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window could not be hidden");
        }
    }

    /// Returns which form the window has.
    pub fn mode(&self) -> WindowMode {
        self.form.mode()
    }

    /// Changes the form of the window. Must be called on the main thread.
    pub fn set_mode(&self, app: &AppHandle, mode: WindowMode) {
        self.form.change(app.get_webview_window(LABEL).as_ref(), mode);
    }

    /// Applies the settings of the window. Must be called on the main thread.
    pub fn apply(&self, app: &AppHandle, settings: &WindowSettings) {
        self.form.apply(app.get_webview_window(LABEL).as_ref(), settings);
    }

    /// Records that the window was moved or resized.
    pub fn moved(&self, app: &AppHandle) {
        self.form.settle(app, LABEL);
    }

    /// Remembers the size and the place of the window. Must be called on the main thread.
    pub fn remember_geometry(&self, app: &AppHandle) {
        if let Some(window) = app.get_webview_window(LABEL) {
            self.form.remember(&window);
        }
    }

    /// Records that the window has the keyboard's focus.
    pub fn gain_focus(&self) {
        self.has_focus.store(true, Ordering::Relaxed);
    }

    /// Records that the window does not have the keyboard's focus.
    pub fn lose_focus(&self) {
        self.has_focus.store(false, Ordering::Relaxed);
    }

    /// Returns whether the window has the keyboard's focus.
    pub fn has_focus(&self) -> bool {
        self.has_focus.load(Ordering::Relaxed)
    }

    /// Brings the window to the front and makes it show something.
    pub fn show_view(self: &Arc<Self>, app: &AppHandle, show: Show) {
        self.show(app);
        self.navigation.show(app, show);
    }

    /// Brings the window to the front and opens a job in it.
    pub fn show_job(self: &Arc<Self>, app: &AppHandle, job_id: JobId) {
        self.show(app);
        self.navigation.open_job(app, job_id);
    }

    /// Sends a batch of changes to the page. Without a window none is needed: a window that is built later fetches the
    /// whole state.
    pub fn send(&self, app: &AppHandle, event: Event) {
        if exists(app) {
            let number = self.events.send(&event);
            BATCH.send(app, Batch { number, event });
        }
    }

    /// Returns whether the page can take another batch.
    pub fn is_ready(&self, app: &AppHandle) -> bool {
        self.events.has_capacity() || !exists(app)
    }

    /// Sets the theme. The page follows it through `prefers-color-scheme`.
    pub fn set_theme(&self, app: &AppHandle, theme: Theme) {
        *self.theme.lock().unwrap_or_else(PoisonError::into_inner) = theme;
        self.apply_theme(app);
    }

    /// Follows the desktop's preference where the user has none.
    #[cfg(target_os = "linux")]
    pub fn set_desktop_dark(&self, app: &AppHandle, is_dark: bool) {
        if self.is_desktop_dark.swap(is_dark, Ordering::Relaxed) != is_dark {
            self.apply_theme(app);
        }
    }

    fn apply_theme(&self, app: &AppHandle) {
        app.set_theme(match *self.theme.lock().unwrap_or_else(PoisonError::into_inner) {
            Theme::System if self.is_desktop_dark.load(Ordering::Relaxed) => Some(tauri::Theme::Dark),
            Theme::System => None,
            Theme::Light => Some(tauri::Theme::Light),
            Theme::Dark => Some(tauri::Theme::Dark),
        });
    }

    /// Deletes what the webview has stored.
    pub fn clear_data(&self, app: &AppHandle) {
        let deleted = match app.get_webview_window(LABEL) {
            Some(window) => window.clear_all_browsing_data().map_err(anyhow::Error::from),
            // An earlier window may have left data; a window that is being built starts without any.
            None => self.progress.while_unbuilt(|| match std::fs::remove_dir_all(&self.webview_dir) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            }),
        };
        if let Err(error) = deleted {
            tracing::warn!(%error, "the webview's data could not be deleted");
        }
    }

    /// Shows progress in percent and the number of unseen outcomes on the icon in the dock or taskbar.
    #[cfg(not(target_os = "linux"))]
    pub fn set_badge(&self, app: &AppHandle, percent: Option<u8>, unseen: u32) {
        self.badge.set(app, percent, unseen);
    }
}

/// Whether a start shows the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartVisibility {
    /// The window is built and shown.
    Shown,
    /// The window is built when the user first opens it.
    Hidden,
}

/// Returns whether the window is visible.
pub fn is_shown(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some_and(|window| window.is_visible().unwrap_or(false))
}

/// Returns whether the window exists, shown or hidden.
fn exists(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
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
