//! The first day of the week.

use jiff::civil::Weekday;

use super::{Locale, from_system_tag};
use crate::settings::Language;

/// The regions whose weeks begin on Sunday, of those where the languages of the window are common. Source: CLDR,
/// `weekData/firstDay`.
const SUNDAY: [&str; 33] = [
    "AG", "AS", "BS", "BZ", "CA", "CO", "DM", "DO", "GT", "GU", "HK", "HN", "IL", "IN", "JM", "JP", "KE", "MT", "MX",
    "NI", "PA", "PE", "PH", "PK", "PR", "PY", "SG", "SV", "TT", "US", "VE", "VI", "ZA",
];

impl Locale {
    /// Returns the first day of the week: that of the region of the system, if the window has the language of the
    /// system or replaces one that it does not have, and else that of the language.
    pub fn first_weekday(self, system: &str) -> Weekday {
        let is_same = self == Self::new(from_system_tag(system), "");
        let region = region(system).filter(|_| is_same);
        let is_sunday = match &region {
            Some(region) => SUNDAY.contains(&region.as_str()),
            None => matches!(self.0, Language::En | Language::System),
        };
        if is_sunday { Weekday::Sunday } else { Weekday::Monday }
    }
}

/// Returns the region of a locale tag of an operating system: `US` of `en_US.UTF-8`.
fn region(tag: &str) -> Option<String> {
    let name = tag.split(['.', '@']).next().unwrap_or_default();
    let is_region = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    name.split(['_', '-']).skip(1).find(is_region).map(str::to_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn week_begins_as_in_the_region_of_the_language() {
        let first = |chosen, system: &str| Locale::new(chosen, system).first_weekday(system);
        let system = |tag: &str| first(Language::System, tag);
        for tag in ["en_US.UTF-8", "en-US", "en", "", "C", "es-MX", "en_ca"] {
            assert_eq!(system(tag), Weekday::Sunday, "{tag}");
        }
        for tag in ["de_DE.UTF-8", "de", "es-ES", "es", "en-GB", "en_IE.UTF-8", "de-Latn-AT", "fr_FR", "es_419@x"] {
            assert_eq!(system(tag), Weekday::Monday, "{tag}");
        }
        assert_eq!(first(Language::De, "en_US"), Weekday::Monday, "the region belongs to another language");
        assert_eq!(first(Language::En, "de_DE"), Weekday::Sunday);
        assert_eq!(first(Language::En, "en_GB"), Weekday::Monday);
    }
}
