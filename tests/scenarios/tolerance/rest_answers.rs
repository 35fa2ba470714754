//! REST responses that deviate from the specification.

use serde_json::json;
use tallylight_core::{
    Code, JobId,
    model::job::{Content, Field, Status},
};
use tallylight_tests::{Answer, EditFate, FaultProxy, ScriptedBackend, ScriptedHarness, ended, running};
use tallylight_view::Event;

fn list(body: &str) -> Answer {
    Answer::status(200).with("content-type", "application/json").saying(body)
}

#[tokio::test]
async fn unreadable_field_of_a_job_affects_nothing_else() {
    for field in [
        r#""video_metadata":{"title":"\ud83d","tags":["a"]}"#,
        r#""progress_percent":NaN"#,
        r#""progress_percent":Infinity"#,
        r#""progress_percent":1e400"#,
        r#""progress_percent":1,"progress_percent":2"#,
        r#""video":{"size_bytes":"big","original_filename":7}"#,
        r#""video_metadata":[1]"#,
        r#""processing_stages":7"#,
        r#""created_at":"yesterday""#,
        r#""video_metadata":{"chapters":[{"start":1,"start_seconds":1},{"start_seconds":"00:01:35","title":"x"},null,7]}"#,
        r#""error_message":{"a":1}"#,
        "\"video_metadata\":{\"title\":\"line\nbreak\"}",
        r#""deep":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"#,
    ] {
        let body = format!(
            "\u{feff}[{{\"id\":1,\"status\":\"PENDING\"}},{{\"id\":2,\"status\":\"COMPLETED\",{field}}},{{\"id\":3,\"status\":\"FAILED\"}}]"
        );
        let harness = ScriptedHarness::set(|backend| backend.set_rest(list(&body))).await;
        harness.client.synced().await.unwrap_or_else(|error| panic!("{field}: {error}"));
        let jobs = harness.client.jobs().await.expect("jobs");
        let statuses: std::collections::BTreeSet<_> = jobs.iter().map(|job| job.row.status.as_str()).collect();
        assert_eq!((jobs.len(), statuses.len()), (3, 3), "{field}");
    }
}

#[tokio::test]
async fn unknown_status_is_shown_with_its_original_text() {
    let jobs =
        json!([{ "id": 1, "status": "ARCHIVED", "video_metadata": { "title": "A" } }, { "id": 2, "status": null }]);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(jobs)).await;
    let job = harness.job("1").await.expect("a job");
    assert_eq!((job.row.status, job.row.status_word.as_deref()), (Status::Processing, Some("ARCHIVED")));
    assert!(harness.job("2").await.is_some());
    assert!(harness.diagnostics().await.counters.lost_fields > 0);
    harness.backend.set_jobs(json!([{ "id": 1, "status": "COMPLETED" }, { "id": 2, "status": "PENDING" }]));
    harness.client.refresh().await.expect("requested");
    harness.until("the completed job", |harness| harness.recorder.seen().events.iter().any(|event| matches!(event, Event::Jobs { changed, .. } if changed.iter().any(|change| change.job.row.status == Status::Completed && change.job.row.status_word.is_none())))).await;
}

fn video(job_id: &str, video_id: &str, title: &str) -> serde_json::Value {
    json!({ "id": job_id, "video_id": video_id, "status": "PROCESSING", "updated_at": "2026-01-01T00:00:00Z",
        "video_metadata": { "title": title } })
}

#[tokio::test]
async fn edit_answer_changes_only_the_edited_job() {
    // The video of the first job has the id of the second.
    let jobs = json!([video("1", "2", "One"), video("2", "9", "Two")]);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(jobs)).await;
    let row = json!({ "id": "2", "title": "Mine", "status": "COMPLETED", "video_id": "2" });
    harness.backend.script_edits([EditFate::Instead(list(&format!("\u{feff}{row}")))]);
    let changes = [(Field::Title, Content::Text("Mine".to_owned()))].into();
    harness.client.edit(JobId::new("1"), changes).await.expect("an edit");
    let is_saved = |harness: &ScriptedHarness| {
        harness.recorder.seen().events.iter().any(
            |event| matches!(event, Event::Edit(edit) if edit.outcome == tallylight_core::edits::EditOutcome::Saved),
        )
    };
    harness.until("the saved edit", is_saved).await;
    let other = harness.job("2").await.expect("a job");
    assert_eq!((other.row.status, other.row.title.as_deref()), (Status::Processing, Some("Two")));
    assert_eq!(harness.told().await, 0);
    assert_eq!(harness.job("1").await.expect("a job").row.title.as_deref(), Some("Mine"));
}

#[tokio::test]
async fn rejected_page_size_is_reduced() {
    // One server rejects large limits with 422, another one ignores them.
    use axum::{Json, Router, extract::Query, http::StatusCode, response::IntoResponse, routing::get};
    for rejects in [true, false] {
        let backend = ScriptedBackend::start().await;
        let list_handler = move |Query(query): Query<Vec<(String, String)>>| async move {
            let number = |name: &str| {
                query.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<usize>().ok())
            };
            let (limit, offset) = (number("limit").unwrap_or(0), number("offset").unwrap_or(0));
            if rejects && limit > 100 {
                let error = json!({ "detail": [{ "loc": ["query", "limit"], "msg": "too large", "type": "x" }] });
                return (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response();
            }
            let ids = offset.min(234)..(offset + limit.min(100)).min(234);
            let jobs: Vec<_> = ids.map(|id| json!({ "id": id, "status": "COMPLETED" })).collect();
            Json(json!(jobs)).into_response()
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let api = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/api/v1/jobs/", get(list_handler))).await },
        );
        backend.set_discovery(json!({ "api_url": api }));
        let proxy = FaultProxy::before(&backend.address).await;
        let harness = ScriptedHarness::after(tempfile::tempdir().expect("a folder"), backend, proxy).await;
        harness.client.synced().await.expect("the list");
        let status = harness.client.status().await.expect("status");
        assert_eq!((status.counts.completed, status.list.newest), (234, None), "{rejects}");
    }
}

