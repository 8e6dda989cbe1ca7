//! The pages over a table of their own, and a browser without scripts.
//!
//! The tests start at 2026-11-24T12:00:00Z, which is 14:00 in Helsinki.

use api::testing;
use api::{App, Role};
use axum::body::{Body, to_bytes};
use clock::{Clock, Random};
use dashboard::Dashboard;
use http::Request;
use http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use store::Store;
use testkit::{TestTable, at, html, unreachable_things};
use tower::ServiceExt as _;

use crate::no_sign_in::sign_in;

/// The pages, as one user sees them.
pub(crate) struct Stage {
    pub(crate) table: TestTable,
    pub(crate) clock: Clock,
    role: Role,
    router: axum::Router,
}

/// The response to a request.
pub(crate) struct Page {
    path: String,
    pub(crate) status: u16,
    /// The target of a redirect.
    pub(crate) to: Option<String>,
    pub(crate) html: String,
}

impl Stage {
    /// Over an empty table, for a user with this role.
    pub(crate) async fn of(role: Role) -> Self {
        let (table, clock) = (TestTable::new().await, Clock::fixed(at(0)));
        let app = App { store: table.store_of("dashboard"), clock: clock.clone() };
        let (random, sign_in) = (Random::system(), sign_in());
        let router = dashboard::router(Dashboard { app, things: unreachable_things(), random, sign_in });
        Self { table, clock, role, router }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.table.store
    }

    /// Sets the clock to this many seconds after the start.
    pub(crate) fn later(&self, seconds: i64) -> &Self {
        self.clock.set(at(seconds));
        self
    }

    pub(crate) async fn get(&self, uri: &str) -> Page {
        self.get_as(self.role, uri).await
    }

    pub(crate) async fn get_as(&self, role: Role, uri: &str) -> Page {
        self.request(testing::request("GET", uri, role).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_in(&self, language: &str, uri: &str) -> Page {
        let request = testing::request("GET", uri, self.role).header(ACCEPT_LANGUAGE, language);
        self.request(request.body(Body::empty()).unwrap()).await
    }

    /// The compressed size of a page, in bytes.
    pub(crate) async fn weigh(&self, uri: &str) -> usize {
        let request = testing::request("GET", uri, self.role).header(ACCEPT_ENCODING, "gzip, deflate, br, zstd");
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()[CONTENT_ENCODING], "br");
        to_bytes(response.into_body(), usize::MAX).await.unwrap().len()
    }

    /// The status, tag and length of a page for a browser that has what this tag names.
    pub(crate) async fn poll(&self, uri: &str, known: Option<&str>) -> (u16, Option<String>, usize) {
        let request = testing::request("GET", uri, self.role);
        let request = known.into_iter().fold(request, |request, known| request.header(IF_NONE_MATCH, known));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let tag = response.headers().get(ETAG).map(|tag| tag.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        (status, tag, to_bytes(response.into_body(), usize::MAX).await.unwrap().len())
    }

    /// Sends fields without loading a form first.
    pub(crate) async fn post(&self, uri: &str, fields: &[(&str, &str)]) -> Page {
        self.post_as(self.role, uri, fields).await
    }

    pub(crate) async fn post_as(&self, role: Role, uri: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = testing::request("POST", uri, role).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.request(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends the form of a page to the address of the page, with these fields filled in. Fields with the value `-` are
    /// left out.
    pub(crate) async fn send(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let Some(form) = page.form() else { unreachable!("no form: {}", page.html) };
        let kept = form.iter().filter(|(name, _)| fields.iter().all(|(field, _)| field != name));
        let mut sent: Vec<_> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sent.extend(fields.iter().filter(|(_, value)| *value != "-"));
        self.post(&page.path, &sent).await
    }

    /// Loads a page, fills in its form and sends it.
    pub(crate) async fn fill(&self, uri: &str, fields: &[(&str, &str)]) -> Page {
        self.send(&self.get(uri).await, fields).await
    }

    async fn request(&self, request: Request<Body>) -> Page {
        let path = request.uri().path().to_owned();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let to = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let page = Page { path, status, to, html: String::from_utf8(body.to_vec()).unwrap() };
        assert!(!page.main().contains('{'), "a text or a value is missing: {}", page.html);
        let mut ids = html::ids(&page.html);
        ids.sort();
        let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None, "a label would lead to the first of them: {}", page.html);
        page
    }
}

impl Page {
    /// The main part of the page, with values that differ each time masked, and without the 418 time zones. Emails have
    /// snapshots of their own.
    pub(crate) fn main(&self) -> String {
        let main = self.html.split_once("<main").map_or(self.html.as_str(), |(_, rest)| rest);
        let main = main.split_once("</main>").map_or(main, |(main, _)| main);
        let main =
            match main.split_once("<optgroup").and_then(|(before, rest)| Some((before, rest.split_once("</select>")?)))
            {
                Some((before, (_, after))) => format!("{before}…\n</select>{after}"),
                None => main.to_owned(),
            };
        let hidden =
            ["once", "made.pin", "made.contractId", "previewed"].map(|name| format!("name=\"{name}\" value=\""));
        let main = hidden.iter().fold(masked(&main, "srcdoc=\""), |main, start| masked(&main, start));
        let lines = masked_ids(&main, "/openings/");
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// The value of a field of its form, hidden fields included.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.form()?.into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    fn form(&self) -> Option<Vec<(String, String)>> {
        html::form(&self.html, &self.path, &self.path)
    }
}

/// Replaces what is between `start` and the next quotation mark by dots.
fn masked(text: &str, start: &str) -> String {
    let mut parts = text.split(start);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| format!("{out}{start}…{}", &part[part.find('"').unwrap()..]))
}

/// Replaces the 26 characters of each identifier after `start` by dots.
fn masked_ids(text: &str, start: &str) -> String {
    let mut parts = text.split(start);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| format!("{out}{start}…{}", &part[26..]))
}
