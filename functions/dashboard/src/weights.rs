//! Header values with weights, such as `Accept-Language` (RFC 9110, section 12.4.2).

use http::{HeaderMap, HeaderName};

/// The values of a header, which may have several lines, each with its weight. Without a weight it is 1, with an
/// invalid one 0.
pub(crate) fn weighted(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, f32)> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|part| {
        let (value, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        (value.trim(), weight)
    })
}
