//! The studio's HTTP interface, tested with a plain HTTP client.

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use tallylight_studio::SignUp;
use tallylight_tests::{EMAIL, PASSWORD, StudioApi, StudioHarness, Video, json_of};

async fn finished(harness: &StudioHarness) -> String {
    harness.sign_in().await.expect("signed in");
    harness.client.upload(Video::Silent.make(harness.videos(), "a.mp4")).await.expect("accepted");
    harness.ended("a.mp4").await.video_id.expect("a video").to_string()
}

#[tokio::test]
async fn auth_errors_have_the_shape_of_the_requested_api_version() {
    let harness = StudioHarness::set().await;
    let api = StudioApi::of(&harness).await;
    let wrong = json!({ "email": EMAIL, "password": "wrong" });
    let old = api.token("password", wrong.clone()).await;
    assert_eq!(old.status(), StatusCode::BAD_REQUEST);
    let old: Value = old.json().await.expect("JSON");
    assert_eq!((old["code"].as_i64(), old["error_code"].as_str()), (Some(400), Some("invalid_credentials")));
    let new = api
        .http
        .post(format!("{}/auth/v1/token?grant_type=password", api.base))
        .header("apikey", &api.key)
        .header("X-Supabase-Api-Version", "2024-01-01")
        .json(&wrong);
    let new = json_of(new).await;
    assert_eq!(new["code"], "invalid_credentials");
    assert!(new["message"].is_string());
}

#[tokio::test]
async fn list_has_etag_pages_and_filters() {
    let harness = StudioHarness::set().await;
    finished(&harness).await;
    let api = StudioApi::of(&harness).await;
    let list = api.get("/api/v1/jobs/?status=COMPLETED&status=FAILED").send().await.expect("an answer");
    let etag = list.headers()[header::ETAG].clone();
    assert!(list.headers().contains_key(header::DATE));
    assert_eq!(list.json::<Value>().await.expect("JSON").as_array().map(Vec::len), Some(1));
    let again = api.get("/api/v1/jobs/?status=COMPLETED&status=FAILED").header(header::IF_NONE_MATCH, etag);
    assert_eq!(again.send().await.expect("an answer").status(), StatusCode::NOT_MODIFIED);
    for (path, count) in
        [("/api/v1/jobs/?status=PENDING", 0), ("/api/v1/jobs/?offset=1", 0), ("/api/v1/jobs?limit=1", 1)]
    {
        assert_eq!(json_of(api.get(path)).await.as_array().map(Vec::len), Some(count), "{path}");
    }
}

#[tokio::test]
async fn edits_are_saved_validated_and_rejected_while_stage_is_pending() {
    let harness = StudioHarness::set().await;
    let video_id = finished(&harness).await;
    let api = StudioApi::of(&harness).await;
    let saved = api
        .edit(&video_id, json!({ "title": "New", "tags": ["a"], "chapters": [{ "start_seconds": 0, "title": "A" }] }))
        .await;
    assert_eq!(saved.status(), StatusCode::OK);
    let saved: Value = saved.json().await.expect("JSON");
    assert_eq!(
        (saved["video_metadata"]["title"].as_str(), &saved["video_metadata"]["tags"]),
        (Some("New"), &json!(["a"]))
    );
    harness
        .until("the change in the window", |seen| {
            seen.versions("a.mp4").last().is_some_and(|job| job.row.title.as_deref() == Some("New"))
        })
        .await;

    for (body, field) in [
        (json!({ "title": "" }), "title"),
        (json!({ "tags": "a" }), "tags"),
        (json!({ "chapters": [{ "start_seconds": -1, "title": "A" }] }), "chapters"),
        (json!({ "thumbnail_id": "none" }), "thumbnail_id"),
        (json!({ "mood": "blue" }), "mood"),
    ] {
        let refused = api.edit(&video_id, body).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let detail = refused.json::<Value>().await.expect("JSON")["detail"][0].clone();
        assert_eq!(detail["loc"], json!(["body", field]));
        assert!(detail["msg"].is_string() && detail["type"].is_string());
    }
    assert_eq!(api.edit("nowhere", json!({ "title": "x" })).await.status(), StatusCode::NOT_FOUND);
    let url = format!("{}/api/v1/videos/{video_id}/metadata", api.base);
    let outdated =
        api.http.put(url).bearer_auth(&api.token).header(header::IF_MATCH, "\"old\"").json(&json!({ "title": "x" }));
    let outdated = outdated.send().await.expect("an answer");
    assert_eq!(outdated.status(), StatusCode::CONFLICT);
    assert_eq!(
        outdated.json::<Value>().await.expect("JSON")["video_metadata"]["title"],
        "New",
        "the answer contains the current job"
    );
}

