//! People at the keypad: they type codes that they have or once had, take keys and put them back, and close doors.

use automat::device::Display;
use protocol::Door;

use super::side::verifier;
use super::world::{HOUR, LOCKERS, SECOND, World};

/// After this long without an open door, none opens by itself.
pub(crate) const IDLE: u64 = 15 * SECOND;

/// What somebody types.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    keys: String,
    /// The PIN, if it is one.
    pin: Option<String>,
    /// The lockers that it must open to return a key.
    returns: Vec<u16>,
}

impl World {
    /// Somebody comes, and goes again. The device may lose power meanwhile.
    pub(crate) fn visit(&mut self, may_lose_power: bool) {
        self.power_on();
        self.wait_until_idle();
        let code = self.code();
        if may_lose_power {
            if self.dice.percent(50) {
                self.cut_in = Some(self.dice.below(60));
            } else {
                let bytes = self.dice.index(2_500);
                self.cut_writes_after(bytes);
            }
        }
        let cuts = self.oracle.counts.power_cuts;
        self.opened.clear();
        self.enter(&code);
        let is_powered = self.oracle.counts.power_cuts == cuts;
        if self.opened.is_empty() {
            self.oracle.counts.nothing += 1;
        }
        let is_first = self.opened.is_empty() || code.returns.iter().any(|locker| self.opened.contains(locker));
        let was_left_open = self.use_lockers();
        let pause = self.dice.between(12, 20);
        self.pass(pause * SECOND);
        // Those after the first one open only once its door is closed.
        if !code.returns.is_empty() && is_powered && (is_first || !was_left_open) {
            self.oracle.counts.expected_returns += 1;
            if !code.returns.iter().any(|locker| self.opened.contains(locker)) {
                self.oracle.counts.refused_returns += 1;
                let text = format!("(f) {:?} was not returned by {}: {:?}", code.returns, code.keys, self.shown);
                self.oracle.fault(self.now, &text);
            }
        }
        self.cut_in = None;
        self.memory.repower();
        if self.running.is_none() {
            let longest = if self.dice.percent(50) { 60 * SECOND } else { 2 * HOUR };
            let off = self.dice.between(SECOND, longest);
            self.pass(off);
            self.power_on();
        }
    }

    /// Types it; and again, if the display says so, as somebody does who brings a key.
    fn enter(&mut self, code: &Code) {
        for _ in 0..8 {
            self.typed = code.pin.clone().unwrap_or_default();
            self.type_keys(&code.keys);
            let pause = self.dice.between(4_000, 6_000);
            self.pass(pause);
            if self.shown == Display::FetchOrReturn {
                let pause = self.dice.between(0, 14 * SECOND);
                self.pass(pause);
                let wanted = if code.returns.is_empty() { self.dice.one_of(&["1", "2"]) } else { "2" };
                self.type_keys(wanted);
                self.pass(2 * SECOND);
            }
            match self.shown {
                _ if !self.opened.is_empty() || code.returns.is_empty() => return,
                Display::Wait(seconds) => self.pass(u64::from(seconds + 1) * SECOND),
                Display::TryAgain => self.pass(SECOND),
                // The wait was nearly over when it was typed, and ended since.
                Display::Ready => {}
                _ => return,
            }
        }
    }

    /// Takes the key of each locker that opens or puts it back, and closes the door. Returns whether one was left open for long.
    fn use_lockers(&mut self) -> bool {
        let mut was_left_open = false;
        for _ in 0..LOCKERS {
            let Some(locker) = self.open_door() else { break };
            if self.dice.percent(92) {
                let inside = !self.keys[usize::from(locker)];
                self.set_key(locker, inside);
            }
            let longest = if self.dice.percent(4) { 130 } else { 10 };
            let pause = self.dice.between(SECOND, longest * SECOND);
            was_left_open |= pause > 100 * SECOND;
            self.pass(pause);
            self.set_door(locker, Door::Closed);
            let pause = self.dice.between(3_000, 6_000);
            self.pass(pause);
        }
        was_left_open
    }

    /// Whoever came before is gone, and no locker opens any more.
    fn wait_until_idle(&mut self) {
        self.close_doors();
        self.pass(IDLE);
        while self.open_door().is_some() {
            self.close_doors();
            self.pass(IDLE);
        }
    }

    pub(crate) fn close_doors(&mut self) {
        while let Some(locker) = self.open_door() {
            self.set_door(locker, Door::Closed);
        }
    }

    fn code(&mut self) -> Code {
        let chance = self.dice.below(100);
        let empty: Vec<u16> = (0..LOCKERS).filter(|locker| !self.keys[usize::from(*locker)]).collect();
        if chance < 65 && !self.side.contracts.is_empty() {
            let pin = self.side.contracts[self.dice.index(self.side.contracts.len())].pin.clone();
            self.pin(pin)
        } else if chance < 75 {
            let pin = self.pins[self.dice.index(self.pins.len())].clone();
            self.pin(pin)
        } else if chance < 95 && !empty.is_empty() {
            let locker = self.dice.one_of(&empty);
            self.return_code(locker)
        } else {
            Code { keys: "000000#".to_owned(), pin: Some("000000".to_owned()), returns: Vec::new() }
        }
    }

    fn pin(&self, pin: String) -> Code {
        let returns = self.returns_by_pin(&pin);
        Code { keys: format!("{pin}#"), pin: Some(pin), returns }
    }

    /// What a device without the cloud must open for this PIN: by its pages, the key of the empty locker is out with its contract.
    fn returns_by_pin(&self, pin: &str) -> Vec<u16> {
        let Some(running) = self.running.as_ref().filter(|_| !self.network.is_up) else { return Vec::new() };
        let journal = running.device.journal();
        let verifiers: Vec<_> = self.device_keys.iter().map(|key| verifier(*key, pin)).collect();
        let pages = journal.pages().pages().iter();
        let pages: Vec<_> =
            pages.filter_map(|(&of, page)| Some((of, self.side.pages.get(&(of, page.version))?))).collect();
        let mut entries = pages.iter().flat_map(|(_, page)| &page.entries);
        let Some(handle) = entries.find(|entry| verifiers.contains(&entry.verifier)).map(|entry| entry.handle) else {
            return Vec::new();
        };
        let is_out = |(locker, page): &&(u16, &protocol::Page)| {
            let entry = page.entries.iter().find(|entry| entry.handle == handle);
            entry.is_some_and(|entry| verifiers.contains(&entry.verifier))
                && journal.holder(*locker, page.holder) == Some(handle)
                && !self.keys[usize::from(*locker)]
        };
        pages.iter().filter(is_out).map(|(locker, _)| *locker).collect()
    }

    fn return_code(&self, locker: u16) -> Code {
        let code = self.side.return_codes[usize::from(locker)].clone();
        let held = self.running.as_ref().filter(|_| !self.network.is_up).and_then(|running| {
            let version = running.device.journal().pages().pages().get(&locker)?.version;
            self.side.pages.get(&(locker, version))?.return_code
        });
        let is_known = self.device_keys.iter().any(|key| held == Some(crate::cloud::return_verifier(*key, &code)));
        Code { keys: format!("*{code}#"), pin: None, returns: if is_known { vec![locker] } else { Vec::new() } }
    }
}
