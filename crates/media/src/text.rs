//! Cleaning of texts from files: no control characters, no bidirectional overrides, and a limited length.

/// Returns a text on one line, without control characters and with one space between words.
pub fn one_line(text: &str) -> String {
    let separated = text.replace(|c: char| c.is_whitespace() || is_removed(c), " ");
    separated.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns a text of several lines, without control characters.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !is_removed(*c)).collect::<String>().trim().to_owned()
}

/// Returns whether a character is removed: a control character, a noncharacter, or a bidirectional override.
fn is_removed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Shortens a text to a number of bytes, at a character boundary. Returns whether it was shortened.
pub fn truncate_bytes(text: &mut String, most: usize) -> bool {
    let is_longer = text.len() > most;
    text.truncate(text.floor_char_boundary(most));
    is_longer
}

/// Shortens a text to a number of characters. Returns whether it was shortened.
pub fn truncate_chars(text: &mut String, most: usize) -> bool {
    match text.char_indices().nth(most) {
        Some((at, _)) => {
            text.truncate(at);
            true
        }
        None => false,
    }
}
