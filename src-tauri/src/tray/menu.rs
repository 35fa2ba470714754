//! The entries of the tray menu, for every system.

use jiff::civil::Date;
use tallylight_client::{Pause, TrayView};
use tallylight_core::locale::Locale;

use super::{TrayAction, texts};

/// An entry of the menu. Its items are kept and only their texts change, because a menu that is built anew closes while
/// the user has it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A line that separates groups, with its key.
    Separator(&'static str),
    /// A text that can be clicked.
    Item(Item),
}

/// A text of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What tells it from the others, in every state of the menu.
    pub key: String,
    /// The text. No character in it has a meaning of its own.
    pub label: String,
    /// What a click requests; nothing if it cannot be clicked now.
    pub action: Option<TrayAction>,
}

impl Entry {
    /// Returns what tells it from the others.
    #[cfg(any(test, not(target_os = "linux")))]
    pub fn key(&self) -> &str {
        match self {
            Self::Separator(key) => key,
            Self::Item(item) => &item.key,
        }
    }
}

/// Returns the entries for a state. `status_line` is the first one.
pub fn entries(view: &TrayView, status_line: &str, today: Date) -> Vec<Entry> {
    let mut entries = vec![item("status", status_line, None), Entry::Separator("above-videos")];
    entries.extend(view.jobs.iter().enumerate().map(|(place, job)| {
        let action = TrayAction::OpenJob(job.job_id.clone());
        item(&format!("job-{place}"), &texts::job(job, view.locale), Some(action))
    }));
    if !view.jobs.is_empty() {
        entries.push(Entry::Separator("below-videos"));
    }
    entries.extend(actions(view, today));
    entries
}

fn actions(view: &TrayView, today: Date) -> [Entry; 10] {
    let locale = view.locale;
    let paused = view.notifications.paused_until;
    let named = |key, texts: (&'static str, &'static str, &'static str), action| {
        item(key, locale.one_of(texts.0, texts.1, texts.2), action)
    };
    [
        named("open", ("Open Tallylight", "Tallylight öffnen", "Abrir Tallylight"), Some(TrayAction::Open)),
        named("upload", ("Upload…", "Hochladen…", "Subir…"), view.can_upload.then_some(TrayAction::Upload)),
        named("history", ("Notifications", "Mitteilungen", "Notificaciones"), Some(TrayAction::ShowHistory)),
        Entry::Separator("above-pause"),
        pause("hour", HOUR, Pause::Hour, locale),
        pause("tomorrow", TOMORROW, Pause::Tomorrow, locale),
        item("resume", &texts::resume(paused, locale, today), paused.map(|_| TrayAction::Pause(Pause::Off))),
        Entry::Separator("above-settings"),
        named("settings", ("Settings", "Einstellungen", "Ajustes"), Some(TrayAction::ShowSettings)),
        named("quit", ("Quit", "Beenden", "Salir"), Some(TrayAction::Quit)),
    ]
}

const HOUR: (&str, &str, &str) =
    ("Pause notifications for 1 hour", "Mitteilungen für 1 Stunde pausieren", "Pausar notificaciones 1 hora");
const TOMORROW: (&str, &str, &str) = ("Pause until tomorrow", "Bis morgen pausieren", "Pausar hasta mañana");

fn pause(key: &str, texts: (&'static str, &'static str, &'static str), pause: Pause, locale: Locale) -> Entry {
    item(key, locale.one_of(texts.0, texts.1, texts.2), Some(TrayAction::Pause(pause)))
}

fn item(key: &str, label: &str, action: Option<TrayAction>) -> Entry {
    Entry::Item(Item { key: key.to_owned(), label: label.to_owned(), action })
}

#[cfg(test)]
mod tests {
    use tallylight_client::TrayJob;
    use tallylight_core::{JobId, connection::ConnectionState, model::job::Status};

    use super::*;
    use crate::tray::texts::tests::view;

    #[test]
    fn videos_have_separators_around_them_and_keys_are_unique() {
        let empty = view(ConnectionState::Live);
        let named = |name: &str| TrayJob {
            job_id: JobId::new(name),
            name: name.to_owned(),
            status: Status::Completed,
            percent: None,
            attention: false,
        };
        let full = TrayView { jobs: vec![named("a_b"), named("Q&A")], can_upload: true, ..empty.clone() };
        let of = |view: &TrayView| entries(view, "Tallylight", Date::default());
        assert_eq!(of(&full).len(), of(&empty).len() + 3);
        let labels: Vec<_> = of(&full)
            .into_iter()
            .filter_map(|entry| if let Entry::Item(item) = entry { Some(item.label) } else { None })
            .collect();
        assert_eq!(labels[1..3], ["a_b – Ready", "Q&A – Ready"]);
        let all = of(&full);
        let mut keys: Vec<_> = all.iter().map(Entry::key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), of(&full).len());
    }

    #[test]
    fn what_is_impossible_now_cannot_be_clicked() {
        let view = view(ConnectionState::SignedOut);
        let disabled: Vec<_> = entries(&view, "Tallylight: signed out", Date::default())
            .into_iter()
            .filter_map(|entry| match entry {
                Entry::Item(Item { key, action: None, .. }) => Some(key),
                Entry::Separator(_) | Entry::Item(_) => None,
            })
            .collect();
        assert_eq!(disabled, ["status", "upload", "resume"]);
    }
}
