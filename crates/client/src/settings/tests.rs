use std::fs;

use super::*;
use tallylight_core::{
    Code,
    settings::{Appearance, Language, Theme},
};
use toml_edit::de;

/// A certificate of nobody, valid for a hundred years.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
    MIIBhjCCASugAwIBAgIUSopxnFwi3bt+oIgY2DhsYlCSZj8wCgYIKoZIzj0EAwIw\n\
    FzEVMBMGA1UEAwwMQWNtZSB0ZXN0IENBMCAXDTI2MTEyOTE2MzgxN1oYDzIxMjYx\n\
    MTA1MTYzODE3WjAXMRUwEwYDVQQDDAxBY21lIHRlc3QgQ0EwWTATBgcqhkjOPQIB\n\
    BggqhkjOPQMBBwNCAAQQ1lDWrKkTBGGyz4WCI5nOZFS88oM2UDtqrJD4X/57fxCt\n\
    /HG/jr6lVB41cp/SfF6x25pxykNmz61N9MJBXyrLo1MwUTAdBgNVHQ4EFgQUaU5y\n\
    80qhR/ACCbgaCcyktzZ1920wHwYDVR0jBBgwFoAUaU5y80qhR/ACCbgaCcyktzZ1\n\
    920wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA91VUj+qja0f7\n\
    vDLER1JTzdL4cW2B16tRZaPN8t+ZNdoCIQCiNTmfqRZTHUgAJ2W2g1BvO7cFDrxK\n\
    6cV+lt5QRg12+Q==\n\
    -----END CERTIFICATE-----\n";

/// The name of the settings file.
const FILE: &str = "settings.toml";
/// The name of the copy of the last valid settings.
const LAST_VALID: &str = "settings.last.json";
/// The name of the previous file after a reset.
const OLD: &str = "settings.old.toml";

fn opened(text: &str) -> (tempfile::TempDir, SettingsService) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), text).expect("a file");
    let settings = SettingsService::open(folder.path());
    (folder, settings)
}

fn text(settings: &SettingsService) -> String {
    fs::read_to_string(settings.path()).expect("a file")
}

/// Reloads the file, and returns whether a change was published.
fn reload(settings: &SettingsService) -> bool {
    let published = settings.subscribe();
    settings.reload();
    published.has_changed().expect("its owner")
}

fn dark(settings: Settings) -> Settings {
    let appearance = Appearance { theme: Theme::Dark, language: Language::De };
    Settings { appearance, ..settings }
}

#[test]
fn change_writes_what_was_chosen_and_keeps_the_rest_of_the_file() {
    let (_folder, settings) = opened("# mine\n[other]\nx = 1\n\n[appearance]\ntheme = \"light\" # as at home\n");
    let chosen = dark(settings.current().settings);
    settings.change(&chosen).expect("kept");
    assert_eq!(settings.current().settings, chosen);
    let text = text(&settings);
    assert!(text.starts_with("# mine\n[other]\nx = 1\n"), "{text}");
    assert!(text.contains("theme = \"dark\" # as at home"), "{text}");
    assert!(!text.contains("retention_days"), "only what was chosen is written: {text}");
}

#[test]
fn every_setting_round_trips_and_can_be_reset_to_its_default() {
    let (folder, settings) = opened("");
    let certificate = folder.path().join("ca.pem");
    fs::write(&certificate, CERTIFICATE).expect("a file");
    let text_of_all = r#"
        [general]
        start_at_login = true
        close = "quit"
        [notifications]
        completed = false
        quiet_hours = { from = "22:00", to = "07:00" }
        [data]
        retention_days = 7
        [network]
        proxy = "http://proxy:3128"
        [advanced]
        log_level = "debug"
        [[automation]]
        when = ["completed"]
        run = ["say", "ready"]
        [[automation]]
        enabled = false
        when = ["failed"]
        webhook = "https://acme.tv/hook"
        "#;
    let mut all: Settings = de::from_str(text_of_all).expect("settings");
    all.network.certificate = Some(certificate);
    settings.change(&all).expect("kept");
    assert!(settings.current().settings == all && !reload(&settings), "{}", text(&settings));
    settings.change(&Settings::default()).expect("kept");
    settings.reload();
    assert_eq!(settings.current(), CurrentSettings::default(), "{}", text(&settings));
}

