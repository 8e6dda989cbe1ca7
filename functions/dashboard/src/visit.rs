//! What the handlers of the pages begin and end with: a [`Visit`] and an [`Answer`].

use api::{App, Caller, Problem, Query};
use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use clock::Random;
use domain::Instant;
use http::StatusCode;
use http::request::Parts;
use store::{RequestMetadata, Store};
use texts::Texts;

use crate::Dashboard;
use crate::form::Form;
use crate::frame::Frame;
use crate::links;

/// A page, a redirect, or a problem, which becomes a page too (`refused`).
pub(crate) type Answer = Result<Response, Problem>;

/// A signed-in user's request for a page, and what its handler works with.
pub(crate) struct Visit {
    pub(crate) frame: Frame,
    /// The texts of the page's language.
    pub(crate) t: &'static Texts,
    pub(crate) caller: Caller,
    /// When the request came.
    pub(crate) now: Instant,
    pub(crate) app: App,
    random: Random,
}

impl Visit {
    pub(crate) fn store(&self) -> &Store {
        &self.app.store
    }

    /// A write by this user.
    pub(crate) fn metadata(&self) -> RequestMetadata {
        self.caller.metadata(self.now, None)
    }

    /// A write that is carried out once if its form is sent twice to this address.
    pub(crate) fn metadata_once(&self, form: &Form) -> RequestMetadata {
        self.caller.metadata(self.now, form.receipt(&self.caller, self.frame.path()))
    }

    /// An empty form with a new idempotency key.
    pub(crate) fn fresh_form(&self) -> Result<Form, Problem> {
        self.renewed(Form::default())
    }

    /// The form with a new idempotency key.
    pub(crate) fn renewed(&self, form: Form) -> Result<Form, Problem> {
        form.renewed(&self.random)
    }

    /// The form to be shown again after a problem.
    pub(crate) fn form_after(&self, form: Form, problem: &Problem) -> Result<Form, Problem> {
        form.after(problem, &self.random)
    }

    /// The text that confirms what the user has just done: `…-done-…` with the name in the query of the redirect.
    pub(crate) fn done(&self, query: &mut Query, page: &str) -> Option<String> {
        let id = format!("{page}-done-{}", query.text("done")?);
        self.t.has(&id).then(|| self.t.text(&id).into_owned())
    }
}

impl FromRequestParts<Dashboard> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, dashboard: &Dashboard) -> Result<Self, Problem> {
        let (frame, app) = (Frame::of(parts), dashboard.app.clone());
        let caller = Caller::from_request_parts(parts, dashboard).await?;
        Ok(Self { t: frame.t, frame, caller, now: app.clock.now(), app, random: dashboard.random.clone() })
    }
}

pub(crate) fn page(page: &impl Template) -> Answer {
    page_with(StatusCode::OK, page)
}

pub(crate) fn page_with(status: StatusCode, page: &impl Template) -> Answer {
    let text = page.render().map_err(Problem::internal)?;
    Ok((status, Html(text)).into_response())
}

/// Leads to a page that confirms what was done ([`Visit::done`]).
pub(crate) fn redirect_done(to: &str, done: &str) -> Answer {
    redirect(&links::with_query(to, &[("done", done)]))
}

/// Leads to a page after a form was carried out.
#[expect(clippy::unnecessary_wraps, reason = "a handler ends with it")]
pub(crate) fn redirect(to: &str) -> Answer {
    Ok(Redirect::to(to).into_response())
}
