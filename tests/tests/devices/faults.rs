//! A device that sends invalid reports: they are recorded, and the valid parts are used.

use domain::Instant;
use e2e::mqtt::Mqtt;
use e2e::{Stack, Stage, hours};
use serde_json::{Value, json};

/// A device of another manufacturer, which reports what the test says.
struct Device {
    stage: Stage,
    client: Mqtt,
}

impl Device {
    async fn new() -> Self {
        let stage = Stage::new(&Stack::shared(), 3).await;
        let client = Mqtt::connect(stage.over_tls(&stage.thing())).await.unwrap();
        Self { stage, client }
    }

    async fn report(&self, n: i64, lockers: Value) {
        let topic = format!("$aws/rules/automat_lockers/automats/{}/lockers", self.stage.thing());
        self.client.publish(&topic, json!({ "n": n, "lockers": lockers }).to_string()).await;
    }

    async fn has_door(&self, locker: usize, door: &str) {
        self.stage.view_where(|view| view["lockers"][locker]["door"] == door).await;
    }
}

fn millis() -> i64 {
    Instant::parse(&hours(0)).unwrap().millis()
}

#[tokio::test]
async fn numbers_in_microseconds_do_not_silence_an_automat() {
    let device = Device::new().await;
    device.report(millis() * 1000, json!({ "0": { "key": true, "door": "open" } })).await;
    device.stage.event("automat-clock-wrong").await;
    device.report(millis(), json!({ "0": { "key": true, "door": "closed" } })).await;
    device.has_door(0, "closed").await;
}

#[tokio::test]
async fn after_a_reset_an_automat_numbers_from_the_start() {
    let device = Device::new().await;
    device.report(millis(), json!({ "0": { "key": true, "door": "closed" } })).await;
    device.has_door(0, "closed").await;
    let reset = device.stage.stack.admin().post_nothing(format!("/v1/automats/{}/reset", device.stage.automat)).await;
    assert_eq!(reset.body(200)["connection"]["state"], "unknown");
    device.report(7, json!({ "0": { "key": true, "door": "open" } })).await;
    device.has_door(0, "open").await;
    device.stage.event("automat-reset").await;
}

#[tokio::test]
async fn an_unknown_value_in_a_message_is_ignored() {
    let device = Device::new().await;
    let report = json!({ "0": { "key": true, "door": "ajar" }, "1": { "key": false, "door": "closed" } });
    device.report(millis(), report).await;
    device.has_door(1, "closed").await;
    device.stage.event("automat-message-not-understood").await;
    let forced = json!({ "1": { "key": false, "door": "open" } });
    device.report(millis() + 1000, forced).await;
    assert_eq!(device.stage.event("locker-forced").await["lockerIndex"], 1);
}
