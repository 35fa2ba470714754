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
    use super::*;

    #[test]
    fn both_languages_translate_the_same_codes() {
        assert!(!DE.is_empty() && DE.keys().eq(ES.keys()), "{:?} {:?}", DE.keys(), ES.keys());
    }
}
