//! Answers of a scripted backend that replace its regular responses.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An HTTP response.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// Returns an answer with a status and an empty body.
    ///
    /// # Panics
    /// If the status is invalid.
    pub fn status(code: u16) -> Self {
        Self { status: StatusCode::from_u16(code).expect("a status"), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn saying(mut self, body: impl Into<String>) -> Self {
        self.body = body.into().into_bytes();
        self
    }

    /// Sets the bytes of the body.
    #[must_use]
    pub fn bytes(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    /// Adds a header if there is a value.
    #[must_use]
    pub fn with_each(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Returns an error in GoTrue's shape.
    pub fn auth_error(code: u16, error_code: &str) -> Self {
        Self::status(code).saying(json!({ "code": error_code, "message": "no" }).to_string())
    }

    /// Returns the page of a captive portal; with a redirect for a 3xx status.
    pub fn page(code: u16) -> Self {
        let page = Self::status(code).with("content-type", "text/html").saying("<html>Welcome to our Wi-Fi</html>");
        if (300..400).contains(&code) { page.with("location", "http://127.0.0.1:9/login") } else { page }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value.parse().expect("a header"));
        }
        response
    }
}
