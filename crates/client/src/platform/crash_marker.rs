//! The crash marker: a file in the data folder that exists while the program runs, by which the next start detects
//! crashes.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, Write},
    path::Path,
    time::Duration,
};

use jiff::Timestamp;

/// The name of the marker. It is not the lock of the running instance: an instance that holds its own lock must be able
/// to lock the marker, too.
const FILE: &str = "crash-marker";
/// Crashes that are further apart are not related.
const CRASH_WINDOW: Duration = Duration::from_mins(1);
/// This many crashes in a row indicate a cause that repeats at every start.
const CRASH_LIMIT: usize = 2;

/// What happens with the database at a start after repeated crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterCrashes {
    /// The database is set aside, and only the user's edits and drafts are carried over, in case its content causes the
    /// crashes.
    SetDatabaseAside,
    /// The database is used as it is.
    KeepDatabase,
}

/// The marker of this run, removed when the run ends normally.
#[derive(Debug)]
pub struct CrashMarker {
    /// `None` if the folder cannot be written, or another program has locked the marker.
    file: Option<File>,
    crashes: usize,
}

impl CrashMarker {
    /// Sets the marker, except for programs that may be ended at any time.
    pub fn new(after_crashes: AfterCrashes, data_dir: &Path, now: Timestamp) -> Self {
        match after_crashes {
            AfterCrashes::SetDatabaseAside => Self::set(data_dir, now),
            AfterCrashes::KeepDatabase => Self { file: None, crashes: 0 },
        }
    }

    /// Sets the marker.
    fn set(data_dir: &Path, now: Timestamp) -> Self {
        let marked = crate::create_private_folder(data_dir).ok().and_then(|()| mark(data_dir, now));
        marked.map_or(Self { file: None, crashes: 0 }, |(file, crashes)| Self { file: Some(file), crashes })
    }

    /// Removes the marker: the run has ended normally.
    pub fn end(&mut self) {
        if let Some(file) = self.file.take() {
            // If this fails, the next start counts one crash, which has no effect alone.
            let _ = file.set_len(0);
        }
    }

    /// Returns whether the last runs crashed shortly after each other.
    pub fn follows_crashes(&self) -> bool {
        self.crashes >= CRASH_LIMIT
    }
}

/// Adds the time of this start to the file of unfinished runs, and returns how many recent runs crashed in a row.
fn mark(data_dir: &Path, now: Timestamp) -> Option<(File, usize)> {
    let path = data_dir.join(FILE);
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).ok()?;
    // A locked file belongs to a program that is running, and has not crashed.
    file.try_lock().ok()?;
    let mut lines = String::new();
    file.read_to_string(&mut lines).ok()?;
    let mut starts: Vec<Timestamp> = lines.lines().filter_map(|line| line.parse().ok()).collect();
    // Each start is compared with the next one, so that the time between a crash and the user's restart does not add
    // up.
    let mut next = now;
    let is_together = |start: &&Timestamp| {
        let gap = Duration::try_from(next.duration_since(**start));
        next = **start;
        gap.is_ok_and(|gap| gap <= CRASH_WINDOW)
    };
    let crashes = starts.iter().rev().take_while(is_together).count();
    starts.drain(..starts.len() - crashes);
    // The runs that follow use a new database, so earlier crashes no longer count.
    if crashes >= CRASH_LIMIT {
        starts.clear();
    }
    starts.push(now);
    file.set_len(0).ok()?;
    file.rewind().ok()?;
    starts.iter().try_for_each(|start| writeln!(file, "{start}")).ok()?;
    Some((file, crashes))
}

impl Drop for CrashMarker {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a time")
    }

    fn crash(mark: CrashMarker) {
        // Like a crash: the system closes the file, and the marker stays.
        drop(std::mem::ManuallyDrop::new(mark).file.take());
    }

    #[test]
    fn only_two_crashes_within_a_minute_are_detected() {
        let folder = tempfile::tempdir().expect("a folder");
        let set = |second| CrashMarker::set(folder.path(), at(second));
        crash(set(0));
        let second = set(10);
        assert!(!second.follows_crashes());
        crash(second);
        let third = set(20);
        assert!(third.follows_crashes());
        crash(third);
        assert!(!set(30).follows_crashes(), "with the new database, it crashed once");
        crash(set(31));
        crash(set(80));
        assert!(set(130).follows_crashes(), "crashes in a row are detected");
        crash(set(300));
        crash(set(370));
        assert!(!set(400).follows_crashes(), "crashes further apart are not related");
    }

    #[test]
    fn a_running_program_does_not_count_as_crashed() {
        let folder = tempfile::tempdir().expect("a folder");
        let set = |second| CrashMarker::set(folder.path(), at(second));
        let running = set(0);
        crash(set(1));
        crash(set(2));
        assert!(!set(3).follows_crashes());
        drop(running);
        assert!(!set(4).follows_crashes());
    }
}
