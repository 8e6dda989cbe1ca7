//! A request for a page: the language, the user, and the address.

use std::convert::Infallible;

use api::{Caller, Problem, Role, routes};
use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse as _, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use texts::Texts;

use crate::frame::Frame;
use crate::session::SignedInUser;
use crate::{language, translations};

#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// The texts of the page's language.
    pub(crate) t: &'static Texts,
    /// `None` if nobody is signed in, or the user has no role.
    pub(crate) role: Option<Role>,
    /// The name of the user, if somebody is signed in.
    pub(crate) user: Option<String>,
    /// The path and query.
    pub(crate) here: String,
}

/// The page to return to from an address: the address itself if it answers GET, otherwise the nearest page above it.
fn page_at(address: &str) -> &str {
    let mut path = address.split('?').next().unwrap_or_default();
    if routes::methods(path).contains(&Method::GET) {
        return address;
    }
    while let Some((above, _)) = path.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
        if routes::methods(above).contains(&Method::GET) {
            return above;
        }
        path = above;
    }
    "/"
}

impl Visit {
    pub(crate) fn of(parts: &Parts) -> Self {
        let user = parts.extensions.get::<SignedInUser>();
        let caller = parts.extensions.get::<Caller>();
        Self {
            t: translations::texts(language::of_request(&parts.headers)),
            role: caller.map(|caller| caller.role).or_else(|| user?.role),
            user: user.map(|user| user.name.clone()),
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        }
    }

    pub(crate) fn frame(&self) -> Frame {
        Frame::of(self)
    }

    /// The page to return to after choosing a language.
    pub(crate) fn page(&self) -> &str {
        page_at(&self.here)
    }

    /// Whether the user has at least this role.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.role.is_some_and(|held| held >= role)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

pub(crate) fn page(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let text = page.render().map_err(Problem::internal)?;
    Ok((status, Html(text)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_page_leads_to_the_page_above_it() {
        for (address, page) in [
            ("/", "/"),
            ("/keys/K-1?month=2026-11", "/keys/K-1?month=2026-11"),
            ("/keys/K-1/contracts/C-1/pin", "/keys/K-1/contracts/C-1"),
            ("/keys/K-1/contracts/C-1/pin/new", "/keys/K-1/contracts/C-1"),
            ("/automats/lobby/lockers/7/open", "/automats/lobby/lockers/7"),
            ("/nowhere/at/all", "/"),
            ("", "/"),
        ] {
            assert_eq!(page_at(address), page, "{address}");
        }
    }
}
