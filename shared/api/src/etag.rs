//! Versions as entity tags: `ETag` in responses, `If-Match` in requests (RFC 9110, section 13.1.1).

use axum::extract::FromRequestParts;
use http::HeaderValue;
use http::header::IF_MATCH;
use http::request::Parts;
use store::Expected;

use crate::Problem;

/// The version that an edit or removal expects. Without the header, any version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Expected);

/// Versions start at 1, so this one never matches. It stands for tags that are not ours.
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

/// Accepts one tag or `*`. A list is refused: a resource has one current version, so a list is of no use.
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

pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// Checks the expected version for an edit that changes nothing. The store checks it for all other edits.
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
