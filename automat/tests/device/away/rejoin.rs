//! A thousand automats whose network comes back at the same moment. Each waits by itself before it connects; after that it sends
//! one question at a time.

use std::collections::VecDeque;

use automat::device::Input;
use automat::journal::{Journal, Record};
use automat::link::{Backoff, RECONNECT_AFTER};
use protocol::{CodeKind, JournalFact, JournalLine, Page, Times};
use serde_json::{Value, json};

use super::dice::Dice;
use super::world::topics;
use crate::cloud::{PageBook, entry};
use crate::rig::{LOCKERS, Rig, START};

const AUTOMATS: u64 = 1_000;
/// What each has written while it was away.
const LINES: u64 = 250;
/// How long the cloud takes for an answer, in milliseconds.
const ANSWER: u64 = 100;
/// How long a device is watched after it has connected.
const WATCHED: u64 = 20_000;

/// The most messages in a second that a thousand automats may send together. Most are questions and journals, each a run of a
/// function for 100 ms or less: 40 at once.
const AT_ONCE: usize = 400;
/// How many of them a device may need.
const EACH: usize = 8;

/// After an hour without a network that is back at zero: when a device connects, in milliseconds.
fn connects_at(dice: &mut Dice) -> u64 {
    let mut backoff = Backoff::new(RECONNECT_AFTER);
    let away = 3_600_000;
    let mut now = dice.below(1_000);
    while now < away {
        let random = u8::try_from(dice.below(256)).unwrap();
        now += u64::try_from(backoff.next(random).as_millis()).unwrap();
    }
    now - away
}

fn journal() -> Journal {
    let mut journal = Journal::replay(&[Record::Received { journal: "away".to_owned(), up_to: 0 }]);
    for j in 1..=LINES {
        let (at, what) = (Times { from: START, to: Some(START + 4) }, JournalFact::WrongEntry(CodeKind::Pin));
        journal.apply(&Record::Line { line: JournalLine { j, at, what } });
    }
    journal
}

/// The times at which a device sends messages after it has connected, each with its topic.
fn sent(book: &PageBook, journal: &Journal) -> Vec<(u64, String)> {
    let mut rig = Rig::new();
    rig.journal = journal.clone();
    rig.cut_power();
    rig.give(Input::Connected);
    let (mut sent, mut answers) = (Vec::new(), VecDeque::new());
    while rig.now < WATCHED {
        for (topic, payload) in std::mem::take(&mut rig.published) {
            answers.extend(answer(&topic, &payload, book, rig.cloud_seconds()));
            sent.push((rig.now, topic));
        }
        rig.wait(ANSWER);
        for (topic, answer) in std::mem::take(&mut answers) {
            rig.receive(&topic, &answer);
        }
    }
    assert!(rig.journal.lines().is_empty() && rig.device.is_ready());
    assert_eq!(rig.journal.pages().pages().len(), usize::from(LOCKERS));
    sent
}

fn answer(topic: &str, payload: &Value, book: &PageBook, seconds: i64) -> Vec<(String, Value)> {
    let topics = topics();
    if topic == topics.shadow("get") {
        let token = &payload["clientToken"];
        vec![(topics.shadow("get/accepted"), json!({"state": {}, "timestamp": seconds, "clientToken": token}))]
    } else if topic == topics.access_request() {
        book.answers(payload, usize::MAX).into_iter().map(|answer| (topics.access(), answer)).collect()
    } else if topic == topics.journal() {
        let last = payload["lines"].as_array().unwrap().last().unwrap();
        vec![(topics.journal_receipt(), json!({"journal": payload["journal"], "upTo": last["j"]}))]
    } else {
        Vec::new()
    }
}

#[test]
fn a_thousand_automats_that_reconnect_at_once_spread_their_messages() {
    let mut dice = Dice::new(1);
    let page = |locker: u16| Page { entries: vec![entry("482915", u8::try_from(locker).unwrap())], ..Page::default() };
    let book = (0..LOCKERS).fold(PageBook::new(), |book, locker| book.with(locker, page(locker)));
    let of_one = sent(&book.leased(START, START + 86_400), &journal());
    assert!(of_one.len() <= EACH, "{of_one:?}");
    let journals = of_one.iter().filter(|(_, topic)| *topic == topics().journal()).count();
    assert_eq!(journals, 3, "a hundred lines at once, one message at a time");
    let mut per_second = vec![0; 60];
    for _ in 0..AUTOMATS {
        let connected = connects_at(&mut dice);
        for (at, _) in &of_one {
            per_second[usize::try_from((connected + at) / 1_000).unwrap()] += 1;
        }
    }
    let most = per_second.iter().max().copied().unwrap_or_default();
    assert!((1..=AT_ONCE).contains(&most), "{most} in a second: {per_second:?}");
}
