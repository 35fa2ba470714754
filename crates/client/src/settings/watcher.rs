//! Notices changes of the settings file.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// How long the file must be unchanged before a change is reported: saving causes several events in a row, and a
/// half-written file has another meaning.
pub const SETTLE_TIME: Duration = Duration::from_millis(200);

/// Watches a file until it is dropped.
pub struct FileWatcher {
    changes: mpsc::Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl FileWatcher {
    /// Watches a file, which need not exist; its folder must.
    ///
    /// # Errors
    /// The system's error.
    pub fn new(file: &Path) -> notify::Result<Self> {
        let folder = file.parent().unwrap_or(file);
        // If the file is a symbolic link, an editor changes its target.
        let target = file.canonicalize().ok().filter(|target| target.parent() != Some(folder));
        let names = [Some(file), target.as_deref()].map(|file| file.and_then(Path::file_name).map(ToOwned::to_owned));
        let (sender, changes) = mpsc::channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // The folder also holds the database, which changes all the time.
            let is_it = |path: &PathBuf| names.iter().flatten().any(|name| path.file_name() == Some(name));
            let is_about_it = |event: &notify::Event| event.paths.iter().any(is_it);
            // The channel holds one event: more would cause the same reading.
            if event.is_ok_and(|event| event.need_rescan() || !event.kind.is_access() && is_about_it(&event)) {
                let _ = sender.try_send(());
            }
        })?;
        // The folder is watched instead of the file, because editors replace the file.
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        if let Some(folder) = target.as_deref().and_then(Path::parent) {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { changes, _watcher: watcher })
    }

    /// Waits until the file has changed, and has settled. Returns `None` if it cannot be watched any more.
    pub async fn changed(&mut self) -> Option<()> {
        self.changes.recv().await?;
        while tokio::time::timeout(SETTLE_TIME, self.changes.recv()).await.is_ok_and(|change| change.is_some()) {}
        Some(())
    }
}