#[tokio::test]
async fn redirect_during_discovery_sets_the_address() {
    use axum::{
        Router,
        http::{StatusCode, Uri, header},
    };
    let harness = ScriptedHarness::signed_out(|backend| backend.set_jobs(json!([running("7")]))).await;
    let studio = harness.proxy.address.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let typed = format!("http://{}", listener.local_addr().expect("an address"));
    let redirect = move |uri: Uri| {
        let location = format!("{studio}{uri}");
        async move { (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]) }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(redirect)).await });
    let address = tallylight_core::discovery::parse_address(&typed).expect("an address");
    let server =
        harness.client.connect(address, tallylight_client::Identity::Address).await.expect("the redirect is followed");
    assert!(server.address.starts_with(&harness.proxy.address), "{}", server.address);
    harness.sign_in("me@acme.tv").await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn status_401_for_a_request_without_token_keeps_the_session() {
    use axum::{Router, http::StatusCode};
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let other_server = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(
        async move { axum::serve(listener, Router::new().fallback(|| async { StatusCode::UNAUTHORIZED })).await },
    );
    harness.backend.set_rest(Answer::status(307).with("location", format!("{other_server}/api/v1/jobs/")));
    harness.client.refresh().await.expect("requested");
    let told = |harness: &ScriptedHarness| harness.shown().len();
    let _ = told(&harness);
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(harness.is_signed_in().await);
    assert_eq!(harness.backend.refreshes(), 0);
}

#[tokio::test]
async fn forbidden_list_causes_one_refresh_and_keeps_the_session() {
    let harness = ScriptedHarness::set(|backend| {
        backend.set_rest(Answer::status(403).saying(r#"{"detail":"no"}"#));
        backend.set_socket(Answer::status(404));
    })
    .await;
    for _ in 0..4 {
        let lists = harness.backend.lists();
        harness
            .until_with_clock("another list request", std::time::Duration::from_secs(10), |harness| {
                harness.backend.lists() > lists
            })
            .await;
    }
    assert!(harness.backend.refreshes() <= 1 && harness.is_signed_in().await);
    assert_eq!(harness.client.synced().await.expect_err("refused").code, Code::Forbidden);
}

#[tokio::test]
async fn unrequested_compression_is_decoded() {
    use std::io::Write;
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(json!([ended("7", "COMPLETED")]).to_string().as_bytes()).expect("bytes");
    let bytes = zip.finish().expect("bytes");
    for header in [Some("gzip"), None] {
        let harness = ScriptedHarness::set(|backend| {
            backend.set_rest(Answer::status(200).bytes(&bytes).with_each("content-encoding", header));
        })
        .await;
        harness.client.synced().await.unwrap_or_else(|error| panic!("{header:?}: {error}"));
        assert_eq!(harness.client.jobs().await.expect("jobs").len(), 1, "{header:?}");
    }
    let harness = ScriptedHarness::set(|backend| {
        backend.set_rest(Answer::status(200).bytes(&bytes).with_each("content-encoding", Some("br")));
    })
    .await;
    let error = harness.client.synced().await.expect_err("unreadable");
    assert!(error.code == Code::ServerError && error.message.contains("compressed"), "{error}");
}

#[tokio::test]
async fn cached_nul_characters_of_earlier_versions_are_replaced() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.client.shutdown().await;
    let store = rusqlite::Connection::open(harness.folder.path().join("tallylight.db")).expect("the database");
    let body: String = store.query_row("SELECT body FROM job", (), |row| row.get(0)).expect("a job");
    let mut job: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    job["filename"] = json!("x\0y");
    job["metadata"] = json!({ "TITLE": { "at": job["updated_at"], "value": "a\0b" } });
    store.execute("UPDATE job SET body = ?1", [job.to_string()]).expect("written");
    drop(store);
    harness.backend.set_page(Answer::status(503));
    harness.recorder = tallylight_tests::Recorder::default();
    let config = tallylight_client::Config::new(harness.folder.path().to_owned(), tallylight_client::Keychain::Memory);
    let client = tallylight_client::start(config, harness.recorder.clone());
    let rows = client.rows().await.expect("rows");
    let names: Vec<_> = rows.iter().map(|row| (row.title.as_deref(), row.filename.as_deref())).collect();
    assert_eq!(names, [(Some("a\u{fffd}b"), Some("x\u{fffd}y"))]);
}

#[tokio::test]
async fn start_after_two_crashes_discards_the_cache_and_reports_it() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    harness.client.shutdown().await;
    let now = format!("{}Z", tallylight_tests::naive_now());
    std::fs::write(harness.folder.path().join("crash-marker"), format!("{now}\n{now}\n")).expect("two crashes");
    harness.restart().await;
    let incident = harness.client.status().await.expect("status").storage.incident.expect("a reported incident");
    assert!(incident.code == Code::StorageSuspect && incident.message.contains("crashed twice"), "{incident:?}");
    harness.until("live after fetching the list", ScriptedHarness::is_live).await;
    assert!(harness.job("7").await.is_some());
    harness.restart().await;
    assert_eq!(harness.client.status().await.expect("status").storage.incident, None);
}
