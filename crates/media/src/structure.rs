//! Detection of truncated files by the sizes that their containers state.

use std::io::{self, Read, Seek, SeekFrom};

/// The largest number of MP4 boxes that are read; a fragmented recording has one pair for each second.
const MAX_BOXES: usize = 200_000;
/// The sizes of a transport stream's packet: without and with a timestamp before it.
const TS_PACKETS: [u64; 2] = [188, 192];

/// The result of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// The container states more bytes than the file has.
    Truncated,
    /// The last packet is incomplete. A recording that was interrupted also ends like this.
    PartialPacket,
    /// Nothing is missing, as far as the container states sizes.
    Complete,
}

/// Checks the sizes that a container states.
///
/// # Errors
/// The I/O error of the file.
pub fn completeness(file: &mut (impl Read + Seek)) -> io::Result<Completeness> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = [0; 64];
    let read = fill(file, &mut head)?;
    let head = &head[..read];
    let ends_after = |end: Option<u64>| {
        if end.is_some_and(|end| end > length) { Completeness::Truncated } else { Completeness::Complete }
    };
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"AVI ") {
        return Ok(ends_after(riff_end(head)));
    }
    if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return Ok(ends_after(segment_end(file)?));
    }
    if head.get(4..8).is_some_and(is_mp4_box) {
        return Ok(if is_mp4_truncated(file, length)? { Completeness::Truncated } else { Completeness::Complete });
    }
    for (size, offset) in TS_PACKETS.into_iter().zip([0, 4]) {
        let mut is_sync = |packet: u64| at(file, packet * size + offset).map(|byte| byte == Some(0x47));
        if is_sync(0)? && is_sync(1)? && is_sync(2)? {
            let is_whole = length.is_multiple_of(size);
            return Ok(if is_whole { Completeness::Complete } else { Completeness::PartialPacket });
        }
    }
    Ok(Completeness::Complete)
}

fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

fn at(file: &mut (impl Read + Seek), position: u64) -> io::Result<Option<u8>> {
    file.seek(SeekFrom::Start(position))?;
    let mut byte = [0];
    Ok((fill(file, &mut byte)? == 1).then_some(byte[0]))
}

/// Returns the end of an AVI's first chunk. An interrupted recording leaves the size 0.
fn riff_end(head: &[u8]) -> Option<u64> {
    let size = u32::from_le_bytes(head.get(4..8)?.try_into().ok()?);
    (size > 0 && size != u32::MAX).then_some(u64::from(size) + 8)
}

/// Returns the end of the segment of a Matroska or WebM file; `None` for a live recording, which has no size.
fn segment_end(file: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    const SEGMENT: u64 = 0x1853_8067;
    let mut position = 0;
    // The EBML header, possibly padding, then the segment.
    for _ in 0..4 {
        file.seek(SeekFrom::Start(position))?;
        let mut bytes = [0; 12];
        let read = fill(file, &mut bytes)?;
        let Some((id, id_length)) = vint(&bytes[..read], Marker::Kept) else { return Ok(None) };
        let Some((size, size_length)) = vint(&bytes[id_length.min(read)..read], Marker::Removed) else {
            return Ok(None);
        };
        let unknown = size == (1 << (7 * size_length)) - 1;
        let Some(end) = (position + (id_length + size_length) as u64).checked_add(size) else { return Ok(None) };
        if id == SEGMENT {
            return Ok((!unknown).then_some(end));
        }
        position = end;
    }
    Ok(None)
}

#[derive(Clone, Copy, PartialEq)]
enum Marker {
    Kept,
    Removed,
}

/// Parses an EBML number, whose leading zero bits give its length in bytes. Returns the number and its length.
fn vint(bytes: &[u8], marker: Marker) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 || bytes.len() < length {
        return None;
    }
    let start = match marker {
        Marker::Kept => u64::from(first),
        Marker::Removed => u64::from(first) & ((1 << (8 - length)) - 1),
    };
    Some((bytes[1..length].iter().fold(start, |value, byte| value << 8 | u64::from(*byte)), length))
}

fn is_mp4_box(kind: &[u8]) -> bool {
    matches!(kind, b"ftyp" | b"moov" | b"mdat" | b"moof" | b"free" | b"wide" | b"skip" | b"styp" | b"sidx" | b"pnot")
}

/// Returns whether a box of an MP4 exceeds the file. Data after the last known box is a trailer and is ignored.
fn is_mp4_truncated(file: &mut (impl Read + Seek), length: u64) -> io::Result<bool> {
    let mut position = 0_u64;
    for _ in 0..MAX_BOXES {
        file.seek(SeekFrom::Start(position))?;
        let mut bytes = [0; 16];
        let read = fill(file, &mut bytes)?;
        if read < 8 || !is_mp4_box(&bytes[4..8]) && !matches!(&bytes[4..8], b"uuid" | b"udta" | b"meta" | b"mfra") {
            return Ok(false);
        }
        let small = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let size = match small {
            // The box extends to the end of the file.
            0 => return Ok(false),
            1 if read == 16 => u64::from_be_bytes([
                bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15],
            ]),
            small => u64::from(small),
        };
        if size < 8 {
            return Ok(false);
        }
        position = position.saturating_add(size);
        if position > length {
            // Trailers of phones may state wrong sizes; boxes with the video may not.
            return Ok(matches!(&bytes[4..8], b"mdat" | b"moov" | b"moof"));
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(bytes: &[u8]) -> Completeness {
        completeness(&mut Cursor::new(bytes)).expect("memory")
    }

    #[test]
    fn stated_sizes_beyond_the_file_mean_it_is_cut_off() {
        let mp4 = b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x10mdat12345678";
        assert_eq!(of(mp4), Completeness::Complete);
        assert_eq!(of(&mp4[..28]), Completeness::Truncated);
        assert_eq!(
            of(b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\0mdat1234"),
            Completeness::Complete,
            "the size 0 means the end of the file"
        );
        assert_eq!(of(b"\0\0\0\x10ftypisom\0\0\0\0\x7f\0\0\0uuid"), Completeness::Complete, "a trailer");
        let mkv = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x84abcd";
        assert_eq!(of(mkv), Completeness::Complete);
        assert_eq!(of(&mkv[..12]), Completeness::Truncated);
        assert_eq!(
            of(b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"),
            Completeness::Complete,
            "a live recording"
        );
        assert_eq!(of(b"RIFF\x06\0\0\0AVI ab"), Completeness::Complete);
        assert_eq!(of(b"RIFF\x40\0\0\0AVI ab"), Completeness::Truncated);
        let mut ts = vec![0; 188 * 3];
        for packet in 0..3 {
            ts[packet * 188] = 0x47;
        }
        assert_eq!(of(&ts), Completeness::Complete);
        ts.extend([0x47, 0, 0]);
        assert_eq!(of(&ts), Completeness::PartialPacket);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_checked_without_panic(head in 0_usize..4, bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let heads: [&[u8]; 4] = [b"", b"\0\0\0\x08ftyp", b"\x1a\x45\xdf\xa3", b"RIFF"];
            of(&[heads[head], &bytes].concat());
        }
    }
}
