//! The pages over a table with one key, and a browser without a screen that fills in the contract's form.

use api::testing::request;
use api::{App, Clock, Role};
use axum::body::{Body, to_bytes};
use dashboard::{Dashboard, SignIn};
use domain::{Contract, KeyId, Sharing};
use http::Request;
use http::header::{CONTENT_TYPE, LOCATION};
use store::{ContractFilter, Order, PageRequest, Random, Store};
use testkit::{TestTable, act, at};
use things::Things;
use tower::ServiceExt as _;

/// The now of the tests is 2026-11-24T12:00:00Z: 14:00 in Helsinki.
pub(crate) const NEW: &str = "/keys/K-1/contracts/new";

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    pub(crate) clock: Clock,
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
    /// With the key `K-1`, not shared, in the automat `lobby`.
    pub(crate) async fn new() -> Self {
        Self::with_key(Sharing::NotShared).await
    }

    pub(crate) async fn with_key(sharing: Sharing) -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(testkit::automat("lobby", 4), &act()).await.unwrap();
        let key = domain::KeyDraft { sharing, ..testkit::key("K-1") };
        table.store.create_key(key, &act()).await.unwrap();
        let clock = Clock::fixed(at(0));
        let app = App { store: table.store.clone(), clock: clock.clone() };
        let (random, sign_in) = (Random::system(), SignIn::closed());
        let router = dashboard::router(Dashboard { app, things: nowhere(), random, sign_in });
        Self { table, clock, router }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.table.store
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.get_as(Role::Operator, uri).await
    }

    pub(crate) async fn get_as(&self, role: Role, uri: &str) -> Answer {
        self.ask(request("GET", uri, role).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_in(&self, language: &str, uri: &str) -> Answer {
        let request = request("GET", uri, Role::Operator).header("accept-language", language);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Sends fields as they are.
    pub(crate) async fn post(&self, uri: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.send_pairs(uri, &fields).await
    }

    /// Sends the form with the id `contract` of a page, some of its fields filled in or, where the value is `-`, left out.
    pub(crate) async fn send(&self, uri: &str, html: &str, fields: &[(&str, &str)]) -> Answer {
        self.send_pairs(uri, &filled(html, fields)).await
    }

    /// Looks at the form of a page, fills it in and sends it.
    pub(crate) async fn fill(&self, uri: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(uri).await;
        self.send(uri, &page.html, fields).await
    }

    /// The contracts of the key.
    pub(crate) async fn contracts(&self) -> Vec<Contract> {
        let filter = ContractFilter { states: Vec::new(), order: Order::Ascending };
        let page = PageRequest { limit: 100, after: None };
        let key = KeyId::parse("K-1").unwrap();
        self.store().contracts(&key, &filter, &page, self.clock.now()).await.unwrap().data
    }

    async fn send_pairs(&self, uri: &str, pairs: &[(String, String)]) -> Answer {
        let body = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let request = request("POST", uri, Role::Operator).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let to = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, to, html: String::from_utf8(body.to_vec()).unwrap() }
    }
}

impl Answer {
    /// What is between the frame's parts, without what differs each time.
    pub(crate) fn main(&self) -> String {
        let main = self.html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
        // What mails look like has snapshots of its own.
        let mut frames = main.split("srcdoc=\"");
        let first = frames.next().unwrap_or_default().to_owned();
        let rest = frames.map(|frame| format!("srcdoc=\"…{}", frame.split_once('"').unwrap().1));
        let main = std::iter::once(first).chain(rest).collect::<String>();
        let mut shown = String::new();
        for line in main.lines().filter(|line| !line.trim().is_empty()) {
            let drawn = ["name=\"once\"", "name=\"made.", "name=\"previewed\""];
            let differs = drawn.iter().any(|mark| line.contains(mark));
            shown.push_str(if differs { "<input type=\"hidden\" …>" } else { line });
            shown.push('\n');
        }
        shown
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// The value of a hidden or visible input.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        filled(&self.html, &[]).into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

/// The fields of the contract's form as a browser sends them.
fn filled(html: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = html.split_once("id=\"contract\"").map_or("", |(_, rest)| rest.split_once("</form>").unwrap().0);
    let form = match form.split_once("<template>") {
        Some((before, after)) => format!("{before}{}", after.split_once("</template>").unwrap().1),
        None => form.to_owned(),
    };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for tag in form.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap()) {
        let choice = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
        if let (Some(name), true) = (attribute(tag, "name"), !choice || tag.contains(" checked")) {
            pairs.push((name, unescaped(&attribute(tag, "value").unwrap_or_default())));
        }
    }
    for area in form.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').unwrap();
        let text = rest.split_once("</textarea>").unwrap().0.trim_start_matches('\n');
        pairs.extend(attribute(tag, "name").map(|name| (name, unescaped(text))));
    }
    for select in form.split("<select").skip(1).map(|select| select.split("</select>").next().unwrap()) {
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
    pairs
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned())
}

fn unescaped(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}

fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
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
