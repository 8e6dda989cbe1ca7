//! Parameters of a query string or a form.

use http::{HeaderMap, header};

use super::oauth_error::OAuthError;

/// The parameters that have a value: an empty value counts as absent (RFC 6749, section 3.1).
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of_query(query: Option<&str>) -> Self {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    pub(super) fn of_form(headers: &HeaderMap, body: &[u8]) -> Result<Self, OAuthError> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::InvalidRequest("the body must be a form: application/x-www-form-urlencoded"));
        }
        Ok(Self::parse(body))
    }

    fn parse(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text).filter(|(_, value)| !value.is_empty());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The value of a parameter; an error if it is repeated.
    pub(super) fn get(&self, wanted: &str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.0.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(OAuthError::InvalidRequest("a parameter is given more than once")),
        }
    }

    /// The value of a required parameter.
    pub(super) fn require(&self, wanted: &str, missing: &'static str) -> Result<&str, OAuthError> {
        self.get(wanted)?.ok_or(OAuthError::InvalidRequest(missing))
    }
}
