use proptest::prelude::*;

use super::*;

/// Texts of few words, so that templates and descriptions often share some.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("\n\n"),
        Just(" "),
        Just("---"),
        Just("Links:"),
        Just("0:00 a"),
        Just("bye"),
        Just("BYE"),
        Just("\u{a0}"),
        Just("{title}"),
        Just("{chapters}"),
        Just("{tags}"),
        Just("{links}"),
        Just("{"),
        Just("{{date}}"),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn rule() -> impl Strategy<Value = TitleRule> {
    use TitleRule::{GermanSentenceCase, Keep, NoAllCaps, SentenceCase, TitleCase};
    prop::sample::select(vec![Keep, TitleCase, SentenceCase, GermanSentenceCase, NoAllCaps])
}

proptest! {
    #[test]
    fn applying_again_changes_nothing(
        (above, below, has_description) in (text(), text(), any::<bool>()),
        present in text(),
        (title, title_rule) in (any::<String>(), rule()),
        chapters in prop::collection::vec(0_u32..200, 0..4),
    ) {
        let description = if has_description { format!("{above}\n{{description}}\n{below}") } else { below };
        let template = Template { title_rule, tags: words(&["a", "B"]), links: words(&["bye"]), ..template(&description) };
        let chapters = chapters.into_iter().map(|start| chapter(f64::from(start), "c")).collect();
        let before = VideoTexts { title, chapters, ..texts(&present) };
        let once = template.apply(&before).expect("valid");
        for line in present.lines().filter(|line| !line.trim().is_empty()) {
            prop_assert!(once.description.contains(line.trim()), "{line:?} is lost");
        }
        let twice = template.apply(&once).expect("valid");
        prop_assert_eq!(&twice, &once);
    }

    #[test]
    fn title_rules_change_the_case_of_letters_only(title in "([a-zA-ZäÖß'İΣσ😀-]{0,6}[ .:!]?){0,8}", rule in rule()) {
        let written = title::apply(rule, &title);
        prop_assert_eq!(title::apply(rule, &written), written.clone(), "again");
        prop_assert_eq!(text::folded(&written), text::folded(&title));
    }

    #[test]
    fn any_text_is_parsed(template in any::<String>()) {
        let _ = placeholders::parse(&template);
    }
}
