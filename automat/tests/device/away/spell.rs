//! The life of an automat: it is away from the cloud for a while, comes back, and everything is compared.

use std::collections::BTreeSet;

use automat::device::{Device, DeviceKey, Effect, Identity, Input, Sensors};
use automat::journal::StoredJournal;
use protocol::{Door, Handle};
use serde_json::{Value, json};

use super::people::IDLE;
use super::side::Contract;
use super::world::{DAY, HOUR, LOCKERS, ROOM, SECOND, START, World, seconds, topics};
use crate::memory::Memory;

/// How often an automat is away, and from when on it may have flash memory that is rolled back, or a clone.
const SPELLS: usize = 10;
const TAINTED_FROM: usize = 8;

/// What happens while it is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Visit,
    VisitNear,
    Change,
    PowerCut,
    LostJournal,
    RolledBack,
    Clone,
}

impl World {
    pub(crate) fn live(&mut self) {
        for _ in 0..8 {
            self.new_contract();
        }
        self.side.changed(self.now);
        self.calm();
        for spell in 0..SPELLS {
            self.rotate(spell);
            self.be_away(spell);
            self.come_back();
            self.calm();
            if !self.oracle.faults.is_empty() {
                return;
            }
        }
    }

    fn be_away(&mut self, spell: usize) {
        let image = self.memory.image();
        let longest = self.dice.one_of(&[0, 3 * SECOND, 60 * SECOND, HOUR, HOUR, DAY, DAY, DAY, 8 * DAY, 8 * DAY]);
        let lasts = self.dice.below(longest + 1);
        self.oracle.counts.spells += 1;
        self.oracle.counts.long += usize::from(lasts > DAY);
        self.oracle.counts.short += usize::from(lasts <= 60 * SECOND);
        let noticed = self.dice.below(20 * SECOND);
        self.network_down(noticed);
        let end = self.now + lasts;
        for (at, what) in self.plan(spell, lasts) {
            self.pass(at.saturating_sub(self.now));
            self.happen(what, &image);
        }
        self.pass(end.saturating_sub(self.now));
    }

    fn plan(&mut self, spell: usize, lasts: u64) -> Vec<(u64, What)> {
        let is_long = lasts > 60 * SECOND;
        let mut plan = Vec::new();
        let mut times = |world: &mut Self, count: u64, what| {
            for _ in 0..count {
                plan.push((world.now + world.dice.below(lasts + 1), what));
            }
        };
        let visits = if is_long { self.dice.between(20, 45) } else { self.dice.between(1, 3) };
        times(self, visits, What::Visit);
        let changes = self.dice.below(8);
        times(self, changes, What::Change);
        let cuts = u64::from(self.dice.percent(20));
        times(self, cuts, What::PowerCut);
        let lost = u64::from(self.dice.percent(3));
        times(self, lost, What::LostJournal);
        if spell >= TAINTED_FROM && self.dice.percent(60) {
            let what = self.dice.one_of(&[What::RolledBack, What::Clone]);
            times(self, 1, what);
        }
        let ends = self.side.leases.values().map(|issued| issued.lease.until);
        let contracts = self.side.contracts.iter().flat_map(|of| [Some(of.start), of.end].into_iter().flatten());
        let limits: BTreeSet<u32> = ends.chain(contracts).collect();
        let limits = limits.into_iter().filter_map(|at| u64::try_from((i64::from(at) - START) * 1000).ok());
        let limits: Vec<u64> = limits.filter(|at| (self.now..self.now + lasts).contains(at)).collect();
        for at in limits {
            let before = IDLE + self.dice.below(14 * SECOND);
            plan.push(((at + 2 * SECOND).saturating_sub(before), What::VisitNear));
        }
        plan.sort_by_key(|(at, _)| *at);
        plan
    }

