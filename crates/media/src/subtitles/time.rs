//! Parsing of caption times in the forms that real files use.

/// Parses `[h:]mm:ss[.fff]`, with a comma or a dot, any number of digits, and spaces between: `00:01:41,04`. In
/// seconds.
pub fn time(text: &str) -> Option<f64> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, fraction) = match compact.split_once([',', '.']) {
        Some((whole, fraction)) => (whole, fraction),
        None => (compact.as_str(), ""),
    };
    let mut parts: Vec<&str> = whole.split(':').collect();
    // `00:00:01:500`: some programs separate the milliseconds with a colon, too.
    let last = if parts.len() == 4 && fraction.is_empty() { parts.pop() } else { None };
    if !(2..=3).contains(&parts.len()) || fraction.len() > 9 {
        return None;
    }
    let mut seconds = 0.0;
    for part in parts {
        seconds = seconds * 60.0 + number(part)?;
    }
    let fraction = last.unwrap_or(fraction);
    if !fraction.is_empty() {
        let digits = i32::try_from(fraction.len()).ok()?;
        seconds += number(fraction)? / 10_f64.powi(digits);
    }
    Some(seconds)
}

fn number(digits: &str) -> Option<f64> {
    let is_number = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The times in a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Timing {
    /// The start and the end, in seconds.
    Range(f64, f64),
    /// The line has the arrow of a timing line and an invalid time.
    Unreadable,
    /// The line is text.
    None,
}

/// Parses a line such as `00:00:01,000 --> 00:00:02,000 X1:40`, or SBV's `0:00:01.000,0:00:02.000`.
pub fn timing(line: &str) -> Timing {
    for arrow in ["-->", "->", "–>", "—>"] {
        let Some((left, right)) = line.split_once(arrow) else { continue };
        let start = time(left.trim_end_matches('-'));
        let end = first_time(right);
        return match (start, end) {
            (Some(start), Some(end)) => Timing::Range(start, end.max(start)),
            (Some(start), None) if right.trim().is_empty() => Timing::Range(start, start),
            // An arrow between words is text; an arrow beside a time is a damaged timing line.
            (None, Some(_)) if left.trim().is_empty() => Timing::Unreadable,
            (Some(_), None) => Timing::Unreadable,
            (None, _) => Timing::None,
        };
    }
    match line.trim().split_once(',') {
        Some((start, end)) if start.contains(':') && start.contains('.') && end.contains('.') => {
            match (time(start), time(end)) {
                (Some(start), Some(end)) => Timing::Range(start, end.max(start)),
                // Two times without a space, one of them damaged.
                _ if line.matches(':').count() == 4 && !line.trim().contains(' ') => Timing::Unreadable,
                _ => Timing::None,
            }
        }
        _ => Timing::None,
    }
}

/// Parses the time at the beginning of a text; the rest positions the caption.
fn first_time(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let until = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | ',' | '.'))).unwrap_or(text.len());
    time(&text[..until])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_common_forms_are_parsed() {
        for (text, seconds) in [
            ("00:00:01,500", 1.5),
            ("0:00:01.50", 1.5),
            ("01:41,04", 101.04),
            ("00:01:39", 99.0),
            ("00: 00: 01,000", 1.0),
            ("00:00:01:500", 1.5),
            ("100:00:00.000", 360_000.0),
        ] {
            assert_eq!(time(text), Some(seconds), "{text}");
        }
        for text in ["", "1", "a:b", "1:2:3:4:5", "-1:00", "00:00:01,5x", ":"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn timing_lines_and_text_are_distinguished() {
        assert_eq!(timing("00:01 --> 00:02 align:start"), Timing::Range(1.0, 2.0));
        assert_eq!(timing("0:00:01.000,0:00:02.000"), Timing::Range(1.0, 2.0));
        assert_eq!(
            timing("00:00:05,000 --> 00:00:02,000"),
            Timing::Range(5.0, 5.0),
            "the end is never before the start"
        );
        assert_eq!(timing("--> 00:01:41,04"), Timing::Unreadable);
        assert_eq!(timing("0:00:13.f89,0:00:15.489"), Timing::Unreadable);
        for words in ["a --> b", "see https://a.b -> there", "At 10:30, we go", "Hello, world.", "1.5,2.5"] {
            assert_eq!(timing(words), Timing::None, "{words}");
        }
    }
}
