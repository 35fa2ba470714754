//! Builds the app and runs it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tallylight_client::{
    Config, Handle, Identity, Keychain, LogLevelController, SettingsService, ThumbnailCache, desktop_dir, start,
};
use tallylight_core::{locale::Locale, view::Show};
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_dialog::DialogExt;

use crate::{
    desktop::{self, Desktop},
    embedded_studio::EmbeddedStudio,
    ipc::{
        commands,
        shell::{EventWindow, Window},
    },
    lifecycle::{
        args::{Args, chosen_file},
        instance_lock,
        launch::{self, PendingLaunches},
        shutdown::{self, Shutdown},
        updates::{self, Updates},
    },
    settings::preferences::{self, Preferences},
    tray,
    window::{
        self,
        navigation::{self, Navigation},
        thumbnails,
    },
};

/// The keychain entry of the app's session. `tally` has its own, so that neither uses up the other's refresh token.
const KEYCHAIN_ACCOUNT: &str = "desktop";
/// The keychain entry of the secret that signs webhooks.
const WEBHOOK_ACCOUNT: &str = "webhook";

/// The data folder.
struct DataDir(PathBuf);

/// Runs the app until the user quits.
///
/// # Errors
/// There is no data folder, the app cannot be built, or another instance holds the data folder.
pub fn run(args: Args, level: LogLevelController) -> anyhow::Result<()> {
    let data_dir = args.data_dir().context("No application data folder found. Set one with --data-dir.")?;
    let window_state = window::places(&desktop_dir(&data_dir));
    let context = tauri::generate_context!();
    let app = tauri::Builder::default()
        // The first plugin, so that a second start ends before it changes anything.
        .plugin(launch::single_instance(&context.config().identifier, &data_dir, &args))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_autostart::Builder::new().arg("--hidden").build())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .plugin(window_state)
        .register_asynchronous_uri_scheme_protocol(thumbnails::SCHEME, |context, request, responder| {
            thumbnails::serve(context.app_handle(), &request, responder);
        })
        .invoke_handler(commands::handler())
        .on_window_event(window::on_event)
        // Managed before `setup`: a second start may be handed over as soon as the plugin runs.
        .manage(Shutdown::default())
        .manage(PendingLaunches::default())
        .manage(Navigation::default())
        .manage(window::WindowProgress::default())
        .setup({
            let data_dir = data_dir.clone();
            move |app| set_up(app, &data_dir, args, level).map_err(Into::into)
        })
        .build(context);
    let app = match app {
        Err(error) if launch::is_handover_failure(&error) => return instance_lock::restart_once(error.into()),
        app => app.context("Couldn't start Tallylight")?,
    };
    app.manage(instance_lock::InstanceLock::take(&desktop_dir(&data_dir))?);
    app.run(|app, event| match event {
        // Without a code, the exit follows from closing the last window. The app goes on in the tray.
        RunEvent::ExitRequested { api, code: None, .. } if !app.state::<Shutdown>().is_under_way() => {
            api.prevent_exit();
        }
        RunEvent::Exit => tauri::async_runtime::block_on(shutdown::end(app)),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    });
    Ok(())
}

/// Returns the locale of the user's language: the one in the settings, or the system's.
pub fn locale(app: &AppHandle) -> Locale {
    Locale::new(app.state::<SettingsService>().current().settings.appearance.language, &system_language())
}

/// Returns the command line of this start.
pub fn args(app: &AppHandle) -> Args {
    app.state::<Args>().inner().clone()
}

/// Returns the system's language as a locale name such as `de-DE`; empty if it is unknown.
pub fn system_language() -> String {
    sys_locale::get_locale().unwrap_or_default()
}

/// Returns the data folder.
pub fn data_dir(app: &AppHandle) -> PathBuf {
    app.state::<DataDir>().0.clone()
}

fn set_up(app: &tauri::App, data_dir: &Path, args: Args, level: LogLevelController) -> anyhow::Result<()> {
    #[cfg(unix)]
    let signals = shutdown::Signals::catch().context("Couldn't register signal handlers")?;
    let desktop_dir = desktop_dir(data_dir);
    let uses_this_computer =
        args.this_computer || tallylight_client::last_identity(&desktop_dir) == Some(Identity::ThisComputer);
    let settings = SettingsService::open(&desktop_dir);
    let receiver = settings.subscribe();
    app.manage(DataDir(data_dir.to_owned()));
    app.manage(args.clone());
    app.manage(settings);
    app.manage(Preferences::new(level, &args));
    app.manage(ThumbnailCache::new(&desktop_dir));
    app.manage(Updates::default());
    app.manage(Desktop::default());
    desktop::listen(app.handle());
    let event_window = EventWindow::default();
    let handle = tauri::async_runtime::block_on(async {
        let config = Config {
            settings: receiver,
            system_language: system_language(),
            webhook_keychain: Keychain::System(WEBHOOK_ACCOUNT.to_owned()),
            ..Config::new(desktop_dir.clone(), Keychain::System(KEYCHAIN_ACCOUNT.to_owned()))
        };
        start(config, Window::new(app.handle().clone(), event_window.clone()))
    });
    app.manage(event_window);
    app.manage(handle.clone());
    app.manage(EmbeddedStudio::new(data_dir.join("studio")));
    // Before the tray, because the webview's processes start in the background meanwhile.
    window::begin(app.handle(), &args)?;
    tray::build(app.handle());
    #[cfg(unix)]
    signals.quit_on_signal(app.handle().clone());
    preferences::begin(app.handle());
    desktop::notify_missing_tray(app.handle(), &desktop_dir);
    updates::begin(app.handle());
    #[cfg(target_os = "macos")]
    launch::follow_links(app.handle());
    let app = app.handle().clone();
    tauri::async_runtime::spawn(async move {
        if uses_this_computer && let Err(error) = app.state::<EmbeddedStudio>().open(&handle).await {
            tracing::error!(%error, "the embedded studio could not be started");
            // Returns to the choice of a studio. Choosing this computer again shows the error there.
            let _ = handle.cancel_sign_in().await;
        }
        launch::first(&app, &args);
    });
    Ok(())
}

/// Uploads videos. Progress and errors arrive as events.
pub fn upload(app: &AppHandle, videos: Vec<PathBuf>) {
    for video in videos.into_iter().map(chosen_file) {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let added = app.state::<Handle>().upload(video).await;
            if let Err(error) = added {
                tracing::info!(code = ?error.code, "an upload was rejected");
                if error.code == tallylight_core::Code::SignedOut {
                    navigation::show(&app, Show::SignInFirst);
                }
            }
        });
    }
}

/// Shows a file dialog and uploads the videos that the user chooses.
pub fn choose_videos(app: &AppHandle) {
    let this = app.clone();
    app.dialog().file().pick_files(move |chosen| {
        let paths = chosen.unwrap_or_default().into_iter().filter_map(|file| file.into_path().ok());
        upload(&this, paths.collect());
    });
}
