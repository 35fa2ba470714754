//! What a tool may use: a file that was made to harm, or is only very large, must not take the computer.

use std::time::Duration;
#[cfg(unix)]
use std::{num::NonZero, thread::available_parallelism};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// The address space of ffprobe; a report of an ordinary video takes a tenth of it.
const PROBE_MEMORY: u64 = 2 * GIB;
/// The address space of ffmpeg. The decoder of an 8K video takes most of it; a tenth of that is really used.
const FFMPEG_MEMORY: u64 = 6 * GIB;
/// The address space of a speech recogniser: not limited, because graphics processors reserve any amount of it. It reads our
/// own file alone.
const SPEECH_MEMORY: u64 = u64::MAX;
/// The largest file of pictures and subtitles.
const SMALL_FILE: u64 = 64 * MIB;
/// The largest file of sound: 32 KB for each second, enough for three days.
const SOUND_FILE: u64 = 8 * GIB;
/// How long a look into a file may take.
const PROBE_TIME: Duration = Duration::from_mins(3);
/// How long work takes at least before it is ended: a computer may be very busy.
const BASE_TIME: Duration = Duration::from_mins(10);
/// How many times the duration of a video may its decoding take.
const TIMES_DURATION: f64 = 30.0;
/// How many times the duration of a video may speech recognition take, on a slow computer with a large model.
const TIMES_SPEECH: f64 = 120.0;
/// How long a tool may report nothing new. Seeking in a file on a slow disk takes a while.
const STANDSTILL: Duration = Duration::from_mins(3);
/// The longest duration that is reckoned with: a header may say anything.
const LONGEST: f64 = 72.0 * 3600.0;
/// How many processes and threads the person may have in all.
#[cfg(target_os = "linux")]
const PROCESSES: u64 = 16_384;
/// How much a tool yields to the programs that a person works with; 19 is most. The kernel derives the priority of reading
/// and writing from it.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// The limits of one run of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Address space in bytes.
    pub memory: u64,
    /// The largest file that it may write, in bytes.
    pub file: u64,
    /// How long it may run.
    pub time: Duration,
    /// How long it may report nothing new.
    pub standstill: Duration,
}

impl Limits {
    /// The limits of a look into a file.
    pub fn probe() -> Self {
        Self { memory: PROBE_MEMORY, file: SMALL_FILE, time: PROBE_TIME, standstill: PROBE_TIME }
    }

    /// The limits of reading a video of a duration, in seconds; 0 where it is not known.
    pub fn video(duration: f64) -> Self {
        Self { memory: FFMPEG_MEMORY, file: SMALL_FILE, time: time(duration, TIMES_DURATION), standstill: STANDSTILL }
    }

    /// The limits of extracting the sound of a video.
    pub fn sound(duration: f64) -> Self {
        Self { file: SOUND_FILE, ..Self::video(duration) }
    }

    /// The limits of recognising the speech of a video.
    pub fn speech(duration: f64) -> Self {
        let time = time(duration, TIMES_SPEECH);
        Self { memory: SPEECH_MEMORY, file: SMALL_FILE, time, standstill: time }
    }

    /// The same limits for a tool that reports nothing for long while it works.
    pub fn without_standstill(self) -> Self {
        Self { standstill: self.time, ..self }
    }

    /// Sets the limits of the process that is about to become the tool.
    #[cfg(unix)]
    pub fn on_start(self, command: &mut tokio::process::Command) {
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
            // A crash must not fill the disk.
            (Resource::Core, 0),
        ];
        let set = move || {
            for (resource, most) in limits {
                let allowed = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
                let most = Some(most.min(allowed));
                setrlimit(resource, Rlimit { current: most, maximum: most })?;
            }
            // Not being the least important process is no reason to fail.
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

    /// On Windows the time is limited here, and the job object ends the tool with the studio.
    #[cfg(not(unix))]
    pub fn on_start(self, _command: &mut tokio::process::Command) {}
}

fn time(duration: f64, times: f64) -> Duration {
    BASE_TIME + Duration::from_secs_f64(duration.clamp(0.0, LONGEST) * times)
}
