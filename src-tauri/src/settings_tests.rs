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
fn what_is_chosen_is_kept_and_the_rest_of_the_file_stays() {
    let (_folder, settings) = opened("# mine\n[other]\nx = 1\n\n[appearance]\ntheme = \"light\" # as at home\n");
    let chosen = dark(settings.held().settings);
    settings.change(chosen.clone()).expect("kept");
    assert_eq!(settings.held().settings, chosen);
    let text = text(&settings);
    assert!(text.starts_with("# mine\n[other]\nx = 1\n"), "{text}");
    assert!(text.contains("theme = \"dark\" # as at home"), "{text}");
    assert!(!text.contains("retention_days"), "only what was chosen is written: {text}");
}

#[test]
fn every_choice_comes_back_and_can_be_taken_back() {
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
    settings.change(all.clone()).expect("kept");
    assert!(settings.held().settings == all && !settings.reread(), "{}", text(&settings));
    settings.change(Settings::default()).expect("kept");
    settings.reread();
    assert_eq!(settings.held(), Held::default(), "{}", text(&settings));
}

#[test]
fn a_table_in_one_line_is_read_and_written_too() {
    let (_folder, settings) = opened("appearance = { theme = \"dark\" }\n");
    let read = settings.held().settings;
    assert_eq!(read.appearance.theme, Theme::Dark);
    settings.change(dark(read)).expect("kept");
    settings.reread();
    assert_eq!(settings.held().settings.appearance.language, Language::De);
}

#[test]
fn a_mistake_is_told_with_its_line_what_held_holds_on_and_the_file_stays() {
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
        assert!(settings.reread() || wrong.contains("data"), "it is different: {wrong}");
        let held = settings.held();
        let message = held.trouble.expect("a mistake").message;
        assert!(message.contains("settings.toml") && message.contains(line), "{wrong}: {message}");
        assert_eq!(held.settings.appearance.theme, Theme::Dark);
        settings.change(Settings::default()).expect_err("a mistake");
        assert_eq!(text(&settings), wrong);
    }
    settings.reset().expect("put aside");
    assert_eq!(settings.held(), Held::default());
    assert!(settings.path().with_file_name(OLD).exists() && !settings.path().exists());
}
