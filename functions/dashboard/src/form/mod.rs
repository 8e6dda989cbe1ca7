//! Forms: what a person typed, kept as typed until it is good.

mod errors;
mod stale;

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

pub(crate) use errors::Errors;
pub(crate) use stale::Differences;

/// The hidden field with the name of what is sent: sent twice, it is done once.
const ONCE: &str = "once";
/// The hidden field with the version that the person looked at.
const VERSION: &str = "version";
/// Fields that say how to go on, and nothing of what is wanted.
const ASIDE: [&str; 2] = [ONCE, "step"];

/// The fields of a form, by name. Its `Debug` shows none of them: some are secrets.
#[derive(Clone, Default)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// An empty form with a name of its own.
    pub(crate) fn fresh(random: &Random) -> Result<Self, Problem> {
        Self::default().renewed(random)
    }

    /// The form with another name of its own: to be done once more, after it has been done with something else in it.
    pub(crate) fn renewed(self, random: &Random) -> Result<Self, Problem> {
        let once = random.bytes::<16>().map_err(Problem::from)?;
        Ok(self.with(ONCE, BASE64_URL_SAFE_NO_PAD.encode(once)))
    }

    /// The form to be shown again after a refusal. Its name has been used up where it was sent with something else before,
    /// and where the refusal is on record under it, so that the same form cannot be taken afterwards.
    pub(crate) fn after(self, refused: Code, random: &Random) -> Result<Self, Problem> {
        let used_up = refused == Code::IdempotencyKeyReused || matches!(refused.status(), 404 | 409 | 412);
        if used_up { self.renewed(random) } else { Ok(self) }
    }

    /// The form with a field set, in place of any of that name.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.retain(|(field, _)| field != name);
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// The form with one more value of a field that may have several.
    pub(crate) fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// The form with a field set, where there is a value.
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A field as typed; empty where it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// A field in which something was typed.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.pairs.iter().any(|(field, _)| field == name)
    }

    /// Whether a field of this name has this value: of several boxes of one name, or of a choice.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(field, held)| field == name && held == value)
    }

    /// All values of a field.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.pairs.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The fields, for a form that carries them on.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The name of what is sent.
    pub(crate) fn once(&self) -> &str {
        self.text(ONCE)
    }

    /// The version that the person looked at; one that no thing has where the field is not a version.
    pub(crate) fn expected(&self) -> Expected {
        Expected::Version(self.text(VERSION).parse().unwrap_or_default())
    }

    /// The form with its fields under other names, those without a new name left out.
    pub(crate) fn renamed(self, name: impl Fn(&str) -> Option<String>) -> Self {
        let pairs = self.pairs.into_iter().filter_map(|(field, value)| Some((name(&field)?, value)));
        Self { pairs: pairs.collect() }
    }

    /// A digest of the fields in which something stands, in whatever order, but for those of these names.
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

    /// What makes the store do it once, whoever sends the same form again. `path` is the page that it is sent to.
    pub(crate) fn receipt(&self, caller: &Caller, path: &str) -> Option<Receipt> {
        let once = Some(self.once()).filter(|once| (1..=64).contains(&once.len()))?;
        IdempotencyKey::of_page(caller, path, once).receipt(self.digest(&ASIDE))
    }
}

/// A whole number as typed. What is none is one that no field takes, so that it is told what the field's bounds are.
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
        for (code, is_another) in [
            (Code::ContractOverlap, true),
            (Code::AutomatOffline, true),
            (Code::KeyNotFound, true),
            (Code::StaleVersion, true),
            (Code::IdempotencyKeyReused, true),
            (Code::IdempotencyOutdated, true),
            (Code::InvalidRequest, false),
            (Code::Busy, false),
            (Code::AutomatBusy, false),
        ] {
            let form = read("once=abc&person=Ada").await.after(code, &random).unwrap();
            assert_eq!((form.once() != "abc", form.text("person")), (is_another, "Ada"), "{}", code.name());
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
