//! A client of the studio's HTTP interface.

use std::{path::Path, time::Duration};

use reqwest::{Client, Method, RequestBuilder, Response, multipart};
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD, StudioHarness};

/// The time limit of a job. It is only a safety limit.
const LIMIT: Duration = Duration::from_mins(2);

/// A signed-in client of a studio.
pub struct StudioApi {
    /// The HTTP client.
    pub http: Client,
    /// The studio's address, without a trailing slash.
    pub base: String,
    /// The public key that auth requests carry.
    pub key: String,
    /// The access token.
    pub token: String,
}

impl StudioApi {
    /// Signs in to the studio of a harness.
    ///
    /// # Panics
    /// If that fails.
    pub async fn of(harness: &StudioHarness) -> Self {
        let base = harness.studio().address().as_str().trim_end_matches('/').to_owned();
        let http = Client::new();
        let document: Value = json_of(http.get(format!("{base}/.well-known/tallylight.json"))).await;
        let key = document["auth_key"].as_str().expect("a key").to_owned();
        let api = Self { http, base, key, token: String::new() };
        let session = api.token("password", json!({ "email": EMAIL, "password": PASSWORD })).await;
        let session: Value = session.json().await.expect("JSON");
        Self { token: session["access_token"].as_str().expect("a token").to_owned(), ..api }
    }

    /// Requests a token.
    ///
    /// # Panics
    /// If there is no response.
    pub async fn token(&self, grant: &str, body: Value) -> Response {
        let url = format!("{}/auth/v1/token?grant_type={grant}", self.base);
        self.http.post(url).header("apikey", &self.key).json(&body).send().await.expect("an answer")
    }

    /// Returns a request with the access token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// Returns a GET request with the access token.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// Sends a POST request without a body.
    ///
    /// # Panics
    /// If there is no response.
    pub async fn post(&self, path: &str) -> Response {
        self.request(Method::POST, path).send().await.expect("an answer")
    }

    /// Edits the metadata of a video.
    ///
    /// # Panics
    /// If there is no response.
    pub async fn edit(&self, video_id: &str, body: Value) -> Response {
        let request = self.request(Method::PUT, &format!("/api/v1/videos/{video_id}/metadata"));
        request.json(&body).send().await.expect("an answer")
    }

    /// Uploads a file, optionally with subtitles, and returns the ids of the video and the job.
    ///
    /// # Panics
    /// If the studio rejects it.
    pub async fn upload(&self, file: &Path, subtitles: Option<&Path>) -> (String, String) {
        let part = |file: &Path| {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            multipart::Part::bytes(std::fs::read(file).expect("a file")).file_name(name)
        };
        let mut form = multipart::Form::new().part("file", part(file));
        if let Some(subtitles) = subtitles {
            form = form.part("subtitles", part(subtitles));
        }
        let answer = json_of(self.request(Method::POST, "/api/v1/videos/upload").multipart(form)).await;
        let id = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{name} in {answer}")).to_owned();
        (id("video_id"), id("job_id"))
    }

    /// Returns a job.
    ///
    /// # Panics
    /// If there is no response.
    pub async fn job(&self, job_id: &str) -> Value {
        json_of(self.get(&format!("/api/v1/videos/jobs/{job_id}"))).await
    }

    /// Waits until a job meets a condition, and returns it.
    ///
    /// # Panics
    /// If the time limit passes.
    pub async fn until(&self, job_id: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let wait = async {
            loop {
                let job = self.job(job_id).await;
                if condition(&job) {
                    return job;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT, wait).await.expect("the job meets the condition")
    }

    /// Uploads a file, waits until its job has finished, and returns the job.
    ///
    /// # Panics
    /// If the time limit passes.
    pub async fn processed(&self, file: &Path, subtitles: Option<&Path>) -> Value {
        let (_, job_id) = self.upload(file, subtitles).await;
        self.until(&job_id, |job| matches!(job["status"].as_str(), Some("COMPLETED" | "FAILED"))).await
    }
}

/// Sends a request and returns the JSON of the response.
///
/// # Panics
/// If there is no response, or it is not JSON.
pub async fn json_of(request: RequestBuilder) -> Value {
    request.send().await.expect("an answer").json().await.expect("JSON")
}
