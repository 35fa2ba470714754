use super::*;
use crate::model::job::Chapter;

mod properties;
mod titles;

fn chapter(start_seconds: f64, title: &str) -> Chapter {
    Chapter { start_seconds, title: title.to_owned() }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn texts(description: &str) -> VideoTexts {
    VideoTexts {
        title: "City at night".to_owned(),
        description: description.to_owned(),
        tags: words(&["city"]),
        chapters: vec![chapter(0.0, "Station"), chapter(65.0, "Bridge"), chapter(3_723.5, "Home")],
        date: Some("2026-01-31".to_owned()),
    }
}

fn template(description: &str) -> Template {
    Template { name: "Usual".to_owned(), description: description.to_owned(), ..Template::default() }
}

fn described(template: Template, texts: &VideoTexts) -> String {
    let changed = TextChange::Template(template).apply(texts).expect("a valid template");
    match changed.get(&Field::Description) {
        Some(Content::Text(text)) => text.clone(),
        _ => texts.description.clone(),
    }
}

#[test]
fn placeholders_become_the_texts_of_the_video() {
    let all = "{title} ({date})\n\nTags: {tags}\n{chapters}\n\n{links}";
    let with_links = Template { links: words(&["https://a.test", "https://b.test"]), ..template(all) };
    assert_eq!(
        described(with_links, &texts("")),
        "City at night (2026-01-31)\n\nTags: city\n0:00 Station\n1:05 Bridge\n1:02:03 Home\n\nhttps://a.test\nhttps://b.test"
    );
    assert_eq!(described(template("{Title} {{title}} {} { x } {"), &texts("")), "City at night {title} {} { x } {");
    let title = VideoTexts { title: "{links}".to_owned(), ..texts("") };
    assert_eq!(described(template("On {title}"), &title), "On {links}", "values are not templates");
}

#[test]
fn unknown_placeholder_is_refused_by_name() {
    let error = TextChange::Template(template("Hi {name}")).apply(&texts("")).expect_err("unknown");
    assert_eq!(error.code, Code::InvalidContent);
    let known = "{title}, {chapters}, {tags}, {date}, {links}, {description}";
    assert_eq!(error.message, format!("Unknown placeholder {{name}}. There are {known}."));
    for wrong in ["A {description} b", "{description}\n{description}"] {
        assert!(template(wrong).checked().is_err(), "{wrong}");
    }
    assert!(template("{description}  ").checked().is_ok());
}

#[test]
fn empty_placeholders_leave_neither_gaps_nor_headings() {
    let empty = VideoTexts { chapters: Vec::new(), date: None, tags: Vec::new(), ..texts("") };
    for (text, expected) in [
        ("Hello\n\n{chapters}\n\nBye", "Hello\n\nBye"),
        ("Hello\n\nChapters:\n{chapters}\n\nBye", "Hello\n\nBye"),
        ("Chapters:\n{chapters}", ""),
        ("{chapters}\n\nBye", "Bye"),
        ("Hello\n\nTags: {tags}", "Hello"),
        ("On {date} in {title}", "On  in City at night"),
        ("Follow:\n{tags}\nhere", "Follow:\nhere"),
        ("Hello\n\n\nBye", "Hello\n\n\nBye"),
        ("{description}", ""),
    ] {
        assert_eq!(described(template(text), &empty), expected, "{text}");
    }
}

#[test]
fn present_description_is_never_lost() {
    for (text, expected) in [
        ("Subscribe!", "Mine.\n\nSubscribe!"),
        ("Intro\n{description}\nOutro", "Intro\nMine.\nOutro"),
        (
            "Intro\n\n{description}\n\nChapters:\n{chapters}",
            "Intro\n\nMine.\n\nChapters:\n0:00 Station\n1:05 Bridge\n1:02:03 Home",
        ),
        ("", "Mine."),
        ("{description}", "Mine."),
    ] {
        assert_eq!(described(template(text), &texts("Mine.")), expected, "{text}");
    }
    assert_eq!(described(template("Subscribe!"), &texts(" \n")), "Subscribe!");
}

#[test]
fn template_is_not_added_twice() {
    let text = "About {title}:\n\n{description}\n\n---\n\nChapters:\n{chapters}\n\n---\n\nSubscribe!\n\nBye";
    for present in ["", "Mine.", "Mine.\n---\nMore.", "0:00 Start\n1:05 Middle\n(1:02:03) End"] {
        let once = described(template(text), &texts(present));
        assert_eq!(described(template(text), &texts(&once)), once, "{present:?}");
        let with_more = format!("PS first.\n\n{once}\n\nPS last.");
        assert_eq!(described(template(text), &texts(&with_more)), with_more, "{present:?}");
    }
    // A paragraph that was removed is added again, the others are not.
    let once = described(template("A\n\nB\n\n{description}\n\nC\n\nD"), &texts("Mine."));
    let without = once.replace("B\n\n", "").replace("\n\nD", "");
    assert_eq!(described(template("A\n\nB\n\n{description}\n\nC\n\nD"), &texts(&without)), "B\n\nA\n\nMine.\n\nC\n\nD");
    let stripped = texts("About:\r\nMine.  ".replace('\r', "").as_str());
    assert_eq!(described(template("About:\n{description}"), &stripped), stripped.description);
}

#[test]
fn chapters_that_the_description_lists_are_not_listed_again() {
    let listed = "Mine.\n\n▶ 0:00 - Start\n01:05 Middle\n1:02:03 End";
    assert_eq!(described(template("{chapters}\n\nBye"), &texts(listed)), format!("{listed}\n\nBye"));
    let some = "Mine.\n\n0:00 Start";
    assert!(described(template("{chapters}"), &texts(some)).ends_with("\n\n0:00 Station\n1:05 Bridge\n1:02:03 Home"));
}

#[test]
fn default_tags_are_merged_in_any_case() {
    let with_tags =
        Template { tags: words(&["CITY", "#Night walk", "night WALK", " ", "Über", "über"]), ..template("") };
    let changed = TextChange::Template(with_tags.clone()).apply(&texts("")).expect("valid");
    let tags = words(&["city", "Night walk", "Über"]);
    assert_eq!(changed, BTreeMap::from([(Field::Tags, Content::Tags(tags.clone()))]));
    let again = TextChange::Template(with_tags).apply(&VideoTexts { tags, ..texts("") }).expect("valid");
    assert_eq!(again, BTreeMap::new());
}

#[test]
fn template_is_cleaned_and_bounded() {
    let dirty = Template {
        template_id: 3,
        name: " My\nusual\u{7} ".to_owned(),
        description: "a\r\nb\0".to_owned(),
        tags: words(&["#a", "A", ""]),
        links: words(&["", " https://a.test\n"]),
        ..Template::default()
    };
    let clean = dirty.checked().expect("valid");
    assert_eq!((clean.template_id, clean.name.as_str(), clean.description.as_str()), (3, "My usual", "a\nb\u{fffd}"));
    assert_eq!((clean.tags, clean.links), (words(&["a"]), words(&["https://a.test"])));
    for wrong in [
        Template { name: " \u{200b}".to_owned(), ..template("") },
        Template { name: "n".repeat(MAX_NAME + 1), ..template("") },
        template(&"d".repeat(MAX_TEXT + 1)),
        Template { links: vec!["l".to_owned(); MAX_ENTRIES + 1], ..template("") },
    ] {
        assert_eq!(wrong.checked().expect_err("invalid").code, Code::InvalidContent);
    }
    let stored: Template = serde_json::from_str(r#"{"name":"a"}"#).expect("later fields have defaults");
    assert_eq!(stored.title_rule, TitleRule::Keep);
}

fn edited(edit: BatchEdit, description: &str) -> BTreeMap<Field, Content> {
    TextChange::Edit(edit).apply(&texts(description)).expect("valid")
}

#[test]
fn batch_edit_adds_and_removes_tags() {
    let add = BatchEdit { add_tags: words(&["City", "night"]), ..BatchEdit::default() };
    assert_eq!(edited(add, "")[&Field::Tags], Content::Tags(words(&["city", "night"])));
    let remove = BatchEdit { remove_tags: words(&["#CITY", "none"]), ..BatchEdit::default() };
    assert_eq!(edited(remove, "")[&Field::Tags], Content::Tags(Vec::new()));
    let rename = BatchEdit { add_tags: words(&["City"]), remove_tags: words(&["city"]), description: None };
    assert_eq!(edited(rename, "")[&Field::Tags], Content::Tags(words(&["City"])));
    assert_eq!(edited(BatchEdit::default(), "Mine."), BTreeMap::new());
}

#[test]
fn batch_edit_changes_the_description() {
    let edit = |edit| BatchEdit { description: Some(edit), ..BatchEdit::default() };
    let text = "More.".to_owned();
    let append = edit(DescriptionEdit::Append { text: text.clone() });
    let prepend = edit(DescriptionEdit::Prepend { text });
    let replace = |find: &str| edit(DescriptionEdit::Replace { find: find.to_owned(), with: "Yours".to_owned() });
    for (edit, present, expected) in [
        (&append, "Mine.", Some("Mine.\n\nMore.")),
        (&append, "", Some("More.")),
        (&append, "Mine.\n\nMore.\n\nBye", None),
        (&prepend, "Mine.", Some("More.\n\nMine.")),
        (&prepend, "More.\nMine.", None),
        (&replace("Mine"), "Mine. Mine!", Some("Yours. Yours!")),
        (&replace("mine"), "Mine.", None),
        (&replace(""), "Mine.", None),
    ] {
        let expected = expected.map(|text| Content::Text(text.to_owned()));
        assert_eq!(edited(edit.clone(), present).get(&Field::Description), expected.as_ref(), "{edit:?} {present:?}");
    }
}
