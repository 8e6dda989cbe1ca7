//! The simulation: time and its events.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use automat::device::{Effect, Input, Motor};
use automat::journal::Record;
use domain::Instant;
use e2e::Seed;
use protocol::{EntryMessage, JournalFact, Reply, ThingName};
use serde_json::Value;

use crate::SECOND;
use crate::bookings::{BOOKINGS, Booking};
use crate::cabinet::{Cabinet, KEYS, LOCKERS};
use crate::cloud::{Cloud, Death};
use crate::entries::{Entries, Scene};
use crate::event::{Event, Happening};
use crate::faults::{Chance, Chances};
use crate::invariants::{MotorRun, Truth, Verdict};

/// 2026-11-24T12:00:00Z.
pub(crate) const BEGINNING: i64 = 1_795_521_600_000;
pub(crate) const CABINETS: usize = 4;
const DAY: u64 = 24 * 3_600 * SECOND;
/// The average interval between two requests of a client.
const ASKED_EVERY: u64 = 400;

pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) chances: Chances,
    pub(crate) now: u64,
    number: u64,
    events: BinaryHeap<Reverse<Event>>,
    pub(crate) cloud: Cloud,
    pub(crate) cabinets: Vec<Cabinet>,
    pub(crate) bookings: Vec<Booking>,
    /// Who has the keys that are out, by cabinet and locker: a contract's person, or somebody without a code.
    pub(crate) holders: BTreeMap<(usize, u16), Option<usize>>,
    pub(crate) visits: u64,
    /// Whether nobody comes any more.
    pub(crate) is_closing: bool,
    sessions: u64,
    asked: usize,
    made: usize,
    pub(crate) truth: Truth,
    pub(crate) entries: Entries,
    pub(crate) verdict: Verdict,
}

impl World {
    pub(crate) async fn new(mut seed: Seed, chances: Chances) -> Self {
        let mut cloud = Cloud::new(instant(0)).await;
        let mut cabinets = Vec::new();
        for number in 0..CABINETS {
            let automat = format!("lobby.{number}");
            cloud.add_automat(&automat, LOCKERS).await;
            for locker in 0..KEYS {
                cloud.add_key(&automat, number, locker).await;
            }
            let key = cloud.device_key(&automat);
            cabinets.push(Cabinet::new(ThingName::of_automat(&automat), seed.below(DAY), key));
        }
        let mut bookings: Vec<_> = (0..BOOKINGS).map(|number| Booking::draw(number, CABINETS, &mut seed)).collect();
        for booking in &mut bookings {
            booking.handle = cloud.book(booking).await;
        }
        cloud.project(Death::Spared).await;
        let mut world = Self {
            seed,
            chances,
            now: 0,
            number: 0,
            events: BinaryHeap::new(),
            cloud,
            cabinets,
            bookings,
            holders: BTreeMap::new(),
            visits: 0,
            is_closing: false,
            sessions: 0,
            asked: 0,
            made: 0,
            truth: Truth::default(),
            entries: Entries::default(),
            verdict: Verdict::default(),
        };
        for cabinet in 0..CABINETS {
            world.after(1, Happening::Powered(cabinet));
            world.visit_soon(cabinet);
        }
        world.after(SECOND, Happening::Projected);
        world
    }

    /// Runs until clients have requested this many openings.
    pub(crate) async fn play(&mut self, openings: usize) {
        while self.made < openings {
            let cabinet = usize::try_from(self.seed.below(CABINETS as u64)).unwrap();
            let locker = u16::try_from(self.seed.below(u64::from(LOCKERS))).unwrap();
            self.asked += 1;
            let key = format!("client-{}", self.asked);
            let pause = self.seed.below(2 * ASKED_EVERY);
            self.until(self.now + pause).await;
            self.after(0, Happening::Asked { cabinet, locker, key, tries_left: 2 });
        }
    }

    pub(crate) async fn until(&mut self, end: u64) {
        while self.events.peek().is_some_and(|Reverse(event)| event.at <= end) {
            let Some(Reverse(event)) = self.events.pop() else { break };
            self.now = event.at;
            self.set_clocks();
            self.happen(event.happening).await;
        }
        self.now = end;
    }

