//! Asks for pages and a lease: one question at a time, and only the answer to the latest one counts.

use protocol::{AccessAnswer, AccessMessage, AccessRequest};

use super::reports::token;
use super::{Device, DeviceKey, Effect};
use crate::clock::Millis;
use crate::journal::Record;

/// When nothing has arrived for this long, the question is asked again.
const PATIENCE: Millis = 5_000;
/// Each time that does not help it waits twice as long, up to this: the cloud may have no answer that the device can
/// use.
const LONGEST_PATIENCE: Millis = 300_000;
/// How long the device waits for more signals, and for what comes after an answer with pages, before it asks.
const PAUSE: Millis = 1_000;

#[derive(Debug)]
pub(super) struct AccessQuestions {
    life: u64,
    count: u64,
    /// When to ask next. `None`: not before something happens.
    ask_at: Option<Millis>,
    asked: Option<Asked>,
    patience: Millis,
}

#[derive(Debug)]
struct Asked {
    id: String,
    /// When it is asked again. `None`: it is answered.
    until: Option<Millis>,
    /// Whether pages have come that the cloud does not know to be here.
    had_pages: bool,
    /// Whether the last part has come.
    has_ended: bool,
}

impl AccessQuestions {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, ask_at: None, asked: None, patience: PATIENCE }
    }

    /// Asks at once: the shadow was read on a new connection.
    pub(super) fn connected(&mut self, now: Millis) {
        (self.ask_at, self.asked, self.patience) = (Some(now), None, PATIENCE);
    }

    /// The connection is lost, and the answer with it.
    pub(super) fn lose_all(&mut self) {
        (self.ask_at, self.asked) = (None, None);
    }

    /// Something has changed in the cloud.
    pub(super) fn signal(&mut self, now: Millis) {
        self.ask_by(now.saturating_add(PAUSE));
        self.patience = PATIENCE;
        if let Some(until) = self.asked.as_mut().and_then(|asked| asked.until.as_mut()) {
            *until = (*until).min(now.saturating_add(PATIENCE));
        }
    }

    fn ask_by(&mut self, at: Millis) {
        self.ask_at = Some(self.ask_at.map_or(at, |ask_at| ask_at.min(at)));
    }

    /// The id of the question to ask now, if there is one.
    pub(super) fn due(&mut self, now: Millis) -> Option<String> {
        if self.wake_at().is_none_or(|due| due > now) {
            return None;
        }
        if self.asked.as_ref().is_some_and(|asked| asked.until.is_some()) {
            self.patience = self.patience.saturating_mul(2).min(LONGEST_PATIENCE);
        }
        self.count += 1;
        let id = token('a', self.life, self.count);
        let until = Some(now.saturating_add(self.patience));
        self.asked = Some(Asked { id: id.clone(), until, had_pages: false, has_ended: false });
        self.ask_at = None;
        Some(id)
    }

    /// Whether an answer with this id is to the latest question.
    pub(super) fn is_latest(&self, id: &str) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.id == id)
    }

    /// A part of the answer has arrived. More may follow.
    pub(super) fn answered(&mut self, had_pages: bool, has_ended: bool, now: Millis) {
        let patience = self.patience;
        if let Some(asked) = &mut self.asked {
            asked.until = asked.until.map(|_| now.saturating_add(patience));
            asked.had_pages |= had_pages;
            asked.has_ended |= has_ended;
        }
    }

    /// What has arrived is written. If it is complete, the next question is soon or in so long.
    pub(super) fn written(&mut self, is_complete: bool, next_in: Millis, now: Millis) {
        let Some(asked) = self.asked.as_mut().filter(|asked| asked.has_ended && is_complete) else { return };
        asked.until = None;
        self.patience = PATIENCE;
        // The cloud learns from the next question that the pages have arrived.
        let next_in = if std::mem::take(&mut asked.had_pages) { PAUSE } else { next_in };
        self.ask_by(now.saturating_add(next_in));
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.asked.as_ref().and_then(|asked| asked.until).or(self.ask_at)
    }
}

impl Device {
    /// When to ask for pages. What is being written is waited for, because it is in the question.
    pub(super) fn asks_for_access_at(&self) -> Option<Millis> {
        self.access.wake_at().filter(|_| self.identity.key.is_some() && !self.pages.is_writing())
    }

    /// Asks for pages and a lease, once the shadow was read.
    pub(super) fn ask_for_access(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let key = self.identity.key.as_ref().map(DeviceKey::id);
        let Some(key) = key.filter(|_| self.lockers.can_be_reported() && !self.pages.is_writing()) else { return };
        if let Some(id) = self.access.due(now) {
            let request = AccessRequest { id, key, have: self.pages.versions() };
            effects.push(Effect::publish(self.identity.topics.access_request(), &request));
        }
    }

    pub(super) fn access_message(&mut self, message: AccessMessage, now: Millis, effects: &mut Vec<Effect>) {
        match message {
            AccessMessage::Answer(AccessAnswer { id, pages, end }) if self.access.is_latest(&id) => {
                let pages = self.pages.newer(pages);
                let end = end.filter(|end| self.pages.can_use(end));
                self.access.answered(!pages.is_empty(), end.is_some(), now);
                if !pages.is_empty() || end.is_some() {
                    self.pages.write(&pages);
                    self.persist(Record::Pages { pages, end }, effects);
                }
            }
            AccessMessage::Answer(_) => {}
            AccessMessage::Changed {} => self.access.signal(now),
        }
    }
}
