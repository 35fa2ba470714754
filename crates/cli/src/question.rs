//! Questions that the user answers on a terminal.

use std::io::IsTerminal;

use tallylight_core::{Code, Error};

use crate::output;

/// Asks a question that is answered with yes or no, and returns whether it was yes.
///
/// # Errors
/// [`Code::Requested`] with the text `otherwise` if standard input is not a terminal.
pub fn confirms(question: &str, otherwise: impl Into<String>) -> Result<bool, Error> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(Code::Requested, otherwise));
    }
    output::print_note(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    Ok(read.is_ok() && answer.trim().eq_ignore_ascii_case("y"))
}
