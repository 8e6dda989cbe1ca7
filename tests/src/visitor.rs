//! A browser without scripts: it follows links, fills in forms and keeps cookies.
//!
//! It does what the dashboard relies on: a form is sent with its origin, cookies go back to the host that set them, and
//! a redirect is followed with a GET.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};
use testkit::html;

use crate::Stack;

#[derive(Debug)]
pub struct Visitor {
    http: Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
    been: Mutex<Vec<String>>,
}

#[derive(Debug, Clone)]
pub struct Page {
    /// The address, after all redirects.
    pub url: Url,
    pub status: u16,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Visitor {
    /// Without cookies.
    #[must_use]
    pub fn new(stack: &Stack) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, url: stack.url().to_owned(), cookies: Mutex::default(), been: Mutex::default() }
    }

    /// Signed in as one of the local cloud's users.
    pub async fn signed_in(stack: &Stack, person: &str) -> Self {
        let visitor = Self::new(stack);
        let page = visitor.sign_in("/", person).await;
        assert_eq!((page.status, page.url.path()), (200, "/"), "{}", page.text);
        visitor
    }

    /// Opens a page without a session, and signs in. Returns the page that this leads to.
    pub async fn sign_in(&self, path: &str, person: &str) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.url.path(), "/oauth2/authorize", "{}", page.text);
        self.send(&page, "/login", &[("person", person)]).await
    }

    pub async fn get(&self, path: &str) -> Page {
        let url = Url::parse(&self.url).unwrap().join(path).unwrap();
        self.follow(self.http.request(Method::GET, url.clone()), url).await
    }

    /// Sends the form of a page that has this action, with these fields replacing or adding to what it has.
    pub async fn send(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = page.form(action);
        let mut sent: Vec<_> =
            form.into_iter().filter(|(name, _)| fields.iter().all(|(field, _)| field != name)).collect();
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = page.url.join(action).unwrap();
        let origin = page.url.origin().ascii_serialization();
        let request = self.http.request(Method::POST, url.clone()).header("origin", origin);
        let request = request.header("sec-fetch-site", "same-origin").header("referer", page.url.as_str());
        self.follow(request.form(&sent), url).await
    }

    /// Sends a form that no page has, as another site might.
    pub async fn forge(&self, path: &str, origin: Option<&str>, fields: &[(&str, &str)]) -> Page {
        let url = Url::parse(&self.url).unwrap().join(path).unwrap();
        let request = self.http.request(Method::POST, url.clone()).form(fields);
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        self.follow(request, url).await
    }

    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.kept().get(name).cloned()
    }

    /// Sets or deletes a cookie.
    pub fn set_cookie(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => _ = self.kept().insert(name.to_owned(), value.to_owned()),
            None => _ = self.kept().remove(name),
        }
    }

    /// Every address that it has visited.
    #[must_use]
    pub fn visited(&self) -> Vec<String> {
        self.been.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn follow(&self, request: reqwest::RequestBuilder, url: Url) -> Page {
        let (mut request, mut url) = (request, url);
        for _ in 0..10 {
            self.been.lock().unwrap_or_else(PoisonError::into_inner).push(url.to_string());
            let cookies =
                self.kept().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            let request_now = if cookies.is_empty() { request } else { request.header("cookie", cookies) };
            let answer = request_now.send().await.unwrap_or_else(|error| panic!("{url}: no answer: {error:?}"));
            self.keep(&answer);
            let location = answer.headers().get("location").filter(|_| answer.status().is_redirection());
            let Some(location) = location else {
                let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
                return Page { url, status, headers, text: answer.text().await.unwrap() };
            };
            url = url.join(location.to_str().unwrap()).unwrap();
            request = self.http.request(Method::GET, url.clone());
        }
        panic!("{url}: no end of redirects")
    }

    fn keep(&self, answer: &Response) {
        for cookie in answer.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            let kept = text.contains("; Path=/; ") && text.contains("; Secure; HttpOnly; SameSite=Lax");
            assert!(name.starts_with("__Host-") && kept, "the cookie {name} is not kept as it must be");
            self.set_cookie(name, (!text.contains("Max-Age=0;")).then_some(value));
        }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Page {
    /// A header. Empty if it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The fields of the form with this `action`, without its button.
    #[must_use]
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let form = html::form(&self.text, self.url.path(), action);
        form.unwrap_or_else(|| panic!("{} has no form to {action}: {}", self.url, self.text))
    }

    /// The targets of the page's links.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let anchors =
            self.text.split("<a ").skip(1).filter_map(|rest| html::attribute(rest.split('>').next()?, "href"));
        anchors.collect()
    }
}
