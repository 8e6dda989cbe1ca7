//! Searching and listing contracts over HTTP, from the booking through the stream to the list.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

use clock::Clock;
use e2e::{Stack, Stage, fresh};
use serde_json::{Value, json};

struct Day {
    stage: Stage,
    clock: Clock,
    key: String,
}

impl Day {
    async fn new() -> Self {
        let clock = Clock::fixed(Clock::system().now().whole_second());
        let stage = Stage::new(&Stack::alone(clock.clone()).await, 3).await;
        let key = stage.key().await;
        Self { stage, clock, key }
    }

    fn minute(&self, minutes: i64) -> String {
        self.clock.now().plus_millis(minutes * 60_000).to_string()
    }

    /// Books the key for a person and a contact. Returns the path of the contract.
    async fn book(&self, reference: &str) -> String {
        let contact =
            json!({ "name": "Anna Öberg", "email": "Anna.Oberg@example.com", "phoneNumber": "+358401234567" });
        let booking = json!({
            "contractId": reference, "person": "Tuulikki Virtanen", "start": self.minute(1), "end": self.minute(2),
            "contacts": [contact],
        });
        let made = self.stage.book(&self.key, booking).await;
        made.is(201);
        made.header("location").to_owned()
    }

    async fn drain(&self) {
        self.stage.stack.cloud().drain().await;
        assert!(self.stage.stack.cloud().failed_projections().is_empty());
    }

    /// The references of the contracts that a search finds.
    async fn finds(&self, text: &str) -> Vec<String> {
        let found = self.stage.stack.viewer().get(format!("/v1/contracts?search={text}")).await;
        found.data().iter().map(|contract| contract["contractId"].as_str().unwrap().to_owned()).collect()
    }

    /// Every key of an item of the index.
    async fn index(&self) -> Vec<String> {
        let client = self.stage.stack.cloud().dynamodb();
        let found = client.scan().table_name("key-automat").send().await.unwrap();
        let text = |item: &std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>| {
            format!("{} {}", item["PK"].as_s().unwrap(), item["SK"].as_s().unwrap())
        };
        let items = found.items().iter().map(text);
        items.filter(|key| key.starts_with("LISTED#") || key.starts_with("MONTHS#")).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_is_found_as_it_is_now_from_its_creation_to_its_removal() {
    let day = Day::new().await;
    let reference = fresh("stay");
    let contract = day.book(&reference).await;
    day.drain().await;
    for text in ["tuulikki", "virt+TUUL", "%C3%B6berg", "anna.oberg%40example.com", "4567", "040+123+4567", &reference]
    {
        assert_eq!(day.finds(text).await, [reference.as_str()], "{text}");
    }
    let operator = day.stage.stack.operator();
    operator.patch(&contract, json!({ "person": "Marjatta Korhonen", "contacts": [] })).await.is(200);
    assert!(day.finds("tuulikki").await.is_empty(), "not even before the change has been projected");
    day.drain().await;
    for text in ["tuulikki", "oberg", "4567"] {
        assert!(day.finds(text).await.is_empty(), "{text}");
    }
    assert_eq!(day.finds("marjatta").await, [reference.as_str()]);
    let found: Value = day.stage.stack.viewer().get("/v1/contracts?search=marjatta").await.body(200);
    let one: Value = day.stage.stack.viewer().get(&contract).await.body(200);
    assert_eq!(found["data"][0], one);
    operator.delete(&contract).await;
    day.drain().await;
    assert!(day.finds("marjatta").await.is_empty());
    assert!(day.index().await.iter().all(|key| key.starts_with("MONTHS#")), "{:?}", day.index().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_leaves_no_trace_in_the_index() {
    let day = Day::new().await;
    let reference = fresh("stay");
    day.book(&reference).await;
    day.drain().await;
    day.clock.set(day.clock.now().plus_millis(60 * 60_000));
    day.stage.stack.forget_tokens().await;
    let person = json!({ "email": "anna.oberg@example.com", "person": "Tuulikki Virtanen" });
    let erased = day.stage.stack.admin().post("/v1/people/erase", person).await;
    erased.is(200);
    // Without waiting for the projector.
    for key in day.index().await {
        for trace in ["tuulikki", "virtanen", "anna", "oberg", "7654", &reference] {
            assert!(!key.contains(trace), "{trace}: {key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_without_two_characters_is_refused_by_field() {
    let day = Day::new().await;
    let viewer = day.stage.stack.viewer();
    for (query, code) in
        [("", "required"), ("?search=", "too_short"), ("?search=a", "too_short"), ("?search=%20-+b", "too_short")]
    {
        let problem: Value = viewer.get(format!("/v1/contracts{query}")).await.body(400);
        assert_eq!(problem["errors"][0]["field"], "search", "{problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{problem}");
    }
    let long: Value = viewer.get(format!("/v1/contracts?search={}", "a".repeat(301))).await.body(400);
    assert_eq!(long["errors"][0]["code"], "too_long", "{long}");
}
