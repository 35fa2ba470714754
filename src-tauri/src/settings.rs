//! What a person has chosen: one readable file, which may be edited by hand while the app runs.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tallylight_core::{Code, Error, settings::Settings};
use toml_edit::{DocumentMut, Item, Table, de, ser};

/// The name of the file.
const FILE: &str = "settings.toml";
/// What an earlier file is called after a reset.
const OLD: &str = "settings.old.toml";
/// What is left out of the file where it is not chosen.
const OPTIONAL: [(&str, &str); 2] = [("notifications", "quiet_hours"), ("network", "certificate")];

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
}

impl SettingsFile {
    /// Reads the settings of a folder.
    pub fn open(folder: &Path) -> Self {
        let this = Self { file: folder.join(FILE), held: Mutex::default() };
        this.reread();
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

    /// Reads the file anew, and tells whether anything is different. What held before a mistake in it holds on.
    pub fn reread(&self) -> bool {
        let read = self.read().and_then(|text| self.parse(&text));
        let mut held = self.lock();
        let before = held.clone();
        match read {
            Ok(settings) => *held = Held { settings, trouble: None },
            Err(trouble) => held.trouble = Some(trouble),
        }
        *held != before
    }

    /// Keeps what was chosen, and leaves everything else in the file as it is, comments and all.
    ///
    /// # Errors
    /// Says why the file could not be written. One that cannot be read is never written over.
    pub fn change(&self, settings: Settings) -> Result<(), Error> {
        // One change at a time: each writes the whole file.
        let mut held = self.lock();
        let text = self.read()?;
        let before = self.parse(&text)?;
        let mut document: DocumentMut = text.parse().map_err(|error| self.broken(&error))?;
        let unkept = |error: ser::Error| Error::new(Code::Storage, format!("the settings could not be kept ({error})"));
        let old = ser::to_document(&before).map_err(unkept)?;
        merge(&mut document, &old, &ser::to_document(&settings).map_err(unkept)?);
        let text = document.to_string();
        // What was written must say what was chosen, or nothing is written.
        if self.parse(&text)? != settings {
            return Err(Error::new(Code::Storage, "the settings could not be kept: write them into the file by hand"));
        }
        self.write(&text)?;
        *held = Held { settings, trouble: None };
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
                Ok(())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<String, Error> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(Error::new(Code::File, format!("{} cannot be read ({error})", self.file.display()))),
        }
    }

    fn parse(&self, text: &str) -> Result<Settings, Error> {
        de::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let at = before.map(|before| format!(" at line {}", before.matches('\n').count() + 1)).unwrap_or_default();
            let message = error.message().trim().replace('\n', ", ");
            let file = self.file.display();
            Error::new(Code::File, format!("{file} has a mistake{at}, mend it there: {message}"))
        })
    }

    /// Puts a whole file in the place of the old one, so that a crash leaves one of the two.
    fn write(&self, text: &str) -> Result<(), Error> {
        let next = self.file.with_extension("toml.next");
        let write = || {
            let mut file = fs::File::create(&next)?;
            file.write_all(text.as_bytes())?;
            // On the disk before it has the name: a power cut must not leave an empty file.
            file.sync_all()?;
            fs::rename(&next, &self.file)
        };
        write().map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &std::io::Error) -> Error {
        Error::new(Code::Storage, format!("the settings could not be kept in {} ({error})", self.file.display()))
    }

    fn broken(&self, error: &toml_edit::TomlError) -> Error {
        Error::new(Code::File, format!("{} has a mistake, mend it there: {error}", self.file.display()))
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
            None => {
                let written = item.clone().into_array_of_tables().map_or_else(|item| item, Item::ArrayOfTables);
                document.insert(name, written);
            }
        }
    }
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
#[path = "settings_tests.rs"]
mod tests;
