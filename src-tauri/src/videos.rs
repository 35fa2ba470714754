//! Videos outside the window: opened in the system's player or the browser, and shown in the file manager. The page
//! names a job, never a path or a URL.

use std::path::Path;

use tallylight_client::{Browser, Handle};
use tallylight_core::{Code, Error, JobId};
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;

use crate::dialogs;

/// The extensions of files that are opened: the system may run a file with another one instead of playing it.
const EXTENSIONS: [&str; 24] = [
    "3g2", "3gp", "asf", "avi", "f4v", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "mxf",
    "ogg", "ogm", "ogv", "qt", "ts", "vob", "webm", "wmv",
];

/// Opens the file of a video on this computer in the system's player; without one, its URL in the browser.
///
/// # Errors
/// [`Code::File`] if the system cannot open the file, [`Code::NotFound`] if there is neither a file nor a URL, or why
/// the studio could not be asked for the URL.
pub async fn open(app: &AppHandle, client: &Handle, job_id: JobId) -> Result<(), Error> {
    if let Some(path) = client.source_file(job_id.clone()).await.filter(|path| is_video(path)) {
        let opened = app.opener().open_path(path.display().to_string(), None::<&str>);
        return opened.map_err(|error| not_opened(&path, &error));
    }
    let missing = || Error::new(Code::NotFound, "The studio no longer has this video file.");
    Browser::system().open(&client.playback(job_id).await?.ok_or_else(missing)?).await
}

/// Shows the file of a video on this computer in the file manager.
///
/// # Errors
/// [`Code::File`] if the file is not there, or the system cannot show it.
pub async fn show_file(app: &AppHandle, client: &Handle, job_id: JobId) -> Result<(), Error> {
    let missing = || Error::new(Code::File, "The file was moved or deleted.");
    dialogs::show_file(app, client.source_file(job_id).await.ok_or_else(missing)?).await
}

fn is_video(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

fn not_opened(path: &Path, error: &tauri_plugin_opener::Error) -> Error {
    Error::new(Code::File, format!("Couldn't open {} ({error}). Open it in your file manager.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_the_system_plays_are_opened() {
        for (name, is_opened) in [
            ("a.mp4", true),
            ("b.MOV", true),
            ("c.mp4.exe", false),
            ("d.desktop", false),
            ("e.sh", false),
            ("f.html", false),
            ("mp4", false),
            ("", false),
        ] {
            assert_eq!(is_video(Path::new(name)), is_opened, "{name}");
        }
    }
}
