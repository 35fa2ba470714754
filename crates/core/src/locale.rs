//! Translated texts of notifications and the tray, in the languages of the window.

use crate::{
    library::{Counts, record::NO_REASON},
    model::text::{self, isolate},
    settings::Language,
};

mod faults;
mod week;

/// The translator for one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Locale(Language);

impl Locale {
    /// Creates a translator for the chosen language, or for the system language if it is supported; English otherwise.
    pub fn new(chosen: Language, system: &str) -> Self {
        Self(match chosen {
            Language::System => from_system_tag(system),
            Language::En | Language::De | Language::Es => chosen,
        })
    }

    /// Returns the variant for the current language.
    pub fn one_of<T>(self, en: T, de: T, es: T) -> T {
        match self.0 {
            Language::De => de,
            Language::Es => es,
            Language::En | Language::System => en,
        }
    }

    /// Returns the title of a notification for a video that is ready.
    pub fn ready(self, name: &str) -> String {
        let name = isolate(name);
        self.one_of(format!("{name} is ready"), format!("{name} ist bereit"), format!("{name} está listo"))
    }

    /// Returns the title of a notification for a video that failed.
    pub fn failed(self, name: &str) -> String {
        let name = isolate(name);
        self.one_of(format!("{name} failed"), format!("{name} ist fehlgeschlagen"), format!("{name} ha fallado"))
    }

    /// Returns the title of a notification for a video that is ready, but has warnings.
    pub fn ready_but_warned(self, name: &str, warnings: usize) -> String {
        let name = isolate(name);
        if warnings == 1 {
            return self.one_of(
                format!("{name} is ready with a warning"),
                format!("{name} ist mit einer Warnung bereit"),
                format!("{name} está listo con una advertencia"),
            );
        }
        self.one_of(
            format!("{name} is ready with {warnings} warnings"),
            format!("{name} ist mit {warnings} Warnungen bereit"),
            format!("{name} está listo con {warnings} advertencias"),
        )
    }

    /// Returns the title of a notification that comes back after a snooze.
    pub fn reminder(self, title: &str) -> String {
        let reminder = self.one_of("Reminder", "Erinnerung", "Recordatorio");
        format!("{reminder}: {title}")
    }

    /// Returns the name of a video that has neither title nor file name.
    pub fn untitled(self, job_id: &str) -> String {
        self.one_of(format!("Video {job_id}"), format!("Video {job_id}"), format!("Vídeo {job_id}"))
    }

    /// Returns the text of a notification for a video that is ready, with the number of thumbnails.
    pub fn ready_with(self, thumbnails: usize) -> String {
        match thumbnails {
            0 => {
                self.one_of("Processing finished", "Verarbeitung abgeschlossen", "Procesamiento finalizado").to_owned()
            }
            1 => self
                .one_of(
                    "Processing finished, 1 thumbnail available",
                    "Verarbeitung abgeschlossen, 1 Vorschaubild verfügbar",
                    "Procesamiento finalizado, 1 miniatura disponible",
                )
                .to_owned(),
            many => self.one_of(
                format!("Processing finished, {many} thumbnails available"),
                format!("Verarbeitung abgeschlossen, {many} Vorschaubilder verfügbar"),
                format!("Procesamiento finalizado, {many} miniaturas disponibles"),
            ),
        }
    }

    /// Returns a summary of several outcomes. Videos that are ready with a warning count as ready, too.
    pub fn summary_title(self, ready: usize, failed: usize, warned: usize) -> String {
        let ended = self.ended(ready, failed);
        match warned {
            0 => ended,
            1 => {
                let one = self.one_of("1 has a warning", "1 mit Warnung", "1 tiene una advertencia");
                format!("{ended}, {one}")
            }
            many => {
                let many = self.one_of(
                    format!("{many} have warnings"),
                    format!("{many} mit Warnung"),
                    format!("{many} tienen advertencias"),
                );
                format!("{ended}, {many}")
            }
        }
    }

