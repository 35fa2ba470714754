//! The command line of the desktop app, which is also how the system hands it a link.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Parser;
use tallylight_core::JobId;
use url::Url;

/// The scheme of links to this app.
pub const SCHEME: &str = "tallylight";

/// Track every upload
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "tallylight", version)]
pub struct Args {
    /// Data folder
    #[arg(long, value_name = "DIR", env = "TALLYLIGHT_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Use this computer as the studio, without asking on first run
    #[arg(long)]
    pub this_computer: bool,
    /// Start without a window; open it from the tray, a link or by starting Tallylight again
    #[arg(long)]
    pub hidden: bool,
    /// Videos to upload, or a link such as tallylight://job/7
    #[arg(value_name = "VIDEO | LINK")]
    named: Vec<PathBuf>,
}

impl Args {
    /// Returns where everything is kept: as asked for, or the system's place for application data.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.data_dir.clone().or_else(usual_data_dir)
    }

    /// Tells whether everything is kept in another folder than the usual one.
    pub fn has_own_data_dir(&self) -> bool {
        let real = |folder: PathBuf| folder.canonicalize().unwrap_or(folder);
        self.data_dir.is_some() && self.data_dir.clone().map(real) != usual_data_dir().map(real)
    }

    /// Returns the command line that starts the same program anew, without what was to be done once.
    pub fn for_restart(&self) -> Vec<OsString> {
        let folder = self.data_dir.iter().flat_map(|folder| [OsString::from("--data-dir"), folder.into()]);
        folder.chain(self.this_computer.then(|| "--this-computer".into())).collect()
    }

    /// Reads the command line of a second start, whose paths are relative to where that one was started.
    pub fn from_second_instance(words: Vec<String>, folder: &Path) -> Option<Self> {
        let mut args = Self::try_parse_from(words).ok()?;
        for named in args.named.iter_mut().filter(|named| link(named).is_none() && file(named).is_none()) {
            *named = folder.join(&named);
        }
        Some(args)
    }

    /// Returns the videos to upload.
    pub fn videos(&self) -> Vec<PathBuf> {
        let named = self.named.iter().filter(|named| link(named).is_none());
        named.map(|named| file(named).unwrap_or_else(|| named.clone())).collect()
    }

    /// Returns the job to look at.
    pub fn job(&self) -> Option<JobId> {
        self.named.iter().filter_map(link).find_map(|link| job_of(&link))
    }
}

/// Starts this program anew where a named file has a name that is no UTF-8: parts of the toolkit read the command line as
/// text, and a second start is handed over as text. Such a file is named by its address then.
///
/// # Errors
/// The program could not be started anew.
#[cfg(unix)]
pub fn start_with_names_as_text() -> std::io::Result<()> {
    use std::os::unix::process::CommandExt;
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if words.iter().all(|word| word.to_str().is_some()) {
        return Ok(());
    }
    let program = std::env::current_exe()?;
    Err(std::process::Command::new(program).args(words.into_iter().map(as_text)).exec())
}

/// Returns the address of a file whose name is no text, and everything else as it is.
#[cfg(unix)]
fn as_text(word: OsString) -> OsString {
    if word.to_str().is_some() {
        return word;
    }
    let address = std::path::absolute(&word).ok().and_then(|path| Url::from_file_path(path).ok());
    address.map_or_else(|| word.to_string_lossy().into_owned().into(), |address| String::from(address).into())
}

/// Returns the file that somebody chose. Where its name is no UTF-8, and went through somebody who took it for that, the
/// one file whose name reads the same is meant.
pub fn chosen_file(path: PathBuf) -> PathBuf {
    if path.exists() || !path.to_string_lossy().contains(char::REPLACEMENT_CHARACTER) {
        return path;
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path };
    let folder = chosen_file(folder.to_owned());
    let name = name.to_string_lossy();
    let entries = std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
    let mut alike = entries.map(|entry| entry.file_name()).filter(|entry| entry.to_string_lossy() == name);
    match (alike.next(), alike.next()) {
        (Some(one), None) => folder.join(one),
        _ => path,
    }
}

