//! Resource limits of a tool, so that a malicious or very large file does not overload the computer.

use std::time::Duration;
#[cfg(unix)]
use std::{num::NonZero, thread::available_parallelism};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// The address space of ffprobe, in bytes; the report of an ordinary video takes a tenth of it.
const PROBE_MEMORY: u64 = 2 * GIB;
/// The address space of ffmpeg, in bytes. The decoder of an 8K video reserves most of it and uses a tenth.
const FFMPEG_MEMORY: u64 = 6 * GIB;
/// The address space of a speech recogniser: not limited, because graphics drivers reserve any amount. It reads only
/// audio that the studio has written.
const SPEECH_MEMORY: u64 = u64::MAX;
/// The size limit of image and subtitle files, in bytes.
const SMALL_FILE: u64 = 64 * MIB;
/// The size limit of audio files, in bytes: 32 KB a second, enough for three days.
const AUDIO_FILE: u64 = 8 * GIB;
/// The time limit of an analysis with ffprobe.
const PROBE_TIME: Duration = Duration::from_mins(3);
/// The shortest time limit of other runs, because a computer may be very busy.
const BASE_TIME: Duration = Duration::from_mins(10);
/// How many times the duration of a video its decoding may take.
const TIMES_DURATION: f64 = 30.0;
/// How many times the duration of a video speech recognition may take, on a slow computer with a large model.
const TIMES_SPEECH: f64 = 120.0;
/// How long a tool may report no progress. Seeking in a file on a slow disk takes a while.
const STALL_TIME: Duration = Duration::from_mins(3);
/// The longest duration for a time limit, in seconds: a header may state any number.
const MAX_DURATION: f64 = 72.0 * 3600.0;
/// How many processes and threads the user may have in total.
#[cfg(target_os = "linux")]
const PROCESSES: u64 = 16_384;
/// The niceness of a tool, of at most 19, so that other programs stay responsive. The kernel derives the I/O priority
/// from it.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// The limits of one run of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The address space, in bytes.
    pub memory: u64,
    /// The size limit of a file that it writes, in bytes.
    pub file: u64,
    /// The time limit.
    pub time: Duration,
    /// The time limit without progress.
    pub stall: Duration,
}

impl Limits {
    /// Returns the limits of an analysis with ffprobe.
    pub fn probe() -> Self {
        Self { memory: PROBE_MEMORY, file: SMALL_FILE, time: PROBE_TIME, stall: PROBE_TIME }
    }

    /// Returns the limits for decoding a video of a duration in seconds; 0 if it is unknown.
    pub fn video(duration: f64) -> Self {
        Self { memory: FFMPEG_MEMORY, file: SMALL_FILE, time: time(duration, TIMES_DURATION), stall: STALL_TIME }
    }

    /// Returns the limits for extracting the audio of a video; `duration` in seconds.
    pub fn audio(duration: f64) -> Self {
        Self { file: AUDIO_FILE, ..Self::video(duration) }
    }

    /// Returns the limits for speech recognition; `duration` in seconds.
    pub fn speech(duration: f64) -> Self {
        let time = time(duration, TIMES_SPEECH);
        Self { memory: SPEECH_MEMORY, file: SMALL_FILE, time, stall: time }
    }

    /// Returns the same limits for a tool that reports no progress.
    pub fn without_stall_limit(self) -> Self {
        Self { stall: self.time, ..self }
    }

    /// Applies the limits to the process between fork and exec.
    #[cfg(unix)]
    pub fn apply(self, command: &mut tokio::process::Command) {
        use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};

        let processors = available_parallelism().map_or(1, NonZero::get) as u64;
        let seconds = (self.time.as_secs() + 10).saturating_mul(processors);
        let limits = [
            #[cfg(target_os = "linux")]
            (Resource::As, self.memory),
            #[cfg(target_os = "linux")]
            (Resource::Nproc, PROCESSES),
            (Resource::Cpu, seconds),
            (Resource::Fsize, self.file),
            // A core dump must not fill the disk.
            (Resource::Core, 0),
        ];
        let set = move || {
            for (resource, most) in limits {
                let allowed = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
                let most = Some(most.min(allowed));
                setrlimit(resource, Rlimit { current: most, maximum: most })?;
            }
            // A failure to lower the priority is not fatal.
            let _ = setpriority_process(None, NICENESS);
            #[cfg(target_os = "linux")]
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            Ok(())
        };
        // SAFETY: between fork and exec only system calls are made, each without allocation or locks.
        #[expect(unsafe_code, reason = "limits have to be set before the tool reads its first byte")]
        unsafe {
            command.pre_exec(set);
        }
    }

    /// Does nothing on Windows: the caller enforces the time limit, [`Self::memory_limit`] that of the memory, and the job
    /// object ends the tool with the studio.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "the function of Unix needs it")]
    pub fn apply(self, _command: &mut tokio::process::Command) {}
}

#[cfg(windows)]
impl Limits {
    /// Returns the limit of the memory, for the start of a tool.
    pub fn memory_limit(self) -> super::memory_limit::MemoryLimit {
        super::memory_limit::MemoryLimit(self.memory)
    }
}

fn time(duration: f64, times: f64) -> Duration {
    BASE_TIME + Duration::from_secs_f64(duration.clamp(0.0, MAX_DURATION) * times)
}
