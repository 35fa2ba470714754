//! The settings file, a readable TOML file that the user may edit, and the copy of the last valid settings beside it.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use atomic_write_file::AtomicWriteFile;
use tallylight_core::{Code, Error, settings::Settings};
use toml_edit::{DocumentMut, de, ser};

use super::document;

/// The name of the settings file.
const FILE: &str = "settings.toml";
/// A copy of the last valid settings, used while the file has a mistake.
const LAST_VALID: &str = "settings.last.json";
/// The name of the previous file after a reset.
const OLD: &str = "settings.old.toml";

/// The settings file of a folder.
#[derive(Debug)]
pub struct SettingsFile(PathBuf);

impl SettingsFile {
    /// Returns the settings file of a folder, which need not exist.
    pub fn of(folder: &Path) -> Self {
        Self(folder.join(FILE))
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the settings; the defaults if there is no file.
    ///
    /// # Errors
    /// [`Code::File`] if the file cannot be read, or with the line of a mistake.
    pub fn read(&self) -> Result<Settings, Error> {
        self.text().and_then(|text| self.parse(&text))
    }

    /// Returns whether the file is missing or empty, which it is for a moment while some editors save it.
    pub fn is_empty(&self) -> bool {
        self.text().is_ok_and(|text| text.is_empty())
    }

    /// Writes what differs between the settings in effect and the chosen ones, and returns the settings of the file.
    /// Everything else in the file, including comments, stays unchanged.
    ///
    /// # Errors
    /// [`Code::Storage`] if the file could not be written, [`Code::File`] if it cannot be read: an unreadable file is
    /// never overwritten.
    pub fn change(&self, in_effect: &Settings, chosen: &Settings) -> Result<Settings, Error> {
        let text = self.text()?;
        let before = self.parse(&text)?;
        // The file may have been edited meanwhile: only the settings that were chosen here are changed in it.
        let settings = document::apply(in_effect, chosen, &before).ok_or_else(not_saved)?;
        let mut document: DocumentMut = text.parse().map_err(|error| self.broken(error))?;
        let toml = |settings: &Settings| ser::to_document(settings).map_err(|_| not_saved());
        document::merge(&mut document, &toml(&before)?, &toml(&settings)?);
        let text = document.to_string();
        // A check before writing: the text must parse to exactly the chosen settings.
        if self.parse(&text)? != settings {
            return Err(not_saved());
        }
        write(&self.0, &text).map_err(|error| self.not_written(error))?;
        Ok(settings)
    }

    /// Renames the file, valid or not, so that the defaults are in effect.
    ///
    /// # Errors
    /// [`Code::Storage`] if the file could not be renamed.
    pub fn set_aside(&self) -> Result<(), Error> {
        match fs::rename(&self.0, self.0.with_file_name(OLD)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.not_written(error)),
            _ => Ok(()),
        }
    }

    /// Stores a copy of valid settings, for a start that finds a mistake in the file.
    pub fn store_last_valid(&self, settings: &Settings) {
        let text = serde_json::to_string_pretty(settings).unwrap_or_default();
        let file = self.0.with_file_name(LAST_VALID);
        if fs::read_to_string(&file).is_ok_and(|stored| stored == text) {
            return;
        }
        if let Err(error) = write(&file, &text) {
            tracing::warn!(%error, "could not store a copy of the settings");
        }
    }

    /// Returns the last valid settings; `None` if none are known.
    pub fn last_valid(&self) -> Option<Settings> {
        serde_json::from_str(&fs::read_to_string(self.0.with_file_name(LAST_VALID)).ok()?).ok()
    }

    fn text(&self) -> Result<String, Error> {
        match fs::read_to_string(&self.0) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => {
                let message = format!("Couldn't read {} ({error}). Check its permissions.", self.0.display());
                Err(Error::new(Code::File, message).caused_by(error))
            }
        }
    }

    fn parse(&self, text: &str) -> Result<Settings, Error> {
        de::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let at = before.map(|before| format!(" at line {}", before.matches('\n').count() + 1)).unwrap_or_default();
            let message = error.message().trim().replace('\n', ", ");
            let file = self.0.display();
            Error::new(Code::File, format!("Invalid setting{at} of {file}: {message}")).caused_by(error)
        })
    }

    fn not_written(&self, error: io::Error) -> Error {
        Error::new(Code::Storage, format!("Couldn't save settings to {} ({error}). Check the disk.", self.0.display()))
            .caused_by(error)
    }

    fn broken(&self, error: toml_edit::TomlError) -> Error {
        Error::new(Code::File, format!("Invalid settings file {}: {error}", self.0.display())).caused_by(error)
    }
}

fn not_saved() -> Error {
    Error::new(Code::Storage, "Couldn't save settings. Edit the settings file instead.")
}

/// Replaces a file atomically, so that a crash leaves either the old or the new version. It keeps its permissions.
fn write(file: &Path, text: &str) -> io::Result<()> {
    // A symbolic link stays a link; its target is replaced.
    let mut written = AtomicWriteFile::open(fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()))?;
    written.write_all(text.as_bytes())?;
    match written.commit() {
        // The file was replaced, but some file systems cannot sync its folder.
        Err(error) if fs::read_to_string(file).is_ok_and(|read| read == text) => {
            tracing::warn!(%error, "the folder of the settings could not be synced");
            Ok(())
        }
        committed => committed,
    }
}
