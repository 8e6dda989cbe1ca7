//! The pages over a table of their own, and a browser that reads forms.

use api::testing::request;
use api::{App, Clock, Role};
use axum::body::{Body, to_bytes};
use axum::response::Response;
use dashboard::{Dashboard, SignIn};
use http::Request;
use http::header::{CONTENT_TYPE, LOCATION};
use store::Random;
use testkit::{TestTable, at};
use things::Things;
use tower::ServiceExt as _;

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    clock: Clock,
    router: axum::Router,
}

/// What came of a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads on to.
    pub(crate) to: Option<String>,
    pub(crate) html: String,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        let clock = Clock::fixed(at(0));
        let app = App { store: table.store.clone(), clock: clock.clone() };
        let router = dashboard::router(Dashboard {
            app,
            things: nowhere(),
            random: Random::system(),
            sign_in: SignIn::closed(),
        });
        Self { table, clock, router }
    }

    /// The same so many seconds after everything began.
    pub(crate) fn later(&self, seconds: i64) -> &Self {
        self.clock.set(at(seconds));
        self
    }

    pub(crate) async fn get(&self, role: Role, uri: &str) -> Answer {
        self.ask(request("GET", uri, role).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_in(&self, language: &str, uri: &str) -> Answer {
        let request = request("GET", uri, Role::Admin).header("accept-language", language);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Fills in the form of a page as an admin, and sends it; fields that are not named stay as they are.
    pub(crate) async fn fill(&self, uri: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(Role::Admin, uri).await;
        assert_eq!(page.status, 200, "{}", page.html);
        self.send(uri, &page.html, fields).await
    }

    /// Sends the form of a page that was looked at before.
    pub(crate) async fn send(&self, uri: &str, html: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form(html, fields);
        let request = request("POST", uri, Role::Admin).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response: Response = self.router.clone().oneshot(request).await.unwrap();
        let to = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(!html.contains('{'), "a text is missing: {html}");
        Answer { status, to, html }
    }
}

impl Answer {
    /// What is between the frame's parts, without what differs each time.
    pub(crate) fn main(&self) -> String {
        let main = self.html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
        let mut shown = String::new();
        for line in main.lines() {
            let once = line.contains("name=\"once\"");
            shown.push_str(if once { "<input type=\"hidden\" name=\"once\" …>" } else { line });
            shown.push('\n');
        }
        shown
    }
}

/// The fields of the form in `main` as a browser sends them, with some of them filled in or, where the value is `-`,
/// unticked.
fn form(html: &str, fields: &[(&str, &str)]) -> String {
    let main = html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for tag in main.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap()) {
        let ticks = !tag.contains("type=\"checkbox\"") || tag.contains(" checked");
        if let (Some(name), true) = (attribute(tag, "name"), ticks) {
            pairs.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    for select in main.split("<select").skip(1).map(|select| select.split("</select>").next().unwrap()) {
        let chosen = select.split("<option").skip(1).find(|option| option.contains(" selected"));
        let chosen = chosen.or_else(|| select.split("<option").nth(1)).and_then(|option| attribute(option, "value"));
        pairs.extend(attribute(select, "name").zip(chosen));
    }
    for (name, value) in fields {
        pairs.retain(|(field, _)| field != name);
        if *value != "-" {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    let encoded = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    encoded.collect::<Vec<_>>().join("&")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned())
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

/// Automats that nobody reaches: nothing here speaks to one.
fn nowhere() -> Things {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(aws_sdk_iotdataplane::config::BehaviorVersion::latest())
        .region(aws_sdk_iotdataplane::config::Region::new("local"))
        .endpoint_url("http://127.0.0.1:1")
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Things::new(aws_sdk_iotdataplane::Client::from_conf(config))
}
