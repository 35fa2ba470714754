//! Resolution of thumbnail URLs as backends send them.

use url::Url;

use crate::model::trusted_url::is_trustworthy;

/// Returns a URL that the window may load: https, or http on loopback. Returns none for any other URL.
///
/// `gs://bucket/path` and `s3://bucket/path` are converted to the https form of the object store; a path that begins
/// with `/` is resolved against `api_url`. Source of the rule: docs/protocol.md#urls.
pub fn resolve(address: &str, api_url: Option<&Url>) -> Option<String> {
    let address = address.trim();
    if let Some(url) = object_url("gs://", address, |bucket| format!("https://storage.googleapis.com/{bucket}/")) {
        return Some(url);
    }
    // A wildcard certificate for `*.s3.amazonaws.com` does not cover a bucket whose name contains a dot.
    let host = |bucket: &str| {
        if bucket.contains('.') {
            format!("https://s3.amazonaws.com/{bucket}/")
        } else {
            format!("https://{bucket}.s3.amazonaws.com/")
        }
    };
    if let Some(url) = object_url("s3://", address, host) {
        return Some(url);
    }
    if address.starts_with('/') && !address.starts_with("//") {
        let url = api_url?.join(address).ok()?;
        return is_trustworthy(&url).then(|| url.into());
    }
    Url::parse(address).ok().filter(is_trustworthy)?;
    Some(address.to_owned())
}

/// Returns the https URL of an object in an object store.
fn object_url(scheme: &str, address: &str, base: impl FnOnce(&str) -> String) -> Option<String> {
    let (bucket, path) = address.strip_prefix(scheme)?.split_once('/')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if bucket.is_empty() || path.is_empty() || !bucket.chars().all(is_name) {
        return None;
    }
    let mut url = Url::parse(&base(bucket)).ok()?;
    // An object name is not a URL path: `?`, `#` and `%` have no special meaning in it and must be encoded.
    url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolve_converts_store_urls_and_paths() {
        let api = Url::parse("https://api.acme.tv/v1").expect("an address");
        for (written, whole) in [
            ("https://x.test/a b.jpg", Some("https://x.test/a b.jpg")),
            (" http://127.0.0.1:8/a ", Some("http://127.0.0.1:8/a")),
            ("gs://pics/a/b c?.jpg", Some("https://storage.googleapis.com/pics/a/b%20c%3F.jpg")),
            ("s3://pics/a.jpg", Some("https://pics.s3.amazonaws.com/a.jpg")),
            ("s3://my.pics/a.jpg", Some("https://s3.amazonaws.com/my.pics/a.jpg")),
            ("/media/a.jpg?x=1", Some("https://api.acme.tv/media/a.jpg?x=1")),
            ("thumbnails/a.jpg", None),
            ("//evil.test/a.jpg", None),
            ("http://x.test/a.jpg", None),
            ("gs://pics", None),
            ("gs://pi/../cs", Some("https://storage.googleapis.com/pi/cs")),
            ("s3://evil.test#/a", None),
            ("javascript:alert(1)", None),
            ("", None),
        ] {
            assert_eq!(resolve(written, Some(&api)).as_deref(), whole, "{written}");
        }
        assert_eq!(resolve("/media/a.jpg", None), None);
    }
}
