//! `Idempotency-Key`: the client's wish that asking again does not do it again.

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Parts;
use ring::digest::{Context, SHA256};
use store::Receipt;

use crate::{Caller, Problem};

/// The name under which this request is remembered, if the client wishes it to be.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

const HEADER: &str = "idempotency-key";
const MAX: usize = 255;

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let key = match (values.next(), values.next()) {
            (None, _) => return Ok(Self(None)),
            (Some(value), None) => value.as_bytes().to_owned(),
            (Some(_), Some(_)) => return Err(refused()),
        };
        if !(1..=MAX).contains(&key.len()) || !key.iter().all(u8::is_ascii_graphic) {
            return Err(refused());
        }
        let caller = Caller::from_request_parts(parts, state).await?;
        let request = [caller.actor.as_str(), parts.method.as_str(), parts.uri.path()];
        Ok(Self(Some(name(request, &key))))
    }
}

impl IdempotencyKey {
    /// The key that a page's form carries: sent again to the same page by the same person, it asks for the same thing.
    #[must_use]
    pub fn of_page(caller: &Caller, path: &str, key: &str) -> Self {
        Self(Some(name([caller.actor.as_str(), "POST", path], key.as_bytes())))
    }

    /// The receipt of a request with a body of this hash.
    #[must_use]
    pub fn receipt(self, request_hash: String) -> Option<Receipt> {
        self.0.map(|name| Receipt { name, request_hash })
    }
}

fn refused() -> Problem {
    Problem::invalid_header("Idempotency-Key", "must be 1 to 255 visible ASCII characters.")
}

/// Two callers with the same key do not see each other's answers, nor does one caller on two paths. Each part is
/// preceded by its length, so that no two requests run together into the same bytes.
fn name(request: [&str; 3], key: &[u8]) -> String {
    let mut hash = Context::new(&SHA256);
    for part in request.map(str::as_bytes).iter().chain([&key]) {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_request_counts() {
        let one = name(["ada", "POST", "/v1/keys"], b"k");
        assert_eq!(one, name(["ada", "POST", "/v1/keys"], b"k"));
        assert_eq!(one.len(), 43);
        for (request, key) in [
            (["bob", "POST", "/v1/keys"], b"k"),
            (["ada", "POST", "/v1/automats"], b"k"),
            (["ada", "POST", "/v1/keys"], b"l"),
            (["adaP", "OST", "/v1/keys"], b"k"),
        ] {
            assert_ne!(one, name(request, key));
        }
    }
}
