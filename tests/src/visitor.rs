//! Somebody at a browser without a screen: follows links, fills in forms, keeps cookies, and has no script.
//!
//! It does what browsers do and the dashboard counts on: a form names the origin that it was sent from, cookies come back
//! to the host that set them, and a redirect is followed by a GET.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};

use crate::Stack;

/// The browser.
#[derive(Debug)]
pub struct Visitor {
    http: Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
    been: Mutex<Vec<String>>,
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is, after all redirects.
    pub url: Url,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The text.
    pub text: String,
}

impl Visitor {
    /// At a stack, with no cookies.
    #[must_use]
    pub fn new(stack: &Stack) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, url: stack.url().to_owned(), cookies: Mutex::default(), been: Mutex::default() }
    }

    /// At a stack, signed in as one of the people of the local cloud.
    pub async fn signed_in(stack: &Stack, person: &str) -> Self {
        let visitor = Self::new(stack);
        let page = visitor.sign_in("/", person).await;
        assert_eq!((page.status, page.url.path()), (200, "/"), "{}", page.text);
        visitor
    }

    /// Asks for a page without being signed in, signs in, and gives the page that that leads to.
    pub async fn sign_in(&self, path: &str, person: &str) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.url.path(), "/oauth2/authorize", "{}", page.text);
        self.send(&page, "/login", &[("person", person)]).await
    }

    /// Goes to a page.
    pub async fn get(&self, path: &str) -> Page {
        let url = Url::parse(&self.url).unwrap().join(path).unwrap();
        self.follow(self.http.request(Method::GET, url.clone()), url).await
    }

    /// Sends the form of a page that has this action, with these fields in place of what it had, or besides.
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

    /// Sends a form that no page has, as another page might.
    pub async fn forge(&self, path: &str, origin: Option<&str>, fields: &[(&str, &str)]) -> Page {
        let url = Url::parse(&self.url).unwrap().join(path).unwrap();
        let request = self.http.request(Method::POST, url.clone()).form(fields);
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        self.follow(request, url).await
    }

    /// A cookie that it keeps.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.kept().get(name).cloned()
    }

    /// Puts a cookie in, or takes one out.
    pub fn set_cookie(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => _ = self.kept().insert(name.to_owned(), value.to_owned()),
            None => _ = self.kept().remove(name),
        }
    }

    /// Every address that it was at.
    #[must_use]
    pub fn been(&self) -> Vec<String> {
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
    /// A header, empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What a form of the page sends besides its button: the fields with their values, boxes that are ticked, and the
    /// choice of each list.
    #[must_use]
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let form = self.text.split("<form").skip(1).find_map(|rest| {
            let (head, rest) = rest.split_once('>')?;
            let of_action =
                attribute(head, "action").map_or_else(|| action == self.url.path(), |named| named == action);
            (of_action && attribute(head, "method").as_deref() == Some("post")).then(|| rest.split("</form>").next())?
        });
        let form = form.unwrap_or_else(|| panic!("{} has no form to {action}: {}", self.url, self.text));
        fields(form)
    }

    /// Where the links of the page lead.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let anchors = self.text.split("<a ").skip(1).filter_map(|rest| attribute(rest.split('>').next()?, "href"));
        anchors.collect()
    }
}

fn fields(form: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for rest in form.split('<').skip(1) {
        let Some((head, after)) = rest.split_once('>') else { continue };
        let (tag, head) = head.split_once(char::is_whitespace).unwrap_or((head, ""));
        match tag {
            "input" => {
                let kind = attribute(head, "type").unwrap_or_default();
                let is_box = matches!(kind.as_str(), "checkbox" | "radio");
                if let Some(name) = attribute(head, "name")
                    && (!is_box || flag(head, "checked"))
                {
                    let value = attribute(head, "value");
                    fields.push((name, value.unwrap_or_else(|| if is_box { "on".to_owned() } else { String::new() })));
                }
            }
            "textarea" => {
                let text = after.split("</textarea>").next().unwrap_or_default();
                fields.extend(attribute(head, "name").map(|name| (name, plain(text))));
            }
            "select" => fields.extend(attribute(head, "name").map(|name| (name, String::new()))),
            "option" => {
                let value = attribute(head, "value").unwrap_or_default();
                if let Some((_, chosen)) = fields.last_mut()
                    && (chosen.is_empty() || flag(head, "selected"))
                {
                    *chosen = value;
                }
            }
            _ => {}
        }
    }
    fields
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head
        .split_once(&format!("{name}=\""))
        .filter(|(before, _)| before.is_empty() || before.ends_with(char::is_whitespace))?;
    Some(plain(rest.split('"').next()?))
}

fn flag(head: &str, name: &str) -> bool {
    head.split_whitespace().any(|word| word.split('=').next() == Some(name))
}

/// Text as it is meant, by the five characters that askama writes otherwise.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (written, meant) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(written, meant);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_what_a_browser_would() {
        let text = r#"<form action="/search"><input name="q"></form><form method="post" action="/keys/new">
            <input type="hidden" name="once" value="a&#38;b"><input id="x" name="keyId" type="text" value="">
            <input type="checkbox" name="shared"><input type="checkbox" name="kinds" value="a" checked>
            <select name="language"><option value="en">E</option><option value="fi" selected>F</option></select>
            <textarea name="freeText">1 &#60; 2</textarea><button name="step" value="go">Go</button></form>"#;
        let page = Page {
            url: Url::parse("http://127.0.0.1/keys").unwrap(),
            status: 200,
            headers: http::HeaderMap::new(),
            text: text.to_owned(),
        };
        let pairs = [("once", "a&b"), ("keyId", ""), ("kinds", "a"), ("language", "fi"), ("freeText", "1 < 2")];
        assert_eq!(page.form("/keys/new"), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
