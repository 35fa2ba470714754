//! How long a video is: as its header says, unless its packets contradict that.

use tallylight_media::probe::Report;

use super::{
    failure::Failure,
    input,
    tool::{self, Limits, Line},
    work::Work,
};

/// How far the last packet may be before the end that the header states: seconds, or this share of the duration.
const TOLERANCE: (f64, f64) = (2.0, 0.05);
/// How many seconds before the stated end are looked at.
const TAIL: f64 = 5.0;
/// How many packets at the stated end are looked at. Where more follow, the header is wrong.
const TAIL_PACKETS: usize = 5_000;

/// Returns the duration of a video in seconds, 0 where nobody knows. Warns where the file is probably cut off.
///
/// # Errors
/// Where a tool reached one of its limits, or is missing.
pub async fn measure(work: &Work, report: &Report) -> Result<f64, Failure> {
    let stated = report.duration.or_else(|| report.video().and_then(|video| video.duration));
    if let Some(stated) = stated
        && let Some(last) = last_packet(work, report, stated).await
        && (last - report.start - stated).abs() <= tolerance(stated)
    {
        return Ok(stated);
    }
    let measured = read_to_the_end(work, stated.unwrap_or(0.0)).await?;
    let Some(stated) = stated else { return Ok(measured) };
    if measured <= 0.0 {
        return Ok(stated);
    }
    // The duration of a Matroska file is where it ends, even if it begins later than at 0.
    let wanted = if stated > report.start { stated - report.start } else { stated };
    if is_by_its_header_alone(&report.format) && measured < wanted.min(stated) - tolerance(stated) {
        work.warn(&Failure::probably_truncated(format!("{measured:.1} s of {stated:.1} s found")));
    }
    Ok(measured)
}

fn tolerance(duration: f64) -> f64 {
    TOLERANCE.0.max(TOLERANCE.1 * duration)
}

/// Containers whose header is written at the end of a recording, so that packets are missing where it promises more. An MP4
/// lists its packets, and its stated duration may be anything.
fn is_by_its_header_alone(format: &str) -> bool {
    format.split(',').any(|name| matches!(name, "matroska" | "webm" | "flv" | "avi" | "asf" | "ogg" | "wtv" | "nut"))
}

/// Returns where the last packet ends, in seconds, by looking at the stated end alone; none where nothing is found there.
async fn last_packet(work: &Work, report: &Report, stated: f64) -> Option<f64> {
    let from = (report.start + stated - TAIL).max(report.start);
    let interval = format!("{from:.3}%+#{TAIL_PACKETS}");
    let entries = "packet=pts_time,dts_time,duration_time";
    let options = ["-v", "error", "-read_intervals", &interval, "-show_entries", entries, "-of", "csv=p=0"];
    let args = options.iter().map(Into::into).chain(input::video(&work.job.source));
    let (mut last, mut packets) = (None::<f64>, 0_usize);
    let look = tool::run(&work.tools.ffprobe, args, Limits::probe(), |line| {
        if let Line::Out(line) = line {
            packets += 1;
            last = end_of_packet(line).into_iter().chain(last).reduce(f64::max);
        }
    });
    look.await.ok()?;
    last.filter(|_| packets < TAIL_PACKETS)
}

/// Reads `pts,dts,duration` of a packet, any of which may be `N/A`.
fn end_of_packet(line: &str) -> Option<f64> {
    let mut fields = line.split(',').map(|field| field.trim().parse::<f64>().ok());
    let (pts, dts, duration) = (fields.next()?, fields.next().flatten(), fields.next().flatten());
    Some(pts.or(dts)? + duration.unwrap_or(0.0))
}

/// Reads all packets without decoding them, and returns where the last one ends, in seconds.
async fn read_to_the_end(work: &Work, stated: f64) -> Result<f64, Failure> {
    let maps = ["-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "null", "-"];
    let args = input::ffmpeg(&[], &work.job.source, maps);
    let mut end = 0.0_f64;
    let read = tool::run(&work.tools.ffmpeg, args, Limits::video(stated), |line| {
        end = tool::position(line).map_or(end, |position| end.max(position));
    });
    match read.await {
        Ok(_) => Ok(end),
        // What cannot be copied may still be decoded.
        Err(failure) if matches!(failure.code, "tool_failed" | "not_a_video" | "file_incomplete") => Ok(end),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::end_of_packet;

    #[test]
    fn the_end_of_a_packet_is_read() {
        assert_eq!(end_of_packet("1.5,1.4,0.5"), Some(2.0));
        assert_eq!(end_of_packet("N/A,1.5,N/A"), Some(1.5));
        assert_eq!(end_of_packet("N/A,N/A,1"), None);
        assert_eq!(end_of_packet(""), None);
    }
}
