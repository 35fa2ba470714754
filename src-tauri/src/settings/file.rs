//! The settings file: readable TOML that the user may edit while the app runs. Rules: docs/adr/0024-settings-file.md.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tallylight_core::{
    Code, Error,
    settings::{Automation, Data, Settings},
};
use toml_edit::{DocumentMut, Item, Table, de, ser};

/// The name of the settings file.
const FILE: &str = "settings.toml";
/// A copy of the last valid settings, used at a start that finds a mistake in the file.
const LAST: &str = "settings.last.json";
/// The name of the previous file after a reset.
const OLD: &str = "settings.old.toml";
/// Keys that are removed from the file when they have no value.
const OPTIONAL: [(&str, &str); 5] = [
    ("notifications", "quiet_hours"),
    ("network", "certificate"),
    ("computer", "speech_model"),
    ("language_model", "address"),
    ("language_model", "model"),
];

/// The settings with the file that stores them.
pub struct SettingsFile {
    file: PathBuf,
    held: Mutex<Held>,
}

/// The settings in effect, and the error of the file if it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The settings in effect.
    pub settings: Settings,
    /// The error of the file.
    pub trouble: Option<Error>,
    /// Whether the user chose these settings.
    pub origin: Origin,
}

/// The source of the settings in effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The user's choice: the file, or the defaults if there is none.
    #[default]
    Chosen,
    /// The file cannot be read and never could, so the user's choice is unknown. Nothing is changed in the system, and
    /// no data is deleted, on the basis of defaults.
    Unknown,
}

impl SettingsFile {
    /// Reads the settings of a folder. While the file has a mistake, the last valid settings stay in effect.
    pub fn open(folder: &Path) -> Self {
        let this = Self { file: folder.join(FILE), held: Mutex::default() };
        let read = this.read().and_then(|text| this.parse(&text));
        *this.lock() = match (read, this.remembered()) {
            (Ok(settings), _) => {
                this.remember(&settings);
                Held { settings, ..Held::default() }
            }
            (Err(trouble), Some(settings)) => Held { settings, trouble: Some(trouble), origin: Origin::Chosen },
            (Err(trouble), None) => {
                let data = Data { retention_days: *Data::DAYS.end() };
                let settings = Settings { data, ..Settings::default() };
                Held { settings, trouble: Some(trouble), origin: Origin::Unknown }
            }
        };
        this
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Returns the settings in effect.
    pub fn held(&self) -> Held {
        self.lock().clone()
    }

    /// Returns whether the file is missing or empty, which it is for a moment while some editors save it.
    pub fn is_empty(&self) -> bool {
        self.read().is_ok_and(|text| text.is_empty())
    }

    /// Reads the file again, and returns whether anything changed. If it has a mistake, the settings in effect stay.
    pub fn reload(&self) -> bool {
        let read = self.read().and_then(|text| self.parse(&text));
        let mut held = self.lock();
        let before = held.clone();
        match read {
            Ok(settings) => *held = Held { settings, ..Held::default() },
            Err(trouble) => held.trouble = Some(trouble),
        }
        if held.settings != before.settings {
            self.remember(&held.settings);
        }
        *held != before
    }

    /// Saves the chosen settings. Everything else in the file, including comments, stays unchanged.
    ///
    /// # Errors
    /// [`Code::Storage`] if the file could not be written, [`Code::File`] if it cannot be read: an unreadable file is
    /// never overwritten.
    pub fn change(&self, chosen: &Settings) -> Result<(), Error> {
        // The lock is held throughout: each change writes the whole file.
        let mut held = self.lock();
        let text = self.read()?;
        let before = self.parse(&text)?;
        // The file may have been edited meanwhile: only the settings that were chosen here are changed in it.
        let settings = apply(&held.settings, chosen, &before).ok_or_else(not_saved)?;
        let mut document: DocumentMut = text.parse().map_err(|error| self.broken(&error))?;
        let toml = |settings: &Settings| ser::to_document(settings).map_err(|_| not_saved());
        merge(&mut document, &toml(&before)?, &toml(&settings)?);
        let text = document.to_string();
        // A check before writing: the text must parse to exactly the chosen settings.
        if self.parse(&text)? != settings {
            return Err(not_saved());
        }
        write(&self.file, &text).map_err(|error| self.not_written(&error))?;
        self.remember(&settings);
        *held = Held { settings, ..Held::default() };
        Ok(())
    }

    /// Renames the file, valid or not, so that the defaults are in effect.
    ///
    /// # Errors
    /// [`Code::Storage`] if the file could not be renamed.
    pub fn reset(&self) -> Result<(), Error> {
        let mut held = self.lock();
        match fs::rename(&self.file, self.file.with_file_name(OLD)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.not_written(&error)),
            _ => {
                *held = Held::default();
                self.remember(&held.settings);
                Ok(())
            }
        }
    }

    /// Stores the settings in effect for a start that finds a mistake in the file.
    fn remember(&self, settings: &Settings) {
        let text = serde_json::to_string_pretty(settings).unwrap_or_default();
        let file = self.file.with_file_name(LAST);
        if fs::read_to_string(&file).is_ok_and(|held| held == text) {
            return;
        }
        if let Err(error) = write(&file, &text) {
            tracing::warn!(%error, "could not store a copy of the settings");
        }
    }

