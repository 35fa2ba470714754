//! The commands that the window may call. Each passes its arguments to the client or to one module of the app; the
//! rules are there.

use secrecy::SecretString;
use tallylight_client::{Handle, Identity, MarkRead, Pause, ThumbnailCache};
use tallylight_core::{
    Error, JobId, ThumbnailId,
    diagnostics::DiagnosticsView,
    discovery::{Description, parse_address},
    edits::{Changes, Draft},
    library::DismissAction,
    model::job::Field,
    protocol::snapshot::Caption,
    search::SearchHit,
    text_suggestions::TextSuggestions,
    view::{
        ComputerView, HistoryEntry, InitialState, JobView, ReleaseView, RowView, SentView, ServerView, SettingsView,
        StatusView, SuggestionRequestView, UpdateView, UploadView,
    },
};
use tauri::{AppHandle, State, Wry, ipc::Invoke};
use tauri_plugin_dialog::DialogExt;

use crate::{
    app,
    embedded_studio::EmbeddedStudio,
    ipc::{shell::EventWindow, suggestions},
    lifecycle::{
        releases,
        shutdown::{self, Choice},
        updates,
    },
    settings::preferences,
    window::{self, navigation, save_dialog, thumbnails},
};

type CommandResult<T> = Result<T, Error>;

/// Returns the handler of all commands.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        initial_state,
        status,
        rows,
        job,
        captions,
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
        set_dismissed,
        settings,
        change_settings,
        reset_settings,
        set_webhook_secret,
        choose_certificate,
        computer,
        download_model,
        stop_model_download,
        delete_model,
        choose_model_file,
        delete_finished_copies,
        set_language_model_key,
        prepare_suggestions,
        suggest_texts,
        clear_cache,
        open_folder,
        history,
        mark_read,
        pause,
        close,
        quit,
        showing,
        update,
        check_for_update,
        fetch_update,
        restart,
        releases,
        diagnostics,
        save_report,
        listening,
        ack
    ]
}

/// Returns everything that the first frame of the page shows.
#[tauri::command]
async fn initial_state(
    app: AppHandle,
    client: State<'_, Handle>,
    event_window: State<'_, EventWindow>,
) -> CommandResult<InitialState> {
    // Read first: batches that are sent from now on may be missing from the state below. The page compares this count
    // with the one that `listening` returns, and refetches what it missed.
    let sent = event_window.sent();
    let settings = preferences::view(&app);
    Ok(InitialState { sent, settings, status: client.status().await?, rows: client.rows().await? })
}

#[tauri::command]
async fn status(client: State<'_, Handle>) -> CommandResult<StatusView> {
    client.status().await
}

#[tauri::command]
async fn rows(client: State<'_, Handle>) -> CommandResult<Vec<RowView>> {
    client.rows().await
}

#[tauri::command]
async fn job(client: State<'_, Handle>, job_id: JobId) -> CommandResult<JobView> {
    client.job(job_id).await
}

#[tauri::command]
async fn captions(client: State<'_, Handle>, job_id: JobId) -> CommandResult<Vec<Caption>> {
    client.captions(job_id).await
}

#[tauri::command]
async fn open_job(client: State<'_, Handle>, job_id: JobId) -> CommandResult<()> {
    client.open(job_id).await
}

#[tauri::command]
async fn refresh(client: State<'_, Handle>) -> CommandResult<()> {
    client.refresh().await
}

#[tauri::command]
async fn reconnect(client: State<'_, Handle>) -> CommandResult<()> {
    client.reconnect().await
}

#[tauri::command]
async fn connect(client: State<'_, Handle>, address: String) -> CommandResult<ServerView> {
    client.connect(parse_address(&address)?, Identity::Address).await
}

#[tauri::command]
async fn connect_as(client: State<'_, Handle>, address: String, description: Description) -> CommandResult<ServerView> {
    client.connect_as(parse_address(&address)?, description).await
}

#[tauri::command]
async fn use_this_computer(
    client: State<'_, Handle>,
    computer: State<'_, EmbeddedStudio>,
) -> CommandResult<ServerView> {
    computer.open(&client).await
}

#[tauri::command]
async fn sign_in(client: State<'_, Handle>, email: String, password: SecretString) -> CommandResult<()> {
    client.sign_in(email, password).await
}

