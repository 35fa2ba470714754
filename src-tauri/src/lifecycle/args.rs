//! The command line of the desktop app. The system also passes links and files on it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Parser;
use tallylight_client::data_dir;
use tallylight_core::JobId;
use url::Url;

/// The URL scheme of links to the app.
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
    /// The token with which the window may come to the front, of a start that is handed over
    #[cfg(target_os = "linux")]
    #[arg(long, hide = true, value_name = "TOKEN")]
    activation_token: Option<String>,
    /// Videos to upload, or a link such as tallylight://job/7
    #[arg(value_name = "VIDEO | LINK")]
    named: Vec<PathBuf>,
}

impl Args {
    /// Returns the data folder: the one of `--data-dir`, or the usual place for application data.
    pub fn data_dir(&self) -> Option<PathBuf> {
        data_dir(self.data_dir.as_deref())
    }

    /// Returns whether the data folder is another one than the usual.
    pub fn has_own_data_dir(&self) -> bool {
        let real = |folder: PathBuf| folder.canonicalize().unwrap_or(folder);
        self.data_dir.is_some() && self.data_dir.clone().map(real) != data_dir(None).map(real)
    }

    /// Returns the arguments that start the same instance again, without those that are done once (`--hidden`, videos,
    /// links).
    pub fn restart_arguments(&self) -> Vec<OsString> {
        let folder = self.data_dir.iter().flat_map(|folder| [OsString::from("--data-dir"), folder.into()]);
        folder.chain(self.this_computer.then(|| "--this-computer".into())).collect()
    }

    /// Parses the command line of a second start; relative paths in it are relative to that start's working directory.
    /// Returns `None` if it cannot be parsed.
    pub fn from_second_instance(command_line: Vec<String>, folder: &Path) -> Option<Self> {
        let mut args = Self::try_parse_from(command_line).ok()?;
        for named in args.named.iter_mut().filter(|named| link(named).is_none() && file(named).is_none()) {
            *named = folder.join(&named);
        }
        Some(args)
    }

    /// Returns the activation token of a start that is handed over.
    #[cfg(target_os = "linux")]
    pub fn activation_token(&self) -> Option<String> {
        self.activation_token.clone()
    }

    /// Returns the videos to upload.
    pub fn videos(&self) -> Vec<PathBuf> {
        let named = self.named.iter().filter(|named| link(named).is_none());
        named.map(|named| file(named).unwrap_or_else(|| named.clone())).collect()
    }

    /// Returns the job that a link on the command line opens.
    pub fn job(&self) -> Option<JobId> {
        self.named.iter().filter_map(link).find_map(|link| job_of(&link))
    }
}

/// Restarts this program if an argument is not UTF-8, with a `file:` URL in its place. Parts of GTK read the command
/// line as text, and a second start is handed over as text, so such a file name would be lost.
///
/// # Errors
/// The program could not be started again.
#[cfg(unix)]
pub fn restart_with_utf8_arguments() -> std::io::Result<()> {
    use std::os::unix::process::CommandExt;
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if args.iter().all(|arg| arg.to_str().is_some()) {
        return Ok(());
    }
    let program = std::env::current_exe()?;
    Err(std::process::Command::new(program).args(args.into_iter().map(as_text)).exec())
}

/// Starts this program again with an activation token as its first argument: a start that is handed over consists of its
/// arguments.
///
/// # Errors
/// The program could not be started again.
#[cfg(target_os = "linux")]
pub fn restart_with_activation_token(token: &str) -> std::io::Error {
    use std::os::unix::process::CommandExt;
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut command = std::process::Command::new(program);
    command.arg(format!("--activation-token={token}")).args(std::env::args_os().skip(1));
    command.env_remove("XDG_ACTIVATION_TOKEN").env_remove("DESKTOP_STARTUP_ID").exec()
}

/// Returns the `file:` URL of a path that is not UTF-8, and any other argument unchanged.
#[cfg(unix)]
fn as_text(arg: OsString) -> OsString {
    if arg.to_str().is_some() {
        return arg;
    }
    let address = std::path::absolute(&arg).ok().and_then(|path| Url::from_file_path(path).ok());
    address.map_or_else(|| arg.to_string_lossy().into_owned().into(), |address| String::from(address).into())
}

