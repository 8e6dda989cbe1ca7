//! Asks what may be opened without the cloud: one question at a time, and only the answer to the latest one counts.

use std::collections::BTreeSet;

use protocol::{AccessAnswer, AccessMessage, AccessRequest};

use super::reports::token;
use super::{Device, Effect};
use crate::clock::Millis;
use crate::journal::{KnownAccess, Record};

/// After this long without an answer, the question is asked again.
const PATIENCE: Millis = 5_000;
/// The costs of verifiers that a device computes: with 2^17, scrypt needs 128 MiB.
const COSTS: std::ops::RangeInclusive<u8> = 10..=17;

#[derive(Debug)]
pub(super) struct AccessQuestions {
    life: u64,
    count: u64,
    /// What is to be asked next.
    wanted: Wanted,
    asked: Option<Asked>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Lockers(BTreeSet<u16>),
    All,
}

#[derive(Debug)]
struct Asked {
    id: String,
    wanted: Wanted,
    until: Millis,
}

impl AccessQuestions {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, wanted: Wanted::none(), asked: None }
    }

    /// All lockers, on each new connection.
    pub(super) fn want_all(&mut self) {
        self.wanted = Wanted::All;
    }

    pub(super) fn want(&mut self, lockers: impl IntoIterator<Item = u16>) {
        self.wanted.add(Wanted::Lockers(lockers.into_iter().collect()));
    }

    /// The connection is lost, and the answer with it. The next one begins with a question for all.
    pub(super) fn lose_all(&mut self) {
        (self.wanted, self.asked) = (Wanted::none(), None);
    }

    /// The question to ask now, if there is one.
    pub(super) fn due(&mut self, now: Millis) -> Option<AccessRequest> {
        if let Some(late) = self.asked.take_if(|asked| asked.until <= now) {
            self.wanted.add(late.wanted);
        }
        if self.asked.is_some() || self.wanted == Wanted::none() {
            return None;
        }
        self.count += 1;
        let (id, wanted) = (token('a', self.life, self.count), std::mem::replace(&mut self.wanted, Wanted::none()));
        let lockers = match &wanted {
            Wanted::All => None,
            Wanted::Lockers(lockers) => Some(lockers.iter().copied().collect()),
        };
        self.asked = Some(Asked { id: id.clone(), wanted, until: now.saturating_add(PATIENCE) });
        Some(AccessRequest { id, lockers })
    }

    /// What to write of an answer: nothing, if it is not the one to the current question or has nothing new.
    pub(super) fn answered(&mut self, answer: AccessAnswer, known: &KnownAccess) -> Option<Record> {
        let Asked { wanted, .. } = self.asked.take_if(|asked| asked.id == answer.id)?;
        let AccessAnswer { cost, mut lockers, .. } = answer;
        if !COSTS.contains(&cost) {
            return None;
        }
        let all = wanted == Wanted::All;
        if let Wanted::Lockers(asked) = wanted {
            if cost != known.cost() {
                self.want_all(); // the other lockers have verifiers of another cost
                return None;
            }
            lockers.retain(|locker, _| asked.contains(locker));
            for locker in asked {
                lockers.entry(locker).or_default();
            }
        }
        (known.after(all, cost, &lockers) != *known).then_some(Record::Access { all, cost, lockers })
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.asked.as_ref().map(|asked| asked.until)
    }
}

impl Wanted {
    fn none() -> Self {
        Self::Lockers(BTreeSet::new())
    }

    fn add(&mut self, other: Self) {
        match (self, other) {
            (Self::Lockers(lockers), Self::Lockers(more)) => lockers.extend(more),
            (all, Self::All) => *all = Self::All,
            (Self::All, Self::Lockers(_)) => {}
        }
    }
}

impl Device {
    /// Asks for access, once the shadow was read.
    pub(super) fn ask_for_access(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if !self.lockers.can_be_reported() {
            return;
        }
        if let Some(request) = self.access.due(now) {
            effects.push(Effect::publish(self.identity.topics.access_request(), &request));
        }
    }

