use super::*;
use tallylight_core::settings::{Appearance, Language, Theme};

fn opened(text: &str) -> (tempfile::TempDir, SettingsFile) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(FILE), text).expect("a file");
    let settings = SettingsFile::open(folder.path());
    (folder, settings)
}

fn text(settings: &SettingsFile) -> String {
    fs::read_to_string(settings.path()).expect("a file")
}

fn dark(settings: Settings) -> Settings {
    let appearance = Appearance { theme: Theme::Dark, language: Language::De };
    Settings { appearance, ..settings }
}

#[test]
fn change_writes_what_was_chosen_and_keeps_the_rest_of_the_file() {
    let (_folder, settings) = opened("# mine\n[other]\nx = 1\n\n[appearance]\ntheme = \"light\" # as at home\n");
    let chosen = dark(settings.held().settings);
    settings.change(&chosen).expect("kept");
    assert_eq!(settings.held().settings, chosen);
    let text = text(&settings);
    assert!(text.starts_with("# mine\n[other]\nx = 1\n"), "{text}");
    assert!(text.contains("theme = \"dark\" # as at home"), "{text}");
    assert!(!text.contains("retention_days"), "only what was chosen is written: {text}");
}

#[test]
fn every_setting_round_trips_and_can_be_reset_to_its_default() {
    let (_folder, settings) = opened("");
    let all: Settings = de::from_str(
        r#"
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
        certificate = "/etc/ca.pem"
        [advanced]
        log_level = "debug"
        [[automation]]
        when = ["completed"]
        run = ["say", "ready"]
        [[automation]]
        enabled = false
        when = ["failed"]
        webhook = "https://acme.tv/hook"
        "#,
    )
    .expect("settings");
    settings.change(&all).expect("kept");
    assert!(settings.held().settings == all && !settings.reload(), "{}", text(&settings));
    settings.change(&Settings::default()).expect("kept");
    settings.reload();
    assert_eq!(settings.held(), Held::default(), "{}", text(&settings));
}

#[test]
fn inline_tables_are_read_and_written() {
    let (_folder, settings) = opened("appearance = { theme = \"dark\" }\n");
    let read = settings.held().settings;
    assert_eq!(read.appearance.theme, Theme::Dark);
    settings.change(&dark(read)).expect("kept");
    settings.reload();
    assert_eq!(settings.held().settings.appearance.language, Language::De);
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
        assert!(settings.reload() || wrong.contains("data"), "the change is detected: {wrong}");
        let held = settings.held();
        let message = held.trouble.expect("a mistake").message;
        assert!(message.contains("settings.toml") && message.contains(line), "{wrong}: {message}");
        assert_eq!(held.settings.appearance.theme, Theme::Dark);
        settings.change(&Settings::default()).expect_err("a mistake");
        assert_eq!(text(&settings), wrong);
    }
    settings.reset().expect("put aside");
    assert_eq!(settings.held(), Held::default());
    assert!(settings.path().with_file_name(OLD).exists() && !settings.path().exists());
}

#[test]
fn a_mistake_at_the_start_keeps_the_last_valid_settings() {
    let (folder, settings) = opened("[data]\nretention_days = 365\n[general]\nstart_at_login = true\n");
    let chosen = settings.held().settings;
    fs::write(settings.path(), "[data\nretention_days = 365\n").expect("a file");
    let held = SettingsFile::open(folder.path()).held();
    assert_eq!((held.settings, held.origin), (chosen.clone(), Origin::Chosen));
    assert!(held.trouble.is_some_and(|trouble| trouble.message.contains("line 1")));
    fs::remove_file(settings.path().with_file_name(LAST)).expect("gone");
    let held = SettingsFile::open(folder.path()).held();
    assert_eq!(held.origin, Origin::Unknown);
    assert!(held.settings.data.retention_days >= chosen.data.retention_days, "no data may be deleted");
}

#[test]
fn the_stored_copy_follows_changes_edits_and_resets() {
    let (folder, settings) = opened("");
    let broken = || {
        fs::write(settings.path(), "[").expect("a file");
        SettingsFile::open(folder.path()).held().settings
    };
    settings.change(&dark(Settings::default())).expect("kept");
    assert_eq!(broken(), dark(Settings::default()));
    fs::write(settings.path(), "[appearance]\nlanguage = \"es\"\n").expect("a file");
    assert!(settings.reload());
    assert_eq!(broken().appearance, Appearance { language: Language::Es, ..Appearance::default() });
    settings.reset().expect("put aside");
    assert_eq!(broken(), Settings::default());
}

#[test]
fn an_edit_just_before_a_change_is_not_overwritten() {
    let (_folder, settings) = opened("[appearance]\ntheme = \"light\"\n");
    let chosen = dark(settings.held().settings);
    let edited = "[appearance]\ntheme = \"light\"\n[data]\nretention_days = 7 # fewer\n";
    fs::write(settings.path(), edited).expect("a file");
    settings.change(&chosen).expect("kept");
    let held = settings.held().settings;
    assert_eq!((held.data.retention_days, held.appearance), (7, chosen.appearance));
    assert!(text(&settings).contains("retention_days = 7 # fewer"), "{}", text(&settings));
}

#[test]
fn comments_of_automations_are_kept() {
    let written = "# first\n[[automation]]\nwhen = [\"failed\"] # only then\nrun = [\"a\"]\n\n\
        # second\n[[automation]]\nrun = [\"b\"] # why\nwhen = [\"completed\"]\n";
    let (_folder, settings) = opened(written);
    let mut chosen = settings.held().settings;
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
    let settings = SettingsFile::open(folder.path());
    settings.change(&dark(Settings::default())).expect("kept");
    assert!(settings.path().is_symlink());
    assert!(fs::read_to_string(real).expect("a file").contains("# mine"), "{}", text(&settings));
}
