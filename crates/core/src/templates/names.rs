//! Words with a spelling of their own, and words that titles write in lower case.

/// The longest acronym that may be a word of some language in lower case, such as "ram".
const MAX_AMBIGUOUS: usize = 3;

/// Acronyms and names in their spelling. None of them is a common word in lower case, except the shortest acronyms.
const NAMES: &[&str] = &[
    "3D",
    "4K",
    "8K",
    "AI",
    "API",
    "ASMR",
    "BBC",
    "BMW",
    "CEO",
    "CNN",
    "CPU",
    "DIY",
    "DJI",
    "DNA",
    "EP",
    "EU",
    "FAQ",
    "FBI",
    "FPS",
    "GPS",
    "GPU",
    "HD",
    "HDR",
    "IKEA",
    "LED",
    "LEGO",
    "NASA",
    "NATO",
    "NBA",
    "NFL",
    "OLED",
    "OMG",
    "PC",
    "PS4",
    "PS5",
    "RAM",
    "RGB",
    "RPG",
    "SEO",
    "SSD",
    "TV",
    "UEFA",
    "UFC",
    "UFO",
    "UHD",
    "UI",
    "UK",
    "UN",
    "UNESCO",
    "UNICEF",
    "USA",
    "USB",
    "UX",
    "VFX",
    "VHS",
    "VIP",
    "VPN",
    "VR",
    "WWE",
    "AirPods",
    "AliExpress",
    "BioShock",
    "ChatGPT",
    "DaVinci",
    "DeWalt",
    "eBay",
    "eSports",
    "FaceTime",
    "GitHub",
    "GitLab",
    "GoPro",
    "iCloud",
    "iMac",
    "iMovie",
    "iOS",
    "iPad",
    "iPadOS",
    "iPhone",
    "iPod",
    "iTunes",
    "JavaScript",
    "LaTeX",
    "LinkedIn",
    "macOS",
    "MacBook",
    "McDonald",
    "OnePlus",
    "OpenAI",
    "PayPal",
    "PlayStation",
    "PowerPoint",
    "SoundCloud",
    "TikTok",
    "TypeScript",
    "WhatsApp",
    "WordPress",
    "YouTube",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "January",
    "February",
    "April",
    "June",
    "July",
    "September",
    "October",
    "November",
    "December",
    "Christmas",
    "Easter",
    "Halloween",
    "English",
    "French",
    "German",
    "Spanish",
    "Italian",
    "Japanese",
    "Chinese",
    "Mr",
    "Mrs",
    "Dr",
];
/// English articles, conjunctions and short prepositions.
const SMALL: &[&str] = &[
    "a", "an", "and", "as", "at", "but", "by", "en", "for", "if", "in", "n", "nor", "of", "on", "or", "per", "the",
    "to", "v", "via", "vs",
];
/// German words that are never nouns.
const GERMAN_SMALL: &[&str] = &[
    "aber", "als", "am", "an", "auf", "aus", "bei", "beim", "bis", "das", "dem", "den", "der", "des", "die", "durch",
    "ein", "eine", "einem", "einen", "einer", "eines", "für", "gegen", "hinter", "im", "in", "ins", "ist", "mit",
    "nach", "neben", "oder", "ohne", "seit", "sind", "über", "um", "und", "unter", "vom", "von", "vor", "wie", "zu",
    "zum", "zur", "zwischen",
];
/// Words before a full stop that does not end a sentence.
const ABBREVIATIONS: &[&str] =
    &["dr", "ep", "etc", "feat", "ft", "mr", "mrs", "no", "nr", "pt", "st", "v", "vol", "vs"];

/// Returns the spelling of a name or an acronym, given in any case; of a short acronym only if it is in capitals.
pub(super) fn spelling(word: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|name| name.eq_ignore_ascii_case(word)).copied()?;
    let is_acronym = !found.chars().any(char::is_lowercase);
    let is_ambiguous = is_acronym && found.len() <= MAX_AMBIGUOUS && found != word;
    (!is_ambiguous).then_some(found)
}

pub(super) fn is_small(word: &str) -> bool {
    SMALL.iter().any(|small| small.eq_ignore_ascii_case(word))
}

pub(super) fn is_small_in_german(word: &str) -> bool {
    let lower = word.to_lowercase();
    GERMAN_SMALL.contains(&lower.as_str())
}

pub(super) fn is_abbreviation(word: &str) -> bool {
    ABBREVIATIONS.iter().any(|short| short.eq_ignore_ascii_case(word))
}
