//! All faults in any order: a small shadow, a network that loses, repeats and reorders, and power cuts between any two
//! effects. Sensors flicker, a journal is lost, and people type codes with and without a connection.
//!
//! What is checked: no opening runs a motor twice, or after its end by the true time. Its report never changes, except
//! to `failed` by a device that lost its journal. `opened` means that the motor ran once, `refused` and `expired` that
//! it never did. When all faults are over, every request gets a report. A reported key was there for two seconds, except
//! while the motor of its locker runs, and in the end what is reported is the case. What must hold for entries and for the
//! journal of what was done without the cloud is in [`Ledger`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use automat::clock::Millis;
use automat::device::{Device, Effect, Input, Keys, Motor};
use automat::journal::{Journal, Record};
use proptest::prelude::*;
use protocol::{JournalFact, OpeningReport, OpeningRequest, OpeningResult};
use serde_json::{Value, json};

use crate::ledger::{CODES, Ledger};
use crate::rig::{SETTLES_AFTER, START, device, device_with_keys, topics};
use crate::steps::{Step, step, step_away};

/// Reports that a device keeps per locker.
const REPORTS_KEPT: usize = 16;

/// A message in transit.
type Message = (String, Value);

struct World {
    /// True milliseconds since the start.
    now: Millis,
    /// The true time at which the device's counter was at zero.
    powered_at: Millis,
    lives: u64,
    device: Device,
    disk: Journal,
    inputs: VecDeque<Input>,
    effects: VecDeque<Effect>,
    connected: bool,
    to_device: Vec<Message>,
    to_cloud: Vec<Message>,
    running: BTreeMap<u16, String>,
    /// The requests in the shadow, and all that there ever were.
    desired: BTreeMap<u16, OpeningRequest>,
    asked: Vec<OpeningRequest>,
    counts: BTreeMap<u16, usize>,
    runs: BTreeMap<String, usize>,
    reports: BTreeMap<String, OpeningReport>,
    last_lockers_message: u64,
    ledger: Ledger,
    /// The last question for pages, and all answers that there ever were.
    last_question: Option<Message>,
    answers: Vec<Value>,
    typed: u128,
    /// The openings that ran before a journal was lost.
    forgotten: BTreeSet<String>,
    /// The keys of lockers 0 and 1, and since when.
    keys: [(bool, Millis); 2],
    /// The last report about each.
    reported: [bool; 2],
}

impl World {
    fn new() -> Self {
        Self {
            now: 0,
            powered_at: 0,
            lives: 0,
            device: device(&Journal::default(), 0),
            disk: Journal::default(),
            inputs: VecDeque::new(),
            effects: VecDeque::new(),
            connected: false,
            to_device: Vec::new(),
            to_cloud: Vec::new(),
            running: BTreeMap::new(),
            desired: BTreeMap::new(),
            asked: Vec::new(),
            counts: BTreeMap::new(),
            runs: BTreeMap::new(),
            reports: BTreeMap::new(),
            last_lockers_message: 0,
            ledger: Ledger::default(),
            last_question: None,
            answers: Vec::new(),
            typed: 0,
            forgotten: BTreeSet::new(),
            keys: [(false, 0), (true, 0)],
            reported: [false, true],
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Ask(locker) => self.ask(locker),
            Step::Pass(millis) => self.pass(millis),
            Step::Deliver { to_device, which, again } => self.deliver(to_device, which, again),
            Step::Lose { to_device, which } => {
                let under_way = if to_device { &mut self.to_device } else { &mut self.to_cloud };
                if !under_way.is_empty() {
                    under_way.swap_remove(which.index(under_way.len()));
                }
            }
            Step::Connect => self.connect(),
            Step::Disconnect => {
                self.connected = false;
                self.inputs.push_back(Input::Disconnected);
            }
            Step::MotorDone(opened) => {
                if let Some((locker, _)) = self.running.pop_first() {
                    let motor = if opened { Motor::Opened } else { Motor::Jammed };
                    self.inputs.push_back(Input::MotorDone { locker, motor });
                }
            }
            Step::Key(locker, inside) => self.key(locker, inside),
            Step::Type(code) => {
                self.typed += 1;
                self.inputs.push_back(Input::Typed { keys: Keys::new(CODES[code]), random: self.typed });
            }
            Step::Contract { locker, contract, change, is_signalled } => {
                self.ledger.change(locker, contract, change, self.seconds());
                if is_signalled {
                    self.to_device.push((topics().access(), json!({"changed": {}})));
                }
            }
            Step::Lease(lasts, change) => self.ledger.lease(lasts, change),
            Step::Tamper { which, how } => self.tamper(which, how),
            Step::Work(times) => (0..times).for_each(|_| self.work()),
            Step::Flow => self.flow(None),
            Step::FlowWithout(part) => self.flow(Some(part)),
            Step::PowerCut => self.cut_power(),
            Step::LostJournal => {
                self.disk = Journal::default();
                self.forgotten.extend(self.runs.keys().cloned());
                // Numbers follow the device's estimate of the time, which may have improved.
                self.last_lockers_message = 0;
                self.cut_power();
            }
        }
    }

