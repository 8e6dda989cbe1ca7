//! Reading the shadow: one request at a time, and only its own response counts. Each response has the time, so the shadow is read
//! again also when nothing has changed for hours.

use super::reports::token;
use crate::clock::Millis;

/// After this long without a response, the request is repeated.
const PATIENCE: Millis = 5_000;
/// A request younger than this may still be answered with what has changed since.
const FRESH: Millis = 1_000;
/// After this long the shadow is read for its time. A counter that is 200 parts per million off is then 4.3 s off; the cloud refuses
/// entries that are 15 s off.
const TIME_EVERY: Millis = 6 * 3_600_000;

#[derive(Debug)]
pub(super) struct Question {
    life: u64,
    count: u64,
    asked: Option<Asked>,
    /// When the time is to be read again, since there was a response on this connection.
    time_at: Option<Millis>,
}

#[derive(Debug)]
struct Asked {
    token: String,
    sent: Millis,
    /// The version of the latest delta. If the response is older, the shadow must be read again.
    wanted: Option<u64>,
}

/// The response to the current request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) sent: Millis,
    /// Whether the shadow has changed since the response was made.
    pub(super) is_outdated: bool,
}

impl Question {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, asked: None, time_at: None }
    }

    /// Starts a request with a new token, even if an earlier one is unanswered: its response may be older than the
    /// reason to ask again.
    pub(super) fn ask(&mut self, now: Millis) -> String {
        self.count += 1;
        let token = token('g', self.life, self.count);
        self.asked = Some(Asked { token: token.clone(), sent: now, wanted: None });
        token
    }

    /// A delta arrived, with its version if it can be read. Returns whether to read the shadow now: twenty deltas
    /// within one request need two requests, not twenty. AWS IoT allows 20 shadow requests per second and thing,
    /// including those of the cloud.
    pub(super) fn rings(&mut self, version: Option<u64>, now: Millis) -> bool {
        match &mut self.asked {
            Some(asked) if now < asked.sent + FRESH => {
                asked.wanted = asked.wanted.max(Some(version.unwrap_or(u64::MAX)));
                false
            }
            _ => true,
        }
    }

    /// The response with this token, if it belongs to the current request.
    pub(super) fn answered(&mut self, token: &str, version: Option<u64>) -> Option<Answered> {
        let Asked { sent, wanted, .. } = self.asked.take_if(|asked| asked.token == token)?;
        self.time_at = Some(sent.saturating_add(TIME_EVERY));
        Some(Answered { sent, is_outdated: wanted > version })
    }

    /// Whether this is the token of the current request.
    pub(super) fn is(&self, token: &str) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.token == token)
    }

    /// The request was throttled. It is repeated a second after it was sent.
    pub(super) fn throttled(&mut self) {
        if let Some(asked) = &mut self.asked {
            asked.wanted.get_or_insert(0);
        }
    }

    pub(super) fn forget(&mut self) {
        (self.asked, self.time_at) = (None, None);
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        let patience = |asked: &Asked| if asked.wanted.is_some() { FRESH } else { PATIENCE };
        self.asked.as_ref().map_or(self.time_at, |asked| Some(asked.sent + patience(asked)))
    }

    pub(super) fn is_overdue(&self, now: Millis) -> bool {
        self.wake_at().is_some_and(|due| due <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_with_the_version_of_every_delta_is_enough() {
        let mut question = Question::new(1);
        for (version, deltas, is_outdated) in [(9, vec![Some(8), Some(9)], false), (8, vec![Some(9), Some(8)], true)] {
            let token = question.ask(0);
            assert!(deltas.into_iter().all(|delta| !question.rings(delta, 999)));
            assert_eq!(question.answered(&token, Some(version)), Some(Answered { sent: 0, is_outdated }));
            assert_eq!(question.answered(&token, Some(version)), None);
        }
        let token = question.ask(0);
        question.rings(None, 1);
        assert!(question.answered(&token, Some(u64::MAX - 1)).unwrap().is_outdated, "a delta without a version");
    }

    #[test]
    fn a_delta_waits_at_most_a_second_for_the_response() {
        let mut question = Question::new(1);
        assert!(question.rings(Some(1), 0), "no question is out");
        question.ask(0);
        assert_eq!(question.wake_at(), Some(PATIENCE));
        assert!(!question.rings(Some(2), 500));
        assert_eq!((question.is_overdue(FRESH - 1), question.is_overdue(FRESH)), (false, true));
        assert!(question.rings(Some(2), FRESH));
    }

    #[test]
    fn the_time_is_read_again_after_six_hours_on_a_connection() {
        let mut question = Question::new(1);
        let token = question.ask(100);
        question.answered(&token, Some(1));
        assert_eq!((question.is_overdue(TIME_EVERY + 99), question.is_overdue(TIME_EVERY + 100)), (false, true));
        question.forget();
        assert_eq!(question.wake_at(), None);
    }
}
