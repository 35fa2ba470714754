//! The instance lock: one running program per data folder. The next start waits until the previous program has saved
//! everything.

use std::{
    fs::{File, TryLockError},
    path::Path,
    process::Command,
    thread::sleep,
    time::Duration,
};

/// The file whose lock the running program holds.
const LOCK: &str = "running.lock";
/// The environment variable that marks a second attempt of a start.
const SECOND_TRY: &str = "TALLYLIGHT_SECOND_TRY";
/// The interval at which the lock is tried while the previous program ends.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);
/// How often the lock is tried at most: together 20 s, longer than a program takes to end.
const MAX_TRIES: u32 = 400;

/// The lock on a data folder, held until the process ends, even if it crashes.
#[derive(Debug)]
pub struct InstanceLock(#[expect(dead_code, reason = "held until the end")] Option<File>);

impl InstanceLock {
    /// Locks a folder, and waits until a previous program that is ending has released it.
    ///
    /// # Errors
    /// Another program still holds the folder after 20 s. If the file system has no locks, the folder counts as locked.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let opened = tallylight_client::create_private_folder(folder).and_then(|()| File::create(folder.join(LOCK)));
        let file = match opened {
            Ok(file) => file,
            Err(error) => {
                tracing::warn!(%error, "the data folder could not be locked");
                return Ok(Self(None));
            }
        };
        for _ in 0..MAX_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self(Some(file))),
                Err(TryLockError::WouldBlock) => sleep(RETRY_INTERVAL),
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(%error, "the data folder could not be locked");
                    return Ok(Self(None));
                }
            }
        }
        anyhow::bail!(
            "Tallylight is already running with the data folder {}. Quit it or use a different --data-dir.",
            folder.display()
        )
    }
}

/// Runs this program again in place of this start, once: the instance to which this start should have been handed over
/// has ended meanwhile. The process ends with the exit code of the second attempt.
///
/// # Errors
/// Returns `error` if this start already is the second attempt.
pub fn restart_once(error: anyhow::Error) -> anyhow::Result<()> {
    if std::env::var_os(SECOND_TRY).is_some() {
        return Err(error.context("Couldn't start Tallylight"));
    }
    let status = Command::new(std::env::current_exe()?).args(std::env::args_os().skip(1)).env(SECOND_TRY, "1").status();
    std::process::exit(status?.code().unwrap_or(1))
}

/// Returns the bus name of the running program. Each data folder is a separate instance: its own bus name, lock and
/// settings.
#[cfg(target_os = "linux")]
pub fn bus_name(identifier: &str, own_folder: Option<&Path>) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let Some(folder) = own_folder else { return identifier.to_owned() };
    let mut hasher = DefaultHasher::new();
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).hash(&mut hasher);
    format!("{identifier}.at{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_until_the_lock_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let running = InstanceLock::take(folder.path()).expect("taken");
        let other = File::create(folder.path().join(LOCK)).expect("a file");
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(running);
        InstanceLock::take(folder.path()).expect("free again");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn each_data_folder_has_its_own_bus_name() {
        assert_eq!(bus_name("tv.x", None), "tv.x");
        let at = |folder: &str| bus_name("tv.x", Some(Path::new(folder)));
        assert!(at("/a") == at("/a") && at("/a") != at("/b"), "{} {}", at("/a"), at("/b"));
    }
}
