//! Paths of the pages.

use api::segment;

/// A path of these segments, percent-encoded.
pub(crate) fn path(parts: &[&str]) -> String {
    parts.iter().flat_map(|part| ["/".to_owned(), segment(part)]).collect()
}

pub(crate) fn automat(id: &domain::AutomatId) -> String {
    path(&["automats", id.as_str()])
}

pub(crate) fn opening(id: &domain::OpeningId) -> String {
    path(&["openings", id.as_str()])
}

pub(crate) fn key(id: &domain::KeyId) -> String {
    path(&["keys", id.as_str()])
}

pub(crate) fn contract(id: &domain::ContractId) -> String {
    path(&["contracts", id.as_str()])
}

/// What happened to a key, or in an automat.
pub(crate) fn activity_of_key(id: &domain::KeyId) -> String {
    with_query("/activity", &[("keyId", id.as_str())])
}

pub(crate) fn activity_of_automat(id: &domain::AutomatId) -> String {
    with_query("/activity", &[("automatId", id.as_str())])
}

/// An address with a query, or with more of it.
pub(crate) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{address}{}{query}", if address.contains('?') { '&' } else { '?' })
}

/// A redirect target from a request: a path of this site, otherwise `/`. Browsers read `//host` and `/\host` as other
/// sites.
pub(crate) fn own(to: &str) -> &str {
    let elsewhere = to.starts_with("//") || to.contains(['\\', '\n', '\r', '\t']);
    if to.starts_with('/') && !elsewhere && to.len() <= 2_000 { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for to in ["/", "/keys/K-1?month=2026-11", "/automats/%C3%84"] {
            assert_eq!(own(to), to);
        }
        for to in ["", "keys", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"] {
            assert_eq!(own(to), "/", "{to}");
        }
    }

    #[test]
    fn each_part_is_one_segment() {
        assert_eq!(path(&["keys", "Ä/1"]), "/keys/%C3%84%2F1");
    }
}