    fn ask(&mut self, locker: u16) {
        let count = self.counts.entry(locker).or_default();
        *count += 1;
        if *count > REPORTS_KEPT {
            return; // the journal would forget the oldest report, accepted or not
        }
        let issued_at = self.seconds();
        let last = self.asked.last().map_or(0, |request| request.seq);
        let seq = u64::try_from(issued_at).unwrap().max(last + 1);
        let request =
            OpeningRequest { seq, id: format!("opening {}", self.asked.len()), issued_at, expires_at: issued_at + 20 };
        self.asked.push(request.clone());
        self.desired.insert(locker, request);
        self.to_device.push((topics().shadow("update/delta"), json!({"state": {"o": self.desired}})));
    }

    /// Changes the page in a message, if it has one, and otherwise the lease.
    fn tamper(&mut self, which: prop::sample::Index, how: usize) {
        if how == 3 {
            if let (Some((_, question)), false) = (&self.last_question, self.answers.is_empty()) {
                let mut old = self.answers[which.index(self.answers.len())].clone();
                old["answer"]["id"] = question["id"].clone();
                self.to_device.push((topics().access(), old));
            }
            return;
        }
        let answers = self.to_device.iter_mut().filter_map(|(_, message)| message.get_mut("answer"));
        let mut answers: Vec<_> = answers.filter(|answer| answer.is_object()).collect();
        if answers.is_empty() {
            return;
        }
        let answer = answers.swap_remove(which.index(answers.len()));
        let flip = |sealed: &mut Value| {
            let mut text = sealed.as_str().unwrap().to_owned();
            let middle = text.len() / 2;
            let other = if text.as_bytes()[middle] == b'A' { "B" } else { "A" };
            text.replace_range(middle..=middle, other);
            *sealed = json!(text);
        };
        if let Some((locker, page)) =
            answer.get_mut("pages").and_then(Value::as_object_mut).and_then(|pages| pages.iter_mut().next())
        {
            match how {
                0 => flip(&mut page["sealed"]),
                1 => page["version"] = json!(page["version"].as_u64().unwrap() + 1),
                _ => {
                    let (other, page) = (if locker == "0" { "1" } else { "0" }, page.clone());
                    answer["pages"] = json!({other: page});
                }
            }
        } else if let Some(lease) = answer.pointer_mut("/end/lease") {
            flip(lease);
        }
    }

    /// Time passes.
    fn pass(&mut self, millis: Millis) {
        self.start_motors();
        self.now += millis;
        self.inputs.push_back(Input::Tick);
    }

    /// Nothing happens before a motor start: the driver starts a motor at once.
    fn start_motors(&mut self) {
        if let Some(position) = self.effects.iter().position(|effect| matches!(effect, Effect::RunMotor { .. })) {
            (0..=position).for_each(|_| {
                assert!(!matches!(self.effects[0], Effect::Persist(_)), "a motor start is never delayed");
                self.work();
            });
        }
    }

    fn connect(&mut self) {
        if !self.connected {
            self.connected = true;
            self.inputs.push_back(Input::Connected);
        }
    }