    fn happen(&mut self, what: What, image: &Memory) {
        match what {
            What::Visit | What::VisitNear => {
                self.oracle.counts.near += usize::from(what == What::VisitNear);
                let may_lose_power = self.dice.percent(3);
                self.visit(may_lose_power);
            }
            What::Change => self.change(),
            What::PowerCut => self.restart(),
            What::LostJournal => {
                self.oracle.counts.lost_journals += 1;
                self.oracle.lose_journal(&self.side);
                self.memory = Memory::of(ROOM);
                self.restart();
            }
            What::RolledBack => {
                self.oracle.counts.rolled_back += 1;
                self.oracle.is_tainted = true;
                self.memory = image.image();
                self.restart();
            }
            What::Clone => self.clone_online(),
        }
    }

    fn restart(&mut self) {
        self.power_cut();
        let off = self.dice.between(SECOND, HOUR);
        self.pass(off);
        self.power_on();
    }

    /// The network is back, at first a bad one.
    fn come_back(&mut self) {
        self.side.offset = self.dice.around(1_000);
        self.network.faults = self.dice.one_of(&[0, 5, 25]);
        self.network_up();
        let pause = self.dice.between(0, 120 * SECOND);
        self.pass(pause);
        for _ in 0..self.dice.below(4) {
            self.change();
            let may_lose_power = self.dice.percent(10);
            self.visit(may_lose_power);
        }
    }

    /// Nothing goes wrong until the cloud has everything, and the device too.
    fn calm(&mut self) {
        self.network.faults = 0;
        self.close_doors();
        self.power_on();
        self.network_down(0);
        self.pass(30 * SECOND);
        self.network_up();
        for _ in 0..10 {
            self.pass(30 * SECOND);
        }
        let Some(running) = &self.running else { return };
        let (journal, is_ready) = (running.device.journal(), running.device.is_ready());
        let held = journal.pages().pages().iter().map(|(locker, page)| (*locker, page.version)).collect();
        let reported = self.side.reported.iter().map(|(locker, (_, inside))| (*locker, *inside)).collect();
        if !is_ready || !journal.lines().is_empty() {
            self.oracle.fault(self.now, &format!("(d) {} lines are left", journal.lines().waiting().len()));
        }
        if self.side.versions() != held {
            self.oracle.fault(self.now, &format!("the device holds {held:?} instead of the latest pages"));
        }
        if self.keys_inside() != reported {
            self.oracle.fault(self.now, &format!("the keys are elsewhere: {reported:?} {:?}", self.keys_inside()));
        }
        self.oracle.reconciled(&self.side, self.now);
    }

    fn new_contract(&mut self) {
        let pin = format!("{:06}", 100_000 + self.pins.len());
        self.pins.push(pin.clone());
        self.handles += 1;
        let mut lockers = BTreeSet::from([self.any_locker()]);
        if self.dice.percent(30) {
            lockers.insert(self.any_locker());
        }
        let (start, end) = self.range();
        let key = *self.device_keys.last().unwrap_or(&1);
        let (handle, is_scheduled) = (Handle(self.handles.to_be_bytes()), self.dice.percent(25));
        self.side.contracts.push(Contract { pin, key, handle, lockers, start, end, is_scheduled });
    }

    fn range(&mut self) -> (u32, Option<u32>) {
        if self.dice.percent(60) {
            return (u32::try_from(seconds(self.now)).unwrap() - 1, None);
        }
        let longest = self.dice.one_of(&[60, 3_600, 86_400]);
        let start = seconds(self.now) + self.dice.around(longest);
        let lasts = i64::try_from(self.dice.between(30, u64::try_from(3 * longest).unwrap())).unwrap();
        (u32::try_from(start).unwrap(), Some(u32::try_from(start + lasts).unwrap()))
    }

    fn any_locker(&mut self) -> u16 {
        u16::try_from(self.dice.below(u64::from(LOCKERS))).unwrap()
    }

