//! Query parameters. A handler takes each parameter by name; the rest are refused.

use axum::extract::FromRequestParts;
use domain::{Invalid, Notify};
use http::request::Parts;
use store::{Cursor, PageRequest};
use strum::VariantArray;

use crate::Problem;
use crate::problem::{FieldCode, FieldError};

/// The query parameters of a request. A handler takes the parameters it knows and then calls [`finish`](Self::finish).
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// The names that the handler has taken, whether or not the client sent them.
    known: Vec<String>,
    errors: Vec<FieldError>,
    bad_cursor: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let unreadable = |_| Problem::invalid_query(vec![FieldError::new("", FieldCode::WrongType, "cannot be read")]);
        let axum::extract::Query(pairs) = pairs.map_err(unreadable)?;
        Ok(Self { pairs, known: Vec::new(), errors: Vec::new(), bad_cursor: false })
    }
}

impl Query {
    const LIMIT_DEFAULT: u32 = 20;
    const LIMIT_MAX: u32 = 100;
    const CURSOR_MAX: usize = 4096;
    /// The maximum number of unknown parameters in one response.
    const UNKNOWN_MAX: usize = 20;

    pub fn text(&mut self, name: &str) -> Option<String> {
        let mut found = self.texts(name);
        if found.len() > 1 {
            self.refuse(name, FieldCode::RepeatedParameter, "must appear only once");
        }
        found.pop()
    }

    /// In a query string a `+` means a space, so an offset in a time must be encoded. The error says so.
    pub fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(invalid) => {
                let mut error = FieldError::invalid(name, invalid);
                if text.contains(' ') && parse(&text.replace(' ', "+")).is_ok() {
                    error.detail.push_str("; in a query string a + means a space, so write it as %2B");
                }
                self.errors.push(error);
                None
            }
        }
    }

    /// Whether the client sent a parameter that has not been taken yet.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    pub fn required<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        if !self.has(name) {
            self.refuse(name, FieldCode::Required, "is required");
        }
        self.parsed(name, parse)
    }

    /// A list of values that must not be empty, separated by commas or by repeating the parameter.
    pub fn several<T, U>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
        whole: impl Fn(Vec<T>) -> Result<U, Invalid>,
    ) -> Option<U> {
        let given = self.texts(name);
        if given.is_empty() {
            self.refuse(name, FieldCode::Required, "is required");
            return None;
        }
        let parsed = given.iter().flat_map(|text| text.split(',')).map(parse).collect::<Result<Vec<_>, _>>();
        match parsed.and_then(whole) {
            Ok(values) => Some(values),
            Err(invalid) => {
                self.errors.push(FieldError::invalid(name, invalid));
                None
            }
        }
    }

    /// A value of an enumeration.
    pub fn one_of<T: VariantArray + Copy + Into<&'static str>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        self.known(name, &text, &named())
    }

    /// A list of values of an enumeration, separated by commas or by repeating the parameter: generated clients do
    /// either. Empty if it is left out.
    pub fn any_of<T: VariantArray + Copy + Into<&'static str>>(&mut self, name: &str) -> Vec<T> {
        let given = self.texts(name);
        given.iter().flat_map(|text| text.split(',')).map_while(|text| self.known(name, text, &named())).collect()
    }

    /// `true` or `false`; false if it is left out.
    pub fn flag(&mut self, name: &str) -> bool {
        let text = self.text(name);
        text.and_then(|text| self.known(name, &text, &[("true", true), ("false", false)])).unwrap_or_default()
    }

    /// `notify`: `true` or `false`.
    pub fn notify(&mut self, if_left_out: Notify) -> Notify {
        let text = self.text("notify");
        let known = [("true", Notify::Contacts), ("false", Notify::Nobody)];
        text.and_then(|text| self.known("notify", &text, &known)).unwrap_or(if_left_out)
    }

    /// `limit` and `after`.
    pub fn page(&mut self) -> PageRequest {
        self.page_of(Self::LIMIT_DEFAULT)
    }

    /// `limit`, with this value if it is left out, and `after`.
    pub fn page_of(&mut self, usual: u32) -> PageRequest {
        let limit = self.parsed("limit", |text| match text.parse() {
            Ok(limit) if (1..=Self::LIMIT_MAX).contains(&limit) => Ok(limit),
            _ => Err(Invalid::OutOfRange { min: 1, max: Self::LIMIT_MAX }),
        });
        let after = self.text("after");
        let sane = |text: &str| {
            (1..=Self::CURSOR_MAX).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        self.bad_cursor |= after.as_deref().is_some_and(|text| !sane(text));
        PageRequest { limit: limit.unwrap_or(usual) as usize, after: after.as_deref().map(Cursor::from_client) }
    }

    pub fn refuse(&mut self, name: &str, code: FieldCode, detail: impl Into<String>) {
        self.errors.push(FieldError::new(name, code, detail));
    }

    /// The errors, including parameters that the handler did not take.
    pub fn finish(mut self) -> Result<(), Problem> {
        let detail = match self.known.join(", ") {
            known if known.is_empty() => "is not a parameter of this route; there are none".to_owned(),
            known => format!("is not a parameter of this route; the parameters are {known}"),
        };
        for (name, _) in std::mem::take(&mut self.pairs).into_iter().take(Self::UNKNOWN_MAX) {
            let name: String = name.chars().take(100).collect();
            self.refuse(&name, FieldCode::UnknownParameter, &*detail);
        }
        match (self.errors.is_empty(), self.bad_cursor) {
            (false, _) => Err(Problem::invalid_query(self.errors)),
            (true, true) => Err(Problem::invalid_cursor()),
            (true, false) => Ok(()),
        }
    }

    /// Takes every value of a parameter.
    fn texts(&mut self, name: &str) -> Vec<String> {
        self.known.push(name.to_owned());
        let (found, others): (Vec<_>, Vec<_>) = self.pairs.drain(..).partition(|(key, _)| key == name);
        self.pairs = others;
        found.into_iter().map(|(_, value)| value).collect()
    }

    fn known<T: Copy>(&mut self, name: &str, text: &str, values: &[(&str, T)]) -> Option<T> {
        let found = values.iter().find(|(known, _)| *known == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<_> = values.iter().map(|(known, _)| *known).collect();
            self.refuse(name, FieldCode::UnknownValue, format!("must be one of: {}", known.join(", ")));
        }
        found
    }
}

