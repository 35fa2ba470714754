//! Builds the app and runs it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tallylight_client::{Config, Handle, Identity, Keychain, Pictures, start};
use tauri::{AppHandle, Manager, RunEvent};

use crate::{
    args::Args,
    commands,
    computer::Computer,
    pictures,
    settings::Settings,
    shell::{Pace, Window},
    tray, window,
};

/// The app's own entry in the keychain, so that it and `tally` never spend each other's refresh token.
const KEYCHAIN_ACCOUNT: &str = "desktop";

/// Runs the app until it is quit.
pub fn run(args: Args) -> anyhow::Result<()> {
    let data_dir = args.data_dir().context("there is no folder for application data: name one with --data-dir")?;
    let places = window::places(&desktop_dir(&data_dir));
    let app = tauri::Builder::default()
        // First of all plugins, so that a second start ends before it does anything.
        .plugin(tauri_plugin_single_instance::init(|app, argv, cwd| {
            window::show(app);
            if let Some(args) = Args::of_second_start(argv, Path::new(&cwd)) {
                upload(app, args.videos);
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(places)
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, |context, request, responder| {
            pictures::serve(context.app_handle(), &request, responder);
        })
        .invoke_handler(commands::handler())
        .on_window_event(window::on_event)
        .setup(move |app| set_up(app, &data_dir, args).map_err(Into::into))
        .build(tauri::generate_context!())
        .context("the app could not be started")?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            tauri::async_runtime::block_on(end(app));
        }
    });
    Ok(())
}

/// Returns where the app keeps its own state, beside that of the studio of this computer.
pub fn desktop_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("desktop")
}

fn set_up(app: &tauri::App, data_dir: &Path, args: Args) -> anyhow::Result<()> {
    let desktop_dir = desktop_dir(data_dir);
    let here = args.this_computer || tallylight_client::last_identity(&desktop_dir) == Some(Identity::ThisComputer);
    let webview = desktop_dir.join("webview");
    let settings = Settings::new(&desktop_dir);
    let theme = settings.appearance().unwrap_or_default().theme;
    app.manage(settings);
    app.manage(Pictures::new(&desktop_dir));
    let pace = Pace::default();
    let handle = tauri::async_runtime::block_on(async {
        let config = Config::new(desktop_dir, Keychain::System(KEYCHAIN_ACCOUNT.to_owned()));
        start(config, Window::new(app.handle().clone(), pace.clone()))
    });
    app.manage(pace);
    app.manage(handle.clone());
    app.manage(Computer::new(data_dir.join("studio")));
    tray::build(app.handle());
    window::build(app.handle(), &webview, theme)?;
    #[cfg(unix)]
    quit_on_sigterm(app.handle().clone());
    let app = app.handle().clone();
    tauri::async_runtime::spawn(async move {
        if here && let Err(error) = app.state::<Computer>().open(&handle).await {
            tracing::error!(%error, "the studio of this computer could not be started");
            // Back to the choice, where trying again says why.
            let _ = handle.cancel_sign_in().await;
        }
        upload_when_ready(&app, args.videos).await;
    });
    Ok(())
}

/// Quits properly when the session ends, so that the studio stops its ffmpeg and everything is saved.
#[cfg(unix)]
fn quit_on_sigterm(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
                app.exit(0);
            }
            Err(error) => tracing::warn!(%error, "SIGTERM will end the app without saving"),
        }
    });
}

/// Uploads videos that the command line named, once somebody is signed in.
async fn upload_when_ready(app: &AppHandle, videos: Vec<PathBuf>) {
    if !videos.is_empty() && app.state::<Handle>().session_restored().await {
        upload(app, videos);
    }
}

/// Uploads videos; what becomes of them is told by events.
pub fn upload(app: &AppHandle, videos: Vec<PathBuf>) {
    for video in videos {
        let handle = app.state::<Handle>().inner().clone();
        tauri::async_runtime::spawn(async move {
            if let Err(error) = handle.upload(video).await {
                tracing::info!(code = ?error.code, "a video was not taken");
            }
        });
    }
}

async fn end(app: &AppHandle) {
    app.state::<Handle>().shutdown().await;
    app.state::<Computer>().close().await;
}
