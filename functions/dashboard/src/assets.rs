//! Static files. They are part of the binary and have the hash of their content in their name, so they may be cached
//! forever.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, StatusCode};

use api::Problem;
use api::problem::Code;

use crate::weights::weighted;

/// For files with fixed names, whose content may change.
const A_DAY: &str = "public, max-age=86400";

struct Asset {
    name: &'static str,
    href: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The path of a file. An unknown name leads to a 404; the tests of the frame load all files.
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
    Ok(if takes(&headers, "br") {
        (StatusCode::OK, kept, [(CONTENT_ENCODING, "br")], asset.brotli).into_response()
    } else if takes(&headers, "gzip") {
        (StatusCode::OK, kept, [(CONTENT_ENCODING, "gzip")], asset.gzip).into_response()
    } else {
        (StatusCode::OK, kept, asset.plain).into_response()
    })
}

/// Whether `Accept-Encoding` accepts a coding. A weight of 0 refuses it.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    weighted(headers, ACCEPT_ENCODING).any(|(name, weight)| name.eq_ignore_ascii_case(coding) && weight > 0.0)
}

/// `GET /favicon.ico`: some browsers request it without a link.
pub(crate) async fn get_favicon() -> Response {
    ([(CACHE_CONTROL, A_DAY)], Redirect::to(href("icon.svg"))).into_response()
}

/// `GET /robots.txt`: keeps search engines away.
pub(crate) async fn get_robots() -> Response {
    ([(CONTENT_TYPE, "text/plain"), (CACHE_CONTROL, A_DAY)], "User-agent: *\nDisallow: /\n").into_response()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn takes_brotli(accepted: &'static str) -> bool {
        takes(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]), "br")
    }

    #[test]
    fn a_coding_is_used_if_it_is_accepted_with_a_weight_above_0() {
        for accepted in ["br", "gzip, deflate, br, zstd", "gzip;q=1.0, br;q=0.5", "gzip,BR ; q=0.001"] {
            assert!(takes_brotli(accepted), "{accepted}");
        }
        for accepted in ["", "gzip, deflate", "brotli", "br;q=0", "br; q=0.0, gzip", "br;q=much"] {
            assert!(!takes_brotli(accepted), "{accepted}");
        }
    }

    #[test]
    fn each_file_is_smaller_in_each_coding() {
        for asset in &ASSETS {
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut &*asset.brotli, &mut plain).unwrap();
            assert_eq!(plain, asset.plain, "{}", asset.name);
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(asset.gzip), &mut plain).unwrap();
            assert_eq!(plain, asset.plain, "{}", asset.name);
            assert!(asset.brotli.len() < asset.gzip.len() && asset.gzip.len() < asset.plain.len(), "{}", asset.name);
        }
    }
}
