//! Pages about the sign-in: signed out, without a role, or failed.

use api::{CorrelationId, Problem};
use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::form::Form;
use crate::frame::Frame;
use crate::visit::{Visit, page};

#[derive(Debug, Clone)]
pub(super) enum Notice {
    /// A form was sent after the session ended.
    Ended(Form),
    /// A form was sent by another site.
    Foreign,
    NoRole,
    /// The user cancelled the sign-in.
    Denied,
    /// The sign-in was started by another browser, or took too long.
    Lost,
    /// The identity provider cannot be reached.
    Unavailable,
}

#[derive(Template)]
#[template(path = "session/notice.html")]
struct NoticePage<'p> {
    frame: Frame,
    title: String,
    advice: String,
    again: Option<String>,
    signs_out: bool,
    sent: Option<&'p Form>,
    path: &'p str,
    correlation: Option<&'p str>,
}

impl Notice {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ended(_) => StatusCode::UNAUTHORIZED,
            Self::Foreign | Self::NoRole => StatusCode::FORBIDDEN,
            Self::Denied | Self::Lost => StatusCode::BAD_REQUEST,
        }
    }

    /// `to` is the page to return to after signing in.
    pub(super) fn page(&self, visit: &Visit, to: &str) -> Response {
        self.shown(visit, to, None)
    }

    /// The page with the correlation id for support.
    pub(super) fn named_page(&self, visit: &Visit, correlation: &CorrelationId) -> Response {
        self.shown(visit, "/", Some(correlation.as_str()))
    }

    fn shown(&self, visit: &Visit, to: &str, correlation: Option<&str>) -> Response {
        let t = visit.t;
        let (title, advice) = match self {
            Self::Ended(_) => (t.text("session-ended"), t.text("session-ended-advice")),
            Self::Foreign => (t.text("session-foreign"), t.text("session-foreign-advice")),
            Self::NoRole => (t.text("session-newcomer"), t.text("session-newcomer-advice")),
            Self::Denied => (t.text("session-denied"), t.text("session-denied-advice")),
            Self::Lost => (t.text("session-lost"), t.text("session-lost-advice")),
            Self::Unavailable => (t.text("session-unavailable"), t.text("session-unavailable-advice")),
        };
        let sent = if let Self::Ended(form) = self { Some(form).filter(|form| !form.pairs().is_empty()) } else { None };
        let again = matches!(self, Self::Ended(_) | Self::Denied | Self::Lost).then(|| sign_in(to));
        let signs_out = matches!(self, Self::NoRole);
        let (title, advice, path) = (title.into_owned(), advice.into_owned(), &visit.here);
        page(
            self.status(),
            &NoticePage { frame: visit.frame(), title, advice, again, signs_out, sent, path, correlation },
        )
        .unwrap_or_else(Problem::into_response)
    }
}

/// The address that signs in and returns to a page.
pub(super) fn sign_in(to: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
    format!("/sign-in?{query}")
}