/// The values of an enumeration with their names.
fn named<T: VariantArray + Copy + Into<&'static str>>() -> Vec<(&'static str, T)> {
    T::VARIANTS.iter().map(|value| ((*value).into(), *value)).collect()
}

/// For a route without query parameters: refuses all of them.
#[derive(Debug, Clone, Copy)]
pub struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::from_request_parts(parts, state).await?.finish().map(|()| Self)
    }
}

#[cfg(test)]
mod tests {
    use domain::ContractState;

    use super::*;
    use crate::problem::Code;

    async fn query(text: &str) -> Query {
        let (mut parts, ()) = http::Request::builder().uri(format!("/v1/keys?{text}")).body(()).unwrap().into_parts();
        Query::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn limits_have_bounds_and_a_default() {
        let mut default = query("").await;
        assert_eq!(default.page().limit, 20);
        assert!(default.finish().is_ok());
        for (text, code) in [
            ("limit=0", Code::InvalidQuery),
            ("limit=101", Code::InvalidQuery),
            ("limit=", Code::InvalidQuery),
            ("limit=x", Code::InvalidQuery),
            ("limit=5&limit=6", Code::InvalidQuery),
            ("after=", Code::InvalidCursor),
            ("after=%22", Code::InvalidCursor),
            ("after=%ff", Code::InvalidCursor),
            ("after=a%20b", Code::InvalidCursor),
            ("Limit=5", Code::InvalidQuery),
        ] {
            let mut query = query(text).await;
            query.page();
            assert_eq!(query.finish().unwrap_err().code, code, "{text}");
        }
    }

    #[tokio::test]
    async fn a_list_is_separated_by_commas_or_repeated() {
        for text in ["state=active,ended", "state=active&state=ended"] {
            let mut query = query(text).await;
            assert_eq!(query.any_of::<ContractState>("state"), [ContractState::Active, ContractState::Ended], "{text}");
            assert!(query.finish().is_ok(), "{text}");
        }
        let mut query = query("state=active&state=").await;
        query.any_of::<ContractState>("state");
        assert!(query.finish().is_err());
    }

    #[tokio::test]
    async fn contacts_are_notified_as_asked_or_as_usual() {
        for (text, default, notify) in [
            ("", Notify::Contacts, Notify::Contacts),
            ("", Notify::Nobody, Notify::Nobody),
            ("notify=false", Notify::Contacts, Notify::Nobody),
            ("notify=true", Notify::Nobody, Notify::Contacts),
        ] {
            let mut query = query(text).await;
            assert_eq!(query.notify(default), notify, "{text}");
            assert!(query.finish().is_ok());
        }
        let mut query = query("notify=no").await;
        query.notify(Notify::Contacts);
        assert_eq!(query.finish().unwrap_err().errors[0].code, FieldCode::UnknownValue);
    }

    #[tokio::test]
    async fn every_error_in_the_query_is_reported_at_once() {
        let mut query = query("order=up&sort=start&state=active,over&x=1").await;
        query.one_of::<store::Order>("order");
        query.any_of::<ContractState>("state");
        let problem = query.finish().unwrap_err();
        let found: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(problem.errors[2].detail, "is not a parameter of this route; the parameters are order, state");
        assert_eq!(
            found,
            [
                ("order", FieldCode::UnknownValue),
                ("state", FieldCode::UnknownValue),
                ("sort", FieldCode::UnknownParameter),
                ("x", FieldCode::UnknownParameter),
            ]
        );
    }

    #[tokio::test]
    async fn at_most_twenty_unknown_parameters_are_listed() {
        let many: Vec<_> = (0..5_000).map(|number| format!("x{number}=1")).collect();
        let problem = query(&many.join("&")).await.finish().unwrap_err();
        assert_eq!(problem.errors.len(), 20);
        assert_eq!(problem.errors[0].detail, "is not a parameter of this route; there are none");
    }

    #[tokio::test]
    async fn an_unencoded_plus_gets_a_hint() {
        let refused = async |text: &str| {
            let mut query = query(text).await;
            query.parsed("from", domain::Instant::parse);
            query.finish().map_err(|problem| problem.errors[0].detail.clone())
        };
        assert!(refused("from=2026-11-24T14:00:00%2B02:00").await.is_ok());
        let hint = refused("from=2026-11-24T14:00:00+02:00").await.unwrap_err();
        assert!(hint.ends_with("; in a query string a + means a space, so write it as %2B"), "{hint}");
        let other = refused("from=2026-11-24+14:00").await.unwrap_err();
        assert!(!other.contains("%2B"), "{other}");
    }
}