/// Returns the system's place for application data.
fn usual_data_dir() -> Option<PathBuf> {
    dirs::data_dir().map(|folder| folder.join("tallylight"))
}

fn link(named: impl AsRef<Path>) -> Option<Url> {
    Url::parse(named.as_ref().to_str()?).ok().filter(|url| url.scheme() == SCHEME)
}

/// Returns the file that an address leads to, as file managers name it.
fn file(named: impl AsRef<Path>) -> Option<PathBuf> {
    let url = Url::parse(named.as_ref().to_str()?).ok().filter(|url| url.scheme() == "file")?;
    url.to_file_path().ok()
}

/// Returns the job that a link leads to. A link comes from anywhere: it can show something, and do nothing.
pub fn job_of(link: &Url) -> Option<JobId> {
    let id = link.path().trim_matches('/');
    let id = percent_encoding::percent_decode_str(id).decode_utf8().ok()?;
    let is_job = link.scheme() == SCHEME && link.host_str() == Some("job") && !id.is_empty();
    is_job.then(|| JobId::new(id.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_whose_name_is_no_text_is_named_by_its_address_and_found_again() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().expect("a folder");
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xff.mp4");
        let path = folder.path().join(name);
        std::fs::write(&path, "video").expect("a file");
        let word = as_text(path.clone().into()).into_string().expect("text");
        assert_eq!(second(&[&word]).expect("arguments").videos(), std::slice::from_ref(&path));
        let mistaken = folder.path().join(name.to_string_lossy().as_ref());
        assert_eq!(chosen_file(mistaken.clone()), path);
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe8 \xff.mp4")), "other").expect("a file");
        assert_eq!(chosen_file(mistaken.clone()), mistaken, "two could be meant");
    }

    fn second(words: &[&str]) -> Option<Args> {
        let words = std::iter::once("tallylight").chain(words.iter().copied()).map(str::to_owned).collect();
        Args::from_second_instance(words, Path::new("/home/me"))
    }

    #[test]
    fn a_second_starts_videos_are_found_from_where_it_was_started() {
        let args = second(&["a.mp4", "/b.mp4"]).expect("arguments");
        assert_eq!(args.videos(), [PathBuf::from("/home/me/a.mp4"), PathBuf::from("/b.mp4")]);
        assert!(second(&["--nonsense"]).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_managers_address_of_a_video_is_its_path() {
        let args = second(&["file:///home/me/a%20b.mp4"]).expect("arguments");
        assert_eq!(args.videos(), [PathBuf::from("/home/me/a b.mp4")]);
    }

    #[test]
    fn a_restart_does_nothing_again_and_shows_the_window() {
        let args = second(&["--data-dir", "/d", "--hidden", "--this-computer", "a.mp4", "tallylight://job/7"]);
        assert_eq!(args.expect("arguments").for_restart(), ["--data-dir", "/d", "--this-computer"]);
        assert!(second(&["a.mp4"]).expect("arguments").for_restart().is_empty());
    }

    #[test]
    fn the_usual_folder_by_its_name_is_no_other_place() {
        let usual = usual_data_dir().expect("a folder");
        let args = |folder: &str| second(&["--data-dir", folder]).expect("arguments");
        assert!(!args(&usual.display().to_string()).has_own_data_dir());
        assert!(args("/elsewhere").has_own_data_dir() && !second(&[]).expect("arguments").has_own_data_dir());
    }

    #[test]
    fn a_link_is_no_video_and_leads_to_its_job_alone() {
        let job = |link: &str| {
            let args = second(&[link]).expect("arguments");
            assert_eq!(args.videos(), [] as [PathBuf; 0], "{link}");
            args.job().map(|job| job.to_string())
        };
        assert_eq!(job("tallylight://job/7").as_deref(), Some("7"));
        assert_eq!(job("tallylight://job/a%2Fb%20c/").as_deref(), Some("a/b c"));
        for other in ["tallylight://job/", "tallylight://job", "tallylight://delete/7", "tallylight:job/7"] {
            assert_eq!(job(other), None, "{other}");
        }
    }
}
