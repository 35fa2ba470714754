//! Fetches the job list page by page, from backends with different kinds of paging (docs/protocol.md#rest).

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tallylight_core::{
    JobId,
    discovery::{ApiEndpoint, Server},
    model::job::Status,
    protocol::snapshot::{Page, Snapshot, read_page},
};

use super::{WithServerTime, accepted, address};
use crate::net::http::{self, CALL_LIMIT, Failure, date, is_data, text};

/// The page sizes: the first is tried first, the others if the backend refuses a limit.
const PAGES: [usize; 4] = [200, 100, 50, 20];
/// The maximum number of pages, for backends whose pages never end.
const PAGE_LIMIT: usize = 1000;
/// The largest page, in bytes: some backends return every job at once, including transcripts.
const PAGE_BYTES: usize = 256 << 20;

/// The result of fetching the job list.
#[derive(Debug)]
pub enum Listing {
    /// The list is the same as last time (304).
    Unchanged,
    /// The list.
    Jobs(List),
}

/// The job list.
#[derive(Debug, Default)]
pub struct List {
    /// The jobs, newest first.
    pub jobs: Vec<Snapshot>,
    /// How many jobs could not be read.
    pub skipped: usize,
    /// How many fields of the other jobs could not be read.
    pub lost: u32,
    /// The `ETag` to send next time; only for a complete list of one page.
    pub etag: Option<String>,
    /// What is missing in the list.
    pub incomplete: Option<MissingJobs>,
}

/// The part of the job list that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissingJobs {
    /// The backend only lists this many of the newest jobs.
    Newest(usize),
    /// The backend failed to list the jobs of these statuses.
    Statuses(Vec<Status>),
}

/// Fetches all jobs. If the backend fails with 500, the jobs of each status are fetched separately.
///
/// # Errors
/// The failure of the request, if no part of the list could be fetched.
pub async fn jobs(
    http: &Client,
    server: &Server,
    token: &SecretString,
    etag: Option<String>,
) -> Result<WithServerTime<Listing>, Failure> {
    let source = Source { http, server, token };
    match source.all(&Status::ALL, etag).await {
        Err(failure) if failure.status == Some(StatusCode::INTERNAL_SERVER_ERROR) => source.by_status(failure).await,
        listing => listing,
    }
}

struct Source<'a> {
    http: &'a Client,
    server: &'a Server,
    token: &'a SecretString,
}

/// A list whose pages are being fetched.
#[derive(Default)]
struct Gathered {
    list: List,
    ids: BTreeSet<JobId>,
    /// The first job of the previous page.
    first: Option<JobId>,
    /// The total number of jobs, if the backend reports it.
    total: Option<usize>,
    /// How many pages contained jobs.
    pages: usize,
}

/// Whether another page should be fetched.
#[derive(PartialEq, Eq)]
enum More {
    Yes,
    No,
}

impl Gathered {
    fn add(&mut self, page: Page, asked: usize) -> More {
        let count = page.len();
        let first = page.jobs.first().map(|job| job.job_id.clone());
        let known = self.ids.len();
        if count == 0 {
            return More::No;
        }
        // A repeated page comes from a backend that ignores `offset`: its first page is all that it lists.
        let is_known = !page.jobs.is_empty() && page.jobs.iter().all(|job| self.ids.contains(&job.job_id));
        if self.first.is_some() && is_known {
            let listed = self.list.jobs.len() + self.list.skipped;
            let is_cut = self.total.map_or_else(|| is_cap(listed, asked), |total| total > listed);
            self.list.incomplete = is_cut.then_some(MissingJobs::Newest(listed));
            return More::No;
        }
        self.ids.extend(page.jobs.iter().map(|job| job.job_id.clone()));
        self.first = first.or(self.first.take());
        self.pages += 1;
        self.list.skipped += page.skipped;
        self.list.lost = self.list.lost.saturating_add(page.lost);
        let is_new = self.ids.len() > known;
        let is_unreadable = page.skipped > 0;
        self.list.jobs.extend(page.jobs);
        // More jobs than the limit come from a backend without paging.
        if (!is_new && !is_unreadable) || count > asked { More::No } else { More::Yes }
    }
}

/// Returns whether a number of jobs looks like a backend's limit, and not like the number of all jobs.
fn is_cap(count: usize, asked: usize) -> bool {
    count == asked || [50, 100, 200, 250, 500, 1000].contains(&count)
}

