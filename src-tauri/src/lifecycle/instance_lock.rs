//! Who runs: one program for a data folder, and a next one only when the last has written its last word.

use std::{
    fs::{File, TryLockError},
    path::Path,
    process::Command,
    thread::sleep,
    time::Duration,
};

/// Names the file whose lock the running program holds.
const LOCK: &str = "running.lock";
/// Stands in the environment of a start that was tried before.
const SECOND_TRY: &str = "TALLYLIGHT_SECOND_TRY";
/// How often a lock is tried while the program before ends.
const TRY_EVERY: Duration = Duration::from_millis(50);
/// How often it is tried in all, for longer than a program takes to end.
const TRIES: u32 = 400;

/// Holds a data folder until the end of the program, however it ends.
#[derive(Debug)]
pub struct InstanceLock(#[expect(dead_code, reason = "held until the end")] Option<File>);

impl InstanceLock {
    /// Takes a folder, once whoever has it is done.
    ///
    /// # Errors
    /// Says that somebody still has it. A folder that knows no locks is no reason not to start.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let opened = tallylight_client::create_private_folder(folder).and_then(|()| File::create(folder.join(LOCK)));
        let file = match opened {
            Ok(file) => file,
            Err(error) => {
                tracing::warn!(%error, "the data folder cannot be locked");
                return Ok(Self(None));
            }
        };
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self(Some(file))),
                Err(TryLockError::WouldBlock) => sleep(TRY_EVERY),
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(%error, "the data folder cannot be locked");
                    return Ok(Self(None));
                }
            }
        }
        anyhow::bail!("Tallylight is already running with the data folder {}. Quit it or use a different --data-dir.", folder.display())
    }
}

/// Starts anew in the place of this start, once: whoever ran when it began has ended since.
///
/// # Errors
/// Says why this start failed, where that was tried already.
pub fn try_again(error: anyhow::Error) -> anyhow::Result<()> {
    if std::env::var_os(SECOND_TRY).is_some() {
        return Err(error.context("Couldn't start Tallylight"));
    }
    let status = Command::new(std::env::current_exe()?).args(std::env::args_os().skip(1)).env(SECOND_TRY, "1").status();
    std::process::exit(status?.code().unwrap_or(1))
}

/// Returns the name that a running program has on the message bus: another for every data folder, because another
/// folder is another world.
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
    fn a_folder_is_taken_once_and_is_free_again_afterwards() {
        let folder = tempfile::tempdir().expect("a folder");
        let running = InstanceLock::take(folder.path()).expect("taken");
        let other = File::create(folder.path().join(LOCK)).expect("a file");
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(running);
        InstanceLock::take(folder.path()).expect("free again");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn another_folder_is_another_world() {
        assert_eq!(bus_name("tv.x", None), "tv.x");
        let at = |folder: &str| bus_name("tv.x", Some(Path::new(folder)));
        assert!(at("/a") == at("/a") && at("/a") != at("/b"), "{} {}", at("/a"), at("/b"));
    }
}
