//! A whole rotation, step by step, on a table in the embedded engine and a secret in memory.

use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use clock::{Clock, Random};
use domain::{AutomatId, ContractDraft, ContractId, Ending, KeyId, ReturnCode};
use serde_json::{Value, json};
use store::{DeviceKey, KeypadEntry, LockerReports, Store};
use testkit::{SECRET, TABLE, TestTable, automat, contract, key, locker_reports, metadata, pin, pin_holder};

use crate::options::Step;
use crate::secret::SecretError;
use crate::stack::{Error, Stack};
use crate::step::take;

/// Secrets Manager with one secret. Clones share it.
#[derive(Debug, Clone)]
struct OneSecret(Arc<Mutex<String>>);

impl HttpConnector for OneSecret {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        assert_eq!(body["SecretId"], "arn:secret");
        let answer = match target {
            "secretsmanager.GetSecretValue" => json!({ "SecretString": *self.0.lock().unwrap() }),
            "secretsmanager.PutSecretValue" => {
                body["SecretString"].as_str().unwrap().clone_into(&mut self.0.lock().unwrap());
                json!({})
            }
            other => unreachable!("{other}"),
        };
        let response = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer.to_string()));
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for OneSecret {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

struct Scene {
    table: TestTable,
    secret: OneSecret,
    stack: Stack,
    sent: u64,
}

impl Scene {
    /// Creates an automat, a key with a return code, and a contract with a PIN.
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 1), &metadata()).await.unwrap();
        let with_code = domain::KeyDraft { return_code: Some(ReturnCode::parse("4711").unwrap()), ..key("A") };
        table.store.create_key(with_code, &metadata()).await.unwrap();
        let id = Some(ContractId::parse("c").unwrap());
        let draft = ContractDraft { id, pin: Some(pin("482915")), ending: Ending::Permanent, ..contract(&a(), 0, 1) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
        let secret = OneSecret(Arc::new(Mutex::new(char::from(SECRET).to_string().repeat(32))));
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("any", "any", None, None, "test"))
            .endpoint_url("http://secrets.local")
            .retry_config(RetryConfig::disabled())
            .http_client(secret.clone())
            .build();
        let stack = Stack {
            clock: Clock::system(),
            random: Random::system(),
            table: TABLE.to_owned(),
            database: table.client.clone(),
            secret: "arn:secret".to_owned(),
            secrets: aws_sdk_secretsmanager::Client::from_conf(config),
        };
        Self { table, secret, stack, sent: 0 }
    }

    fn text(&self) -> String {
        self.secret.0.lock().unwrap().clone()
    }

    fn function(&self) -> Store {
        self.table.store_under(self.text().as_bytes()).0
    }

    /// Gives the device the present keys and starts it.
    async fn give_keys(&mut self) {
        self.sent += 1;
        let function = self.function();
        let keys = [Some(function.device_key(&lobby())), function.other_device_key(&lobby())];
        let device_keys = keys.iter().flatten().map(DeviceKey::id).collect();
        let reports = LockerReports { device_keys, ..locker_reports(self.sent, &[(0, true, None)]) };
        function.record_locker_reports(&lobby(), reports, testkit::at(0)).await.unwrap();
    }

    async fn refused(&self, step: Step) -> Error {
        let before = self.text();
        let refusal = take(&self.stack, step).await.unwrap_err();
        assert_eq!(self.text(), before, "{refusal}");
        refusal
    }

    async fn done(&self, step: Step) -> String {
        take(&self.stack, step).await.unwrap().to_string()
    }
}

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

const SWAP: Step = Step::Swap { force: false };
const END: Step = Step::End { force: false };

#[tokio::test]
async fn each_step_is_refused_until_the_one_before_is_done() {
    let mut scene = Scene::new().await;
    let old = scene.text();
    scene.give_keys().await;
    for step in [SWAP, Step::Renew, END] {
        assert!(matches!(scene.refused(step).await, Error::Secret(SecretError::One)));
    }
    assert!(scene.done(Step::Begin).await.contains(" and "));
    assert!(matches!(scene.refused(Step::Begin).await, Error::Secret(SecretError::Two)));
    let lacking = scene.refused(SWAP).await.to_string();
    assert!(lacking.contains("1 devices") && lacking.contains("lobby"), "{lacking}");
    scene.give_keys().await;
    scene.done(SWAP).await;
    assert!(scene.text().ends_with(&format!("\n{old}")));
    assert!(scene.refused(END).await.to_string().contains("2 were, or must be"));
    let renewed = scene.done(Step::Renew).await;
    assert!(renewed.contains("nothing is left"), "{renewed}");
    assert!(scene.done(Step::Status).await.contains("nothing is left"));
    scene.done(END).await;
    assert!(!scene.text().contains(&old) && !scene.text().contains('\n'));

    let function = scene.function();
    let name = testkit::name(&function.device_key(&lobby()), domain::CodeKind::Pin, "482915");
    let at = testkit::at(10);
    let inside = [testkit::locker(0)].into_iter().collect();
    let entry = KeypadEntry { id: "e".to_owned(), kind: domain::CodeKind::Pin, code: name, other: None, at, inside };
    let answer = function.keypad_entry(&lobby(), entry, at).await.unwrap();
    assert!(matches!(answer, domain::KeypadAnswer::Open { .. }));
}

#[tokio::test]
async fn a_rotation_can_be_undone_before_and_after_the_swap() {
    let mut scene = Scene::new().await;
    let old = scene.text();
    scene.done(Step::Begin).await;
    scene.give_keys().await;
    scene.done(END).await;
    assert_eq!(scene.text(), old, "given up");

    scene.done(Step::Begin).await;
    scene.give_keys().await;
    scene.done(SWAP).await;
    scene.done(Step::Renew).await;
    scene.done(SWAP).await;
    assert!(scene.text().starts_with(&old), "swapped back");
    assert!(matches!(scene.refused(END).await, Error::LocksOut(_)));
    scene.done(Step::Renew).await;
    scene.done(END).await;
    assert_eq!(scene.text(), old);
    assert!(pin_holder(&scene.table.client, TABLE, &scene.function(), &lobby(), &pin("482915")).await.is_some());
}

#[tokio::test]
async fn a_forced_step_is_taken() {
    let scene = Scene::new().await;
    scene.done(Step::Begin).await;
    scene.done(Step::Swap { force: true }).await;
    scene.done(Step::End { force: true }).await;
    assert!(scene.function().contract(&ContractId::parse("c").unwrap()).await.is_err());
}