#[tauri::command]
async fn sign_in_with(app: AppHandle, client: State<'_, Handle>, provider: String) -> CommandResult<()> {
    client.sign_in_with(provider).await?;
    // The browser has the focus after signing in.
    window::show(&app);
    Ok(())
}

#[tauri::command]
async fn cancel_sign_in(client: State<'_, Handle>) -> CommandResult<()> {
    client.cancel_sign_in().await
}

#[tauri::command]
async fn unlock_keychain(client: State<'_, Handle>) -> CommandResult<()> {
    client.unlock_keychain().await
}

#[tauri::command]
async fn sign_out(client: State<'_, Handle>) -> CommandResult<()> {
    client.sign_out().await
}

#[tauri::command]
async fn edit(client: State<'_, Handle>, job_id: JobId, changes: Changes) -> CommandResult<()> {
    client.edit(job_id, changes.0).await
}

#[tauri::command]
async fn type_draft(client: State<'_, Handle>, draft: Draft) -> CommandResult<()> {
    client.type_draft(draft).await
}

#[tauri::command]
async fn discard_draft(client: State<'_, Handle>, job_id: JobId, field: Field) -> CommandResult<()> {
    client.discard_draft(job_id, field).await
}

#[tauri::command]
async fn save_text(app: AppHandle, name: String, text: String) -> CommandResult<Option<String>> {
    save_dialog::text(&app, &name, text).await
}

