//! Pages about the sign-in: signed out, without a role, or failed.

use api::{CorrelationId, Problem};
use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::form::Form;
use crate::frame::Frame;
use crate::links::with_query;
use crate::visit::page_with;

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
    frame: &'p Frame,
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
    pub(super) fn page(&self, frame: &Frame, to: &str) -> Response {
        self.shown(frame, to, None)
    }

    /// The page with the correlation id for support.
    pub(super) fn named_page(&self, frame: &Frame, correlation: &CorrelationId) -> Response {
        self.shown(frame, "/", Some(correlation.as_str()))
    }

    fn shown(&self, frame: &Frame, to: &str, correlation: Option<&str>) -> Response {
        let id = match self {
            Self::Ended(_) => "session-ended",
            Self::Foreign => "session-foreign",
            Self::NoRole => "session-newcomer",
            Self::Denied => "session-denied",
            Self::Lost => "session-lost",
            Self::Unavailable => "session-unavailable",
        };
        let title = frame.t.text(id).into_owned();
        let advice = frame.t.text(&format!("{id}-advice")).into_owned();
        let sent = if let Self::Ended(form) = self { Some(form).filter(|form| !form.pairs().is_empty()) } else { None };
        let again = matches!(self, Self::Ended(_) | Self::Denied | Self::Lost).then(|| sign_in(to));
        let signs_out = matches!(self, Self::NoRole);
        let path = &frame.here;
        page_with(self.status(), &NoticePage { frame, title, advice, again, signs_out, sent, path, correlation })
            .unwrap_or_else(Problem::into_response)
    }
}

/// The address that signs in and returns to a page.
pub(super) fn sign_in(to: &str) -> String {
    with_query("/sign-in", &[("to", to)])
}