#[tokio::test]
async fn other_account_sees_no_jobs() {
    let harness = StudioHarness::set().await;
    let video_id = finished(&harness).await;
    let api = StudioApi::of(&harness).await;
    let job_id = json_of(api.get("/api/v1/jobs/")).await[0]["id"].as_str().expect("an id").to_owned();
    let other = api.http.post(format!("{}/auth/v1/signup", api.base)).header("apikey", &api.key);
    let session = json_of(other.json(&json!({ "email": "other@acme.tv", "password": "another one" }))).await;
    let other = StudioApi { token: session["access_token"].as_str().expect("a token").to_owned(), ..api };
    assert_eq!(json_of(other.get("/api/v1/jobs/")).await, json!([]));
    let job = other.get(&format!("/api/v1/videos/jobs/{job_id}")).send().await.expect("an answer");
    assert_eq!(job.status(), StatusCode::FORBIDDEN);
    assert_eq!(other.edit(&video_id, json!({ "title": "x" })).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn requests_of_web_pages_and_other_hosts_are_rejected() {
    let harness = StudioHarness::set().await;
    let api = StudioApi::of(&harness).await;
    let foreign =
        api.get("/api/v1/jobs/").header(header::ORIGIN, "https://evil.example").send().await.expect("an answer");
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let rebound = api.get("/api/v1/jobs/").header(header::HOST, "evil.example").send().await.expect("an answer");
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    let nobody = api.http.get(format!("{}/api/v1/jobs/", api.base)).send().await.expect("an answer");
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let escape = api.get("/thumbnails/..%2F..%2Fstudio.db/x.jpg").send().await.expect("an answer");
    assert_eq!(escape.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn closed_studio_rejects_sign_up() {
    let harness = StudioHarness::set_with(|config| config.sign_up = SignUp::Closed).await;
    let api = StudioApi::of(&harness).await;
    let call = api.http.post(format!("{}/auth/v1/signup", api.base)).header("apikey", &api.key);
    let refused = call.json(&json!({ "email": "other@acme.tv", "password": "another one" })).send().await;
    assert_eq!(refused.expect("an answer").status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = api.token("password", json!({ "email": "other@acme.tv", "password": "another one" })).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[cfg(unix)]
#[tokio::test]
async fn other_users_cannot_read_the_studio_database() {
    use std::os::unix::fs::PermissionsExt;
    let harness = StudioHarness::set().await;
    let folder = harness.folder.path().join("studio");
    for (path, mode) in
        [(folder.clone(), 0o700), (folder.join("studio.db"), 0o600), (folder.join("studio.db-wal"), 0o600)]
    {
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, mode, "{}", path.display());
    }
}

#[tokio::test]
async fn browser_sign_in_returns_code_bound_to_its_verifier() {
    let harness = StudioHarness::set().await;
    let api = StudioApi::of(&harness).await;
    // The S256 challenge of "verifier" (RFC 7636).
    let challenge = "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ";
    let page = format!(
        "{}/auth/v1/authorize?provider=google&redirect_to=http://127.0.0.1:9/callback&code_challenge={challenge}&code_challenge_method=s256",
        api.base
    );
    let browser = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let shown = browser.get(&page).send().await.expect("a page").text().await.expect("text");
    assert!(shown.contains("<form"));
    let form = |email: &str, password: &str| {
        format!("email={}&password={}", email.replace('@', "%40"), password.replace(' ', "+"))
    };
    let submit = |body: String| {
        browser.post(&page).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send()
    };
    assert_eq!(submit(form(EMAIL, "wrong")).await.expect("a page").status(), StatusCode::UNAUTHORIZED);
    let cancelled = submit("cancel=1".to_owned()).await.expect("a redirect");
    assert!(cancelled.headers()[header::LOCATION].to_str().is_ok_and(|to| to.contains("error=access_denied")));
    let done = submit(form(EMAIL, PASSWORD)).await.expect("a redirect");
    let target = done.headers()[header::LOCATION].to_str().expect("an address").to_owned();
    let code = target.strip_prefix("http://127.0.0.1:9/callback?code=").expect("a code");
    let session = api.token("pkce", json!({ "auth_code": code, "code_verifier": "verifier" })).await;
    assert_eq!(session.status(), StatusCode::OK);
    let again = api.token("pkce", json!({ "auth_code": code, "code_verifier": "verifier" })).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND, "a code works once");
    let elsewhere = page.replace("127.0.0.1:9", "evil.example");
    assert_eq!(browser.get(elsewhere).send().await.expect("an answer").status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn oversized_or_interrupted_upload_leaves_no_files() {
    let harness = StudioHarness::set_with(|config| config.upload_limit = 10_000).await;
    let api = StudioApi::of(&harness).await;
    let part = reqwest::multipart::Part::bytes(vec![0; 20_000]).file_name("big.mp4");
    let form = reqwest::multipart::Form::new().part("file", part);
    let url = format!("{}/api/v1/videos/upload", api.base);
    let refused = api.http.post(&url).bearer_auth(&api.token).multipart(form).send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let half = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\nhalf";
    let broken =
        api.http.post(&url).bearer_auth(&api.token).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    assert_eq!(broken.body(half).send().await.expect("an answer").status(), StatusCode::BAD_REQUEST);
    assert_eq!(json_of(api.get("/api/v1/jobs/")).await, json!([]));
    let left = std::fs::read_dir(harness.folder.path().join("studio/videos")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[tokio::test]
async fn edit_survives_a_job_that_is_restarted() {
    let mut harness = StudioHarness::live().await;
    let api = StudioApi::of(&harness).await;
    harness.client.upload(Video::Complete.make(harness.videos(), "a.mp4")).await.expect("accepted");
    let probed =
        |seen: &tallylight_tests::Seen| seen.versions("a.mp4").last().is_some_and(|job| job.row.title.is_some());
    harness.until("the first title", probed).await;
    let video_id = json_of(api.get("/api/v1/jobs/")).await[0]["video_id"].as_str().expect("an id").to_owned();
    let edited = loop {
        // PROBE, which sets the title, must finish first.
        let answer = api.edit(&video_id, json!({ "title": "Mine" })).await;
        if answer.status() != StatusCode::CONFLICT {
            break answer.status();
        }
    };
    assert_eq!(edited, StatusCode::OK);
    harness.stop_studio().await;
    harness.restart_studio().await;
    let job = harness.ended("a.mp4").await;
    assert_eq!((job.row.title.as_deref(), job.thumbnails.len()), (Some("Mine"), 5));
}
