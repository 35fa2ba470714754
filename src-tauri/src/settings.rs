//! What a person has chosen: one readable file, which may be edited by hand.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

use tallylight_core::{Code, Error, view::AppearanceView};
use toml_edit::{DocumentMut, Item, de, ser};

/// The name of the file.
const FILE: &str = "settings.toml";
/// The table of it that says how the window looks.
const APPEARANCE: &str = "appearance";

/// Keeps the settings in a file.
pub struct Settings {
    file: PathBuf,
    /// One change at a time: each writes the whole file.
    writing: Mutex<()>,
}

impl Settings {
    /// Keeps them in a folder.
    pub fn new(folder: &Path) -> Self {
        Self { file: folder.join(FILE), writing: Mutex::new(()) }
    }

    /// Returns how the window should look.
    ///
    /// # Errors
    /// Says where the file cannot be read.
    pub fn appearance(&self) -> Result<AppearanceView, Error> {
        let document = self.read()?;
        let Some(table) = document.get(APPEARANCE) else { return Ok(AppearanceView::default()) };
        let table = table.clone().into_table().map_err(|_| self.broken(&format!("[{APPEARANCE}] is no table")))?;
        de::from_document(DocumentMut::from(table)).map_err(|error| self.broken(error.message()))
    }

    /// Keeps how the window should look, and leaves everything else in the file as it is.
    ///
    /// # Errors
    /// Says why the file could not be written. One that cannot be read is never written over.
    pub fn set_appearance(&self, appearance: AppearanceView) -> Result<(), Error> {
        let _one = self.writing.lock();
        let mut document = self.read()?;
        let chosen = ser::to_document(&appearance).map_err(|error| self.broken(&error.to_string()))?;
        let table = document.entry(APPEARANCE).or_insert(Item::Table(toml_edit::Table::new()));
        let table = table.as_table_like_mut().ok_or_else(|| self.broken(&format!("[{APPEARANCE}] is no table")))?;
        for (name, value) in chosen.iter() {
            table.insert(name, value.clone());
        }
        self.write(&document.to_string())
    }

    fn read(&self) -> Result<DocumentMut, Error> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(self.broken(&error.to_string())),
        };
        text.parse().map_err(|error: toml_edit::TomlError| self.broken(error.to_string().trim()))
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
        write().map_err(|error| {
            Error::new(Code::Storage, format!("the settings could not be kept in {} ({error})", self.file.display()))
        })
    }

    fn broken(&self, why: &str) -> Error {
        let file = self.file.display();
        Error::new(Code::File, format!("{file} cannot be read, mend it or delete it: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::view::{Language, Theme};

    #[test]
    fn what_is_chosen_is_kept_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings::new(folder.path());
        assert_eq!(settings.appearance().expect("nothing chosen"), AppearanceView::default());
        fs::write(folder.path().join(FILE), "# mine\n[other]\nx = 1\n").expect("a file");
        let chosen = AppearanceView { theme: Theme::Dark, language: Language::De };
        settings.set_appearance(chosen).expect("kept");
        assert_eq!(settings.appearance().expect("chosen"), chosen);
        let text = fs::read_to_string(folder.path().join(FILE)).expect("a file");
        assert!(text.starts_with("# mine\n[other]\nx = 1\n"), "{text}");
        assert!(text.contains("theme = \"dark\""), "{text}");
    }

    #[test]
    fn a_table_in_one_line_is_read_and_written_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings::new(folder.path());
        fs::write(folder.path().join(FILE), "appearance = { theme = \"dark\" }\n").expect("a file");
        let read = settings.appearance().expect("read");
        assert_eq!(read.theme, Theme::Dark);
        settings.set_appearance(AppearanceView { language: Language::Es, ..read }).expect("kept");
        assert_eq!(settings.appearance().expect("read").language, Language::Es);
    }

    #[test]
    fn a_broken_file_is_told_with_its_line_and_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, settings) = (folder.path().join(FILE), Settings::new(folder.path()));
        for text in ["[appearance]\ntheme = dark\n", "[appearance]\ntheme = \"pink\"\n", "appearance = 1\n"] {
            fs::write(&file, text).expect("a file");
            let error = settings.appearance().expect_err(text);
            assert!(error.message.contains("settings.toml"), "{}", error.message);
        }
        fs::write(&file, "[appearance]\ntheme = dark\n").expect("a file");
        let error = settings.set_appearance(AppearanceView::default()).expect_err("broken");
        assert!(error.message.contains("line 2"), "{}", error.message);
        assert_eq!(fs::read_to_string(&file).expect("a file"), "[appearance]\ntheme = dark\n");
    }
}
