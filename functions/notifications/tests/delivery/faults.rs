//! The fault table: after any fault every message is sent, and sent twice only where nobody could know that it had been
//! sent. `cargo test -p notifications --test delivery faults -- --nocapture` prints it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::MessageState;
use notifications::{Messenger, Notifications, Topic};
use outbox::{Behaviour, Endpoint};
use testkit::at;

use crate::scene::{Scene, TOPIC, by_email, by_sms, failures, give, tick};

/// Contracts in each run, each with one contact by email and one by SMS.
const CONTRACTS: usize = 6;
/// Long enough for every retry.
const HOURS: i64 = 4;

/// The result of a run.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    expected: usize,
    sent: usize,
    doubled: usize,
    /// Messages whose record says that they may have been sent twice.
    reported: usize,
    refused: usize,
    lost: usize,
}

impl Tally {
    fn print(self, fault: &str) {
        let Self { expected, sent, doubled, reported, refused, lost } = self;
        eprintln!("| {fault} | {expected} | {sent} | {doubled} | {reported} | {refused} | {lost} |");
    }

    fn and(self, other: Self) -> Self {
        Self {
            expected: self.expected + other.expected,
            sent: self.sent + other.sent,
            doubled: self.doubled + other.doubled,
            reported: self.reported + other.reported,
            refused: self.refused + other.refused,
            lost: self.lost + other.lost,
        }
    }
}

/// Books contracts, injects the fault into the first delivery, and lets time pass until everything is settled.
async fn run(fault: impl AsyncFnOnce(&Scene, &[serde_json::Value])) -> Tally {
    let scene = Scene::new().await;
    for n in 0..CONTRACTS {
        let contacts = vec![by_email(&format!("c{n}@example.com")), by_sms(&format!("+35840123450{n}"))];
        scene.book(&format!("BK-{n}"), 3_600, 90_000, contacts).await;
    }
    fault(&scene, &scene.records().await).await;
    // By the time the leases expire, whoever was sending has stopped.
    for minute in 1..60 * HOURS {
        scene.clock.set(at(60 * minute));
        if minute < 60 || minute % 10 == 0 {
            scene.function().handle(&tick()).await.unwrap();
        }
    }
    tally(&scene).await
}

async fn tally(scene: &Scene) -> Tally {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for address in scene.addresses() {
        *times.entry(address).or_default() += 1;
    }
    let mut tally = Tally { expected: 2 * CONTRACTS, sent: times.values().sum(), ..Tally::default() };
    tally.doubled = tally.sent - times.len();
    for n in 0..CONTRACTS {
        let records = scene.messages(&format!("BK-{n}")).await;
        assert_eq!(records.len(), 2, "each message is written down once");
        for record in records {
            tally.reported += usize::from(record.possibly_duplicate);
            let times = times.get(record.recipient.address.reveal()).copied().unwrap_or_default();
            match record.state {
                MessageState::Sent { .. } => assert!(times > 0, "a message marked as sent was sent"),
                MessageState::Refused { .. } => tally.refused += 1,
                state => panic!("not settled: {state:?}"),
            }
            tally.lost += usize::from(times == 0 && !matches!(record.state, MessageState::Refused { .. }));
            assert!(times < 2 || record.possibly_duplicate, "the record says that it may have been sent twice");
        }
    }
    tally
}

/// Delivers a batch as Lambda does: repeatedly until nothing fails.
async fn deliver(function: &Notifications, records: &[serde_json::Value]) {
    for _ in 0..5 {
        if failures(&give(function, records).await).is_empty() {
            return;
        }
    }
    panic!("the batch keeps failing");
}

#[tokio::test]
async fn no_fault() {
    let tally = run(async |scene, records| deliver(&scene.function(), records).await).await;
    tally.print("none");
    assert_eq!((tally.sent, tally.doubled, tally.reported, tally.lost), (2 * CONTRACTS, 0, 0, 0));
}

