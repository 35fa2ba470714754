//! The duration of a video: as stated in its header, unless its packets contradict that.

use tallylight_media::probe::Report;

use super::{context::Context, failure::Failure, input};
use crate::{
    jobs::ErrorCode,
    tool::{self, Limits, Line},
};

/// How far the last packet may be before the stated end: seconds, or this share of the duration.
const TOLERANCE: (f64, f64) = (2.0, 0.05);
/// How many seconds before the stated end are read.
const TAIL: f64 = 5.0;
/// How many packets at the stated end are read. If more follow, the header is wrong.
const TAIL_PACKETS: usize = 5_000;

/// Returns the duration of a video in seconds, 0 if it is unknown. Warns if the file is probably truncated.
///
/// # Errors
/// The failure of a tool that reached a limit or is missing.
pub async fn measure(context: &Context, report: &Report) -> Result<f64, Failure> {
    let stated = report.duration.or_else(|| report.video().and_then(|video| video.duration));
    if let Some(stated) = stated
        && let Some(last) = last_packet(context, report, stated).await
        && (last - report.start - stated).abs() <= tolerance(stated)
    {
        return Ok(stated);
    }
    let measured = read_to_the_end(context, stated.unwrap_or(0.0)).await?;
    let Some(stated) = stated else { return Ok(measured) };
    if measured <= 0.0 {
        return Ok(stated);
    }
    // In Matroska the stated duration is the end time, even if the first packet is later than 0.
    let expected = if stated > report.start { stated - report.start } else { stated };
    if has_header_duration_only(&report.format) && measured < expected.min(stated) - tolerance(stated) {
        context.warn(&Failure::probably_truncated(format!("{measured:.1} s of {stated:.1} s found")));
    }
    Ok(measured)
}

fn tolerance(duration: f64) -> f64 {
    TOLERANCE.0.max(TOLERANCE.1 * duration)
}

/// Returns whether packets may be missing although the container's header states a longer duration. An MP4 lists its
/// packets, so its stated duration proves nothing.
fn has_header_duration_only(format: &str) -> bool {
    format.split(',').any(|name| matches!(name, "matroska" | "webm" | "flv" | "avi" | "asf" | "ogg" | "wtv" | "nut"))
}

/// Returns the end of the last packet, in seconds, by reading near the stated end only; `None` if no packet is there.
async fn last_packet(context: &Context, report: &Report, stated: f64) -> Option<f64> {
    let from = (report.start + stated - TAIL).max(report.start);
    let interval = format!("{from:.3}%+#{TAIL_PACKETS}");
    let entries = "packet=pts_time,dts_time,duration_time";
    let options = ["-v", "error", "-read_intervals", &interval, "-show_entries", entries, "-of", "csv=p=0"];
    let args = options.iter().map(Into::into).chain(input::video(&context.job.source));
    let (mut last, mut packets) = (None::<f64>, 0_usize);
    let run = tool::run(&context.tools.ffprobe, args, Limits::probe(), |line| {
        if let Line::Out(line) = line {
            packets += 1;
            last = end_of_packet(line).into_iter().chain(last).reduce(f64::max);
        }
    });
    run.await.ok()?;
    last.filter(|_| packets < TAIL_PACKETS)
}

/// Parses `pts,dts,duration` of a packet, any of which may be `N/A`, and returns the packet's end in seconds.
fn end_of_packet(line: &str) -> Option<f64> {
    let mut fields = line.split(',').map(|field| field.trim().parse::<f64>().ok());
    let (pts, dts, duration) = (fields.next()?, fields.next().flatten(), fields.next().flatten());
    Some(pts.or(dts)? + duration.unwrap_or(0.0))
}

/// Reads all packets without decoding and returns the end of the last one, in seconds.
async fn read_to_the_end(context: &Context, stated: f64) -> Result<f64, Failure> {
    let maps = ["-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "null", "-"];
    let args = input::ffmpeg(&[], &context.job.source, maps);
    let mut end = 0.0_f64;
    let read = tool::run(&context.tools.ffmpeg, args, Limits::video(stated), |line| {
        end = tool::position(line).map_or(end, |position| end.max(position));
    });
    match read.await.map_err(Failure::from) {
        Ok(_) => Ok(end),
        // Streams that cannot be copied may still be decoded by later stages.
        Err(failure)
            if matches!(failure.code, ErrorCode::ToolFailed | ErrorCode::NotAVideo | ErrorCode::FileIncomplete) =>
        {
            Ok(end)
        }
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::end_of_packet;

    #[test]
    fn packet_end_is_parsed() {
        assert_eq!(end_of_packet("1.5,1.4,0.5"), Some(2.0));
        assert_eq!(end_of_packet("N/A,1.5,N/A"), Some(1.5));
        assert_eq!(end_of_packet("N/A,N/A,1"), None);
        assert_eq!(end_of_packet(""), None);
    }
}