#[tauri::command]
async fn save_picture(app: AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> CommandResult<Option<String>> {
    thumbnails::save(&app, job_id, thumbnail_id).await
}

#[tauri::command]
async fn picture_file(app: AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> CommandResult<String> {
    thumbnails::file(&app, job_id, thumbnail_id).await
}

#[tauri::command]
async fn drag_picture(app: AppHandle, job_id: JobId, thumbnail_id: ThumbnailId) -> CommandResult<()> {
    thumbnails::drag(&app, job_id, thumbnail_id).await
}

#[tauri::command]
async fn choose_videos(app: AppHandle) -> CommandResult<()> {
    app::choose_videos(&app);
    Ok(())
}

#[tauri::command]
async fn uploads(client: State<'_, Handle>) -> CommandResult<Vec<UploadView>> {
    client.uploads().await
}

#[tauri::command]
async fn cancel_upload(client: State<'_, Handle>, upload_id: u32) -> CommandResult<()> {
    client.cancel_upload(upload_id).await
}

#[tauri::command]
async fn retry_upload(client: State<'_, Handle>, upload_id: u32) -> CommandResult<()> {
    client.retry_upload(upload_id).await
}

#[tauri::command]
async fn search(client: State<'_, Handle>, text: String) -> CommandResult<Vec<SearchHit>> {
    client.search(text).await
}

#[tauri::command]
async fn synced(client: State<'_, Handle>) -> CommandResult<()> {
    client.synced().await
}

#[tauri::command]
async fn set_dismissed(client: State<'_, Handle>, job_ids: Vec<JobId>, trouble: DismissAction) -> CommandResult<()> {
    client.set_dismissed(job_ids, trouble).await
}

#[tauri::command]
async fn settings(app: AppHandle) -> CommandResult<SettingsView> {
    Ok(preferences::view(&app))
}

#[tauri::command]
async fn change_settings(app: AppHandle, settings: serde_json::Value) -> CommandResult<()> {
    preferences::change(&app, &preferences::read(settings)?)
}

#[tauri::command]
async fn reset_settings(app: AppHandle) -> CommandResult<()> {
    preferences::reset(&app)
}

#[tauri::command]
async fn set_webhook_secret(client: State<'_, Handle>, secret: SecretString) -> CommandResult<()> {
    client.set_webhook_secret(secret).await
}

#[tauri::command]
async fn choose_certificate(app: AppHandle) -> CommandResult<Option<String>> {
    choose_file(&app).await
}

/// Shows a file dialog and returns the path that the user chooses; `None` if the user cancels.
async fn choose_file(app: &AppHandle) -> CommandResult<Option<String>> {
    let chosen = save_dialog::asked(|answer| app.dialog().file().pick_file(answer)).await;
    Ok(chosen.map(|path| path.display().to_string()))
}

#[tauri::command]
async fn computer(computer: State<'_, EmbeddedStudio>) -> CommandResult<ComputerView> {
    Ok(computer.view().await)
}

#[tauri::command]
async fn download_model(computer: State<'_, EmbeddedStudio>, id: String) -> CommandResult<()> {
    computer.download_model(&id)
}

#[tauri::command]
async fn stop_model_download(computer: State<'_, EmbeddedStudio>, id: String) -> CommandResult<()> {
    computer.stop_download(&id);
    Ok(())
}

#[tauri::command]
async fn delete_model(computer: State<'_, EmbeddedStudio>, id: String) -> CommandResult<()> {
    computer.delete_model(&id)
}

#[tauri::command]
async fn choose_model_file(app: AppHandle) -> CommandResult<Option<String>> {
    choose_file(&app).await
}

#[tauri::command]
async fn delete_finished_copies(computer: State<'_, EmbeddedStudio>) -> CommandResult<()> {
    computer.delete_finished_copies().await;
    Ok(())
}

#[tauri::command]
async fn set_language_model_key(app: AppHandle, key: SecretString) -> CommandResult<()> {
    suggestions::set_key(&app, key).await
}

#[tauri::command]
async fn prepare_suggestions(app: AppHandle, job_id: JobId) -> CommandResult<SuggestionRequestView> {
    suggestions::prepare(&app, job_id).await
}

#[tauri::command]
async fn suggest_texts(app: AppHandle, job_id: JobId, body: String) -> CommandResult<TextSuggestions> {
    suggestions::send(&app, job_id, body).await
}

#[tauri::command]
async fn clear_cache(client: State<'_, Handle>, thumbnails: State<'_, ThumbnailCache>) -> CommandResult<()> {
    thumbnails.clear();
    client.clear_cache().await
}

#[tauri::command]
async fn open_folder(app: AppHandle) -> CommandResult<()> {
    save_dialog::open_folder(&app)
}

#[tauri::command]
async fn history(client: State<'_, Handle>) -> CommandResult<Vec<HistoryEntry>> {
    client.history().await
}

#[tauri::command]
async fn mark_read(client: State<'_, Handle>, read: MarkRead) -> CommandResult<()> {
    client.mark_read(read).await
}

#[tauri::command]
async fn pause(client: State<'_, Handle>, pause: Pause) -> CommandResult<()> {
    client.pause(pause).await
}

#[tauri::command]
async fn close(app: AppHandle, choice: Choice, remember: bool) -> CommandResult<()> {
    shutdown::chosen(&app, choice, remember)
}

#[tauri::command]
async fn quit(app: AppHandle) -> CommandResult<()> {
    shutdown::now(&app);
    Ok(())
}

/// Records that the page is ready to show something on request, and sends the requests that were held.
#[tauri::command]
async fn showing(app: AppHandle) -> CommandResult<()> {
    navigation::page_ready(&app);
    Ok(())
}

#[tauri::command]
async fn update(app: AppHandle) -> CommandResult<UpdateView> {
    Ok(updates::view(&app))
}

#[tauri::command]
async fn check_for_update(app: AppHandle) -> CommandResult<()> {
    updates::check(&app).await;
    Ok(())
}

#[tauri::command]
async fn fetch_update(app: AppHandle) -> CommandResult<()> {
    updates::fetch(&app).await;
    Ok(())
}

#[tauri::command]
async fn restart(app: AppHandle) -> CommandResult<()> {
    updates::restart(&app).await
}

#[tauri::command]
async fn releases() -> CommandResult<Vec<ReleaseView>> {
    Ok(releases::releases())
}

#[tauri::command]
async fn diagnostics(client: State<'_, Handle>) -> CommandResult<DiagnosticsView> {
    client.diagnostics().await
}

#[tauri::command]
async fn save_report(app: AppHandle, client: State<'_, Handle>) -> CommandResult<Option<String>> {
    save_dialog::text(&app, "tallylight-report.txt", client.report().await?).await
}

/// Records that the page receives events from now on, and returns how much was sent before.
#[tauri::command]
async fn listening(event_window: State<'_, EventWindow>) -> CommandResult<SentView> {
    Ok(event_window.restart())
}

/// Acknowledges every batch up to and including `number`.
#[tauri::command]
async fn ack(event_window: State<'_, EventWindow>, number: u64) -> CommandResult<()> {
    event_window.ack(number);
    Ok(())
}