#[tokio::test]
async fn records_are_delivered_twice_out_of_order_and_concurrently() {
    let replayed = run(async |scene, records| {
        for _ in 0..3 {
            deliver(&scene.function(), records).await;
        }
    });
    let reversed = run(async |scene, records| {
        let mut records = records.to_vec();
        records.reverse();
        deliver(&scene.function(), &records).await;
    });
    let at_once = run(async |scene, records| {
        let functions = [(); 4].map(|()| scene.function_over(scene.table.another_store().0));
        let [a, b, c, d] = functions.each_ref().map(|function| deliver(function, records));
        tokio::join!(a, b, c, d);
    });
    for (fault, tally) in [
        ("replayed thrice", replayed.await),
        ("reversed", reversed.await),
        ("in four functions at once", Box::pin(at_once).await),
    ] {
        tally.print(fault);
        assert_eq!((tally.sent, tally.doubled, tally.reported, tally.lost), (2 * CONTRACTS, 0, 0, 0), "{fault}");
    }
}

#[tokio::test]
async fn the_providers_refuse_for_a_while() {
    for (fault, behaviour) in [("throttled", Behaviour::Throttle), ("provider down", Behaviour::Fail)] {
        let tally = run(async |scene, records| {
            for end in [Endpoint::Email, Endpoint::Sms] {
                scene.outbox.behave_next(end, behaviour, 3 * CONTRACTS);
            }
            deliver(&scene.function(), records).await;
        });
        let tally = tally.await;
        tally.print(fault);
        assert_eq!((tally.sent, tally.doubled, tally.reported, tally.lost), (2 * CONTRACTS, 0, 0, 0), "{fault}");
    }
}

#[tokio::test]
async fn a_refused_message_is_not_retried() {
    let tally = run(async |scene, records| {
        scene.outbox.behave_next(Endpoint::Sms, Behaviour::Refuse, 2);
        deliver(&scene.function(), records).await;
        assert_eq!(scene.outbox.calls(Endpoint::Sms), CONTRACTS as u64);
    });
    let tally = tally.await;
    tally.print("two numbers refused");
    assert_eq!((tally.sent, tally.refused, tally.doubled, tally.lost), (2 * CONTRACTS - 2, 2, 0, 0));
}

#[tokio::test]
async fn the_providers_never_respond() {
    let vanished = run(async |scene, records| {
        scene.outbox.behave_next(Endpoint::Email, Behaviour::Vanish, 3);
        scene.outbox.behave_next(Endpoint::Sms, Behaviour::Vanish, 3);
        deliver(&scene.function(), records).await;
    });
    let late = run(async |scene, records| {
        scene.outbox.behave_next(Endpoint::Email, Behaviour::Late(Duration::from_secs(2)), 3);
        deliver(&impatient(scene), records).await;
    });
    for (fault, tally) in [("response lost 6 times", vanished.await), ("response too late 3 times", late.await)] {
        tally.print(fault);
        assert!(tally.doubled > 0, "they were accepted, and the function could not know");
        assert_eq!((tally.reported, tally.lost), (tally.doubled, 0), "{fault}");
    }
}

#[tokio::test]
async fn the_function_dies_before_any_call_to_the_table() {
    let mut sum = Tally::default();
    for calls in (0..).step_by(3) {
        let mut died = false;
        let tally = run(async |scene, records| {
            let (store, wire) = scene.table.another_store();
            wire.cut_after(calls);
            _ = give(&scene.function_over(store), records).await;
            died = wire.was_cut();
            deliver(&scene.function(), records).await;
        });
        let tally = tally.await;
        assert_eq!(tally.lost, 0, "killed after {calls} calls");
        sum = sum.and(tally);
        if !died {
            break;
        }
    }
    sum.print("function dies at the table, every third call");
    assert!(sum.doubled > 0, "some functions died between the provider's response and storing it");
}

/// A function whose clients have short timeouts.
fn impatient(scene: &Scene) -> Notifications {
    let timeouts = aws_sdk_sesv2::config::timeout::TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_millis(500))
        .build();
    let ses = scene.outbox.ses().config().to_builder().timeout_config(timeouts).build();
    let ses = aws_sdk_sesv2::Client::from_conf(ses);
    let messenger = Messenger::new(scene.outbox.sns(), ses).mail_from(Some("keys@example.com".to_owned()), None);
    Notifications {
        store: scene.table.store.clone(),
        messenger,
        topic: Topic::new(scene.outbox.sns(), TOPIC),
        clock: scene.clock.clone(),
    }
}
