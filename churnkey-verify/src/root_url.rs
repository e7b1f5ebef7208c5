//! The API root URL to enter, if the provider is not at the given one.
//!
//! Churnkey appends `/churnkey/features` to the root URL and follows no redirect.

use axum::http::header;
use serde_json::Value;

use crate::client::{Client, Request, Response, TransportError};

/// The path after the root URL.
const FEATURES: &str = "/churnkey/features";
/// Number of parents of the given URL that are tried.
const MAX_PARENTS: usize = 6;

/// Another root URL at which the provider is. `response` is the one at the given URL.
pub(crate) async fn other(
    client: &Client,
    response: Result<&Response, &TransportError>,
) -> Option<String> {
    let root = client.target();
    if let Ok(response) = response
        && let Some(target) = redirected(&root, response)
    {
        return Some(target);
    }
    // A server that expects the other scheme closes the connection, or responds with an error.
    if !response.is_ok_and(|response| response.status == 200)
        && let Some(other) = other_scheme(&root)
        && speaks(client, &other).await
    {
        return Some(other);
    }
    for parent in parents(&root).take(MAX_PARENTS) {
        if has_manifest(client, parent).await {
            return Some(parent.to_owned());
        }
    }
    None
}

/// The root URL of the target of a redirect from the manifest, if the target is a manifest too.
fn redirected(root: &str, response: &Response) -> Option<String> {
    let is_redirect = (300..400).contains(&response.status);
    let location = response
        .headers
        .get(header::LOCATION)
        .filter(|_| is_redirect)?;
    let location = location.to_str().ok()?;
    let target = match location.strip_prefix('/') {
        Some(path) if path.starts_with('/') => {
            format!("{}:{location}", root.split_once(':')?.0)
        }
        Some(_) => format!("{}{location}", origin(root)),
        None => location.to_owned(),
    };
    let target = target.split(['?', '#']).next()?.trim_end_matches('/');
    let target = target.strip_suffix(FEATURES)?;
    (target.contains("://") && target != root).then(|| target.to_owned())
}

/// The URLs above a URL, the nearest first.
fn parents(root: &str) -> impl Iterator<Item = &str> {
    let origin = origin(root).len();
    let above = move |url: &&str| Some(&root[..url.rfind('/')?]).filter(|url| url.len() >= origin);
    std::iter::successors(Some(root), move |url| above(url)).skip(1)
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

/// The URL with the other scheme, if it has a port.
fn other_scheme(root: &str) -> Option<String> {
    match root.split_once("://")? {
        ("http", rest) => Some(format!("https://{rest}")),
        (_, rest) => Some(format!("http://{rest}")),
    }
}

/// Returns true if the server at a URL uses its scheme.
async fn speaks(client: &Client, root: &str) -> bool {
    let Some(client) = client.at_root(root) else {
        return false;
    };
    match client.send(&Request::get("/features")).await {
        Ok(response) => response.status < 500 && response.status != 400,
        // A certificate that is not trusted is one.
        Err(TransportError::Unreachable(why)) => {
            root.starts_with("https") && why.contains("certificate")
        }
        Err(_) => false,
    }
}

async fn has_manifest(client: &Client, root: &str) -> bool {
    let Some(client) = client.at_root(root) else {
        return false;
    };
    let Ok(response) = client.send(&Request::get("/features")).await else {
        return false;
    };
    let is_manifest = |value: Value| value.get("controllers").is_some();
    response.status == 200 && response.json().is_ok_and(is_manifest)
}

#[cfg(test)]
mod tests {
    use super::{origin, parents};

    #[test]
    fn parents_of_a_url_end_at_its_host() {
        let above = |url| parents(url).collect::<Vec<_>>();
        assert_eq!(above("http://a:1"), [""; 0]);
        assert_eq!(above("http://a:1/b/c"), ["http://a:1/b", "http://a:1"]);
        assert_eq!(origin("https://a/b"), "https://a");
    }
}
