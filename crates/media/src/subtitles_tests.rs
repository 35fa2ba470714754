use proptest::prelude::*;

use super::*;

fn texts(file: &str) -> Vec<String> {
    read_text(file).expect("subtitles").cues.into_iter().map(|cue| cue.text).collect()
}

#[test]
fn text_that_looks_like_markup_is_kept() {
    let srt = "1\n00:00:00,500 --> 00:00:02,000\nI <3 you and 5 < 6 but 7 > 2\n\n2\n00:00:02,500 --> 00:00:03,000\n\
        if (a < b) { return x; } else done\n\n3\n00:00:03,100 --> 00:00:03,500\nUse Vec<String> and {braces}\n";
    let expected =
        ["I <3 you and 5 < 6 but 7 > 2", "if (a < b) { return x; } else done", "Use Vec<String> and {braces}"];
    assert_eq!(texts(srt), expected);
}

#[test]
fn known_markup_is_removed_and_entities_are_decoded_once() {
    let vtt = "WEBVTT - title\n\nSTYLE\n::cue { color: red }\n\nNOTE this is\na comment\n\nREGION\nid:fred\n\nintro\n\
        00:00.500 --> 00:02.000 align:start line:0\n<v Roger Bingham>We are in <i>New</i> York &amp; LA &lt;3 &nbsp;x &gt;y\n\n\
        00:02.500 --> 00:03.000\n- Hi, I am <c.yellow>Anna</c>\n- <v Bob>And Bob</v>\n";
    assert_eq!(texts(vtt), ["We are in New York & LA <3 x >y", "- Hi, I am Anna - And Bob"]);
    let srt = "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<FONT color=\"red\">&amp;lt;</FONT> a\\hb\u{a0}c<br>\n";
    assert_eq!(texts(srt), ["&lt; a b c<br>"]);
}

#[test]
fn blank_lines_within_a_caption_lose_no_text() {
    let srt = "1\n00:00:00,500 --> 00:00:02,000\nBefore\n \n\nAfter\n\n2\n00:00:02,500 --> 00:00:03,000\nNext\n3\n\
        00:00:03,500 --> 00:00:04,000\n7\n\n4\n\n00:00:05,500 --> 00:00:06,000\nLast\n";
    assert_eq!(texts(srt), ["Before After", "Next", "7", "Last"]);
}

#[test]
fn captions_without_numbers_or_milliseconds_are_read() {
    let srt =
        "00:01:39 --> 00:01:41,04\n(deep rumbling)\n\n00:02:04,08 --> 00:02:07,12 X1:40 X2:600 Y1:20\nMAN:\nHow?\n";
    assert_eq!(texts(srt), ["(deep rumbling)", "MAN: How?"]);
    assert_eq!(
        texts("0:00:01.000,0:00:02.000\nSBV is\nread\n\n0:00:03.000,0:00:04.000\ntoo\n"),
        ["SBV is read", "too"]
    );
    assert_eq!(texts("1\r00:00,000 --> 00:01,000\rCR\ralone\r\r2\r00:02,000 --> 00:03,000\rB\r"), ["CR alone", "B"]);
}

#[test]
fn captions_that_consist_of_a_number_are_kept() {
    let sbv = "0:00:01.000,0:00:02.000\n3\n\n0:00:02.000,0:00:03.000\n2\n\n0:00:03.000,0:00:04.000\n1\n";
    assert_eq!(texts(sbv), ["3", "2", "1"]);
    assert_eq!(texts("00:01,000 --> 00:02,000\n1984\n\n00:03,000 --> 00:04,000\nBye\n"), ["1984", "Bye"]);
}

#[test]
fn unclosed_markup_is_read_in_linear_time() {
    let srt = format!("00:01,000 --> 00:02,000\n{}\n", "<{".repeat(200_000));
    assert_eq!(texts(&srt)[0].len(), 400_000);
}

#[test]
fn repeated_lines_of_rolling_captions_are_removed() {
    let vtt = "WEBVTT\nKind: captions\n\n00:00:00.000 --> 00:00:02.000 align:start position:0%\n \nhello<00:00:00.500><c> everybody</c>\n\n\
        00:00:02.000 --> 00:00:02.010\nhello everybody\n \n\n00:00:02.010 --> 00:00:04.000\nhello everybody\nwelcome<00:00:02.500><c> back</c>\n\n\
        00:00:04.000 --> 00:00:04.010\nwelcome back\n \n";
    assert_eq!(texts(vtt), ["hello everybody", "welcome back"]);
    let repeated = "1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n2\n00:00:02,000 --> 00:00:03,000\nNo.\n";
    assert_eq!(texts(repeated), ["No.", "No."], "a text that is spoken twice is kept twice");
}

