//! The tray menu. Its items are kept and only their texts change, because a rebuilt menu closes while the user has it
//! open.

use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use tallylight_client::{Pause, TrayView};
use tallylight_core::{JobId, locale::Locale};
use tauri::{
    AppHandle, Wry,
    menu::{MenuItem, PredefinedMenuItem},
};

use super::{TrayAction, texts};

/// The position of the first job in the menu.
const FIRST_JOB: usize = 2;
/// The prefix of the ids of the jobs' items.
const JOB: &str = "job-";

/// The menu, with the jobs that its items show.
pub struct Menu {
    root: tauri::menu::Menu<Wry>,
    status_line: MenuItem<Wry>,
    /// The separator below the jobs; only in the menu while there are jobs.
    separator: PredefinedMenuItem<Wry>,
    jobs: Mutex<Vec<(MenuItem<Wry>, JobId)>>,
    open: MenuItem<Wry>,
    upload: MenuItem<Wry>,
    hour: MenuItem<Wry>,
    tomorrow: MenuItem<Wry>,
    resume: MenuItem<Wry>,
    history: MenuItem<Wry>,
    settings: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Menu {
    /// Builds the menu.
    ///
    /// # Errors
    /// The system cannot build it.
    pub fn new(app: &AppHandle) -> tauri::Result<Self> {
        let item = |id: &str, enabled| MenuItem::with_id(app, id, "", enabled, None::<&str>);
        let separator = || PredefinedMenuItem::separator(app);
        let (hour, tomorrow, resume) = (item("hour", true)?, item("tomorrow", true)?, item("resume", false)?);
        let (status_line, open) = (item("status", false)?, item("open", true)?);
        let (upload, history) = (item("upload", false)?, item("history", true)?);
        let (settings, quit) = (item("settings", true)?, item("quit", true)?);
        let root = tauri::menu::Menu::with_items(
            app,
            &[
                &status_line,
                &separator()?,
                &open,
                &upload,
                &history,
                &separator()?,
                &hour,
                &tomorrow,
                &resume,
                &separator()?,
                &settings,
                &quit,
            ],
        )?;
        let jobs = Mutex::default();
        let menu = Self {
            root,
            status_line,
            separator: separator()?,
            jobs,
            open,
            upload,
            hour,
            tomorrow,
            resume,
            history,
            settings,
            quit,
        };
        menu.set_language(Locale::default())?;
        menu.resume.set_text(texts::resume(None, Locale::default(), Date::default()))?;
        menu.status_line.set_text("Tallylight")?;
        Ok(menu)
    }

    /// Returns the menu for the tray icon.
    pub fn root(&self) -> &tauri::menu::Menu<Wry> {
        &self.root
    }

    /// Shows a state in the menu's items.
    ///
    /// # Errors
    /// The system cannot change an item.
    pub fn show(&self, view: &TrayView, status_line: &str) -> tauri::Result<()> {
        set(&self.status_line, status_line)?;
        self.show_jobs(view)?;
        self.set_language(view.locale)?;
        self.upload.set_enabled(view.can_upload)?;
        let paused = view.notifications.paused_until;
        set(&self.resume, &texts::resume(paused, view.locale, jiff::Zoned::now().date()))?;
        self.resume.set_enabled(paused.is_some())
    }

    fn show_jobs(&self, view: &TrayView) -> tauri::Result<()> {
        let mut shown = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let had_jobs = !shown.is_empty();
        while shown.len() > view.jobs.len() {
            if let Some((item, _)) = shown.pop() {
                self.root.remove(&item)?;
            }
        }
        match (had_jobs, view.jobs.is_empty()) {
            (false, false) => self.root.insert(&self.separator, FIRST_JOB)?,
            (true, true) => self.root.remove(&self.separator)?,
            (true, false) | (false, true) => {}
        }
        for (place, job) in view.jobs.iter().enumerate() {
            let text = texts::job(job, view.locale);
            if let Some((item, job_id)) = shown.get_mut(place) {
                *job_id = job.job_id.clone();
                set(item, &text)?;
            } else {
                let app = self.root.app_handle();
                let item = MenuItem::with_id(app, format!("{JOB}{place}"), text, true, None::<&str>)?;
                self.root.insert(&item, FIRST_JOB + place)?;
                shown.push((item, job.job_id.clone()));
            }
        }
        Ok(())
    }

    fn set_language(&self, locale: Locale) -> tauri::Result<()> {
        set(&self.open, locale.one_of("Open Tallylight", "Tallylight öffnen", "Abrir Tallylight"))?;
        set(&self.upload, locale.one_of("Upload…", "Hochladen…", "Subir…"))?;
        set(&self.history, locale.one_of("Notifications", "Mitteilungen", "Notificaciones"))?;
        let hour =
            ("Pause notifications for 1 hour", "Mitteilungen für 1 Stunde pausieren", "Pausar notificaciones 1 hora");
        let tomorrow = ("Pause until tomorrow", "Bis morgen pausieren", "Pausar hasta mañana");
        set(&self.hour, locale.one_of(hour.0, hour.1, hour.2))?;
        set(&self.tomorrow, locale.one_of(tomorrow.0, tomorrow.1, tomorrow.2))?;
        set(&self.settings, locale.one_of("Settings", "Einstellungen", "Ajustes"))?;
        set(&self.quit, locale.one_of("Quit", "Beenden", "Salir"))
    }

    /// Returns what the user requests by clicking the item with an id.
    pub fn action(&self, id: &str) -> Option<TrayAction> {
        Some(match id {
            "open" => TrayAction::Open,
            "upload" => TrayAction::Upload,
            "history" => TrayAction::ShowHistory,
            "settings" => TrayAction::ShowSettings,
            "hour" => TrayAction::Pause(Pause::Hour),
            "tomorrow" => TrayAction::Pause(Pause::Tomorrow),
            "resume" => TrayAction::Pause(Pause::Off),
            "quit" => TrayAction::Quit,
            _ => TrayAction::OpenJob(self.job(id.strip_prefix(JOB)?.parse().ok()?)?),
        })
    }

    fn job(&self, place: usize) -> Option<JobId> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).get(place).map(|(_, job_id)| job_id.clone())
    }
}

/// Sets the text of an item if it is different: each change is a message on the bus.
fn set(item: &MenuItem<Wry>, text: &str) -> tauri::Result<()> {
    if item.text()? == text { Ok(()) } else { item.set_text(text) }
}
