//! Forms, with the input as typed until it is valid.

mod errors;

use api::problem::{Code, FieldCode, FieldError};
use api::{Caller, IdempotencyKey, LIMIT, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clock::Random;
use http::header::CONTENT_TYPE;
use ring::digest::{Context, SHA256};
use store::{Expected, Receipt};

pub(crate) use errors::{Errors, label};

/// The hidden field with the idempotency key: a form sent twice is carried out once.
const ONCE: &str = "once";
/// The hidden field with the version that the user saw.
const VERSION: &str = "version";
/// Fields about the next step, which are not part of the request.
const ASIDE: [&str; 2] = [ONCE, "step"];

/// The fields of a form. Its `Debug` shows none of them, since some are secrets.
#[derive(Clone, Default)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// The form with a new idempotency key.
    pub(crate) fn renewed(self, random: &Random) -> Result<Self, Problem> {
        let once = random.bytes::<16>().map_err(Problem::from)?;
        Ok(self.with(ONCE, BASE64_URL_SAFE_NO_PAD.encode(once)))
    }

    /// The form to be shown again after a problem. It gets a new idempotency key if the old one was used for other
    /// content, or if the refusal is stored under it.
    pub(crate) fn after(self, refused: &Problem, random: &Random) -> Result<Self, Problem> {
        let used_up = refused.code == Code::IdempotencyKeyReused || refused.is_about_the_table;
        if used_up { self.renewed(random) } else { Ok(self) }
    }

    /// Sets a field, replacing any with that name.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.retain(|(field, _)| field != name);
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a value to a field that may have several.
    pub(crate) fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a field if there is a value.
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A field as typed. Empty if it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// A field that is not blank.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.pairs.iter().any(|(field, _)| field == name)
    }

    /// Whether one of the values of a field is this one.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(field, held)| field == name && held == value)
    }

    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> + use<'f> {
        self.pairs.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(crate) fn once(&self) -> &str {
        self.text(ONCE)
    }

    /// The version that the user saw. A field that is not a version gives one that never matches.
    pub(crate) fn expected(&self) -> Expected {
        Expected::Version(self.text(VERSION).parse().unwrap_or_default())
    }

    /// Renames the fields, and drops those without a new name.
    pub(crate) fn renamed(self, name: impl Fn(&str) -> Option<String>) -> Self {
        let pairs = self.pairs.into_iter().filter_map(|(field, value)| Some((name(&field)?, value)));
        Self { pairs: pairs.collect() }
    }

    /// A digest of the fields that are not blank, in any order, except these.
    pub(crate) fn digest(&self, aside: &[&str]) -> String {
        let counts = |(name, value): &&(String, String)| !value.is_empty() && !aside.contains(&name.as_str());
        let mut pairs: Vec<_> = self.pairs.iter().filter(counts).collect();
        pairs.sort();
        let mut hash = Context::new(&SHA256);
        for (name, value) in pairs {
            for part in [name, value] {
                hash.update(&part.len().to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        BASE64_URL_SAFE_NO_PAD.encode(hash.finish())
    }

    /// The receipt that makes the store carry out the form once. `path` is the page that it is sent to.
    pub(crate) fn receipt(&self, caller: &Caller, path: &str) -> Option<Receipt> {
        let once = Some(self.once()).filter(|once| (1..=64).contains(&once.len()))?;
        IdempotencyKey::of_page(caller, path, once).receipt(self.digest(&ASIDE))
    }
}

/// A whole number as typed. Other text becomes a number that every field refuses, so that the error names the field's
/// bounds.
pub(crate) fn number(form: &Form, name: &str) -> Option<i64> {
    form.given(name).map(|text| text.parse().unwrap_or(i64::MIN))
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media_type.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::new(Code::UnsupportedMediaType, "Send the form as the page does."));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.ok().filter(|body| body.len() <= LIMIT).ok_or_else(too_large)?;
        std::str::from_utf8(&body).map_err(|_| unreadable())?;
        Ok(Self { pairs: form_urlencoded::parse(&body).into_owned().collect() })
    }
}

fn too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, format!("A form has at most {LIMIT} bytes."))
}

fn unreadable() -> Problem {
    Problem::invalid_request(vec![FieldError::new("", FieldCode::WrongType, "cannot be read")])
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use domain::{ContractRefusal, PinDigits};
    use store::ResourceKind;

    use super::*;

    async fn read(body: &'static str) -> Form {
        let request = Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Form::from_request(request.body(Body::from(body)).unwrap(), &()).await.unwrap()
    }

    #[tokio::test]
    async fn input_is_kept_as_typed() {
        let form = read("person=+Ada+Virtanen&pin=&shared=on&kinds=a&kinds=b").await;
        assert_eq!((form.text("person"), form.given("person")), (" Ada Virtanen", Some("Ada Virtanen")));
        assert_eq!((form.given("pin"), form.given("none")), (None, None));
        assert!(form.ticked("shared") && !form.ticked("permanent"));
        assert!(form.has("kinds", "b") && form.all("kinds").eq(["a", "b"]));
        assert!(!format!("{form:?}").contains("Ada"));
    }

    #[tokio::test]
    async fn a_form_sent_again_has_the_same_receipt_at_every_step() {
        let caller = Caller { actor: domain::Actor::new("ada"), role: api::Role::Admin };
        let receipt = async |body| read(body).await.receipt(&caller, "/keys/K-1").unwrap();
        let one = receipt("once=abc&person=Ada").await;
        assert_eq!(one, receipt("once=abc&person=Ada&step=confirm").await);
        let other = receipt("once=abc&person=Bob").await;
        assert!(one.name == other.name && one.request_hash != other.request_hash);
        assert_ne!(one.name, receipt("once=abd&person=Ada").await.name);
        assert!(read("person=Ada").await.receipt(&caller, "/keys/K-1").is_none());
    }

    #[tokio::test]
    async fn a_refused_form_gets_a_new_receipt() {
        let random = Random::system();
        for (refused, is_another) in [
            (store::Error::NotFound(ResourceKind::Key), true),
            (store::Error::Stale { current: 2 }, true),
            (store::Error::IdempotencyKeyReused, true),
            (store::Error::IdempotencyOutdated, true),
            (ContractRefusal::PinTooShort { min: PinDigits::MAX }.into(), true),
            (ContractRefusal::EndNotAhead.into(), false),
            (store::Error::Busy, false),
        ] {
            let shown = format!("{refused:?}");
            let form = read("once=abc&person=Ada").await.after(&refused.into(), &random).unwrap();
            assert_eq!((form.once() != "abc", form.text("person")), (is_another, "Ada"), "{shown}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_not_a_form_is_refused() {
        for (media_type, body) in [("application/json", "{}"), ("application/x-www-form-urlencoded", "a=\u{fffd}")] {
            let request = Request::post("/").header(CONTENT_TYPE, media_type).body(Body::from(body)).unwrap();
            assert_eq!(Form::from_request(request, &()).await.is_err(), media_type == "application/json");
        }
    }
}