#[test]
fn inline_tables_are_read_and_written() {
    let (_folder, settings) = opened("appearance = { theme = \"dark\" }\n");
    let read = settings.current().settings;
    assert_eq!(read.appearance.theme, Theme::Dark);
    settings.change(&dark(read)).expect("kept");
    settings.reload();
    assert_eq!(settings.current().settings.appearance.language, Language::De);
}

#[test]
fn a_mistake_is_reported_with_its_line_and_changes_nothing() {
    let (_folder, settings) = opened("[appearance]\ntheme = \"dark\"\n");
    for (wrong, line) in [
        ("[appearance]\ntheme = dark\n", "line 2"),
        ("[appearance]\n\ntheme = \"pink\"\n", "line 3"),
        ("appearance = 1\n", "line 1"),
        ("[data]\nretention_days = 0\n", "line 2"),
        ("[notifications]\nquiet_hours = { from = \"25:00\", to = \"07:00\" }\n", "line 2"),
        ("[[automation]]\nwhen = [\"failed\"]\n", "line 1"),
    ] {
        fs::write(settings.path(), wrong).expect("a file");
        assert!(reload(&settings) || wrong.contains("data"), "the change is detected: {wrong}");
        let current = settings.current();
        let message = current.trouble.expect("a mistake").message;
        assert!(message.contains("settings.toml") && message.contains(line), "{wrong}: {message}");
        assert_eq!(current.settings.appearance.theme, Theme::Dark);
        settings.change(&Settings::default()).expect_err("a mistake");
        assert_eq!(text(&settings), wrong);
    }
    settings.reset().expect("put aside");
    assert_eq!(settings.current(), CurrentSettings::default());
    assert!(settings.path().with_file_name(OLD).exists() && !settings.path().exists());
}

#[test]
fn a_mistake_at_the_start_keeps_the_last_valid_settings() {
    let (folder, settings) = opened("[data]\nretention_days = 365\n[general]\nstart_at_login = true\n");
    let chosen = settings.current().settings;
    fs::write(settings.path(), "[data\nretention_days = 365\n").expect("a file");
    let current = SettingsService::open(folder.path()).current();
    assert_eq!((current.settings, current.origin), (chosen.clone(), Origin::Chosen));
    assert!(current.trouble.is_some_and(|trouble| trouble.message.contains("line 1")));
    fs::remove_file(settings.path().with_file_name(LAST_VALID)).expect("gone");
    let current = SettingsService::open(folder.path()).current();
    assert_eq!(current.origin, Origin::Unknown);
    assert!(current.settings.data.retention_days >= chosen.data.retention_days, "no data may be deleted");
}

#[test]
fn the_stored_copy_follows_changes_edits_and_resets() {
    let (folder, settings) = opened("");
    let broken = || {
        fs::write(settings.path(), "[").expect("a file");
        SettingsService::open(folder.path()).current().settings
    };
    settings.change(&dark(Settings::default())).expect("kept");
    assert_eq!(broken(), dark(Settings::default()));
    fs::write(settings.path(), "[appearance]\nlanguage = \"es\"\n").expect("a file");
    assert!(reload(&settings));
    assert_eq!(broken().appearance, Appearance { language: Language::Es, ..Appearance::default() });
    settings.reset().expect("put aside");
    assert_eq!(broken(), Settings::default());
}

#[test]
fn an_edit_just_before_a_change_is_not_overwritten() {
    let (_folder, settings) = opened("[appearance]\ntheme = \"light\"\n");
    let chosen = dark(settings.current().settings);
    let edited = "[appearance]\ntheme = \"light\"\n[data]\nretention_days = 7 # fewer\n";
    fs::write(settings.path(), edited).expect("a file");
    settings.change(&chosen).expect("kept");
    let current = settings.current().settings;
    assert_eq!((current.data.retention_days, current.appearance), (7, chosen.appearance));
    assert!(text(&settings).contains("retention_days = 7 # fewer"), "{}", text(&settings));
}

