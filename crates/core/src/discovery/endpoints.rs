//! The paths of REST requests, which a discovery document may rename. Source: docs/protocol.md#discovery.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Code, Error};

/// A REST request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiEndpoint {
    /// The list of jobs.
    Jobs,
    /// One job.
    Job,
    /// An edit of a video's texts.
    Metadata,
    /// A thumbnail at a moment of a video.
    Thumbnails,
    /// An upload in one request.
    Upload,
    /// The URL of an upload to a storage.
    SignedUploadUrl,
    /// The end of an upload to a storage.
    UploadComplete,
    /// Resumable uploads.
    Uploads,
    /// Processing a failed job again.
    Retry,
    /// Cancelling a job.
    Cancel,
    /// Deleting a video.
    Delete,
}

impl ApiEndpoint {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Jobs,
        Self::Job,
        Self::Metadata,
        Self::Thumbnails,
        Self::Upload,
        Self::SignedUploadUrl,
        Self::UploadComplete,
        Self::Uploads,
        Self::Retry,
        Self::Cancel,
        Self::Delete,
    ];

    /// Returns its name in a discovery document, and the usual path.
    fn usual(self) -> (&'static str, &'static str) {
        match self {
            Self::Jobs => ("jobs", "/api/v1/jobs/"),
            Self::Job => ("job", "/api/v1/videos/jobs/{job_id}"),
            Self::Metadata => ("metadata", "/api/v1/videos/{video_id}/metadata"),
            Self::Thumbnails => ("thumbnails", "/api/v1/videos/{video_id}/thumbnails"),
            Self::Upload => ("upload", "/api/v1/videos/upload"),
            Self::SignedUploadUrl => ("signed_upload_url", "/api/v1/videos/signed-upload-url"),
            Self::UploadComplete => ("upload_complete", "/api/v1/videos/upload-complete"),
            Self::Uploads => ("uploads", "/api/v1/videos/uploads"),
            Self::Retry => ("retry", "/api/v1/videos/jobs/{job_id}/retry"),
            Self::Cancel => ("cancel", "/api/v1/videos/jobs/{job_id}/cancel"),
            Self::Delete => ("delete", "/api/v1/videos/{video_id}"),
        }
    }

    /// Returns its name in a discovery document.
    pub fn name(self) -> &'static str {
        self.usual().0
    }

    /// Returns the placeholder of the id in its path.
    fn placeholder(self) -> Option<&'static str> {
        let (_, path) = self.usual();
        ["{job_id}", "{video_id}"].into_iter().find(|placeholder| path.contains(placeholder))
    }
}

/// The paths that differ from the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints(BTreeMap<ApiEndpoint, String>);

impl Endpoints {
    /// Reads the paths of a discovery document. Unknown names are ignored.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`] for a path that is none, or that lacks the id it is about.
    pub(super) fn new(paths: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut renamed = BTreeMap::new();
        for endpoint in ApiEndpoint::ALL {
            let name = endpoint.name();
            let Some(path) = paths.get(name) else { continue };
            let wrong = |what: String| Error::new(Code::InvalidAddress, format!("endpoints.{name} {path:?} {what}"));
            let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains(char::is_whitespace);
            if !is_path || path.contains(['?', '#', '\\']) {
                return Err(wrong("isn't a path, such as /api/v1/jobs/".to_owned()));
            }
            if let Some(missing) = endpoint.placeholder().filter(|placeholder| !path.contains(placeholder)) {
                return Err(wrong(format!("lacks {missing}")));
            }
            renamed.insert(endpoint, path.clone());
        }
        Ok(Self(renamed))
    }

    /// Returns the URL of a request below the API's URL, with an id that takes one segment of the path.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`] if it is not a valid URL.
    pub fn url(&self, api_url: &Url, endpoint: ApiEndpoint, id: Option<&str>) -> Result<Url, Error> {
        let path = self.0.get(&endpoint).map_or(endpoint.usual().1, String::as_str);
        let mut url = api_url.clone();
        let invalid = || Error::new(Code::InvalidAddress, format!("{api_url} can't be followed by a path"));
        {
            let mut segments = url.path_segments_mut().map_err(|()| invalid())?;
            segments.pop_if_empty();
            for segment in path.trim_start_matches('/').split('/') {
                let placeholder = endpoint.placeholder().filter(|placeholder| segment.contains(placeholder));
                match (placeholder, id) {
                    (Some(placeholder), Some(id)) => segments.push(&segment.replace(placeholder, id)),
                    _ => segments.push(segment),
                };
            }
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn renamed(paths: &[(&str, &str)]) -> Result<Endpoints, Error> {
        let paths = paths.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
        Endpoints::new(&paths)
    }

    #[test]
    fn paths_are_the_usual_ones_unless_renamed() {
        let api = url("https://acme.tv/backend/");
        let usual = Endpoints::default();
        let of =
            |endpoints: &Endpoints, endpoint, id| endpoints.url(&api, endpoint, id).expect("a URL").as_str().to_owned();
        assert_eq!(of(&usual, ApiEndpoint::Jobs, None), "https://acme.tv/backend/api/v1/jobs/");
        let odd = "https://acme.tv/backend/api/v1/videos/jobs/a%2Fb%20%3F/retry";
        assert_eq!(of(&usual, ApiEndpoint::Retry, Some("a/b ?")), odd, "an id is one segment");

        let own = renamed(&[("jobs", "/v2/mine"), ("job", "/v2/job-{job_id}.json"), ("new", "?")]).expect("paths");
        assert_eq!(of(&own, ApiEndpoint::Jobs, None), "https://acme.tv/backend/v2/mine");
        assert_eq!(of(&own, ApiEndpoint::Job, Some("7")), "https://acme.tv/backend/v2/job-7.json");
        assert_eq!(of(&own, ApiEndpoint::Delete, Some("3")), "https://acme.tv/backend/api/v1/videos/3");
    }

    #[test]
    fn path_that_leads_elsewhere_or_lacks_its_id_is_refused() {
        for (name, path, why) in [
            ("jobs", "https://evil.tv/jobs", "isn't a path"),
            ("jobs", "//evil.tv/jobs", "isn't a path"),
            ("jobs", "/jobs?all=1", "isn't a path"),
            ("jobs", "", "isn't a path"),
            ("job", "/jobs/{id}", "lacks {job_id}"),
            ("delete", "/videos/", "lacks {video_id}"),
        ] {
            let error = renamed(&[(name, path)]).expect_err(path);
            assert!(error.message.contains(why) && error.message.contains(name), "{error}");
        }
    }
}