    /// Returns a summary of runs that ended.
    fn ended(self, ready: usize, failed: usize) -> String {
        let videos = |count: usize| match count {
            1 => self.one_of("1 video", "1 Video", "1 vídeo").to_owned(),
            _ => self.one_of(format!("{count} videos"), format!("{count} Videos"), format!("{count} vídeos")),
        };
        let are = if ready == 1 {
            self.one_of("is ready", "ist bereit", "está listo")
        } else {
            self.one_of("are ready", "sind bereit", "están listos")
        };
        let have_failed = if failed == 1 {
            self.one_of("failed", "ist fehlgeschlagen", "ha fallado")
        } else {
            self.one_of("failed", "sind fehlgeschlagen", "han fallado")
        };
        match (ready, failed) {
            (_, 0) => format!("{} {are}", videos(ready)),
            (0, _) => format!("{} {have_failed}", videos(failed)),
            _ => format!("{} {have_failed}, {ready} {are}", videos(failed)),
        }
    }

    /// Returns a list of names, with the number of further ones.
    pub fn names(self, names: &[String], more: usize) -> String {
        let list = names.iter().map(|name| isolate(name)).collect::<Vec<_>>().join(", ");
        match more {
            0 => list,
            _ => self.one_of(
                format!("{list} and {more} more"),
                format!("{list} und {more} weitere"),
                format!("{list} y {more} más"),
            ),
        }
    }

    /// Returns the message of a fault: translated if its code is known, the backend's own text otherwise, and a default
    /// text if there is none.
    pub fn fault(self, code: &str, message: &str) -> String {
        let message = text::visible(message).unwrap_or(NO_REASON);
        let code = if message == NO_REASON { "no_reason" } else { &code.to_lowercase() };
        let known = self.one_of(None, Some(&faults::DE), Some(&faults::ES));
        known.and_then(|known| known.get(code)).map_or(message, String::as_str).to_owned()
    }

    /// Returns a summary of the job counts, one text per status with a count above zero.
    pub fn counts(self, counts: Counts) -> Vec<String> {
        let number = |count: u32, one: &'static str, many: &'static str| if count == 1 { one } else { many };
        let failed = number(counts.failed, "fallido", "fallidos");
        let processing = number(counts.processing, "wird verarbeitet", "werden verarbeitet");
        let completed = number(counts.completed, "listo", "listos");
        let parts = [
            (counts.failed, self.one_of("failed", "fehlgeschlagen", failed)),
            (counts.processing, self.one_of("processing", processing, "procesando")),
            (counts.pending, self.one_of("queued", "in der Warteschlange", "en cola")),
            (counts.completed, self.one_of("ready", "bereit", completed)),
        ];
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect()
    }
}

/// Parses a locale tag of an operating system: `de_AT.UTF-8`, `es-ES`.
fn from_system_tag(tag: &str) -> Language {
    match tag.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "de" => Language::De,
        "es" => Language::Es,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_language_is_used_unless_one_is_chosen() {
        let ready = |chosen, system| Locale::new(chosen, system).ready("A");
        assert_eq!(ready(Language::System, "de_AT.UTF-8"), "A ist bereit");
        assert_eq!(ready(Language::System, "fr_FR"), "A is ready");
        assert_eq!(ready(Language::Es, "de"), "A está listo");
    }

    #[test]
    fn singular_and_plural_forms_differ() {
        let words = Locale::default();
        assert_eq!(words.ended(1, 0), "1 video is ready");
        assert_eq!(words.summary_title(2, 3, 0), "3 videos failed, 2 are ready");
        assert_eq!(words.summary_title(2, 0, 1), "2 videos are ready, 1 has a warning");
        assert_eq!(words.summary_title(3, 0, 3), "3 videos are ready, 3 have warnings");
        assert_eq!(words.ready_but_warned("A", 1), "A is ready with a warning");
        assert_eq!(words.ready_but_warned("A", 2), "A is ready with 2 warnings");
        assert_eq!(Locale::new(Language::De, "").ended(1, 1), "1 Video ist fehlgeschlagen, 1 ist bereit");
    }

    #[test]
    fn known_fault_is_translated_and_unknown_fault_keeps_its_text() {
        let words = Locale::new(Language::De, "");
        assert!(words.fault("disk_full", "the disk is full").contains("Datenträger"));
        assert!(words.fault("DISK_FULL", "the disk is full").contains("Datenträger"));
        assert_eq!(words.fault("other", "as it is"), "as it is");
        for nothing in ["", NO_REASON] {
            assert_eq!(words.fault("JOB_FAILED", nothing), "Keine Fehlerdetails verfügbar.");
        }
        assert_eq!(Locale::default().fault("disk_full", "as it is"), "as it is");
    }
}
