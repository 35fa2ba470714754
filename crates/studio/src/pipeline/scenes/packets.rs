//! The sizes of a video's packets, read without decoding. The packet of a frame with new content is far larger than the
//! packets around it.

use std::ffi::OsString;

use crate::{
    pipeline::{context::Context, input},
    tool::{self, Limits, Line},
};

/// How many times larger than every other packet the packet of a new scene is.
const PEAK: f64 = 1.25;
/// How long packets stay large after a keyframe or a new scene, in seconds: that first frame is coarse, and the next
/// ones refine it.
const SETTLING: f64 = 0.5;
/// The smallest number of packets in an interval for which a peak is significant.
const MIN_PACKETS: usize = 24;

/// A packet of the video stream, without keyframes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    /// The presentation time of its frame, in seconds.
    time: f64,
    /// Its size in bytes.
    size: f64,
}

/// Reads the packets of intervals of the video. Returns none if they cannot be read; the slower decoding then finds the
/// changes.
pub async fn read(context: &Context, intervals: &[(f64, f64)]) -> Vec<Packet> {
    if intervals.is_empty() {
        return Vec::new();
    }
    let start = context.media.start;
    let part = |(from, to): &(f64, f64)| format!("{:.3}%{:.3}", from + start, to + start);
    let parts: Vec<String> = intervals.iter().map(part).collect();
    let stream = context.media.video.as_ref().map_or_else(|| "v:0".to_owned(), |stream| stream.index.to_string());
    let options = ["-v", "error", "-select_streams", &stream, "-read_intervals", &parts.join(",")];
    let shown = ["-show_entries", "packet=pts_time,size,flags", "-of", "csv=p=0"];
    let mut args: Vec<OsString> = options.iter().chain(&shown).map(OsString::from).collect();
    args.extend(input::video(&context.job.source));
    let mut packets = Vec::new();
    let run = tool::run(&context.tools.ffprobe, args, Limits::probe(), |line| {
        packets.extend(packet(line).map(|packet| Packet { time: packet.time - start, ..packet }));
    });
    if let Err(error) = run.await {
        tracing::info!(%error, "could not read the sizes of packets");
    }
    packets.sort_by(|a, b| a.time.total_cmp(&b.time));
    packets
}

/// Parses `12.500000,4711,__` of a packet; keyframes have a K in their flags and are ignored.
fn packet(line: Line<'_>) -> Option<Packet> {
    let Line::Out(line) = line else { return None };
    let mut fields = line.split(',');
    let (time, size, flags) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?, fields.next()?);
    (!flags.contains('K')).then_some(Packet { time, size })
}

/// Returns the time of a packet between two keyframes that is far larger than all others.
pub fn peak(packets: &[Packet], from: f64, to: f64) -> Option<f64> {
    let inner = between(packets, from, to);
    let largest = inner.iter().max_by(|a, b| a.size.total_cmp(&b.size))?;
    let after = largest.time..largest.time + SETTLING;
    let others = inner.iter().filter(|packet| !after.contains(&packet.time));
    let next = others.map(|packet| packet.size).fold(0.0, f64::max);
    (inner.len() >= MIN_PACKETS && largest.size >= PEAK * next).then_some(largest.time)
}

/// Returns the time of the largest packet between two keyframes.
pub fn largest(packets: &[Packet], from: f64, to: f64) -> Option<f64> {
    between(packets, from, to).iter().max_by(|a, b| a.size.total_cmp(&b.size)).map(|packet| packet.time)
}

/// Returns the packets between two keyframes, without those that refine the first one.
fn between(packets: &[Packet], from: f64, to: f64) -> Vec<&Packet> {
    packets.iter().filter(|packet| packet.time > from + SETTLING && packet.time < to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(sizes: impl Fn(f64) -> f64) -> Vec<Packet> {
        (1..250u32).map(|index| f64::from(index) / 25.0).map(|time| Packet { time, size: sizes(time) }).collect()
    }

    #[test]
    fn packet_of_a_new_scene_is_a_peak_and_movement_is_none() {
        let cut = packets(|time| match time {
            t if (6.0..6.01).contains(&t) => 80.0,
            // Packets that refine the keyframe and the new scene.
            t if t < 0.3 || (6.0..6.2).contains(&t) => 75.0,
            _ => 40.0,
        });
        assert_eq!(peak(&cut, 0.0, 10.0), Some(6.0));
        assert_eq!(peak(&packets(|time| 40.0 + time), 0.0, 10.0), None, "movement");
        assert_eq!(peak(&cut[140..160], 5.0, 10.0), None, "too few packets");
        assert_eq!(peak(&[], 0.0, 10.0), None);
    }

    #[test]
    fn ffprobe_packet_lines_are_parsed_without_keyframes() {
        assert_eq!(packet(Line::Out("12.500000,4711,__")), Some(Packet { time: 12.5, size: 4711.0 }));
        for other in ["12.500000,4711,K__", "N/A,4711,__", "", "12.5"] {
            assert_eq!(packet(Line::Out(other)), None, "{other}");
        }
    }
}
