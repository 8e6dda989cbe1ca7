//! Static files: part of the binary, named after their content, and so cached for good.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, StatusCode};

use api::Problem;
use api::problem::Code;

/// Names that others choose stand for something else some day.
const A_DAY: &str = "public, max-age=86400";

struct Asset {
    name: &'static str,
    href: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where a file is to be found. A name that is none leads nowhere; the tests of the frame know them all.
pub(crate) fn href(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/assets/none", |asset| asset.href)
}

/// `GET /assets/{name}`
pub(crate) async fn get_asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.href.strip_prefix("/assets/") == Some(&name));
    let asset = asset.ok_or_else(|| Problem::new(Code::RouteNotFound, "No file has this name."))?;
    let kept = [
        (CONTENT_TYPE, asset.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "Accept-Encoding"),
    ];
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes_gzip = accepted.split(',').any(|coding| coding.trim() == "gzip" || coding.trim().starts_with("gzip;q=1"));
    Ok(if takes_gzip {
        (StatusCode::OK, kept, [(CONTENT_ENCODING, "gzip")], asset.gzip).into_response()
    } else {
        (StatusCode::OK, kept, asset.plain).into_response()
    })
}

/// `GET /favicon.ico`: for browsers that look there first.
pub(crate) async fn get_favicon() -> Response {
    ([(CACHE_CONTROL, A_DAY)], Redirect::to(href("icon.svg"))).into_response()
}

/// `GET /robots.txt`: nothing here is for search engines.
pub(crate) async fn get_robots() -> Response {
    ([(CONTENT_TYPE, "text/plain"), (CACHE_CONTROL, A_DAY)], "User-agent: *\nDisallow: /\n").into_response()
}