    fn remembered(&self) -> Option<Settings> {
        serde_json::from_str(&fs::read_to_string(self.file.with_file_name(LAST)).ok()?).ok()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<String, Error> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(Error::new(
                Code::File,
                format!("Couldn't read {} ({error}). Check its permissions.", self.file.display()),
            )),
        }
    }

    fn parse(&self, text: &str) -> Result<Settings, Error> {
        de::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let at = before.map(|before| format!(" at line {}", before.matches('\n').count() + 1)).unwrap_or_default();
            let message = error.message().trim().replace('\n', ", ");
            let file = self.file.display();
            Error::new(Code::File, format!("Invalid setting{at} of {file}: {message}"))
        })
    }

    fn not_written(&self, error: &std::io::Error) -> Error {
        Error::new(
            Code::Storage,
            format!("Couldn't save settings to {} ({error}). Check the disk.", self.file.display()),
        )
    }

    fn broken(&self, error: &toml_edit::TomlError) -> Error {
        Error::new(Code::File, format!("Invalid settings file {}: {error}", self.file.display()))
    }
}

fn not_saved() -> Error {
    Error::new(Code::Storage, "Couldn't save settings. Edit the settings file instead.")
}

/// Replaces a file atomically, so that a crash leaves either the old or the new version.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    // A symbolic link stays a link; its target is replaced.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".next");
    let next = file.with_file_name(name);
    let mut written = fs::File::create(&next)?;
    // Keeps the permissions that the user gave the file.
    if let Ok(held) = fs::metadata(&file) {
        written.set_permissions(held.permissions())?;
    }
    written.write_all(text.as_bytes())?;
    // Synced before the rename: after a power cut, the new name must not lead to an empty file.
    written.sync_all()?;
    fs::rename(&next, &file)
}

/// Applies to `settings` what differs between `from` and `to`.
fn apply(from: &Settings, to: &Settings, settings: &Settings) -> Option<Settings> {
    let value = |settings: &Settings| serde_json::to_value(settings).ok();
    let (from, to, mut applied) = (value(from)?, value(to)?, value(settings)?);
    overlay(&from, &to, &mut applied);
    serde_json::from_value(applied).ok()
}

/// Sets the parts of `value` in which `from` and `to` differ. Lists are replaced as a whole.
fn overlay(from: &Value, to: &Value, value: &mut Value) {
    match (from, to, value) {
        (Value::Object(from), Value::Object(to), Value::Object(value)) => {
            for (key, to) in to {
                overlay(from.get(key).unwrap_or(&Value::Null), to, value.entry(key).or_insert(Value::Null));
            }
        }
        (from, to, value) => {
            if from != to {
                *value = to.clone();
            }
        }
    }
}

/// Writes into a document what differs between two versions of the settings.
fn merge(document: &mut DocumentMut, old: &DocumentMut, new: &DocumentMut) {
    for (name, key) in OPTIONAL.iter().filter(|(name, key)| new.get(name).and_then(|table| table.get(key)).is_none()) {
        if let Some(table) = document.get_mut(name).and_then(Item::as_table_like_mut) {
            table.remove(key);
        }
    }
    for (name, item) in new.iter() {
        if old.get(name).map(ToString::to_string) == Some(item.to_string()) {
            continue;
        }
        match item.as_table_like() {
            Some(chosen) => {
                let table = document.entry(name).or_insert(Item::Table(Table::new()));
                let Some(table) = table.as_table_like_mut() else { continue };
                for (key, value) in chosen.iter() {
                    put(table, key, value);
                }
            }
            // An empty list is the default, so it needs no entry.
            None if item.as_array().is_some_and(toml_edit::Array::is_empty) => drop(document.remove(name)),
            None => merge_tables(document, name, item),
        }
    }
}

/// Writes a list of tables. Tables whose meaning is unchanged keep their text, with the comments around them.
fn merge_tables(document: &mut DocumentMut, name: &str, item: &Item) {
    let new = item.clone().into_array_of_tables().unwrap_or_default();
    let held = document.get(name).and_then(Item::as_array_of_tables).cloned().unwrap_or_default();
    let is_same_length = held.len() == new.len();
    let mut before: Vec<Option<Table>> = held.into_iter().map(Some).collect();
    let mut written = toml_edit::ArrayOfTables::new();
    for (place, chosen) in new.into_iter().enumerate() {
        let same = before.iter().position(|held| held.as_ref().is_some_and(|held| is_same_automation(held, &chosen)));
        let place = same.or(is_same_length.then_some(place));
        written.push(match place.and_then(|place| before.get_mut(place)?.take()) {
            Some(mut held) => {
                held.retain(|key, _| chosen.contains_key(key));
                for (key, value) in &chosen {
                    put(&mut held, key, value);
                }
                held
            }
            None => chosen,
        });
    }
    document.insert(name, Item::ArrayOfTables(written));
}

fn is_same_automation(held: &Table, chosen: &Table) -> bool {
    let read = |table: &Table| de::from_str::<Automation>(&table.to_string()).ok();
    read(held).is_some_and(|held| Some(held) == read(chosen))
}

/// Sets a value, and keeps the comment behind the old one.
fn put(table: &mut dyn toml_edit::TableLike, key: &str, item: &Item) {
    match (table.get_mut(key).and_then(Item::as_value_mut), item.as_value()) {
        (Some(held), Some(value)) => {
            let decor = held.decor().clone();
            *held = value.clone();
            *held.decor_mut() = decor;
        }
        _ => drop(table.insert(key, item.clone())),
    }
}

#[cfg(test)]
mod tests;
