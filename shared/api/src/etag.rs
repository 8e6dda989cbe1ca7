//! Versions as entity tags: `ETag` out, `If-Match` in (RFC 9110, section 13.1.1).

use axum::extract::FromRequestParts;
use http::HeaderValue;
use http::header::IF_MATCH;
use http::request::Parts;
use store::Expected;

use crate::Problem;

/// The version that a PATCH or DELETE is meant for; any, without the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Expected);

/// No thing has this version, so it stands for tags that match nothing.
const NEVER: Expected = Expected::Version(0);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IF_MATCH).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(Self(Expected::Any)),
            (Some(value), None) => value.to_str().ok().and_then(parse).map(Self).ok_or_else(refused),
            (Some(_), Some(_)) => Err(refused()),
        }
    }
}

fn refused() -> Problem {
    Problem::invalid_header("If-Match", "must be * or one entity tag, such as \"3\".")
}

/// One tag or `*`. A list has no use here, since a thing has only one current version; it is refused.
fn parse(value: &str) -> Option<Expected> {
    let value = value.trim();
    if value == "*" {
        return Some(Expected::Any);
    }
    let (weak, tag) = value.strip_prefix("W/").map_or((false, value), |tag| (true, tag));
    let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
    if !tag.bytes().all(|byte| byte == b'!' || (b'#'..=b'~').contains(&byte)) {
        return None;
    }
    let version = tag.parse().ok().filter(|version: &u64| !weak && version.to_string() == tag);
    Some(version.map_or(NEVER, Expected::Version))
}

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// Holds an edit that changes nothing against the current version, as the store does with every other edit.
pub fn unchanged(expected: Expected, current: u64) -> Result<(), Problem> {
    match expected {
        Expected::Version(version) if version != current => Err(Problem::stale(current)),
        Expected::Version(_) | Expected::Any => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_if_match() {
        for (value, expected) in [
            ("*", Some(Expected::Any)),
            ("\"3\"", Some(Expected::Version(3))),
            (" \"18446744073709551615\" ", Some(Expected::Version(u64::MAX))),
            ("\"03\"", Some(NEVER)),
            ("\"+3\"", Some(NEVER)),
            ("\"\"", Some(NEVER)),
            ("\"other\"", Some(NEVER)),
            ("W/\"3\"", Some(NEVER)),
            ("3", None),
            ("", None),
            ("\"3", None),
            ("\"1\", \"2\"", None),
            ("w/\"3\"", None),
        ] {
            assert_eq!(parse(value), expected, "{value}");
        }
    }

    #[test]
    fn an_empty_edit_of_another_version_is_stale() {
        assert!(unchanged(Expected::Any, 2).is_ok());
        assert!(unchanged(Expected::Version(2), 2).is_ok());
        assert_eq!(unchanged(Expected::Version(1), 2).unwrap_err().facts.current_version, Some(2));
    }
}
