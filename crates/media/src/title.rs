//! The title of a video without a title in its container: from the file name, or from day and place of the recording.

use crate::{
    metadata::MAX_TITLE,
    recording::{Date, Recording},
    text,
};

/// Returns the title of a video whose container has none. A file name given by a camera is replaced by the day, the
/// place or the device, if they are known.
pub fn title_of(filename: &str, recording: &Recording<'_>) -> String {
    let stem = stem_of(filename);
    if is_name_of_camera(stem) {
        let date = recording.date.or_else(|| Date::find(stem));
        let words = [date.map(Date::to_words), recording.place.or(recording.device).map(str::to_owned)];
        let known: Vec<String> = words.into_iter().flatten().collect();
        if date.is_some() || recording.place.is_some() {
            return known.join(", ");
        }
    }
    let mut words = text::one_line(&stem.replace('_', " "));
    text::truncate_chars(&mut words, MAX_TITLE);
    if words.is_empty() { text::one_line(filename) } else { capitalised(&words) }
}

/// Returns whether a camera gave the file its name, which then does not describe the video.
pub fn is_named_by_camera(filename: &str) -> bool {
    is_name_of_camera(stem_of(filename))
}

fn stem_of(filename: &str) -> &str {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or(filename);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.contains(' ') && extension.len() <= 5 => stem,
        _ => name,
    }
}

/// Capitalises the first letter, unless the first word contains a capital: `iPhone` stays.
fn capitalised(words: &str) -> String {
    let first_word = words.split(' ').next().unwrap_or_default();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if !first_word.chars().any(char::is_uppercase) => first.to_uppercase().chain(letters).collect(),
        _ => words.to_owned(),
    }
}

/// The letters in file names that cameras, phones and drones give.
const CAMERA_WORDS: [&str; 42] = [
    "img", "vid", "mvi", "mov", "dsc", "dscn", "dscf", "gx", "gh", "gl", "gp", "gopr", "gpfr", "c", "dji", "pxl", "p",
    "mah", "maq", "sam", "wa", "file", "clip", "rec", "video", "movie", "hdv", "ydxj", "amba", "fhd", "insv", "vid",
    "lrv", "pict", "trim", "rpreplay", "final", "snapchat", "a", "b", "hero", "mp",
];

/// Returns whether a camera gave the name: its letters are among the known ones, and most of the rest are digits.
fn is_name_of_camera(stem: &str) -> bool {
    let digits = stem.chars().filter(char::is_ascii_digit).count();
    let only_usual =
        stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '(' | ')' | '.' | '~'));
    let mut words = stem.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    // A day alone, such as `2024-11-14`, was entered by a user.
    let is_day = digits == 8 && words.clone().next().is_none() && stem.contains('-');
    let all_usual = words.all(|word| CAMERA_WORDS.contains(&word.to_ascii_lowercase().as_str()));
    only_usual && digits >= 4 && all_usual && !is_day || is_uuid(stem)
}

fn is_uuid(stem: &str) -> bool {
    let hex = stem.chars().filter(char::is_ascii_hexdigit).count();
    let groups = stem.split('-').map(str::len).collect::<Vec<_>>();
    groups == [8, 4, 4, 4, 12] && hex == 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_name_becomes_title() {
        for (filename, title) in [
            ("my_holiday.mp4", "My holiday"),
            ("B-roll.mov", "B-roll"),
            ("2024-11-14.mp4", "2024-11-14"),
            ("E-mail v1.2.mp4", "E-mail v1.2"),
            ("élan_final.mov", "Élan final"),
            ("iPhone_test.mp4", "iPhone test"),
            ("noextension", "Noextension"),
            ("__.mp4", "__.mp4"),
            (".mp4", ".mp4"),
            ("Mr. Smith goes home", "Mr. Smith goes home"),
            ("Ben Hur 1959.mkv", "Ben Hur 1959"),
            ("a\u{202e}b\u{7}c.mp4", "A b c"),
        ] {
            assert_eq!(title_of(filename, &Recording::default()), title, "{filename}");
        }
    }

    #[test]
    fn camera_file_name_is_replaced_by_day_and_place() {
        let date = Date::read("2024-11-14T12:13:14.000000Z");
        let everything = Recording { date, place: Some("Reykjavík"), device: Some("GoPro HERO12") };
        for name in [
            "IMG_1234.MOV",
            "VID_20230102_101112.mp4",
            "GX010023.MP4",
            "C0022.MP4",
            "DJI_0042.MP4",
            "MVI_0815.AVI",
            "PXL_20230102_101112345.mp4",
            "20230102_101112.mp4",
            "IMG_1234(1).MOV",
            "VID-20230102-WA0003.mp4",
            "00012.MTS",
            "DSC_0001.MOV",
            "P1000123.MP4",
            "3F2504E0-4F89-11D3-9A0C-0305E82C3301.MOV",
        ] {
            assert_eq!(title_of(name, &everything), "14 November 2024, Reykjavík", "{name}");
        }
        let device = Recording { place: None, ..everything.clone() };
        assert_eq!(title_of("GX010023.MP4", &device), "14 November 2024, GoPro HERO12");
        assert_eq!(title_of("VID_20230102_101112.mp4", &Recording::default()), "2 January 2023");
        assert_eq!(title_of("IMG_1234.MOV", &Recording::default()), "IMG 1234", "no day or place is known");
        for name in ["Birthday 2024.mp4", "2024-11-14 walk.mp4", "Take 12.mov", "intro.mp4", "Area 51.mp4"] {
            assert!(!is_named_by_camera(name), "{name}");
        }
    }
}
