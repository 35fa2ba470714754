//! Generates the TypeScript declarations of everything that crosses to the window, and checks that the committed file
//! matches the Rust types.

use std::{env, fs, path::Path};

use tallylight_core::{
    auth, diagnostics, discovery, error, forecast, library,
    model::job,
    protocol::{self, snapshot},
    search, settings, text_suggestions, view,
};
use ts_rs::{Config, TS};

const FILE: &str = "../ui/src/ipc/bindings.ts";

fn declarations() -> String {
    let config = Config::new();
    let all = [
        error::Code::decl(&config),
        error::Error::decl(&config),
        error::InputField::decl(&config),
        job::Status::decl(&config),
        job::Field::decl(&config),
        job::Chapter::decl(&config),
        job::Thumbnail::decl(&config),
        view::RowView::decl(&config),
        view::Attention::decl(&config),
        settings::Settings::decl(&config),
        settings::General::decl(&config),
        settings::Close::decl(&config),
        settings::Appearance::decl(&config),
        settings::Theme::decl(&config),
        settings::Language::decl(&config),
        settings::Notifications::decl(&config),
        settings::QuietHours::decl(&config),
        settings::Data::decl(&config),
        settings::Network::decl(&config),
        settings::Computer::decl(&config),
        settings::LanguageModel::decl(&config),
        settings::Advanced::decl(&config),
        settings::LogLevel::decl(&config),
        settings::Automation::decl(&config),
        library::Outcome::decl(&config),
        view::InitialState::decl(&config),
        view::SentView::decl(&config),
        view::SettingsView::decl(&config),
        view::ComputerView::decl(&config),
        view::SpeechEngine::decl(&config),
        view::SpeechModelView::decl(&config),
        view::OwnModelView::decl(&config),
        view::DownloadView::decl(&config),
        view::DownloadState::decl(&config),
        view::VideosView::decl(&config),
        view::SuggestionRequestView::decl(&config),
        text_suggestions::TextSuggestions::decl(&config),
        view::Tray::decl(&config),
        view::Login::decl(&config),
        view::Show::decl(&config),
        view::UpdateView::decl(&config),
        view::ReleaseView::decl(&config),
        view::ChangesView::decl(&config),
        view::HistoryEntry::decl(&config),
        view::NotificationStatus::decl(&config),
        view::ListView::decl(&config),
        library::DismissAction::decl(&config),
        forecast::Eta::decl(&config),
        view::JobView::decl(&config),
        snapshot::Caption::decl(&config),
        search::SearchHit::decl(&config),
        search::Excerpt::decl(&config),
        view::DraftView::decl(&config),
        view::DraftKind::decl(&config),
        view::NotEditableYetView::decl(&config),
        view::EditView::decl(&config),
        view::EditOutcome::decl(&config),
        view::StorageView::decl(&config),
        view::FaultView::decl(&config),
        view::StageView::decl(&config),
        view::MetadataView::decl(&config),
        view::ConnectionView::decl(&config),
        view::ConnectionState::decl(&config),
        view::ReasonView::decl(&config),
        view::NotificationView::decl(&config),
        view::NotificationKind::decl(&config),
        view::UploadView::decl(&config),
        view::UploadState::decl(&config),
        view::ServerView::decl(&config),
        discovery::Identity::decl(&config),
        discovery::Description::decl(&config),
        view::StatusView::decl(&config),
        view::RememberedView::decl(&config),
        view::Event::decl(&config),
        view::JobChange::decl(&config),
        library::Scope::decl(&config),
        view::RejectedView::decl(&config),
        view::Counts::decl(&config),
        auth::SessionView::decl(&config),
        auth::SessionState::decl(&config),
        diagnostics::DiagnosticsView::decl(&config),
        diagnostics::Counters::decl(&config),
        diagnostics::NamedCountView::decl(&config),
        diagnostics::LatencyView::decl(&config),
        diagnostics::EventView::decl(&config),
        diagnostics::SkippedView::decl(&config),
        protocol::RejectedKind::decl(&config),
    ];
    let ids = ["JobId", "VideoId", "StageId", "ThumbnailId", "TimeOfDay", "Proxy"]
        .map(|name| format!("type {name} = string;"));
    let content = ["type Content = string | string[] | Chapter[];".to_owned()];
    let lines: Vec<String> = ids.iter().chain(&content).chain(&all).map(|decl| format!("export {decl}\n")).collect();
    let lines = lines.concat();
    format!("// GENERATED from the Rust types by `cargo xtask bindings`. Do not edit.\n\n{lines}")
}

#[test]
fn generated_bindings_match_the_rust_types() {
    let file = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join(FILE);
    let expected = declarations();
    if env::var_os("TALLYLIGHT_WRITE_BINDINGS").is_some() {
        fs::write(&file, &expected).expect("bindings.ts can be written");
    }
    let actual = fs::read_to_string(&file).unwrap_or_default();
    assert!(actual == expected, "ui/src/ipc/bindings.ts is out of date: run `cargo xtask bindings`");
}
