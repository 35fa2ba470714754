//! SubRip, WebVTT and SBV: a line with times begins a caption.

use super::{
    Caption, Captions, MAX_CUES, markup,
    time::{Timing, timing},
};

/// Reads the captions of a text whose lines end with `\n`.
pub fn captions(text: &str) -> Captions {
    let is_vtt = text.trim_start().starts_with("WEBVTT");
    let mut reader = Reader { is_vtt, ..Reader::default() };
    for line in text.split('\n') {
        reader.line(line);
        if reader.found.captions.len() > MAX_CUES {
            break;
        }
    }
    reader.finish(Next::End);
    reader.found
}

/// What follows a caption.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    /// The times of another, whose number or name may stand before them.
    Caption,
    /// A blank line, after which WebVTT has no more of it.
    Blank,
    /// The end of the file.
    End,
}

#[derive(Default)]
struct Reader<'a> {
    is_vtt: bool,
    /// Whether the first caption had a number before it.
    is_numbered: bool,
    /// The times of the caption whose lines are being read.
    range: Option<(f64, f64)>,
    lines: Vec<&'a str>,
    found: Captions,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        match timing(line) {
            Timing::Range(start, end) => {
                if self.range.is_none() && self.found.captions.is_empty() {
                    let before = self.lines.iter().rev().find(|line| !line.trim().is_empty());
                    self.is_numbered = before.is_some_and(|line| number(line).is_some());
                    self.lines.clear();
                }
                self.finish(Next::Caption);
                self.range = Some((start, end));
            }
            Timing::Unreadable => {
                self.finish(Next::Caption);
                self.found.unreadable_times += 1;
            }
            // In WebVTT a blank line ends a caption; what stands before the next times is a name, a note or a style.
            // In the other formats only the next times do: captions with blank lines in them are common.
            Timing::None if self.is_vtt && line.is_empty() => self.finish(Next::Blank),
            Timing::None => self.lines.push(line),
        }
    }

    fn finish(&mut self, next: Next) {
        let mut lines = std::mem::take(&mut self.lines);
        let Some((start, end)) = self.range.take() else { return };
        if next == Next::Caption && !self.is_vtt {
            // Captions without numbers may say one.
            let next_number = self.found.captions.len() as u64 + 2;
            remove_number(&mut lines, |number| self.is_numbered || number == next_number);
        }
        let mut timed_words = false;
        let text = lines.join("\n");
        let plain = markup::plain(&text, &mut timed_words);
        let words = plain.lines().map(markup::one_spaced).filter(|line| !line.is_empty()).collect();
        self.found.captions.push(Caption { start, end, lines: words, timed_words });
    }
}

fn number(line: &str) -> Option<u64> {
    line.trim().parse().ok()
}

/// Removes the number of the next caption from the end of this one.
fn remove_number(lines: &mut Vec<&str>, is_expected: impl Fn(u64) -> bool) {
    let is_blank = |line: &&str| line.trim().is_empty();
    // The times may be parted from their number by a blank line, and a caption may have no words at all.
    let Some(last) = lines.iter().rposition(|line| !is_blank(line)) else { return };
    if !number(lines[last]).is_some_and(is_expected) {
        return;
    }
    let after_blank = last == 0 || is_blank(&lines[last - 1]);
    let directly_before_times = last + 1 == lines.len();
    if after_blank || directly_before_times {
        lines.truncate(last);
    }
}