#[test]
fn times_within_text_are_removed() {
    let vtt = "WEBVTT\n\n00:04:46.470 --> 00:05:04.080 align:start\nyeah\n<c.colorCCCCCC>what</c>\n\
        00:05:04.080 --> 00:05:05.069 align:start\nthis<00:05:04.199><c> will</c>\n";
    assert_eq!(texts(vtt), ["yeah what", "this will"]);
}

#[test]
fn ass_scripts_are_read_without_drawings_and_comments() {
    let ass = "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
        Dialogue: 0,0:00:03.50,0:00:04.00,Default,,0,0,0,,Soft\\hspace, and a < b {note to self}\n\
        Dialogue: 0,0:00:00.50,0:00:02.00,Default,,0,0,0,,First\\N\\NSecond part\n\
        Dialogue: 0,0:00:02.50,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}Drawn\n\
        Comment: 0,0:00:04.50,0:00:05.00,Default,,0,0,0,,Hidden comment\n";
    assert_eq!(texts(ass), ["First Second part", "Drawn", "Soft space, and a < b"]);
}

#[test]
fn encodings_are_recognised() {
    let srt = |words: &[u8]| [b"1\n00:00:00,500 --> 00:00:02,000\n".as_slice(), words, b"\n\n"].concat();
    for (bytes, words) in [
        (srt(b"caf\xe9 time"), "café time"),
        (
            srt(b"Gr\xfc\xdfe aus M\xfcnchen \x96 \x84sch\xf6n\x93, \xbfqu\xe9 tal?"),
            "Grüße aus München – „schön“, ¿qué tal?",
        ),
        (srt(b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"), "Привет, как дела?"),
        (srt(b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE"), "こんにちは、世界"),
        (srt(b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7"), "你好，世界"),
    ] {
        assert_eq!(read(&bytes).expect(words).cues[0].text, words);
    }
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let text = "1\n00:00:00,500 --> 00:00:02,000\nGrüße\n";
    assert_eq!(read(&utf_16(text)).expect("UTF-16 without a mark").cues[0].text, "Grüße");
    assert_eq!(read(&utf_16(&format!("\u{feff}{text}"))).expect("with one").cues[0].text, "Grüße");
    let utf_32 =
        |text: &str| format!("\u{feff}{text}").chars().flat_map(|c| u32::from(c).to_be_bytes()).collect::<Vec<u8>>();
    assert_eq!(read(&utf_32(text)).expect("UTF-32").cues[0].text, "Grüße");
    let damaged = [srt("Здравствуйте, как ваши дела сегодня?".as_bytes()), srt(b"x\xffy")].concat();
    let read = read(&damaged).expect("damaged UTF-8");
    assert_eq!((read.undecodable, read.cues[0].text.as_str()), (1, "Здравствуйте, как ваши дела сегодня?"));
}

#[test]
fn files_without_cues_return_the_reason() {
    assert_eq!(read(b""), Err(ReadError::NoWords));
    assert_eq!(read(b"WEBVTT\n\n"), Err(ReadError::NoWords));
    assert_eq!(read(b"1\n00:00:00,500 --> 00:00:02,000\n\n"), Err(ReadError::NoWords));
    assert_eq!(read(b"#EXTM3U\n#EXTINF:10,\n/etc/passwd\n"), Err(ReadError::NotSubtitles));
    assert_eq!(read(&[0xff, 0xd8, 0xff, 0xe0, 0, 1]), Err(ReadError::NotSubtitles));
}

#[test]
fn sounds_written_by_recognisers_are_removed() {
    let cue = |text: &str| Cue { start: 0.0, end: 1.0, text: text.to_owned() };
    let kept = without_sound_descriptions(["[BLANK_AUDIO]", "(music)", "♪", "I <3 C++", "[a] b [c]"].map(cue).into());
    assert_eq!(plain_text(&kept), "I <3 C++\n[a] b [c]");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_rejected_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        check(&bytes);
    }

    #[test]
    fn subtitle_like_text_is_read_without_panic(parts in proptest::collection::vec(
        prop_oneof![
            Just("00:00:01,000 --> 00:00:02,000\n"), Just("\n"), Just("1\n"), Just("WEBVTT\n"), Just("<"), Just(">"), Just("{\\"),
            Just("}"), Just("words "), Just("&amp;"), Just("[Events]\n"), Just("Dialogue: 0,0:00:00.50,0:00:02.00,D,,0,0,0,,x\n"), Just("\r"),
            Just("Format: Text\n"), Just("é"),
        ], 0..40)) {
        check(parts.concat().as_bytes());
    }
}

fn check(bytes: &[u8]) {
    let Ok(subtitles) = read(bytes) else { return };
    assert!(!subtitles.cues.is_empty());
    assert!(subtitles.cues.is_sorted_by(|a, b| a.start <= b.start));
    for cue in &subtitles.cues {
        assert!(
            cue.start.is_finite() && cue.end >= cue.start && !cue.text.trim().is_empty() && !cue.text.contains('\n')
        );
    }
}