    pub(super) fn access_message(&mut self, message: AccessMessage, effects: &mut Vec<Effect>) {
        match message {
            AccessMessage::Answer(answer) => {
                if let Some(record) = self.access.answered(answer, self.journal.access()) {
                    self.persist(record, effects);
                }
            }
            AccessMessage::Changed(mut lockers) => {
                lockers.retain(|locker| self.lockers.has(*locker));
                self.access.want(lockers);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::{Access, Verifier};

    use super::*;

    fn answer(id: &str, cost: u8, codes: &[(u16, &str)]) -> AccessAnswer {
        let access = |code: &str| Access { return_code: Some(Verifier(code.to_owned())), ..Access::default() };
        let lockers = codes.iter().map(|(locker, code)| (*locker, access(code))).collect();
        AccessAnswer { id: id.to_owned(), cost, lockers }
    }

    fn lockers(request: &AccessRequest) -> Option<&[u16]> {
        request.lockers.as_deref()
    }

    #[test]
    fn one_question_at_a_time_and_then_one_for_all_that_came_up() {
        let mut questions = AccessQuestions::new(1);
        assert_eq!(questions.due(0), None);
        questions.want_all();
        let first = questions.due(0).unwrap();
        assert_eq!(lockers(&first), None);
        questions.want([7]);
        questions.want([3, 7]);
        assert_eq!(questions.due(4_999), None);
        let known = KnownAccess::default();
        assert_eq!(questions.answered(answer("other", 14, &[(1, "a")]), &known), None);
        let record = questions.answered(answer(&first.id, 14, &[(1, "a")]), &known).unwrap();
        assert!(matches!(record, Record::Access { all: true, cost: 14, .. }));
        let second = questions.due(5_000).unwrap();
        assert_eq!(lockers(&second), Some(&[3, 7][..]));
        assert_ne!(second.id, first.id);
    }

    #[test]
    fn a_question_without_an_answer_is_asked_again_under_another_id() {
        let mut questions = AccessQuestions::new(1);
        questions.want([7]);
        let first = questions.due(0).unwrap();
        questions.want([8]);
        assert_eq!(questions.wake_at(), Some(PATIENCE));
        let again = questions.due(PATIENCE).unwrap();
        assert_eq!(lockers(&again), Some(&[7, 8][..]));
        let known = KnownAccess::default().after(true, 14, &BTreeMap::new());
        assert_eq!(questions.answered(answer(&first.id, 14, &[(7, "a")]), &known), None, "it is late");
        assert!(questions.answered(answer(&again.id, 14, &[(7, "a")]), &known).is_some());
    }

    #[test]
    fn an_answer_is_for_the_lockers_that_were_asked_for() {
        let known = KnownAccess::default().after(true, 14, &answer("", 14, &[(7, "a"), (8, "b"), (9, "c")]).lockers);
        let mut questions = AccessQuestions::new(1);
        questions.want([7, 8]);
        let id = questions.due(0).unwrap().id;
        let record = questions.answered(answer(&id, 14, &[(7, "d"), (9, "e")]), &known);
        let Some(Record::Access { all, cost, lockers }) = record else { panic!("{record:?}") };
        assert_eq!(known.after(all, cost, &lockers).lockers(), &answer("", 14, &[(7, "d"), (9, "c")]).lockers);
    }

    #[test]
    fn an_answer_with_nothing_new_is_not_written() {
        let all = answer("", 14, &[(7, "a")]);
        let known = KnownAccess::default().after(true, 14, &all.lockers);
        let mut questions = AccessQuestions::new(1);
        questions.want_all();
        let id = questions.due(0).unwrap().id;
        assert_eq!(questions.answered(AccessAnswer { id, ..all }, &known), None);
    }

    #[test]
    fn verifiers_of_another_cost_are_asked_for_together_and_an_absurd_cost_is_ignored() {
        let known = KnownAccess::default().after(true, 14, &answer("", 14, &[(7, "a"), (8, "b")]).lockers);
        let mut questions = AccessQuestions::new(1);
        questions.want([7]);
        let id = questions.due(0).unwrap().id;
        assert_eq!(questions.answered(answer(&id, 15, &[(7, "d")]), &known), None);
        let next = questions.due(0).unwrap();
        assert_eq!(lockers(&next), None);
        assert_eq!(questions.answered(answer(&next.id, 30, &[(7, "d")]), &known), None);
        assert_eq!(questions.due(0), None);
    }
}
