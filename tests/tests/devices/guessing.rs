//! An attacker with a device's credentials who tries thousands of codes is slowed down too.

use std::time::Duration;

use clock::Clock;
use e2e::mqtt::Mqtt;
use e2e::{Stack, Stage};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use crate::scene::noon;

/// 80 guesses a second, in batches. The broker closes a connection that publishes more than 100 times a second.
const AT_ONCE: usize = 8;
const EVERY: Duration = Duration::from_millis(100);

/// Publishes guesses directly to the rule, with names of codes that do not exist, and counts each kind of response.
async fn guess(device: &mut Mqtt, thing: &str, guesses: std::ops::Range<u32>, at: i64) -> (usize, usize) {
    let topic = format!("$aws/rules/automat_keypad/automats/{thing}/keypad");
    let (mut no, mut wait) = (0, 0);
    let mut pace = interval(EVERY);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for batch in guesses.collect::<Vec<_>>().chunks(AT_ONCE) {
        pace.tick().await;
        for number in batch {
            let code = format!("{number:022}");
            let entry = json!({ "id": format!("guess-{number}"), "kind": "pin", "code": code, "at": at, "inside": "" });
            device.publish(&topic, entry.to_string()).await;
        }
        for _ in batch {
            let (_, reply) = device.message().await.unwrap();
            match reply["answer"].as_str() {
                Some("no") => no += 1,
                Some("wait") => wait += 1,
                _ => panic!("{reply}"),
            }
        }
    }
    (no, wait)
}

/// How many entries the cloud has checked, and how many it has not.
async fn looked_at(stage: &Stage) -> (usize, usize) {
    let (mut unknown, mut slow, mut next) = (0, 0, String::new());
    loop {
        let path = format!("/v1/automats/{}/events?limit=100{next}", stage.automat);
        let page = stage.stack.viewer().get(path).await.body(200);
        let events = page["data"].as_array().unwrap();
        let count = |reason: &str| events.iter().filter(|event| event["reason"] == reason).count();
        unknown += count("unknown");
        slow += count("keypad-slow");
        let Value::String(after) = &page["page"]["next"] else { return (unknown, slow) };
        next = format!("&after={after}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_guesses_five_are_checked_and_then_one_after_each_wait() {
    let clock = Clock::fixed(noon());
    let stage = Stage::new(&Stack::alone(clock.clone()).await, 1).await;
    let thing = stage.thing();
    let mut device = Mqtt::connect(stage.over_tls(&thing)).await.unwrap();
    assert!(device.subscribe(&format!("automats/{thing}/keypad/reply")).await);

    assert_eq!(guess(&mut device, &thing, 0..1_000, noon().seconds()).await, (5, 995));
    assert_eq!(looked_at(&stage).await, (5, 995));
    for (n, second) in (0..).zip([30, 90, 210, 450, 750]) {
        let now = noon().plus_millis(second * 1_000);
        clock.set(now);
        assert_eq!(guess(&mut device, &thing, 1_000 + n * 20..1_020 + n * 20, now.seconds()).await, (1, 19));
    }
    assert_eq!(looked_at(&stage).await, (10, 1_090));
    let guessing = stage.event("keypad-guessing").await;
    assert_eq!((&guessing["wrongEntries"], &guessing["within"]), (&json!(10), &json!("hour")));
}
