//! What each page has around its content.

use std::borrow::Cow;
use std::convert::Infallible;

use api::{Caller, Role, routes};
use axum::extract::FromRequestParts;
use domain::Language;
use http::Method;
use http::request::Parts;
use texts::Texts;

use crate::language::{self, own_name};
use crate::session::SignedInUser;
use crate::{assets, links, translations};

/// The part of a page that all pages have (`templates/frame.html`).
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The texts of the page's language.
    pub(crate) t: &'static Texts,
    /// `None` if nobody is signed in, or the user has no role.
    pub(crate) role: Option<Role>,
    /// The name of the user, if somebody is signed in.
    pub(crate) user: Option<String>,
    /// The path and query of the request.
    pub(crate) here: String,
    /// How many contracts are overdue, on the page that lists them.
    pub(crate) overdue: Option<String>,
}

/// A link of the navigation.
pub(crate) struct Section {
    pub(crate) href: &'static str,
    pub(crate) label: Cow<'static, str>,
    /// The value of `aria-current`, if the page is this one or below it.
    pub(crate) current: Option<&'static str>,
    /// How many overdue contracts it shows.
    pub(crate) overdue: Option<String>,
}

/// The sections of the dashboard: the page of each, the id of its text, and how the paths of its other pages begin.
const SECTIONS: [(&str, &str, &[&str]); 6] = [
    ("/today", "today", &[]),
    ("/keys", "search-keys", &["/keys/"]),
    ("/timeline", "timeline", &[]),
    ("/contracts", "contracts", &["/contracts/"]),
    ("/automats", "automats", &["/automats/", "/openings/"]),
    ("/activity", "activity", &[]),
];

impl Frame {
    pub(crate) fn of(parts: &Parts) -> Self {
        let user = parts.extensions.get::<SignedInUser>();
        let caller = parts.extensions.get::<Caller>();
        Self {
            t: translations::texts(language::of_request(&parts.headers)),
            role: caller.map(|caller| caller.role).or_else(|| user?.role),
            user: user.map(|user| user.name.clone()),
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            overdue: None,
        }
    }

    pub(crate) fn path(&self) -> &str {
        self.here.split('?').next().unwrap_or_default()
    }

    /// The page to return to: this one if it answers GET, otherwise the nearest page above it.
    pub(crate) fn page(&self) -> &str {
        let answers_get = |path: &str| routes::methods(path).contains(&Method::GET);
        let mut path = self.path();
        if answers_get(path) {
            return &self.here;
        }
        while let Some((above, _)) = path.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
            if answers_get(above) {
                return above;
            }
            path = above;
        }
        "/"
    }

    /// The navigation, which is for users with a role.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let path = if self.path() == "/" { "/today" } else { self.path() };
        let section = |(href, id, below): &(&'static str, &str, &[&str])| Section {
            href,
            label: self.t.text(id),
            current: match path {
                path if path == *href => Some("page"),
                path if below.iter().any(|start| path.starts_with(start)) => Some("true"),
                _ => None,
            },
            overdue: self.overdue.clone().filter(|_| *href == "/today"),
        };
        if self.role.is_some() { SECTIONS.iter().map(section).collect() } else { Vec::new() }
    }

    /// Whether the user has at least this role.
    fn may(&self, role: Role) -> bool {
        self.role.is_some_and(|held| held >= role)
    }

    /// Whether the user may book keys and open lockers.
    pub(crate) fn operates(&self) -> bool {
        self.may(Role::Operator)
    }

    /// Whether the user may add and edit automats and keys.
    pub(crate) fn administers(&self) -> bool {
        self.may(Role::Admin)
    }

    pub(crate) fn role_name(&self) -> String {
        self.t.text(&format!("role-{}", self.role.map_or("none", Role::name))).into_owned()
    }

    /// Where another language is chosen for this page.
    pub(crate) fn language_href(&self) -> String {
        links::with_query("/language", &[("to", self.page())])
    }

    /// The code and name of each language, and whether it is the page's.
    pub(crate) fn languages(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let current = self.t.language();
        Language::ALL.iter().map(move |&language| (language.code(), own_name(language), language == current))
    }

    #[expect(clippy::unused_self, reason = "templates find it where they find the rest")]
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::href(name)
    }
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_page_leads_to_the_page_above_it() {
        for (address, page) in [
            ("/", "/"),
            ("/keys/K-1?month=2026-11", "/keys/K-1?month=2026-11"),
            ("/contracts/C-1/pin", "/contracts/C-1"),
            ("/contracts/C-1/pin/new", "/contracts/C-1"),
            ("/automats/lobby/lockers/7/open", "/automats/lobby/lockers/7"),
            ("/nowhere/at/all", "/"),
            ("", "/"),
        ] {
            let frame = Frame {
                t: translations::texts(Language::English),
                role: None,
                user: None,
                here: address.to_owned(),
                overdue: None,
            };
            assert_eq!(frame.page(), page, "{address}");
        }
    }

    #[test]
    fn the_navigation_shows_in_which_section_a_page_is() {
        for (address, section, current) in [
            ("/", "/today", "page"),
            ("/today", "/today", "page"),
            ("/timeline?days=31", "/timeline", "page"),
            ("/contracts?state=overdue", "/contracts", "page"),
            ("/contracts/C-1", "/contracts", "true"),
            ("/automats", "/automats", "page"),
            ("/keys/K-1/contracts/new", "/keys", "true"),
        ] {
            let (t, here) = (translations::texts(Language::English), address.to_owned());
            let frame = Frame { t, role: Some(Role::Viewer), user: None, here, overdue: None };
            let found: Vec<_> = frame.sections().into_iter().filter_map(|one| Some((one.href, one.current?))).collect();
            assert_eq!(found, [(section, current)], "{address}");
        }
    }
}