impl Source<'_> {
    async fn all(&self, statuses: &[Status], etag: Option<String>) -> Result<WithServerTime<Listing>, Failure> {
        let (mut gathered, mut clock, mut size) = (Gathered::default(), None, 0);
        for page in 0..PAGE_LIMIT {
            let offset = gathered.list.jobs.len() + gathered.list.skipped;
            let answer = self.page(statuses, PAGES[size], offset, etag.as_ref().filter(|_| page == 0)).await;
            let answer = match answer {
                // The backend refuses this limit, so a smaller one is tried.
                Err(failure) if failure.status == Some(StatusCode::UNPROCESSABLE_ENTITY) && size + 1 < PAGES.len() => {
                    size += 1;
                    continue;
                }
                answer => answer?,
            };
            let PageAnswer { page: read, date, etag: tag, total } = match answer {
                Answered::Unchanged(date) => return Ok(WithServerTime { value: Listing::Unchanged, date }),
                Answered::Page(answer) => *answer,
            };
            clock = date.or(clock);
            if gathered.first.is_none() {
                gathered.list.etag = tag;
            }
            gathered.total = total.or(gathered.total);
            if gathered.add(read, PAGES[size]) == More::No {
                break;
            }
        }
        let (mut list, pages) = (gathered.list, gathered.pages);
        if list.skipped > 0 || list.lost > 0 {
            tracing::warn!(skipped = list.skipped, lost = list.lost, "parts of the job list could not be read");
        }
        // The `ETag` is only sent for the first page: with several pages, a change on a later page would be missed.
        list.etag = list.etag.filter(|_| pages <= 1 && list.incomplete.is_none());
        Ok(WithServerTime { value: Listing::Jobs(list), date: clock })
    }

    /// Fetches the jobs of each status separately, so that a failure affects only one status.
    async fn by_status(&self, whole: Failure) -> Result<WithServerTime<Listing>, Failure> {
        let (mut list, mut clock, mut missing) = (List::default(), None, Vec::new());
        for status in Status::ALL {
            match self.all(&[status], None).await {
                Ok(WithServerTime { value: Listing::Jobs(part), date }) => {
                    clock = date.or(clock);
                    list.jobs.extend(part.jobs);
                    list.skipped += part.skipped;
                    list.lost = list.lost.saturating_add(part.lost);
                    list.incomplete = list.incomplete.or(part.incomplete);
                }
                Ok(WithServerTime { value: Listing::Unchanged, .. }) => {}
                Err(failure) if failure.status.is_some_and(|status| status.is_server_error()) => missing.push(status),
                Err(failure) => return Err(failure),
            }
        }
        if missing.len() == Status::ALL.len() {
            return Err(whole);
        }
        if !missing.is_empty() {
            list.incomplete = Some(MissingJobs::Statuses(missing));
        }
        Ok(WithServerTime { value: Listing::Jobs(list), date: clock })
    }

    async fn page(
        &self,
        statuses: &[Status],
        limit: usize,
        offset: usize,
        etag: Option<&String>,
    ) -> Result<Answered, Failure> {
        let statuses = statuses.iter().map(|status| ("status", status.as_str().to_owned()));
        let place = [("limit", limit.to_string()), ("offset", offset.to_string())];
        let mut url = address(self.server, ApiEndpoint::Jobs, None)?;
        url.query_pairs_mut().extend_pairs(statuses.chain(place));
        let mut call = self.http.get(url).timeout(CALL_LIMIT).bearer_auth(self.token.expose_secret());
        if let Some(etag) = etag {
            call = call.header(header::IF_NONE_MATCH, etag);
        }
        let response = http::send(self.http, call).await?;
        let date = date(response.headers());
        if etag.is_some() && response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Answered::Unchanged(date));
        }
        if response.status() == StatusCode::UNPROCESSABLE_ENTITY {
            return Err(about_limit(response).await);
        }
        let response = accepted(response).await?;
        let text_of = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (etag, total) = (text_of(header::ETAG.as_str()), text_of("x-total-count"));
        let text = text(response, PAGE_BYTES).await?;
        is_data(&text)?;
        let page = read_page(&text, Some(&self.server.api_url)).map_err(Failure::local)?;
        let total = total.and_then(|total| total.trim().parse().ok());
        Ok(Answered::Page(Box::new(PageAnswer { page, date, etag, total })))
    }
}

enum Answered {
    Unchanged(Option<Timestamp>),
    Page(Box<PageAnswer>),
}

struct PageAnswer {
    page: Page,
    date: Option<Timestamp>,
    etag: Option<String>,
    total: Option<usize>,
}

/// Maps a 422. Only a refusal of the limit keeps its status, so that the caller tries a smaller limit.
async fn about_limit(response: reqwest::Response) -> Failure {
    let status = response.status();
    let body = text(response, http::ANSWER_LIMIT).await.unwrap_or_default();
    let value = tallylight_core::protocol::json::parse(&body).map(|parsed| parsed.value).unwrap_or_default();
    let names_limit = |detail: &Value| {
        let place = detail.get("loc").and_then(Value::as_array);
        place.is_none_or(|place| place.iter().any(|name| name.as_str() == Some("limit")))
    };
    let is_about_limit = match value.get("detail") {
        Some(Value::Array(details)) => details.iter().any(names_limit),
        _ => true,
    };
    let message = "Couldn't load videos. The studio's API may be incompatible.";
    let error = tallylight_core::Error::new(tallylight_core::Code::ServerError, message);
    Failure { status: is_about_limit.then_some(status), ..Failure::local(error) }
}
