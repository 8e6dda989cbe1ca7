//! The GET of the shadow: one question at a time, and only its own answer is believed.

use super::reports::token;
use crate::clock::Millis;

/// After so long an answer is given up and the question asked again.
const PATIENCE: Millis = 5_000;

/// The question that is out.
#[derive(Debug)]
pub(super) struct Question {
    life: u64,
    count: u64,
    asked: Option<(String, Millis)>,
}

impl Question {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, asked: None }
    }

    /// Asks with a new token, whether an older question is answered or not: what it answers may be older than what
    /// made the device ask again.
    pub(super) fn ask(&mut self, now: Millis) -> String {
        self.count += 1;
        let token = token('g', self.life, self.count);
        self.asked = Some((token.clone(), now));
        token
    }

    /// When the question with this token was sent, if it is the last one and was not answered before.
    pub(super) fn answered(&mut self, token: &str) -> Option<Millis> {
        self.asked.take_if(|(asked, _)| asked == token).map(|(_, sent)| sent)
    }

    /// Whether this is the token of the question that is out.
    pub(super) fn is(&self, token: &str) -> bool {
        self.asked.as_ref().is_some_and(|(asked, _)| asked == token)
    }

    /// The connection is gone, and the answer with it.
    pub(super) fn forget(&mut self) {
        self.asked = None;
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.asked.as_ref().map(|(_, sent)| sent + PATIENCE)
    }

    pub(super) fn is_overdue(&self, now: Millis) -> bool {
        self.wake_at().is_some_and(|due| due <= now)
    }
}
