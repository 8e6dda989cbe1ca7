//! The simulation: time and its events.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use automat::device::{Effect, Input, Motor};
use automat::journal::Record;
use domain::Instant;
use e2e::Seed;
use protocol::ThingName;
use serde_json::Value;

use crate::cabinet::{Cabinet, LOCKERS};
use crate::cloud::{Cloud, Death};
use crate::faults::{Chance, Chances};
use crate::invariants::{MotorRun, Truth, Verdict};

/// 2026-11-24T12:00:00Z.
const BEGINNING: i64 = 1_795_521_600_000;
const CABINETS: usize = 4;
const SECOND: u64 = 1_000;
const DAY: u64 = 24 * 3_600 * SECOND;
/// The average interval between two requests of a client.
const ASKED_EVERY: u64 = 400;

/// An event of the simulation.
#[derive(Debug)]
enum Happening {
    /// A client requests an opening, for the first time or again.
    Asked {
        cabinet: usize,
        locker: u16,
        key: String,
        tries_left: u32,
    },
    /// A client reads an opening.
    LookedAt(String),
    /// A rule calls the devices function.
    Ruled(Value),
    /// A message from a device arrives.
    Sent {
        cabinet: usize,
        topic: String,
        payload: Vec<u8>,
    },
    /// A message to a device arrives, if the session still exists.
    Arrived {
        cabinet: usize,
        session: u64,
        topic: String,
        payload: Vec<u8>,
    },
    /// The disk of a device has finished writing.
    Written {
        cabinet: usize,
        life: u64,
    },
    MotorStopped {
        cabinet: usize,
        life: u64,
        locker: u16,
        motor: Motor,
    },
    /// A timer of a device.
    Woken {
        cabinet: usize,
        life: u64,
    },
    Connected {
        cabinet: usize,
        life: u64,
    },
    /// The power is restored.
    Powered(usize),
}

struct Event {
    at: u64,
    number: u64,
    happening: Happening,
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}
impl Eq for Event {}
impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

pub(crate) struct World {
    seed: Seed,
    chances: Chances,
    now: u64,
    number: u64,
    events: BinaryHeap<Reverse<Event>>,
    cloud: Cloud,
    cabinets: Vec<Cabinet>,
    sessions: u64,
    asked: usize,
    made: usize,
    truth: Truth,
    verdict: Verdict,
}

impl World {
    pub(crate) async fn new(mut seed: Seed, chances: Chances) -> Self {
        let cloud = Cloud::new(instant(0)).await;
        let mut cabinets = Vec::new();
        for number in 0..CABINETS {
            let automat = format!("lobby.{number}");
            cloud.add_automat(&automat, LOCKERS).await;
            cabinets.push(Cabinet::new(ThingName::of_automat(&automat), seed.below(DAY)));
        }
        let mut world = Self {
            seed,
            chances,
            now: 0,
            number: 0,
            events: BinaryHeap::new(),
            cloud,
            cabinets,
            sessions: 0,
            asked: 0,
            made: 0,
            truth: Truth::default(),
            verdict: Verdict::default(),
        };
        (0..CABINETS).for_each(|cabinet| world.after(1, Happening::Powered(cabinet)));
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

    /// Runs without faults until nothing is pending.
    pub(crate) async fn calm(&mut self) {
        self.chances = Chances::none();
        self.until(self.now + 120 * SECOND).await;
        for cabinet in 0..CABINETS {
            assert!(self.cabinets[cabinet].session.is_some(), "every device finds back");
            // Every device reconnects sooner or later, and reports again what may have been lost.
            self.disconnect(cabinet);
            let life = self.cabinets[cabinet].life;
            self.after(0, Happening::Woken { cabinet, life });
        }
        self.until(self.now + 120 * SECOND).await;
    }

    /// Checks every opening against its motor.
    pub(crate) async fn judge(mut self) -> Verdict {
        for opening in self.cloud.openings().await {
            let now = instant(self.now);
            self.verdict.lies.extend(self.truth.lie(&opening, now));
            let confirmed = if opening.is_confirmed_by_device() { "confirmed" } else { "unconfirmed" };
            *self.verdict.ended.entry(format!("{:?} {confirmed}", opening.status(now))).or_default() += 1;
        }
        for cabinet in &self.cabinets {
            let left = self.cloud.shadow(&cabinet.thing);
            if left["reported"]["r"].as_object().is_some_and(|reports| !reports.is_empty()) {
                self.verdict.lies.push(format!("stored reports are left in the shadow: {left}"));
            }
        }
        self.verdict
    }

    async fn until(&mut self, end: u64) {
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
                self.input(cabinet, Input::MotorDone { locker, motor });
            }
            Happening::Woken { cabinet, life } if self.lives(cabinet, life) => self.input(cabinet, Input::Tick),
            Happening::Connected { cabinet, life } if self.lives(cabinet, life) => self.connect(cabinet),
            Happening::Written { .. }
            | Happening::MotorStopped { .. }
            | Happening::Woken { .. }
            | Happening::Connected { .. } => {}
            Happening::Powered(cabinet) => {
                let offset = self.seed.below(DAY);
                self.cabinets[cabinet].start(offset);
                self.connect_soon(cabinet);
            }
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
    fn input(&mut self, cabinet: usize, input: Input) {
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
                self.truth.note(&id, MotorRun { at: instant(self.now), opened });
                let motor = if opened { Motor::Opened } else { Motor::Jammed };
                let (life, pause) = (self.cabinets[cabinet].life, 200 + self.seed.below(1_500));
                self.after(pause, Happening::MotorStopped { cabinet, life, locker, motor });
            }
            Effect::Publish { topic, payload } => {
                if self.happens("connection broken", |chances| chances.broken) {
                    self.disconnect(cabinet);
                } else if self.cabinets[cabinet].session.is_some() && topic.contains("/shadow/") {
                    self.travel(|pause, world| {
                        world.after(pause, Happening::Sent { cabinet, topic: topic.clone(), payload: payload.clone() });
                    });
                }
            }
            Effect::Persist(_) | Effect::Show(_) => {}
        }
    }

    fn connect_soon(&mut self, cabinet: usize) {
        let pause = 100 + if self.seed.once_in(4) { self.seed.below(40 * SECOND) } else { self.seed.below(SECOND) };
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

    fn disconnect(&mut self, cabinet: usize) {
        if self.cabinets[cabinet].session.take().is_some() {
            // Queued: a connection may break while the device is doing something.
            self.cabinets[cabinet].receive(Input::Disconnected);
            self.connect_soon(cabinet);
        }
    }

    fn lose_power(&mut self, cabinet: usize) {
        for opening in self.cabinets[cabinet].stop() {
            self.truth.interrupt(opening);
        }
        if self.happens("journal lost", |chances| chances.disk) {
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
            let of = |cabinet: &Cabinet| topic.split('/').nth(2) == Some(cabinet.thing.as_str());
            let Some(cabinet) = self.cabinets.iter().position(of) else { continue };
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

    fn happens(&mut self, what: &'static str, chance: impl Fn(&Chances) -> Chance) -> bool {
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

    fn after(&mut self, pause: u64, happening: Happening) {
        self.number += 1;
        self.events.push(Reverse(Event { at: self.now + pause, number: self.number, happening }));
    }
}

fn instant(millis: u64) -> Instant {
    Instant::from_millis(BEGINNING + i64::try_from(millis).unwrap()).unwrap()
}