#[test]
fn comments_of_automations_are_kept() {
    let written = "# first\n[[automation]]\nwhen = [\"failed\"] # only then\nrun = [\"a\"]\n\n\
        # second\n[[automation]]\nrun = [\"b\"] # why\nwhen = [\"completed\"]\n";
    let (_folder, settings) = opened(written);
    let mut chosen = settings.current().settings;
    chosen.automation[1].enabled = false;
    settings.change(&chosen).expect("kept");
    let after = text(&settings);
    assert!(["# first", "# only then", "# second", "# why"].iter().all(|comment| after.contains(comment)), "{after}");
    chosen.automation.remove(0);
    settings.change(&chosen).expect("kept");
    let after = text(&settings);
    assert!(after.contains("# second") && after.contains("# why") && !after.contains("# only then"), "{after}");
}

#[test]
#[cfg(unix)]
fn a_file_that_is_a_symlink_stays_one() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let real = elsewhere.path().join("dotfile.toml");
    fs::write(&real, "# mine\n").expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(&real, folder.path().join(FILE)).expect("a link");
    let settings = SettingsService::open(folder.path());
    settings.change(&dark(Settings::default())).expect("kept");
    assert!(settings.path().is_symlink());
    assert!(fs::read_to_string(real).expect("a file").contains("# mine"), "{}", text(&settings));
}

#[test]
fn settings_are_published_once_they_are_on_disk() {
    let (folder, settings) = opened("");
    let mut published = settings.subscribe();
    settings.change(&dark(Settings::default())).expect("kept");
    assert_eq!(published.borrow_and_update().settings, dark(Settings::default()));
    settings.change(&dark(Settings::default())).expect("kept");
    assert!(published.has_changed().expect("its owner"), "what the settings name may have changed");
    published.mark_unchanged();
    // The folder is gone, so nothing can be saved.
    folder.close().expect("deleted");
    settings.change(&Settings::default()).expect_err("no folder");
    assert!(!published.has_changed().expect("its owner"));
    assert_eq!(settings.current().settings, dark(Settings::default()));
}

#[test]
fn a_certificate_that_cannot_be_read_is_not_saved() {
    let (_folder, settings) = opened("");
    let mut chosen = dark(Settings::default());
    chosen.network.certificate = Some("/nowhere/ca.pem".into());
    let error = settings.change(&chosen).expect_err("no certificate");
    assert!(error.message.contains("/nowhere/ca.pem"), "{}", error.message);
    assert_eq!((settings.current(), text(&settings).as_str()), (CurrentSettings::default(), ""));
}

#[test]
fn settings_can_be_read_without_writing_to_their_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), "[appearance]\ntheme = \"dark\"\n").expect("a file");
    assert_eq!(read_settings(folder.path()).settings.appearance.theme, Theme::Dark);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[tokio::test]
async fn an_edit_of_the_file_is_published() {
    let (_folder, settings) = opened("");
    let mut published = settings.subscribe();
    let following = tokio::spawn(settings.clone().follow_file());
    // The file is written until the watcher has begun, which nothing reports.
    let theme = async {
        loop {
            fs::write(settings.path(), "[appearance]\ntheme = \"dark\"\n").expect("a file");
            let _ = tokio::time::timeout(2 * watcher::SETTLE_TIME, published.changed()).await;
            if published.borrow_and_update().settings.appearance.theme == Theme::Dark {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), theme).await.expect("in time");
    following.abort();
}

#[test]
fn certificate_that_is_none_is_refused_and_nothing_is_saved() {
    let (folder, settings) = opened("");
    let certificate = folder.path().join("ca.pem");
    fs::write(&certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("a file");
    let mut chosen = Settings::default();
    chosen.network.certificate = Some(certificate);
    let error = settings.change(&chosen).expect_err("refused");
    assert_eq!(error.code, Code::File);
    assert_eq!(settings.current().settings, Settings::default());
}
