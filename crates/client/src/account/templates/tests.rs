use super::*;
use crate::account::test_context::{TestContext, reply};

const OWNER: &str = "owner";

fn of_owner(test: &mut TestContext) -> Templates {
    let mut templates = Templates::default();
    templates.handle(TemplatesInput::Load(OWNER.to_owned()), &mut test.context);
    templates
}

fn named(name: &str) -> Template {
    Template { name: name.to_owned(), ..Template::default() }
}

/// Answers the commands that were handled, as the runtime does.
fn answer(test: &mut TestContext) {
    for reply in std::mem::take(&mut test.context.replies) {
        reply();
    }
}

fn save(templates: &mut Templates, template: Template, test: &mut TestContext) -> Result<Template, Error> {
    let (reply, mut saved) = reply();
    templates.handle(TemplatesInput::Command(TemplateCommand::Save(Box::new(template), reply)), &mut test.context);
    answer(test);
    saved.try_recv().expect("answered")
}

fn delete(templates: &mut Templates, template_id: u32, test: &mut TestContext) -> Result<(), Error> {
    let (reply, mut deleted) = reply();
    templates.handle(TemplatesInput::Command(TemplateCommand::Delete(template_id, reply)), &mut test.context);
    answer(test);
    deleted.try_recv().expect("answered")
}

fn names(templates: &mut Templates, test: &mut TestContext) -> Result<Vec<String>, Error> {
    let (reply, mut listed) = reply();
    templates.handle(TemplatesInput::Command(TemplateCommand::List(reply)), &mut test.context);
    answer(test);
    let listed = listed.try_recv().expect("answered")?;
    Ok(listed.into_iter().map(|template| template.name).collect())
}

#[test]
fn templates_are_stored_changed_deleted_and_restored() {
    let mut test = TestContext::signed_in();
    let mut templates = of_owner(&mut test);
    let first = save(&mut templates, named(" First "), &mut test).expect("saved");
    let second = save(&mut templates, named("Second"), &mut test).expect("saved");
    assert_eq!(
        (first.name.as_str(), first.template_id != 0, first.template_id < second.template_id),
        ("First", true, true)
    );
    save(&mut templates, Template { name: "Renamed".to_owned(), ..first.clone() }, &mut test).expect("saved");
    assert_eq!(names(&mut templates, &mut test), Ok(vec!["Renamed".to_owned(), "Second".to_owned()]));
    delete(&mut templates, second.template_id, &mut test).expect("deleted");
    assert_eq!(names(&mut templates, &mut test), Ok(vec!["Renamed".to_owned()]));
    let third = save(&mut templates, named("Third"), &mut test).expect("saved");
    assert!(third.template_id > second.template_id, "an id is not used again");
    save(&mut templates, second.clone(), &mut test).expect("restored");
    assert_eq!(names(&mut templates, &mut test).expect("listed"), ["Renamed", "Second", "Third"]);
}

#[test]
fn template_that_is_not_valid_is_not_stored() {
    let mut test = TestContext::signed_in();
    let mut templates = of_owner(&mut test);
    let wrong = Template { description: "{nobody}".to_owned(), ..named("a") };
    for wrong in [named(" "), wrong] {
        assert_eq!(save(&mut templates, wrong, &mut test).expect_err("invalid").code, Code::InvalidContent);
    }
    for number in 0..MAX_TEMPLATES {
        save(&mut templates, named(&number.to_string()), &mut test).expect("saved");
    }
    assert_eq!(save(&mut templates, named("more"), &mut test).expect_err("too many").code, Code::InvalidContent);
}

#[test]
fn templates_belong_to_an_account() {
    let mut test = TestContext::signed_in();
    let mut templates = of_owner(&mut test);
    let mine = save(&mut templates, named("mine"), &mut test).expect("saved");
    templates.handle(TemplatesInput::Load("other".to_owned()), &mut test.context);
    assert_eq!(names(&mut templates, &mut test), Ok(Vec::new()));
    let copy = save(&mut templates, Template { name: "theirs".to_owned(), ..mine.clone() }, &mut test).expect("saved");
    assert_ne!(copy.template_id, mine.template_id, "the other account's template stays as it is");
    delete(&mut templates, mine.template_id, &mut test).expect("nothing of theirs has the id");
    templates.handle(TemplatesInput::Load(OWNER.to_owned()), &mut test.context);
    assert_eq!(names(&mut templates, &mut test), Ok(vec!["mine".to_owned()]));

    test.context.access.is_signed_in = false;
    assert_eq!(names(&mut templates, &mut test).expect_err("hidden").code, Code::SignedOut);
    assert_eq!(test.context.store.templates(OWNER).len(), 1, "an expired session keeps them");
    templates.handle(TemplatesInput::Delete, &mut test.context);
    assert_eq!(test.context.store.templates(OWNER), []);
    assert_eq!(test.context.store.templates("other").len(), 1);
}
