//! What the window may ask for. Each hands on to the client; nothing is decided here.

use secrecy::SecretString;
use tallylight_client::{Handle, Identity};
use tallylight_core::{
    Error, JobId, ThumbnailId,
    cache::Trouble,
    diagnostics::DiagnosticsView,
    discovery::{Description, parse_address},
    edits::{Changes, Draft},
    job::Field,
    view::{AppearanceView, JobView, RowView, ServerView, StatusView, UploadView},
};
use tauri::{AppHandle, State, Wry, ipc::Invoke};
use tauri_plugin_dialog::DialogExt;

use crate::{app, computer::Computer, pictures, save, settings::Settings, shell::Pace, window};

type Answer<T> = Result<T, Error>;

/// Returns the commands.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        status,
        rows,
        job,
        open_job,
        refresh,
        reconnect,
        connect,
        connect_as,
        use_this_computer,
        sign_in,
        sign_in_with,
        cancel_sign_in,
        unlock_keychain,
        sign_out,
        edit,
        type_draft,
        discard_draft,
        save_text,
        save_picture,
        picture_file,
        drag_picture,
        choose_videos,
        uploads,
        cancel_upload,
        retry_upload,
        search,
        synced,
        settle,
        appearance,
        set_appearance,
        diagnostics,
        save_report,
        listening,
        heard
    ]
}

#[tauri::command]
async fn status(client: State<'_, Handle>) -> Answer<StatusView> {
    client.status().await
}

#[tauri::command]
async fn rows(client: State<'_, Handle>) -> Answer<Vec<RowView>> {
    client.rows().await
}

#[tauri::command]
async fn job(client: State<'_, Handle>, job_id: JobId) -> Answer<JobView> {
    client.job(job_id).await
}

#[tauri::command]
async fn open_job(client: State<'_, Handle>, job_id: JobId) -> Answer<()> {
    client.open(job_id).await
}

#[tauri::command]
async fn refresh(client: State<'_, Handle>) -> Answer<()> {
    client.refresh().await
}

#[tauri::command]
async fn reconnect(client: State<'_, Handle>) -> Answer<()> {
    client.reconnect().await
}

#[tauri::command]
async fn connect(client: State<'_, Handle>, address: String) -> Answer<ServerView> {
    client.connect(parse_address(&address)?, Identity::Address).await
}

#[tauri::command]
async fn connect_as(client: State<'_, Handle>, address: String, description: Description) -> Answer<ServerView> {
    client.connect_as(parse_address(&address)?, description).await
}

#[tauri::command]
async fn use_this_computer(client: State<'_, Handle>, computer: State<'_, Computer>) -> Answer<ServerView> {
    computer.open(&client).await
}

#[tauri::command]
async fn sign_in(client: State<'_, Handle>, email: String, password: SecretString) -> Answer<()> {
    client.sign_in(email, password).await
}

#[tauri::command]
async fn sign_in_with(app: AppHandle, client: State<'_, Handle>, provider: String) -> Answer<()> {
    client.sign_in_with(provider).await?;
    // The person is in the browser.
    window::show(&app);
    Ok(())
}

#[tauri::command]
async fn cancel_sign_in(client: State<'_, Handle>) -> Answer<()> {
    client.cancel_sign_in().await
}

#[tauri::command]
async fn unlock_keychain(client: State<'_, Handle>) -> Answer<()> {
    client.unlock_keychain().await
}

#[tauri::command]
async fn sign_out(client: State<'_, Handle>) -> Answer<()> {
    client.sign_out().await
}

#[tauri::command]
async fn edit(client: State<'_, Handle>, job_id: JobId, changes: Changes) -> Answer<()> {
    client.edit(job_id, changes.0).await
}

#[tauri::command]
async fn type_draft(client: State<'_, Handle>, draft: Draft) -> Answer<()> {
    client.type_draft(draft).await
}

#[tauri::command]
async fn discard_draft(client: State<'_, Handle>, job_id: JobId, field: Field) -> Answer<()> {
    client.discard_draft(job_id, field).await
}

#[tauri::command]
async fn save_text(app: AppHandle, name: String, text: String) -> Answer<Option<String>> {
    save::text(&app, &name, text)
}

#[tauri::command]
async fn save_picture(app: AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> Answer<Option<String>> {
    pictures::save(&app, job_id, thumbnail_id).await
}

#[tauri::command]
async fn picture_file(app: AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> Answer<String> {
    pictures::file(&app, job_id, thumbnail_id).await
}

#[tauri::command]
async fn drag_picture(app: AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> Answer<()> {
    pictures::drag(&app, job_id, thumbnail_id).await
}

#[tauri::command]
async fn choose_videos(app: AppHandle) -> Answer<()> {
    let chosen = app.dialog().file().blocking_pick_files().unwrap_or_default();
    app::upload(&app, chosen.into_iter().filter_map(|file| file.into_path().ok()).collect());
    Ok(())
}

#[tauri::command]
async fn uploads(client: State<'_, Handle>) -> Answer<Vec<UploadView>> {
    client.uploads().await
}

#[tauri::command]
async fn cancel_upload(client: State<'_, Handle>, upload_id: u32) -> Answer<()> {
    client.cancel_upload(upload_id).await
}

#[tauri::command]
async fn retry_upload(client: State<'_, Handle>, upload_id: u32) -> Answer<()> {
    client.retry_upload(upload_id).await
}

#[tauri::command]
async fn search(client: State<'_, Handle>, text: String) -> Answer<Vec<JobId>> {
    client.search(text).await
}

#[tauri::command]
async fn synced(client: State<'_, Handle>) -> Answer<()> {
    client.synced().await
}

#[tauri::command]
async fn settle(client: State<'_, Handle>, job_ids: Vec<JobId>, trouble: Trouble) -> Answer<()> {
    client.settle(job_ids, trouble).await
}

#[tauri::command]
async fn appearance(settings: State<'_, Settings>) -> Answer<AppearanceView> {
    settings.appearance()
}

#[tauri::command]
async fn set_appearance(app: AppHandle, settings: State<'_, Settings>, appearance: AppearanceView) -> Answer<()> {
    settings.set_appearance(appearance)?;
    window::set_theme(&app, appearance.theme);
    Ok(())
}

#[tauri::command]
async fn diagnostics(client: State<'_, Handle>) -> Answer<DiagnosticsView> {
    client.diagnostics().await
}

#[tauri::command]
async fn save_report(app: AppHandle, client: State<'_, Handle>) -> Answer<Option<String>> {
    save::text(&app, "tallylight-report.txt", client.report().await?)
}

/// The window's page begins to listen.
#[tauri::command]
async fn listening(pace: State<'_, Pace>) -> Answer<()> {
    pace.restart();
    Ok(())
}

/// The window has heard every batch up to a number.
#[tauri::command]
async fn heard(pace: State<'_, Pace>, number: u64) -> Answer<()> {
    pace.heard(number);
    Ok(())
}