/// Restores the path of a file whose name is not UTF-8. Dialogs and drags replace the invalid bytes of a name by U+FFFD,
/// so that the path they pass does not exist; the file is found if it is the only one in its folder whose name becomes
/// the same. Any other path is returned unchanged.
pub fn restore_path(path: PathBuf) -> PathBuf {
    if path.exists() || !path.to_string_lossy().contains(char::REPLACEMENT_CHARACTER) {
        return path;
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path };
    let folder = restore_path(folder.to_owned());
    let name = name.to_string_lossy();
    let entries = std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
    let mut alike = entries.map(|entry| entry.file_name()).filter(|entry| entry.to_string_lossy() == name);
    match (alike.next(), alike.next()) {
        (Some(one), None) => folder.join(one),
        _ => path,
    }
}

fn link(named: impl AsRef<Path>) -> Option<Url> {
    Url::parse(named.as_ref().to_str()?).ok().filter(|url| url.scheme() == SCHEME)
}

/// Returns the path of a `file:` URL, the form in which some file managers pass files.
fn file(named: impl AsRef<Path>) -> Option<PathBuf> {
    let url = Url::parse(named.as_ref().to_str()?).ok().filter(|url| url.scheme() == "file")?;
    url.to_file_path().ok()
}

/// Returns the job that a link opens. Any program or web page may send links, so a link can only show something.
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
    fn a_name_that_is_not_utf8_becomes_a_file_url_and_is_found_again() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().expect("a folder");
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xff.mp4");
        let path = folder.path().join(name);
        std::fs::write(&path, "video").expect("a file");
        let arg = as_text(path.clone().into()).into_string().expect("text");
        assert_eq!(second(&[&arg]).expect("arguments").videos(), std::slice::from_ref(&path));
        let mistaken = folder.path().join(name.to_string_lossy().as_ref());
        assert_eq!(restore_path(mistaken.clone()), path);
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe8 \xff.mp4")), "other").expect("a file");
        assert_eq!(restore_path(mistaken.clone()), mistaken, "an ambiguous name stays as it is");
    }

    fn second(args: &[&str]) -> Option<Args> {
        let args = std::iter::once("tallylight").chain(args.iter().copied()).map(str::to_owned).collect();
        Args::from_second_instance(args, Path::new("/home/me"))
    }

    #[test]
    fn relative_paths_of_a_second_start_use_its_working_directory() {
        let args = second(&["a.mp4", "/b.mp4"]).expect("arguments");
        assert_eq!(args.videos(), [PathBuf::from("/home/me/a.mp4"), PathBuf::from("/b.mp4")]);
        assert!(second(&["--nonsense"]).is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_activation_token_of_a_second_start_is_no_video() {
        let args = second(&["--activation-token=gnome-shell/a b/1_TIME7", "/b.mp4"]).expect("arguments");
        assert_eq!(args.activation_token().as_deref(), Some("gnome-shell/a b/1_TIME7"));
        assert_eq!(args.videos(), [PathBuf::from("/b.mp4")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_url_is_read_as_its_path() {
        let args = second(&["file:///home/me/a%20b.mp4"]).expect("arguments");
        assert_eq!(args.videos(), [PathBuf::from("/home/me/a b.mp4")]);
    }

    #[test]
    fn a_restart_keeps_the_folder_and_drops_one_time_arguments() {
        let token: &[&str] = if cfg!(target_os = "linux") { &["--activation-token=t"] } else { &[] };
        let once = ["--data-dir", "/d", "--hidden", "--this-computer", "a.mp4", "tallylight://job/7"];
        let args = second(&[&once[..], token].concat());
        assert_eq!(args.expect("arguments").restart_arguments(), ["--data-dir", "/d", "--this-computer"]);
        assert!(second(&["a.mp4"]).expect("arguments").restart_arguments().is_empty());
    }

    #[test]
    fn naming_the_usual_data_folder_is_not_an_own_folder() {
        let usual = data_dir(None).expect("a folder");
        let args = |folder: &str| second(&["--data-dir", folder]).expect("arguments");
        assert!(!args(&usual.display().to_string()).has_own_data_dir());
        assert!(args("/elsewhere").has_own_data_dir() && !second(&[]).expect("arguments").has_own_data_dir());
    }

    #[test]
    fn a_link_is_not_an_upload_and_only_opens_its_job() {
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
