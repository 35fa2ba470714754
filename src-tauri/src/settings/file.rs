//! What a person has chosen: one readable file, which may be edited by hand while the app runs.

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

/// The name of the file.
const FILE: &str = "settings.toml";
/// What held last is kept under this name.
const LAST: &str = "settings.last.json";
/// What an earlier file is called after a reset.
const OLD: &str = "settings.old.toml";
/// What is left out of the file where it is not chosen.
const OPTIONAL: [(&str, &str); 5] = [
    ("notifications", "quiet_hours"),
    ("network", "certificate"),
    ("computer", "speech_model"),
    ("language_model", "address"),
    ("language_model", "model"),
];

/// Keeps the settings in a file.
pub struct SettingsFile {
    file: PathBuf,
    held: Mutex<Held>,
}

/// Is what holds, and why the file does not where it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// What holds.
    pub settings: Settings,
    /// What is wrong with the file.
    pub trouble: Option<Error>,
    /// Whether it is what the person chose.
    pub origin: Origin,
}

/// Tells where what holds comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The person chose it, or wanted nothing else.
    #[default]
    Chosen,
    /// The file cannot be read, and never could: what the person wants is not known, so nothing is undone for it.
    Unknown,
}

impl SettingsFile {
    /// Reads the settings of a folder. While the file has a mistake, what held last holds on.
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

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Returns what holds.
    pub fn held(&self) -> Held {
        self.lock().clone()
    }

    /// Tells whether the file is gone or empty, as it is for a moment while some editors write it.
    pub fn is_empty(&self) -> bool {
        self.read().is_ok_and(|text| text.is_empty())
    }

    /// Reads the file anew, and tells whether anything is different. What held before a mistake in it holds on.
    pub fn reread(&self) -> bool {
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

    /// Keeps what was chosen, and leaves everything else in the file as it is, comments and all.
    ///
    /// # Errors
    /// Says why the file could not be written. One that cannot be read is never written over.
    pub fn change(&self, chosen: &Settings) -> Result<(), Error> {
        // One change at a time: each writes the whole file.
        let mut held = self.lock();
        let text = self.read()?;
        let before = self.parse(&text)?;
        // Somebody may have edited the file a moment ago: only what was chosen here is different.
        let settings = apply(&held.settings, chosen, &before).ok_or_else(unkept)?;
        let mut document: DocumentMut = text.parse().map_err(|error| self.broken(&error))?;
        let toml = |settings: &Settings| ser::to_document(settings).map_err(|_| unkept());
        merge(&mut document, &toml(&before)?, &toml(&settings)?);
        let text = document.to_string();
        // What was written must say what was chosen, or nothing is written.
        if self.parse(&text)? != settings {
            return Err(unkept());
        }
        write(&self.file, &text).map_err(|error| self.unwritten(&error))?;
        self.remember(&settings);
        *held = Held { settings, ..Held::default() };
        Ok(())
    }

    /// Puts the file aside, broken or not, so that what holds is what holds for everybody.
    ///
    /// # Errors
    /// Says why it could not be put aside.
    pub fn reset(&self) -> Result<(), Error> {
        let mut held = self.lock();
        match fs::rename(&self.file, self.file.with_file_name(OLD)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.unwritten(&error)),
            _ => {
                *held = Held::default();
                self.remember(&held.settings);
                Ok(())
            }
        }
    }

    /// Keeps what holds for a start that finds a mistake in the file.
    fn remember(&self, settings: &Settings) {
        let text = serde_json::to_string_pretty(settings).unwrap_or_default();
        let file = self.file.with_file_name(LAST);
        if fs::read_to_string(&file).is_ok_and(|held| held == text) {
            return;
        }
        if let Err(error) = write(&file, &text) {
            tracing::warn!(%error, "a mistake in the settings will undo them at the next start");
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
            Err(error) => Err(Error::new(Code::File, format!("Couldn't read {} ({error}). Check its permissions.", self.file.display()))),
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

    fn unwritten(&self, error: &std::io::Error) -> Error {
        Error::new(Code::Storage, format!("Couldn't save settings to {} ({error}). Check the disk.", self.file.display()))
    }

    fn broken(&self, error: &toml_edit::TomlError) -> Error {
        Error::new(Code::File, format!("Invalid settings file {}: {error}", self.file.display()))
    }
}

fn unkept() -> Error {
    Error::new(Code::Storage, "Couldn't save settings. Edit the settings file instead.")
}

/// Puts a whole file in the place of another, so that a crash leaves one of the two.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    // Where the file is a link, it is what it leads to that is written.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".next");
    let next = file.with_file_name(name);
    let mut written = fs::File::create(&next)?;
    // Whoever kept it from others' eyes, or opened it to them, meant it.
    if let Ok(held) = fs::metadata(&file) {
        written.set_permissions(held.permissions())?;
    }
    written.write_all(text.as_bytes())?;
    // On the disk before it has the name: a power cut must not leave an empty file.
    written.sync_all()?;
    fs::rename(&next, &file)
}

/// Returns settings with what a person changed between two versions of them.
fn apply(from: &Settings, to: &Settings, settings: &Settings) -> Option<Settings> {
    let value = |settings: &Settings| serde_json::to_value(settings).ok();
    let (from, to, mut applied) = (value(from)?, value(to)?, value(settings)?);
    overlay(&from, &to, &mut applied);
    serde_json::from_value(applied).ok()
}

/// Changes a value where two others differ. What is a list is changed as a whole.
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

/// Writes into a document what differs between two versions of what it says.
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
            // No list is as good as an empty one.
            None if item.as_array().is_some_and(toml_edit::Array::is_empty) => drop(document.remove(name)),
            None => merge_tables(document, name, item),
        }
    }
}

/// Writes a list of tables. One that says the same as before stays as it is written, and so does what is around it.
fn merge_tables(document: &mut DocumentMut, name: &str, item: &Item) {
    let new = item.clone().into_array_of_tables().unwrap_or_default();
    let held = document.get(name).and_then(Item::as_array_of_tables).cloned().unwrap_or_default();
    let is_same_length = held.len() == new.len();
    let mut before: Vec<Option<Table>> = held.into_iter().map(Some).collect();
    let mut written = toml_edit::ArrayOfTables::new();
    for (place, chosen) in new.into_iter().enumerate() {
        let same = before.iter().position(|held| held.as_ref().is_some_and(|held| says_the_same(held, &chosen)));
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

fn says_the_same(held: &Table, chosen: &Table) -> bool {
    let read = |table: &Table| de::from_str::<Automation>(&table.to_string()).ok();
    read(held).is_some_and(|held| Some(held) == read(chosen))
}

/// Puts a value in the place of another, with the comment that stands behind it.
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
