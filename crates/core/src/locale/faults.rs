//! What a studio says of trouble with a video, by its code: the same file that the window reads.

use std::{collections::BTreeMap, sync::LazyLock};

type Faults = LazyLock<BTreeMap<String, String>>;

pub(super) static DE: Faults = LazyLock::new(|| read(include_str!("../../../../ui/src/i18n/de.faults.json")));
pub(super) static ES: Faults = LazyLock::new(|| read(include_str!("../../../../ui/src/i18n/es.faults.json")));

/// Reads a file that was compiled in; a test reads each.
fn read(json: &str) -> BTreeMap<String, String> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_know_the_same_codes() {
        assert!(!DE.is_empty() && DE.keys().eq(ES.keys()), "{:?} {:?}", DE.keys(), ES.keys());
    }
}
