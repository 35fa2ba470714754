//! Builds the app and runs it.

use std::sync::Arc;

use anyhow::Context;
use tallylight_client::{Identity, LogLevelController};
use tauri::{Manager, RunEvent};

#[cfg(target_os = "linux")]
use crate::desktop;
#[cfg(unix)]
use crate::lifecycle::shutdown;
use crate::{
    controller::{Controller, EarlySubsystems},
    data_dir::DataDir,
    ipc,
    lifecycle::{args::Args, instance_lock, launch},
    thumbnails,
    window::MainWindow,
};

/// Runs the app until the user quits.
///
/// # Errors
/// There is no data folder, the app cannot be built, or another instance holds the data folder.
pub fn run(args: Args, level: LogLevelController) -> anyhow::Result<()> {
    let data_dir = args.data_dir().context("No application data folder found. Set one with --data-dir.")?;
    let data_dir = DataDir::new(data_dir);
    let early = EarlySubsystems {
        window: Arc::new(MainWindow::new(data_dir.webview(), data_dir.desktop().join("window.json"))),
        launches: Arc::default(),
        shutdown: Arc::default(),
    };
    let context = tauri::generate_context!();
    #[cfg(target_os = "linux")]
    desktop::name_windows();
    // One that starts hidden, as at login, needs no window yet: it notifies, and its tray icon has a menu.
    #[cfg(windows)]
    if !args.hidden {
        crate::window::webview2::require()?;
    }
    let shutdown = Arc::clone(&early.shutdown);
    #[cfg(target_os = "linux")]
    {
        launch::hand_over_activation_token(&context.config().identifier, data_dir.path(), &args);
        // Of a start that found nobody to hand it over to.
        early.window.offer_activation(args.activation_token());
    }
    let app = match build(context, early, data_dir.clone(), args, level) {
        Err(error) if launch::is_handover_failure(&error) => return instance_lock::restart_once(error.into()),
        app => app.context("Couldn't start Tallylight")?,
    };
    let _lock = instance_lock::InstanceLock::take(&data_dir.desktop())?;
    app.run(move |app, event| match event {
        // Without a code, the exit follows from closing the last window. The app goes on in the tray.
        RunEvent::ExitRequested { api, code: None, .. } if !shutdown.is_under_way() => api.prevent_exit(),
        RunEvent::Exit => {
            let controller = app.state::<Arc<Controller>>();
            controller.window().remember_geometry(app);
            tauri::async_runtime::block_on(controller.shut_down());
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => app.state::<Arc<Controller>>().show_window(),
        _ => {}
    });
    Ok(())
}

fn build(
    context: tauri::Context,
    early: EarlySubsystems,
    data_dir: DataDir,
    args: Args,
    level: LogLevelController,
) -> tauri::Result<tauri::App> {
    let single_instance = launch::single_instance(&context.config().identifier, data_dir.path(), &args, {
        let early = early.clone();
        move |app, command_line, folder| early.hand_over(app, command_line, folder)
    });
    let builder = tauri::Builder::default()
        // The first plugin, so that a second start ends before it changes anything.
        .plugin(single_instance)
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_autostart::Builder::new().arg("--hidden").build())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .register_asynchronous_uri_scheme_protocol(thumbnails::SCHEME, |context, request, responder| {
            context.app_handle().state::<Arc<Controller>>().thumbnails().serve(&request, responder);
        })
        .invoke_handler(ipc::commands::handler())
        .on_window_event(|window, event| window.state::<Arc<Controller>>().on_window_event(event))
        .setup(move |app| set_up(app, early, data_dir, args, level).map_err(Into::into));
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(crate::shortcut::plugin());
    builder.build(context)
}

fn set_up(
    app: &tauri::App,
    early: EarlySubsystems,
    data_dir: DataDir,
    args: Args,
    level: LogLevelController,
) -> anyhow::Result<()> {
    #[cfg(unix)]
    let signals = shutdown::Signals::catch().context("Couldn't register signal handlers")?;
    // Read before the client starts, which stores the identity of its studio.
    let uses_this_computer =
        args.this_computer || tallylight_client::last_identity(&data_dir.desktop()) == Some(Identity::ThisComputer);
    let controller = Controller::start(app.handle(), early, data_dir, args, level);
    // Before the window, whose page calls commands as soon as it loads.
    app.manage(Arc::clone(&controller));
    controller.begin()?;
    #[cfg(unix)]
    signals.on_first({
        let controller = Arc::clone(&controller);
        move || controller.quit()
    });
    tauri::async_runtime::spawn(async move {
        if uses_this_computer {
            controller.open_studio_at_start().await;
        }
        controller.perform_first();
    });
    Ok(())
}
