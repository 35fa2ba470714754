//! Templates of an account, and changes of the texts of several videos.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tallylight_core::{
    Code, JobId,
    edits::{Draft, DraftStatus},
    model::job::{Content, Field},
    templates::{BatchEdit, Template, TextChange, TitleRule},
};
use tallylight_tests::{EditFate, ScriptedHarness};
use tallylight_view::{SkipReason, TextChangeView};

fn template(name: &str) -> Template {
    Template {
        name: name.to_owned(),
        description: "{description}\n\nSubscribe!".to_owned(),
        tags: vec!["film".to_owned()],
        title_rule: TitleRule::TitleCase,
        ..Template::default()
    }
}

async fn names(harness: &ScriptedHarness) -> Vec<String> {
    let templates = harness.client.templates().await.expect("signed in");
    templates.into_iter().map(|template| template.name).collect()
}

#[tokio::test]
async fn templates_survive_restart_and_belong_to_their_account_until_it_signs_out() {
    let mut harness = ScriptedHarness::live(|_| {}).await;
    let saved = harness.client.save_template(template("Mine")).await.expect("saved");
    harness.client.save_template(Template { name: "Renamed".to_owned(), ..saved }).await.expect("changed");
    let wrong = Template { description: "{nothing}".to_owned(), ..template("Wrong") };
    assert_eq!(harness.client.save_template(wrong).await.expect_err("refused").code, Code::InvalidContent);
    harness.restart().await;
    harness.until("live again", ScriptedHarness::is_live).await;
    assert_eq!(names(&harness).await, ["Renamed"]);

    harness.sign_in("you@acme.tv").await;
    assert_eq!(names(&harness).await, Vec::<String>::new(), "another account does not see them");
    harness.client.save_template(template("Yours")).await.expect("saved");
    harness.sign_in("ME@acme.tv").await;
    assert_eq!(names(&harness).await, ["Renamed"]);
    harness.client.sign_out().await.expect("signed out");
    assert_eq!(harness.client.templates().await.expect_err("signed out").code, Code::SignedOut);
    harness.sign_in("me@acme.tv").await;
    assert_eq!(names(&harness).await, Vec::<String>::new(), "signing out deletes them");
    harness.sign_in("you@acme.tv").await;
    assert_eq!(names(&harness).await, ["Yours"], "those of others stay");
}

/// Returns a job whose texts are written by a stage that has this status.
fn video(job_id: &str, status: &str) -> Value {
    json!({ "id": job_id, "video_id": format!("v{job_id}"), "status": status,
        "processing_stages": { "METADATA": { "status": status, "progress_percent": 10 } },
        "video_metadata": { "title": "the sea", "description": "Mine.", "tags": ["sea"] } })
}

async fn changes(harness: &ScriptedHarness, change: &TextChange, job_ids: &[&str]) -> Vec<TextChangeView> {
    let job_ids = job_ids.iter().map(|job_id| JobId::new(*job_id)).collect();
    harness.client.text_changes(change.clone(), job_ids).await.expect("signed in")
}

#[tokio::test]
async fn change_of_texts_respects_drafts_processing_and_pending_edits_and_its_edit_is_sent() {
    let harness = ScriptedHarness::live(|backend| {
        backend.set_jobs(json!([video("7", "COMPLETED"), video("8", "COMPLETED"), video("9", "PROCESSING")]));
    })
    .await;
    let draft = Draft {
        job_id: JobId::new("8"),
        field: Field::Tags,
        content: Content::Tags(vec!["mine".to_owned()]),
        base: None,
        cause: DraftStatus::Typed,
    };
    harness.client.type_draft(draft).await.expect("stored");
    let change = TextChange::Template(template("Usual"));
    let views = changes(&harness, &change, &["7", "8", "9", "10"]).await;
    let skipped: Vec<_> = views.iter().map(|view| view.skipped).collect();
    assert_eq!(skipped, [None, Some(SkipReason::Draft), Some(SkipReason::NotReady), Some(SkipReason::NotFound)]);
    let text = |text: &str| Content::Text(text.to_owned());
    let tags = |tags: &[&str]| Content::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect());
    let before = [(Field::Title, text("the sea")), (Field::Description, text("Mine.")), (Field::Tags, tags(&["sea"]))];
    assert_eq!(views[0].before, BTreeMap::from(before));
    let after = [(Field::Title, text("The Sea")), (Field::Description, text("Mine.\n\nSubscribe!"))];
    assert_eq!(views[0].after, after.into_iter().chain([(Field::Tags, tags(&["sea", "film"]))]).collect());

    harness.backend.script_edits([EditFate::Held]);
    harness.client.edit(JobId::new("7"), views[0].after.clone()).await.expect("accepted");
    assert_eq!(changes(&harness, &change, &["7"]).await[0].after, BTreeMap::new(), "the pending edit is what counts");
    let add = TextChange::Edit(BatchEdit { add_tags: vec!["coast".to_owned()], ..BatchEdit::default() });
    let view = changes(&harness, &add, &["7"]).await.remove(0);
    assert_eq!(view.after[&Field::Tags], tags(&["sea", "film", "coast"]));
    harness.backend.release_edits();
    harness.until("the edit", |harness| harness.backend.edits().len() == 1).await;
    let sent = json!({ "title": "The Sea", "description": "Mine.\n\nSubscribe!", "tags": ["sea", "film"] });
    assert_eq!(harness.backend.edits(), [sent]);
}
