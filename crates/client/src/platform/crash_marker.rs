//! A mark in the data folder while the program runs, by which the next start knows of a crash.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, Write},
    path::Path,
    time::Duration,
};

use jiff::Timestamp;

use crate::config::{AfterCrashes, Config};

/// Crashes that lie further apart have nothing to do with each other.
const CRASH_WINDOW: Duration = Duration::from_mins(1);
/// So many in a row have a cause that comes with every start.
const CRASH_LIMIT: usize = 2;

/// The mark of this run. It is taken away when the run ends as it should.
#[derive(Debug)]
pub struct CrashMarker {
    /// None where the folder cannot be written, or another program of it runs and holds the mark.
    file: Option<File>,
    crashes: usize,
}

impl CrashMarker {
    /// Marks the beginning of a run, unless it is of a program that people end as they like.
    pub fn of(config: &Config) -> Self {
        match config.after_crashes {
            AfterCrashes::BeginAnew => Self::set(&config.data_dir, config.clock.now().wall),
            AfterCrashes::GoOn => Self { file: None, crashes: 0 },
        }
    }

    /// Marks the beginning of a run.
    fn set(data_dir: &Path, now: Timestamp) -> Self {
        let marked = crate::create_private_folder(data_dir).ok().and_then(|()| mark(data_dir, now));
        marked.map_or(Self { file: None, crashes: 0 }, |(file, crashes)| Self { file: Some(file), crashes })
    }

    /// The run ends as it should.
    pub fn end(&mut self) {
        if let Some(file) = self.file.take() {
            // Where that fails, the next start takes it for a crash, which alone costs nothing.
            let _ = file.set_len(0);
        }
    }

    /// Tells whether the last runs crashed, one shortly after the other.
    pub fn follows_crashes(&self) -> bool {
        self.crashes >= CRASH_LIMIT
    }
}

/// Adds a line with the time to the file of runs that have not ended, and returns how many of them crashed just now.
fn mark(data_dir: &Path, now: Timestamp) -> Option<(File, usize)> {
    let path = data_dir.join("running.lock");
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).ok()?;
    // Whoever holds it runs, and has not crashed.
    file.try_lock().ok()?;
    let mut lines = String::new();
    file.read_to_string(&mut lines).ok()?;
    let mut starts: Vec<Timestamp> = lines.lines().filter_map(|line| line.parse().ok()).collect();
    // Each began shortly after the one before: how long a person takes to start it again does not add up.
    let mut next = now;
    let is_together = |start: &&Timestamp| {
        let gap = Duration::try_from(next.duration_since(**start));
        next = **start;
        gap.is_ok_and(|gap| gap <= CRASH_WINDOW)
    };
    let crashes = starts.iter().rev().take_while(is_together).count();
    starts.drain(..starts.len() - crashes);
    // What was begun without the cache is told from what crashed with it.
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
        // The system closes its file, and nothing takes the mark away.
        drop(std::mem::ManuallyDrop::new(mark).file.take());
    }

    #[test]
    fn two_crashes_within_a_minute_are_known_and_others_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let set = |second| CrashMarker::set(folder.path(), at(second));
        crash(set(0));
        let second = set(10);
        assert!(!second.follows_crashes());
        crash(second);
        let third = set(20);
        assert!(third.follows_crashes());
        crash(third);
        assert!(!set(30).follows_crashes(), "without the cache it crashed once");
        crash(set(31));
        crash(set(80));
        assert!(set(130).follows_crashes(), "one after the other");
        crash(set(300));
        crash(set(370));
        assert!(!set(400).follows_crashes(), "further apart");
    }

    #[test]
    fn whoever_runs_has_not_crashed() {
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
