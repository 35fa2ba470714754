use crate::templates::title::{TitleRule, apply};

#[track_caller]
fn check(rule: TitleRule, titles: &[(&str, &str)]) {
    for (title, expected) in titles {
        let written = apply(rule, title);
        assert_eq!(written, *expected, "{title}");
        assert_eq!(apply(rule, &written), written, "{title}, again");
    }
}

#[test]
fn title_case_keeps_small_words_small() {
    check(
        TitleRule::TitleCase,
        &[
            ("the art of bread and butter", "The Art of Bread and Butter"),
            ("A Walk By The Sea", "A Walk by the Sea"),
            ("what is it for", "What Is It For"),
            ("part two: the return of the king", "Part Two: The Return of the King"),
            ("home - a film", "Home - A Film"),
            ("cats vs. the dogs. a story", "Cats vs. the Dogs. A Story"),
            ("state-of-the-art follow-up", "State-of-the-Art Follow-Up"),
            ("\u{201c}the end\u{201d} (and more)", "\u{201c}The End\u{201d} (and More)"),
            ("  two  spaces\tand tabs ", "  Two  Spaces\tand Tabs "),
            ("", ""),
            ("…", "…"),
        ],
    );
}

#[test]
fn title_case_keeps_names_acronyms_digits_and_apostrophes() {
    check(
        TitleRule::TitleCase,
        &[
            ("my new iphone's camera on youtube", "My New iPhone's Camera on YouTube"),
            ("iPhone 15 in 4k", "iPhone 15 in 4k"),
            ("NASA and the BBC at 8K60", "NASA and the BBC at 8K60"),
            ("don't stop, it's the rock 'n' roll", "Don't Stop, It's the Rock 'n' Roll"),
            ("the 1st mp3 of McDonald", "The 1st mp3 of McDonald"),
            ("#vlog with @anna on example.com", "#vlog With @anna on example.com"),
            ("i'm what i am", "I'm What I Am"),
        ],
    );
}

#[test]
fn title_in_capitals_is_calmed() {
    check(
        TitleRule::TitleCase,
        &[("MY BEST IPHONE TRICKS OF 2026", "My Best iPhone Tricks of 2026"), ("NASA TV ON A PC", "NASA TV on a PC")],
    );
    check(
        TitleRule::SentenceCase,
        &[("I CAN'T BELIEVE IT! WE WON", "I can't believe it! We won"), ("ΜΙΑ ΟΔΟΣ", "Μια οδος")],
    );
    check(
        TitleRule::NoAllCaps,
        &[
            ("This is AMAZING", "This is amazing"),
            ("AMAZING trip with NASA and UNESCO", "Amazing trip with NASA and UNESCO"),
            ("DON'T WATCH THIS", "Don't watch this"),
            ("My Great Video", "My Great Video"),
            ("4K HDR on TV", "4K HDR on TV"),
        ],
    );
}

#[test]
fn sentence_case_lowers_only_titles_in_title_case() {
    check(
        TitleRule::SentenceCase,
        &[
            ("The Art of Bread and Butter", "The art of bread and butter"),
            ("My New iPhone on Monday With NASA", "My new iPhone on Monday with NASA"),
            ("a day in Paris with Anna", "A day in Paris with Anna"),
            ("What I Know: The Whole Story", "What I know: The whole story"),
            ("hello. how are you? fine", "Hello. How are you? Fine"),
        ],
    );
}

#[test]
fn german_sentence_case_keeps_nouns() {
    check(
        TitleRule::GermanSentenceCase,
        &[
            ("mein Tag in der Stadt", "Mein Tag in der Stadt"),
            ("Die Kunst Und Das Brot Für Alle", "Die Kunst und das Brot für Alle"),
            ("Über den Wolken: Ein Flug Über Köln", "Über den Wolken: Ein Flug über Köln"),
            ("MEIN TAG IM ZOO", "MEIN TAG IM ZOO"),
            ("iPhone im Test", "iPhone im Test"),
        ],
    );
}

#[test]
fn other_scripts_and_letters_without_a_capital_stay() {
    for rule in [TitleRule::TitleCase, TitleRule::SentenceCase, TitleRule::GermanSentenceCase, TitleRule::NoAllCaps] {
        for title in ["夜の街を歩く", "ßtraße", "İstanbul", "🎬 👨‍👩‍👧 🇩🇪", "ქართული ენა", "\u{202e}", "مدينة الليل"]
        {
            assert_eq!(apply(rule, title), title, "{rule:?}");
        }
    }
    check(
        TitleRule::TitleCase,
        &[
            ("eine straße in İzmir", "Eine Straße in İzmir"),
            ("éclair und e\u{301}cole", "Éclair Und E\u{301}cole"),
            ("🎬 the film", "🎬 The Film"),
            ("город и море", "Город И Море"),
        ],
    );
    assert_eq!(apply(TitleRule::Keep, "aNY Thing"), "aNY Thing");
}