    fn cut_power(&mut self) {
        self.effects.clear();
        self.inputs.clear();
        self.running.clear();
        self.connected = false;
        self.lives += 1;
        self.powered_at = self.now;
        let inside = |locker: u16| self.keys.get(usize::from(locker)).map_or(locker % 2 == 1, |key| key.0);
        self.device = device_with_keys(&self.disk, self.lives, inside);
        self.ledger.hold_all(&self.disk);
    }

    fn key(&mut self, locker: u16, inside: bool) {
        self.start_motors();
        let key = &mut self.keys[usize::from(locker)];
        if key.0 != inside {
            *key = (inside, self.now);
        }
        self.inputs.push_back(Input::KeySensor { locker, inside });
        // Sensors are read at once, before any effect.
        while !self.inputs.is_empty() || !self.effects.is_empty() {
            self.work();
        }
    }

    /// Compares a message about lockers with what had been the case for two seconds when it was made.
    fn check_keys(&self, lockers: &Value) {
        for (locker, (inside, since)) in self.keys.iter().enumerate() {
            let Some(key) = lockers[locker.to_string()]["key"].as_bool() else { continue };
            // While a motor runs, the readings of its locker wait.
            let is_stopping =
                |input: &Input| matches!(input, Input::MotorDone { locker: of, .. } if usize::from(*of) == locker);
            let is_running =
                self.running.keys().any(|of| usize::from(*of) == locker) || self.inputs.iter().any(is_stopping);
            let has_settled = !is_running && (self.now - since >= SETTLES_AFTER || *since < self.powered_at);
            assert!(
                !has_settled || key == *inside,
                "locker {locker}: {key} after {inside} for {} ms",
                self.now - since
            );
        }
    }

    fn receive_keys(&mut self, lockers: &Value) {
        for (locker, reported) in self.reported.iter_mut().enumerate() {
            *reported = lockers[locker.to_string()]["key"].as_bool().unwrap_or(*reported);
        }
    }

    fn work(&mut self) {
        match self.effects.pop_front() {
            Some(Effect::Persist(record)) => {
                self.ledger.write_pages(&record, &self.disk);
                self.disk.apply(&record);
                self.ledger.write(&record, &self.disk);
                if let Record::Line { line } = &record
                    && let JournalFact::Lockers(report) = &line.what
                {
                    self.note_number(report.n);
                }
                self.inputs.push_back(Input::Persisted(record));
            }
            Some(Effect::RunMotor { locker, id }) => self.run_motor(locker, id),
            Some(Effect::Publish { topic, payload }) => {
                let payload: Value = serde_json::from_slice(&payload).unwrap();
                if topic == topics().lockers() {
                    self.note_number(payload["n"].as_u64().unwrap());
                    self.receive_keys(&payload["lockers"]);
                } else if self.connected {
                    if topic == topics().journal() {
                        self.ledger.send(&payload);
                    }
                    self.to_cloud.push((topic, payload));
                }
            }
            Some(Effect::Show(_)) => {}
            Some(Effect::Hash(hashing)) => self.inputs.push_back(hashing.carry_out()),
            None => {
                if let Some(input) = self.inputs.pop_front() {
                    if let Input::Persisted(record) = &input {
                        self.ledger.hold(record);
                    }
                    let counter = self.now - self.powered_at;
                    let effects = self.device.handle(input, counter);
                    for effect in &effects {
                        match effect {
                            Effect::Publish { topic, payload } if *topic == topics().lockers() => {
                                self.check_keys(&serde_json::from_slice::<Value>(payload).unwrap()["lockers"]);
                            }
                            Effect::Persist(Record::Line { line }) => {
                                if let JournalFact::Lockers(report) = &line.what {
                                    self.check_keys(&serde_json::to_value(&report.lockers).unwrap());
                                }
                            }
                            _ => {}
                        }
                    }
                    self.effects.extend(effects);
                }
            }
        }
    }

    fn note_number(&mut self, n: u64) {
        assert!(n > self.last_lockers_message, "numbers rise");
        self.last_lockers_message = n;
    }

