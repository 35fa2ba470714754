//! Translated fault messages by error code, read from the same files as the window uses.

use std::{collections::BTreeMap, sync::LazyLock};

type Faults = LazyLock<BTreeMap<String, String>>;

pub(super) static DE: Faults = LazyLock::new(|| read(include_str!("../../../../ui/src/i18n/de.faults.json")));
pub(super) static ES: Faults = LazyLock::new(|| read(include_str!("../../../../ui/src/i18n/es.faults.json")));

/// Parses a file that is compiled into the binary. A test checks that every file is valid.
fn read(json: &str) -> BTreeMap<String, String> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::fault_code::FaultCode;

    #[test]
    fn both_languages_translate_every_known_code() {
        let known = FaultCode::ALL.map(FaultCode::as_str);
        let known: BTreeSet<&str> = known.into_iter().chain(["no_reason"]).collect();
        for texts in [&DE, &ES] {
            let translated: BTreeSet<&str> = texts.keys().map(String::as_str).collect();
            assert_eq!(translated, known);
        }
    }
}
