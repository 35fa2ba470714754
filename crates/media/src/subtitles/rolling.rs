//! Rolling captions, as YouTube writes them: each caption repeats lines of the previous one.

use super::Caption;

/// The longest gap between a caption and the one that repeats it, in seconds.
const MAX_GAP: f64 = 0.5;

/// The largest number of lines that a caption repeats.
const MAX_LINES: usize = 16;

/// Removes repeated lines from a file with rolling captions. In other files a repetition was spoken twice.
pub fn without_repeats(captions: Vec<Caption>) -> Vec<Caption> {
    if !are_rolling(&captions) {
        return captions;
    }
    let mut kept: Vec<Caption> = Vec::with_capacity(captions.len());
    let mut shown: Vec<String> = Vec::new();
    let mut shown_until = f64::NEG_INFINITY;
    for mut caption in captions {
        let lines = caption.lines.clone();
        if caption.start <= shown_until + MAX_GAP {
            caption.lines.drain(..repeated(&shown, &lines));
        }
        shown_until = caption.end;
        if caption.lines.is_empty() {
            if let Some(last) = kept.last_mut().filter(|_| !lines.is_empty()) {
                last.end = last.end.max(caption.end);
            }
        } else {
            kept.push(caption);
        }
        if !lines.is_empty() {
            shown = lines;
        }
    }
    kept
}

/// Returns whether the captions of a file are_rolling: they have times within the text, or most captions repeat the
/// previous one.
fn are_rolling(captions: &[Caption]) -> bool {
    if captions.iter().any(|caption| caption.timed_words) {
        return true;
    }
    let pairs = captions.windows(2).filter(|pair| pair[1].start <= pair[0].end + MAX_GAP);
    let (mut all, mut repeating) = (0, 0);
    for pair in pairs {
        all += 1;
        repeating += usize::from(repeated(&pair[0].lines, &pair[1].lines) > 0 && pair[0].lines != pair[1].lines);
    }
    all >= 4 && repeating * 2 > all
}

/// Returns the number of lines at the beginning of `next` that are the end of `shown`.
fn repeated(shown: &[String], next: &[String]) -> usize {
    let most = shown.len().min(next.len()).min(MAX_LINES);
    (1..=most).rev().find(|count| shown[shown.len() - count..] == next[..*count]).unwrap_or(0)
}