    fn run_motor(&mut self, locker: u16, id: String) {
        if let Some(request) = self.asked.iter().find(|request| request.id == id) {
            assert!(self.seconds() < request.expires_at, "{id} ran after its end");
            assert!(!self.reports.contains_key(&id), "{id} ran after its report");
            let runs = self.runs.entry(id.clone()).or_default();
            *runs += 1;
            assert_eq!(*runs, 1, "{id} ran again");
        } else {
            // A key that came or went while the device was busy is not known to it yet.
            let is_known = |inside| {
                let moves = Input::KeySensor { locker, inside };
                self.keys[usize::from(locker)].0 == inside && !self.inputs.contains(&moves)
            };
            let (is_full, is_empty) = (is_known(true), is_known(false));
            let millis = START * 1000 + i64::try_from(self.now).unwrap();
            self.ledger.run(&id, locker, is_full, is_empty, millis);
        }
        assert_eq!(self.running.insert(locker, id), None, "a motor was started while it ran");
    }

    fn deliver(&mut self, to_device: bool, which: prop::sample::Index, again: bool) {
        let under_way = if to_device { &mut self.to_device } else { &mut self.to_cloud };
        if under_way.is_empty() {
            return;
        }
        let position = which.index(under_way.len());
        let message = if again { under_way[position].clone() } else { under_way.remove(position) };
        if to_device { self.reach_device(message) } else { self.reach_cloud(&message) }
    }

    fn reach_device(&mut self, (topic, payload): Message) {
        if self.connected {
            let payload = serde_json::to_vec(&payload).unwrap();
            self.inputs.push_back(Input::Message { topic, payload });
        }
    }

    fn reach_cloud(&mut self, (topic, payload): &Message) {
        let mut answer = json!({"timestamp": self.seconds(), "clientToken": payload["clientToken"]});
        if *topic == topics().shadow("get") {
            answer["state"] = json!({"desired": {"o": self.desired}});
            self.to_device.push((topics().shadow("get/accepted"), answer));
        } else if *topic == topics().shadow("update") {
            let reports: BTreeMap<u16, OpeningReport> =
                serde_json::from_value(payload["state"]["reported"]["r"].clone()).unwrap();
            for (locker, report) in reports {
                self.check_report(locker, &report);
            }
            self.to_device.push((topics().shadow("update/accepted"), answer));
        } else if *topic == topics().keypad() {
            let reply = self.ledger.answer(payload, self.seconds());
            self.to_device.push((topics().keypad_reply(), reply));
        } else if *topic == topics().access_request() {
            let answers = self.ledger.access(payload, self.seconds());
            self.last_question = Some((topic.clone(), payload.clone()));
            self.answers.extend(answers.iter().cloned());
            self.to_device.extend(answers.into_iter().map(|answer| (topics().access(), answer)));
        } else if *topic == topics().journal() {
            let receipt = self.ledger.record(payload);
            self.to_device.push((topics().journal_receipt(), receipt));
        }
    }

    fn check_report(&mut self, locker: u16, report: &OpeningReport) {
        let runs = self.runs.get(&report.id).copied().unwrap_or(0);
        match report.result {
            OpeningResult::Opened => assert_eq!(runs, 1, "{report:?}"),
            OpeningResult::Refused | OpeningResult::Expired => assert_eq!(runs, 0, "{report:?}"),
            OpeningResult::Failed => {}
        }
        if self.desired.get(&locker).is_some_and(|request| request.id == report.id) {
            self.desired.remove(&locker);
        }
        let known = self.reports.entry(report.id.clone()).or_insert_with(|| report.clone());
        let was_lost = report.result == OpeningResult::Failed && self.forgotten.contains(&report.id);
        assert!(known == report || was_lost, "a report changed: {known:?} {report:?}");
    }

    /// Everything in transit arrives in order, but for a part of the answers for pages, until nothing is left.
    fn flow(&mut self, lost: Option<usize>) {
        let mut part = 0;
        loop {
            while !self.inputs.is_empty() || !self.effects.is_empty() {
                self.work();
            }
            if !self.to_cloud.is_empty() {
                let message = self.to_cloud.remove(0);
                self.reach_cloud(&message);
            } else if !self.to_device.is_empty() {
                let message = self.to_device.remove(0);
                let is_lost = message.0 == topics().access() && lost == Some(part);
                part += usize::from(message.0 == topics().access());
                if !is_lost {
                    self.reach_device(message);
                }
            } else {
                return;
            }
        }
    }

