//! The automat `lobby` with three lockers and a key in the second, and the pages.

use api::testing::request;
use api::{App, Clock, Role};
use aws_sdk_iotdataplane::config::retry::RetryConfig;
use aws_sdk_iotdataplane::config::{BehaviorVersion, Region};
use axum::body::{Body, to_bytes};
use dashboard::{Dashboard, SignIn};
use domain::{AutomatId, EventKind, KeyDraft, OpeningId, OpeningOutcome, Presence};
use http::Request;
use http::header::{CONTENT_TYPE, LOCATION};
use store::{Act, PageRequest, Random};
use testkit::{TestTable, act, at, automat, locker};
use things::Things;
use tower::ServiceExt as _;

/// The page of the locker with the key.
pub(crate) const LOCKER: &str = "/automats/lobby/lockers/1";

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    clock: Clock,
    router: axum::Router,
}

/// An act so many seconds after everything began.
pub(crate) fn act_at(seconds: i64) -> Act {
    Act { now: at(seconds), ..act() }
}

/// What came of a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads on to.
    pub(crate) to: String,
    pub(crate) html: String,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let (table, clock) = (TestTable::new().await, Clock::fixed(at(0)));
        // One thing after the other: what happens at the same time has no order.
        table.store.create_automat(automat("lobby", 3), &act_at(-120)).await.unwrap();
        let key = KeyDraft { locker: Some(locker(1)), ..testkit::key("K-1") };
        table.store.create_key(key, &act_at(-60)).await.unwrap();
        let app = App { store: table.store.clone(), clock: clock.clone() };
        let random = Random::system();
        let router = dashboard::router(Dashboard { app, things: nowhere(), random, sign_in: SignIn::closed() });
        Self { table, clock, router }
    }

    /// So many seconds after everything began.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.set(at(seconds));
    }

    pub(crate) async fn get(&self, role: Role, uri: &str) -> Answer {
        self.ask(request("GET", uri, role).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_in(&self, language: &str, uri: &str) -> Answer {
        let request = request("GET", uri, Role::Admin).header("accept-language", language);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, role: Role, uri: &str, body: &str) -> Answer {
        let request = request("POST", uri, role).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// An operator opens the locker: the way to the opening.
    pub(crate) async fn open(&self, once: &str) -> String {
        let asked = self.post(Role::Operator, &format!("{LOCKER}/open"), &format!("once={once}")).await;
        assert_eq!(asked.status, 303, "{}", asked.html);
        asked.to
    }

    /// The device's word on an opening.
    pub(crate) async fn told(&self, opening: &str, outcome: OpeningOutcome) {
        let id = OpeningId::parse(opening.strip_prefix("/openings/").unwrap()).unwrap();
        let lobby = AutomatId::parse("lobby").unwrap();
        self.table.store.finish_opening(&lobby, locker(1), &id, outcome, at(2), at(2)).await.unwrap();
    }

    /// The automat comes or goes.
    pub(crate) async fn presence(&self, connected: bool) {
        let presence = Presence { connected, at: at(0), number: 1 };
        self.table.store.hear_presence(&AutomatId::parse("lobby").unwrap(), presence, at(0)).await.unwrap();
    }

    /// How many openings have been asked for.
    pub(crate) async fn openings(&self) -> usize {
        let page = PageRequest { limit: 100, after: None };
        let events = self.table.store.automat_events(&AutomatId::parse("lobby").unwrap(), &page).await.unwrap();
        events.data.iter().filter(|event| matches!(event.kind, EventKind::OpeningRequested { .. })).count()
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let to = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(!html.contains('{'), "a text or a value is missing: {html}");
        Answer { status, to, html }
    }
}

impl Answer {
    /// What is between the frame's parts, without the names that differ each time.
    pub(crate) fn main(&self) -> String {
        let main = self.html.split_once("<main").map_or(self.html.as_str(), |(_, rest)| rest);
        let main = main.split_once("</main>").map_or(main, |(main, _)| main);
        let masked = masked(main, "name=\"once\" value=\"", "\"");
        masked_ids(&masked, "/openings/")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The text with dots in place of what stands between a start and the next end.
fn masked(text: &str, start: &str, end: &str) -> String {
    let mut parts = text.split(start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(start);
        out.push('…');
        out.push_str(&part[part.find(end).unwrap()..]);
    }
    out
}

/// The text with dots in place of the 26 characters of each identifier after a start.
fn masked_ids(text: &str, start: &str) -> String {
    let mut parts = text.split(start);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| format!("{out}{start}…{}", &part[26..]))
}

/// Automats that nobody reaches: what is asked of them may have got there or not.
fn nowhere() -> Things {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .endpoint_url("http://127.0.0.1:1")
        .retry_config(RetryConfig::disabled())
        .allow_no_auth()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Things::new(aws_sdk_iotdataplane::Client::from_conf(config))
}
