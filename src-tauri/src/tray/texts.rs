//! The texts of the tray.

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use tallylight_client::{TrayJob, TrayView};
use tallylight_core::{
    connection::ConnectionState,
    locale::Locale,
    model::{job::Status, text::isolate},
};

/// The maximum length of a title in the menu, in characters.
const MAX_TITLE_LENGTH: usize = 40;

/// Returns the line about the connection, the outcomes that the user has not seen, and the number of jobs by status.
pub fn status_line(view: &TrayView) -> String {
    let locale = view.locale;
    let state = match view.connection {
        ConnectionState::Live => None,
        ConnectionState::SignedOut => Some(locale.one_of("signed out", "abgemeldet", "sin sesión")),
        ConnectionState::Connecting => Some(locale.one_of("connecting", "verbinden", "conectando")),
        ConnectionState::Backoff => Some(locale.one_of("reconnecting", "neu verbinden", "reconectando")),
        ConnectionState::Polling => {
            Some(locale.one_of("updating every 10 s", "aktualisiert alle 10 s", "actualiza cada 10 s"))
        }
        ConnectionState::Offline => Some(locale.one_of("offline", "offline", "sin conexión")),
        ConnectionState::Stopped => Some(locale.one_of("stopped", "angehalten", "detenida")),
    };
    let word = locale.one_of("unseen", "ungesehen", "sin ver");
    let unseen = (view.unseen > 0).then(|| format!("{} {word}", view.unseen));
    let parts: Vec<String> =
        state.map(str::to_owned).into_iter().chain(unseen).chain(locale.counts(view.counts)).collect();
    if parts.is_empty() { "Tallylight".to_owned() } else { format!("Tallylight: {}", parts.join(", ")) }
}

/// Returns the text of a job's item: its title and its status or progress.
pub fn job(job: &TrayJob, locale: Locale) -> String {
    let name: String = if job.name.chars().count() > MAX_TITLE_LENGTH {
        job.name.chars().take(MAX_TITLE_LENGTH - 1).chain(['…']).collect()
    } else {
        job.name.clone()
    };
    let name = isolate(&name);
    let status = match job.status {
        Status::Failed => locale.one_of("Failed", "Fehlgeschlagen", "Fallido").to_owned(),
        _ if job.attention => locale.one_of("Needs review", "Zu prüfen", "Por revisar").to_owned(),
        Status::Processing => job.percent.map_or_else(
            || locale.one_of("Processing", "Wird verarbeitet", "Procesando").to_owned(),
            |percent| format!("{percent} %"),
        ),
        Status::Pending => locale.one_of("Queued", "In der Warteschlange", "En cola").to_owned(),
        Status::Completed => locale.one_of("Ready", "Bereit", "Listo").to_owned(),
    };
    format!("{name} – {status}")
}

/// Returns the text of the item that resumes notifications, with the time until which they are paused. A day other than
/// today is named, because the menu may stay unchanged over midnight.
pub fn resume(paused_until: Option<Timestamp>, locale: Locale, today: Date) -> String {
    let resume = locale.one_of("Resume notifications", "Mitteilungen fortsetzen", "Reanudar notificaciones");
    let Some(until) = paused_until.map(|until| until.to_zoned(TimeZone::system())) else { return resume.to_owned() };
    let paused = locale.one_of("paused until", "pausiert bis", "en pausa hasta:");
    let day = if until.date() == today { String::new() } else { format!("{}, ", weekday(until.weekday(), locale)) };
    format!("{resume} ({paused} {day}{:02}:{:02})", until.hour(), until.minute())
}

fn weekday(day: Weekday, locale: Locale) -> &'static str {
    match day {
        Weekday::Monday => locale.one_of("Monday", "Montag", "lunes"),
        Weekday::Tuesday => locale.one_of("Tuesday", "Dienstag", "martes"),
        Weekday::Wednesday => locale.one_of("Wednesday", "Mittwoch", "miércoles"),
        Weekday::Thursday => locale.one_of("Thursday", "Donnerstag", "jueves"),
        Weekday::Friday => locale.one_of("Friday", "Freitag", "viernes"),
        Weekday::Saturday => locale.one_of("Saturday", "Samstag", "sábado"),
        Weekday::Sunday => locale.one_of("Sunday", "Sonntag", "domingo"),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use tallylight_core::{JobId, library::Counts, settings::Language};
    use tallylight_view::NotificationStatus;

    /// Returns a view without jobs.
    pub fn view(connection: ConnectionState) -> TrayView {
        TrayView {
            connection,
            reason: None,
            counts: Counts::default(),
            attention: 0,
            percent: None,
            jobs: Vec::new(),
            can_upload: false,
            unseen: 0,
            notifications: NotificationStatus::default(),
            locale: Locale::default(),
        }
    }

    #[test]
    fn failures_come_first_in_the_status_line() {
        let counts = Counts { pending: 0, processing: 2, completed: 3, failed: 1 };
        let live = TrayView { counts, ..view(ConnectionState::Live) };
        assert_eq!(status_line(&live), "Tallylight: 1 failed, 2 processing, 3 ready");
        assert_eq!(status_line(&view(ConnectionState::Offline)), "Tallylight: offline");
        let german = TrayView { locale: Locale::new(Language::De, ""), ..live };
        assert_eq!(status_line(&german), "Tallylight: 1 fehlgeschlagen, 2 werden verarbeitet, 3 bereit");
        let unseen = TrayView { unseen: 2, ..german };
        assert_eq!(status_line(&unseen), "Tallylight: 2 ungesehen, 1 fehlgeschlagen, 2 werden verarbeitet, 3 bereit");
    }

    #[test]
    fn a_pause_until_another_day_names_the_day() {
        let noon = jiff::civil::date(2026, 11, 24).at(12, 0, 0, 0).to_zoned(TimeZone::system()).expect("a time");
        let text = |day: i8, language| {
            let today = jiff::civil::date(2026, 11, day);
            resume(Some(noon.timestamp()), Locale::new(language, ""), today)
        };
        assert_eq!(text(24, Language::En), "Resume notifications (paused until 12:00)");
        assert_eq!(text(23, Language::De), "Mitteilungen fortsetzen (pausiert bis Dienstag, 12:00)");
    }

    #[test]
    fn titles_are_shortened() {
        let of = |name: &str, status, attention| {
            let named =
                TrayJob { job_id: JobId::new("7"), name: name.to_owned(), status, percent: Some(42), attention };
            job(&named, Locale::default())
        };
        assert_eq!(of("Q&A", Status::Processing, false), "Q&A – 42 %");
        assert_eq!(of("A", Status::Completed, true), "A – Needs review");
        assert_eq!(of("a\u{202e}b", Status::Pending, false), "\u{2068}a\u{202e}b\u{2069} – Queued");
        assert_eq!(of(&"ä".repeat(50), Status::Failed, true), format!("{}… – Failed", "ä".repeat(39)));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_menu(name in proptest::prelude::any::<String>(), control in 0..0xa0_u32, turned in proptest::prelude::any::<bool>()) {
            let name: String = name.chars().chain(char::from_u32(control)).chain(turned.then_some('\u{202e}')).collect();
            let named = TrayJob { job_id: JobId::new("7"), name, status: Status::Failed, percent: None, attention: true };
            let text = job(&named, Locale::default());
            // GTK takes a C string on one line.
            proptest::prop_assert!(text.chars().all(|c| !c.is_control()), "{:?}", text);
            proptest::prop_assert!(text.ends_with(" – Failed"));
            proptest::prop_assert_eq!(text.matches('\u{2068}').count(), text.matches('\u{2069}').count());
        }
    }
}