    fn set_clocks(&mut self) {
        // The clocks of the functions and the broker differ a little.
        let skew = self.seed.below(600);
        self.cloud.set(instant(self.now), instant((self.now + skew).saturating_sub(300)));
    }

    async fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Asked { cabinet, locker, key, tries_left } => self.ask(cabinet, locker, key, tries_left).await,
            Happening::LookedAt(id) => {
                let opening = self.cloud.opening(&id).await;
                self.verdict.lies.extend(self.truth.premature(&opening, instant(self.now)));
            }
            Happening::Ruled(event) => {
                let death = self.death();
                let handled = self.cloud.handle(&event, death).await;
                self.note_report(&event, handled);
                self.spread();
                if !handled {
                    // AWS retries, and finally an operator redrives the message from the failure queue.
                    self.after(SECOND, Happening::Ruled(event));
                }
            }
            Happening::Sent { cabinet, topic, payload } => {
                let thing = self.cabinets[cabinet].thing.clone();
                let consequences = self.cloud.publish(&thing, &topic, &payload);
                self.spread_these(consequences);
            }
            Happening::Arrived { cabinet, session, topic, payload } => {
                if self.cabinets[cabinet].session == Some(session) {
                    self.input(cabinet, Input::Message { topic, payload });
                }
            }
            Happening::Written { cabinet, life } if self.lives(cabinet, life) => self.written(cabinet),
            Happening::MotorStopped { cabinet, life, locker, motor } if self.lives(cabinet, life) => {
                self.entries.stopped(locker, cabinet, self.now);
                self.input(cabinet, Input::MotorDone { locker, motor });
            }
            Happening::Computed { cabinet, life, result } if self.lives(cabinet, life) => self.input(cabinet, result),
            Happening::Woken { cabinet, life } if self.lives(cabinet, life) => self.input(cabinet, Input::Tick),
            Happening::Connected { cabinet, life } if self.lives(cabinet, life) => self.connect(cabinet),
            Happening::Written { .. }
            | Happening::MotorStopped { .. }
            | Happening::Computed { .. }
            | Happening::Woken { .. }
            | Happening::Connected { .. } => {}
            Happening::Projected => {
                let death = self.death();
                self.cloud.project(death).await;
                self.spread();
                let pause = 200 + self.seed.below(SECOND);
                self.after(pause, Happening::Projected);
            }
            Happening::Powered(cabinet) => {
                let offset = self.seed.below(DAY);
                let now = self.now;
                self.cabinets[cabinet].start(offset, now);
                self.connect_soon(cabinet);
            }
            Happening::Visited(cabinet) => self.visit(cabinet),
            Happening::Stepped { cabinet, visit, step } => {
                if self.cabinets[cabinet].visit.as_ref().is_some_and(|current| current.number == visit) {
                    self.take_step(cabinet, step);
                }
            }
            Happening::Helped { cabinet, deed } => self.help_now(cabinet, deed),
        }
    }

    async fn ask(&mut self, cabinet: usize, locker: u16, key: String, tries_left: u32) {
        let automat = self.cabinets[cabinet].thing.automat_id();
        let death = self.death();
        let answer = self.cloud.ask(&automat, locker, &key, death).await;
        self.spread();
        match answer {
            Some((202, opening)) => {
                self.made += 1;
                let id = opening["openingId"].as_str().unwrap().to_owned();
                if self.seed.once_in(3) {
                    let later = self.seed.below(25 * SECOND);
                    self.after(later, Happening::LookedAt(id));
                }
            }
            Some((409, problem)) if problem["code"] == "locker_busy" => {}
            Some((status, problem)) => self.verdict.lies.push(format!("a client was answered {status}: {problem}")),
            // The client got no response, and retries or gives up.
            None if tries_left > 0 && !self.seed.once_in(3) => {
                let later = SECOND + self.seed.below(5 * SECOND);
                self.after(later, Happening::Asked { cabinet, locker, key, tries_left: tries_left - 1 });
            }
            None => {}
        }
    }

    /// Gives the device an input, now or when its disk has finished.
    pub(crate) fn input(&mut self, cabinet: usize, input: Input) {
        self.cabinets[cabinet].receive(input);
        if !self.cabinets[cabinet].writing {
            self.go_on(cabinet);
        }
    }

    /// Carries out effects and gives the device its inputs, until the disk is busy.
    fn go_on(&mut self, cabinet: usize) {
        loop {
            let life = self.cabinets[cabinet].life;
            match self.cabinets[cabinet].effects.front() {
                Some(Effect::Persist(_)) => {
                    self.cabinets[cabinet].writing = true;
                    // A disk is slow sometimes.
                    let pause =
                        if self.seed.once_in(50) { self.seed.below(8 * SECOND) } else { 1 + self.seed.below(20) };
                    return self.after(pause, Happening::Written { cabinet, life });
                }
                Some(_) => {
                    if self.happens("power lost before a step", |chances| chances.power) {
                        return self.lose_power(cabinet);
                    }
                    if let Some(effect) = self.cabinets[cabinet].effects.pop_front() {
                        self.carry_out(cabinet, effect);
                    }
                    if self.happens("power lost after a step", |chances| chances.power) {
                        return self.lose_power(cabinet);
                    }
                }
                None => {
                    let now = self.now;
                    if self.cabinets[cabinet].take(now) {
                        continue;
                    }
                    if let Some(pause) = self.cabinets[cabinet].wakes_in(self.now) {
                        self.after(pause, Happening::Woken { cabinet, life });
                    }
                    return;
                }
            }
        }
    }

    /// The disk has finished the first effect, unless the power failed before or fails now.
    fn written(&mut self, cabinet: usize) {
        if self.happens("power lost before a record", |chances| chances.power) {
            return self.lose_power(cabinet);
        }
        if let Some(Effect::Persist(record)) = self.cabinets[cabinet].effects.pop_front() {
            if let Record::Started { at } = record {
                let at = Instant::from_millis(at * 1_000).unwrap();
                self.truth.begin(self.cabinets[cabinet].thing.automat_id(), at);
            }
            if let Record::Line { line } = &record {
                self.note_line(cabinet, &line.what);
            }
            self.cabinets[cabinet].write(record);
        }
        self.cabinets[cabinet].writing = false;
        if self.happens("power lost after a record", |chances| chances.power) {
            return self.lose_power(cabinet);
        }
        self.go_on(cabinet);
    }

    fn carry_out(&mut self, cabinet: usize, effect: Effect) {
        match effect {
            Effect::RunMotor { locker, id } => {
                let opened = !self.happens("jammed", |chances| chances.jam);
                self.run_motor(cabinet, locker, &id, opened);
                let motor = if opened { Motor::Opened } else { Motor::Jammed };
                let (life, pause) = (self.cabinets[cabinet].life, 200 + self.seed.below(1_500));
                self.after(pause, Happening::MotorStopped { cabinet, life, locker, motor });
            }
            Effect::Publish { topic, payload } => {
                if self.happens("connection broken", |chances| chances.broken) {
                    self.disconnect(cabinet);
                } else if self.cabinets[cabinet].session.is_some() {
                    self.note_message(cabinet, &topic, &payload);
                    self.travel(|pause, world| {
                        world.after(pause, Happening::Sent { cabinet, topic: topic.clone(), payload: payload.clone() });
                    });
                }
            }
            Effect::Show(display) => self.read(cabinet, display),
            Effect::Hash(hashing) => {
                let (life, pause) = (self.cabinets[cabinet].life, 50 + self.seed.below(200));
                let result = hashing.carry_out();
                self.after(pause, Happening::Computed { cabinet, life, result });
            }
            Effect::Persist(_) => {}
        }
    }

    fn run_motor(&mut self, cabinet: usize, locker: u16, id: &str, opened: bool) {
        let scene = scene(&self.cabinets[cabinet], &self.bookings, self.now);
        let is_entry = self.entries.get(id).is_some();
        self.verdict.lies.extend(self.entries.run(id, locker, opened, scene));
        if opened {
            self.cabinets[cabinet].locker(locker).unlock(id);
        }
        if !is_entry {
            self.truth.note(id, MotorRun { at: instant(self.now), opened });
            if opened {
                self.help(cabinet, locker);
            }
        }
    }

    /// A device sends a message.
    fn note_message(&mut self, cabinet: usize, topic: &str, payload: &[u8]) {
        if topic.ends_with("/lockers") {
            let lies = self.cabinets[cabinet].note(&serde_json::from_slice(payload).unwrap());
            self.verdict.lies.extend(lies);
        } else if topic.ends_with("/keypad") {
            let message: EntryMessage = serde_json::from_slice(payload).unwrap();
            let automat = self.cabinets[cabinet].thing.automat_id();
            let of = |booking: &Booking| self.cloud.code(&automat, &booking.pin) == message.code;
            let booking = self.bookings.iter().position(of);
            let scene = scene(&self.cabinets[cabinet], &self.bookings, self.now);
            self.entries.send(message, cabinet, booking, scene);
        }
    }

    /// A device has written what it did without the cloud. It sends that later.
    fn note_line(&mut self, cabinet: usize, what: &JournalFact) {
        match what {
            JournalFact::Lockers(report) => self.verdict.lies.extend(self.cabinets[cabinet].note(report)),
            JournalFact::WrongEntry(_) => {
                self.entries.slow(cabinet);
                self.note_refusal(cabinet);
            }
            JournalFact::Entry(entry) => {
                let scene = scene(&self.cabinets[cabinet], &self.bookings, self.now);
                self.verdict.lies.extend(self.entries.decide(entry, cabinet, scene));
            }
        }
    }

    /// A device took the code of whoever is at its keypad for a wrong one. It must not know it then.
    fn note_refusal(&mut self, cabinet: usize) {
        let Some(visit) = &self.cabinets[cabinet].visit else { return };
        let (booking, pages) = (&self.bookings[visit.booking], self.cabinets[cabinet].pages());
        let thing = &self.cabinets[cabinet].thing;
        let is_known = |locker: &u16| {
            pages.get(locker).is_some_and(|page| self.cloud.has_entry(thing, *locker, page, booking.handle))
        };
        if let Some(locker) = booking.lockers(cabinet).find(is_known) {
            let lie = format!("at {}, a code that is in the page of locker {locker} was wrong: {booking:?}", self.now);
            self.verdict.lies.push(lie);
        }
    }

    /// The devices function has handled a message, to its end or not.
    fn note_report(&mut self, event: &Value, is_handled: bool) {
        let of = |cabinet: &&mut Cabinet| event["thing"] == cabinet.thing.as_str();
        let Some(cabinet) = self.cabinets.iter_mut().find(of) else { return };
        let lines = event["lines"].as_array().into_iter().flatten().map(|line| &line["what"]["lockers"]);
        for n in lines.chain([event]).filter_map(|report| report["n"].as_u64()) {
            cabinet.reported(n, is_handled, self.now);
        }
    }

    /// The cloud answers an entry.
    fn note_reply(&mut self, cabinet: usize, payload: &[u8]) {
        let Reply { id, response } = serde_json::from_slice(payload).unwrap();
        let scene = scene(&self.cabinets[cabinet], &self.bookings, self.now);
        self.verdict.lies.extend(self.entries.answer(&id, response, scene));
    }

    fn connect_soon(&mut self, cabinet: usize) {
        let is_away = self.happens("network away", |chances| chances.away);
        let most = match self.seed.below(4) {
            _ if is_away => 300 * SECOND,
            0 => 40 * SECOND,
            _ => SECOND,
        };
        let pause = 100 + self.seed.below(most);
        let life = self.cabinets[cabinet].life;
        self.after(pause, Happening::Connected { cabinet, life });
    }

    fn connect(&mut self, cabinet: usize) {
        if self.cabinets[cabinet].session.is_some() {
            return;
        }
        self.sessions += 1;
        self.cabinets[cabinet].session = Some(self.sessions);
        self.input(cabinet, Input::Connected);
        for (topic, payload) in std::mem::take(&mut self.cabinets[cabinet].held) {
            self.deliver(cabinet, &topic, &payload);
        }
    }

    pub(crate) fn disconnect(&mut self, cabinet: usize) {
        if self.cabinets[cabinet].session.take().is_some() {
            // Queued: a connection may break while the device is doing something.
            self.cabinets[cabinet].receive(Input::Disconnected);
            self.connect_soon(cabinet);
        }
    }

    fn lose_power(&mut self, cabinet: usize) {
        let (life, now) = (self.cabinets[cabinet].life, self.now);
        let interrupted = usize::from(self.entries.is_under_way(cabinet, life, now));
        self.verdict.count("interrupted by a power loss", interrupted);
        for opening in self.cabinets[cabinet].stop(now) {
            self.truth.interrupt(opening);
        }
        if self.happens("journal lost", |chances| chances.disk) {
            self.entries.lose(cabinet);
            for opening in self.cabinets[cabinet].lose_disk() {
                self.truth.forget(opening);
            }
        }
        let pause = SECOND + self.seed.below(15 * SECOND);
        self.after(pause, Happening::Powered(cabinet));
    }

    fn spread(&mut self) {
        let consequences = self.cloud.said();
        self.spread_these(consequences);
    }

    fn spread_these(&mut self, (messages, events): (Vec<(String, Vec<u8>)>, Vec<Value>)) {
        for (topic, payload) in messages {
            let of = |cabinet: &Cabinet| topic.split('/').any(|level| level == cabinet.thing.as_str());
            let Some(cabinet) = self.cabinets.iter().position(of) else { continue };
            if topic.ends_with("/keypad/reply") {
                self.note_reply(cabinet, &payload);
            }
            if self.happens("held back for the next session", |chances| chances.held) {
                self.cabinets[cabinet].held.push((topic, payload));
            } else {
                self.deliver(cabinet, &topic, &payload);
            }
        }
        for event in events {
            // AWS delivers to a function at least once: never lost, often twice, and in any order.
            let times = if self.happens("delivered twice", |chances| chances.twice) { 2 } else { 1 };
            for _ in 0..times {
                let pause = self.pause();
                self.after(pause, Happening::Ruled(event.clone()));
            }
        }
    }

    fn deliver(&mut self, cabinet: usize, topic: &str, payload: &[u8]) {
        let Some(session) = self.cabinets[cabinet].session else { return };
        self.travel(|pause, world| {
            let (topic, payload) = (topic.to_owned(), payload.to_vec());
            world.after(pause, Happening::Arrived { cabinet, session, topic, payload });
        });
    }

    /// Sends a message, which arrives once, twice, late or not at all.
    fn travel(&mut self, arrive: impl Fn(u64, &mut Self)) {
        if self.happens("lost", |chances| chances.lost) {
            return;
        }
        let pause = self.pause();
        arrive(pause, self);
        if self.happens("delivered twice", |chances| chances.twice) {
            let pause = self.pause();
            arrive(pause, self);
        }
    }

    fn pause(&mut self) -> u64 {
        if self.happens("slow", |chances| chances.slow) {
            self.seed.below(30 * SECOND)
        } else {
            5 + self.seed.below(80)
        }
    }

    fn death(&mut self) -> Death {
        if !self.happens("a function died", |chances| chances.death) {
            return Death::Spared;
        }
        let mut calls = |most| u32::try_from(self.seed.below(most)).unwrap();
        match calls(3) {
            0 => Death::AtTheTable(calls(8)),
            1 => Death::BeforeTheShadow(calls(2)),
            _ => Death::AfterTheShadow(calls(2)),
        }
    }

    pub(crate) fn happens(&mut self, what: &'static str, chance: impl Fn(&Chances) -> Chance) -> bool {
        let chance = chance(&self.chances);
        let happens = chance.happens(&mut self.seed);
        if chance.is_possible() {
            *self.verdict.mishaps.entry(what).or_default() += usize::from(happens);
        }
        happens
    }

    fn lives(&self, cabinet: usize, life: u64) -> bool {
        self.cabinets[cabinet].life == life && self.cabinets[cabinet].device.is_some()
    }

    pub(crate) fn after(&mut self, pause: u64, happening: Happening) {
        self.number += 1;
        self.events.push(Reverse(Event { at: self.now + pause, number: self.number, happening }));
    }
}

fn scene<'a>(cabinet: &'a Cabinet, bookings: &'a [Booking], now: u64) -> Scene<'a> {
    Scene { now, life: cabinet.life, lockers: &cabinet.lockers, bookings }
}

pub(crate) fn instant(millis: u64) -> Instant {
    Instant::from_millis(BEGINNING + i64::try_from(millis).unwrap()).unwrap()
}