    /// All faults are over: network, motors and power. The connection is a new one, as after any lost message.
    fn heal(&mut self) {
        self.take(&Step::Disconnect);
        self.connect();
        for _ in 0..12 {
            self.flow(None);
            while !self.running.is_empty() {
                self.take(&Step::MotorDone(true));
                self.flow(None);
            }
            self.pass(5_000);
        }
        self.flow(None);
    }

    /// What must be the case when all faults are over.
    fn check_end(&self) {
        assert_eq!(self.desired, BTreeMap::new(), "every request has a report");
        assert_eq!(self.disk.unacknowledged().count() + self.disk.intents().count(), 0);
        assert!(self.device.is_ready());
        assert!(self.disk.lines().is_empty(), "the cloud has every line");
        self.ledger.check(self.disk.lines().id());
        self.ledger.check_pages(&self.disk);
        assert_eq!(self.reported, self.keys.map(|key| key.0));
        for (id, runs) in &self.runs {
            let is_known = self.reports.contains_key(id) || self.forgotten.contains(id);
            assert!(*runs == 1 && is_known, "{id}: {runs} runs and no report");
        }
    }

    fn seconds(&self) -> i64 {
        START + i64::try_from(self.now / 1000).unwrap()
    }
}

/// The whole way of a return or a fetch without a connection: the code, the motor, the key, and the connection that is
/// there again.
const WAYS: [[Step; 5]; 2] = [
    [Step::Type(0), Step::MotorDone(true), Step::Key(0, true), Step::Pass(SETTLES_AFTER), Step::Connect],
    [Step::Type(2), Step::MotorDone(true), Step::Key(1, false), Step::Pass(SETTLES_AFTER), Step::Connect],
];

impl World {
    /// Goes a way until this many inputs and effects were handled. Returns whether it was over before.
    fn go(&mut self, way: &[Step], mut left: usize) -> bool {
        for step in way {
            match step {
                &Step::Key(locker, inside) => {
                    self.keys[usize::from(locker)] = (inside, self.now);
                    self.inputs.push_back(Input::KeySensor { locker, inside });
                }
                _ => self.take(step),
            }
            loop {
                if left == 0 {
                    return false;
                }
                if !self.inputs.is_empty() || !self.effects.is_empty() {
                    self.work();
                } else if !self.to_cloud.is_empty() {
                    let message = self.to_cloud.remove(0);
                    self.reach_cloud(&message);
                } else if !self.to_device.is_empty() {
                    let message = self.to_device.remove(0);
                    self.reach_device(message);
                } else {
                    break;
                }
                left -= 1;
            }
        }
        true
    }
}

/// A device with pages and without a connection.
fn offline() -> World {
    let mut world = World::new();
    for step in [Step::Connect, Step::Flow, Step::Disconnect, Step::Flow] {
        world.take(&step);
    }
    world
}

#[test]
fn a_power_cut_anywhere_in_a_return_or_a_fetch_opens_nothing_twice_and_loses_no_line() {
    for way in WAYS {
        let mut cuts = 0;
        loop {
            let mut world = offline();
            let is_over = world.go(&way, cuts);
            world.take(&Step::PowerCut);
            world.heal();
            world.check_end();
            if is_over {
                assert_eq!(world.ledger.runs_without_cloud(), 1, "{way:?}");
                break;
            }
            cuts += 1;
        }
        assert!(cuts > 30, "{cuts} are too few to have seen everything");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_no_locker_opens_twice_or_late_and_every_report_is_true(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.heal();
        world.check_end();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_without_the_cloud_only_what_a_lease_allows_is_fetched(
        steps in prop::collection::vec(step_away(), 1..30),
    ) {
        let mut world = offline();
        for step in steps.iter().flatten() {
            world.take(step);
        }
        world.heal();
        world.check_end();
    }
}