    /// Something about contracts or keys changes in the cloud.
    fn change(&mut self) {
        self.oracle.counts.changes += 1;
        let (one, other) = (self.any_locker(), self.any_locker());
        let position = self.dice.index(self.side.contracts.len());
        let range = self.range();
        let kind = self.dice.below(11);
        let contract = &mut self.side.contracts[position];
        match kind {
            0 | 1 => drop(self.side.contracts.remove(position)),
            2 => {
                contract.pin = format!("{:06}", 100_000 + self.pins.len());
                self.pins.push(contract.pin.clone());
            }
            3 => contract.lockers = BTreeSet::from([one, other]),
            4 => contract.is_scheduled = !contract.is_scheduled,
            5 => (contract.start, contract.end) = range,
            // The key moves from one locker to the other.
            6 => {
                for contract in &mut self.side.contracts {
                    if contract.lockers.remove(&one) {
                        contract.lockers.insert(other);
                    }
                }
            }
            // A key is removed and made again.
            7 => {
                self.side.contracts.iter_mut().for_each(|contract| contract.lockers.retain(|locker| *locker != one));
                self.side.contracts.retain(|contract| !contract.lockers.is_empty());
                self.side.return_codes[usize::from(one)] = format!("5{one}{:02}", self.pins.len() % 100);
            }
            // A contract is removed and made again with its PIN.
            8 => {
                self.handles += 1;
                contract.handle = Handle(self.handles.to_be_bytes());
            }
            9 => self.side.lease_hours = self.dice.one_of(&[0, 1, 1, 12, 24, 24, 72, 168]),
            _ => self.new_contract(),
        }
        while self.side.contracts.len() < 5 {
            self.new_contract();
        }
        if self.device_keys.len() == 2 {
            let moved = self.dice.index(self.side.contracts.len());
            self.side.contracts[moved].key = 2;
        }
        self.side.changed(self.now);
        self.signal();
    }

    /// The secret is rotated: the device gets a second key, and later has only that one.
    fn rotate(&mut self, spell: usize) {
        let keys = match self.device_keys[..] {
            [1] if spell >= 2 && self.dice.percent(30) => vec![1, 2],
            [1, 2] if self.dice.percent(40) => {
                self.side.contracts.iter_mut().for_each(|contract| contract.key = 2);
                self.side.key = 2;
                vec![2]
            }
            _ => return,
        };
        self.oracle.counts.rotations += 1;
        self.device_keys = keys;
        self.side.changed(self.now);
        self.power_cut();
        self.power_on();
        self.calm();
    }

    /// A copy of the device with its memory asks the cloud for everything, and sends its journal.
    fn clone_online(&mut self) {
        self.oracle.counts.clones += 1;
        self.oracle.is_tainted = true;
        let Ok((_, journal)) = StoredJournal::open(self.memory.image()) else { return };
        let key = DeviceKey::new(&[self.device_keys[0]; 32]);
        let identity = Identity { topics: topics(), key: Some(key), life: self.dice.below(u64::MAX) };
        let sensors = (0..LOCKERS).map(|_| Sensors { inside: true, door: Door::Closed }).collect();
        let mut device = Device::new(identity, journal, sensors);
        let mut inputs = vec![Input::Connected];
        while let Some(input) = inputs.pop() {
            for effect in device.handle(input, 0) {
                match effect {
                    Effect::Persist(record) => inputs.push(Input::Persisted(record)),
                    Effect::Publish { topic, payload } => {
                        let payload = serde_json::from_slice(&payload).unwrap();
                        inputs.extend(self.answer_clone(&topic, &payload));
                    }
                    Effect::RunMotor { .. } | Effect::Show(_) | Effect::Hash(_) => {}
                }
            }
        }
    }

    fn answer_clone(&mut self, topic: &str, payload: &Value) -> Vec<Input> {
        let (topics, now) = (topics(), self.now);
        let message = |topic, payload: &Value| Input::Message { topic, payload: serde_json::to_vec(payload).unwrap() };
        if topic == topics.shadow("get") {
            let token = &payload["clientToken"];
            let answer = json!({"state": {}, "version": 1, "timestamp": self.side.seconds(now), "clientToken": token});
            vec![message(topics.shadow("get/accepted"), &answer)]
        } else if topic == topics.access_request() {
            let answers = self.side.access(payload, usize::MAX, now);
            answers.iter().map(|answer| message(topics.access(), answer)).collect()
        } else if topic == topics.journal() {
            vec![message(topics.journal_receipt(), &self.side.record(payload, now))]
        } else {
            Vec::new()
        }
    }
}
