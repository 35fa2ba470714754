//! SubRip, WebVTT and SBV: a timing line begins a caption.

use super::{
    Caption, Captions, MAX_CUES, markup,
    time::{Timing, timing},
};

/// Returns the captions of a text whose lines end with `\n`.
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

/// The text after a caption.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    /// A timing line; the number or name of its caption may precede it.
    Caption,
    /// A blank line, which ends a caption in WebVTT.
    Blank,
    /// The end of the file.
    End,
}

#[derive(Default)]
struct Reader<'a> {
    is_vtt: bool,
    /// Whether the first caption has a number.
    is_numbered: bool,
    /// The times of the caption whose lines are being read, in seconds.
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
            // In WebVTT a blank line ends a caption; the text before the next timing line is a name, a note or a style.
            // In other formats only the next timing line ends a caption, because captions with blank lines are common.
            Timing::None if self.is_vtt && line.is_empty() => self.finish(Next::Blank),
            Timing::None => self.lines.push(line),
        }
    }

    fn finish(&mut self, next: Next) {
        let mut lines = std::mem::take(&mut self.lines);
        let Some((start, end)) = self.range.take() else { return };
        if next == Next::Caption && !self.is_vtt {
            // In a file without numbers, a number may be the text of a caption.
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

/// Removes the number of the next caption from the end of the lines of this one.
fn remove_number(lines: &mut Vec<&str>, is_expected: impl Fn(u64) -> bool) {
    let is_blank = |line: &&str| line.trim().is_empty();
    // A blank line may separate the number from its timing line, and a caption may have no text.
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
