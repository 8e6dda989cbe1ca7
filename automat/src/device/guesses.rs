//! Slows down guessing at the keypad while there is no cloud, by the cloud's rules: a budget of wrong entries that refills
//! with time alone, and when it is used up, a pause after each further one.
//!
//! What is left of it is written with each wrong entry, before its result is shown. After a restart it goes on as if no time
//! had passed: whoever pulls the plug waits longer, not shorter.

use crate::clock::Millis;
use crate::journal::{GuessesLeft, SlowLeft};

const MINUTE: Millis = 60_000;
/// The number of wrong entries that are checked without a wait.
const BUDGET: u64 = 5;
/// The time in which the budget refills by one.
const REFILL: Millis = 5 * MINUTE;
/// The first wait. Each wrong entry doubles it.
const FIRST_WAIT: Millis = 30_000;
const LONGEST_WAIT: Millis = 5 * MINUTE;
/// How long after the last wrong entry the keypad stops being slow.
const FORGIVEN: Millis = 60 * MINUTE;

/// The wrong entries without the cloud, by the counter of this start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Guesses {
    full_at: Millis,
    forgiven_at: Millis,
    slow: Option<Slow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slow {
    wait: Millis,
    next_at: Millis,
}

impl Guesses {
    /// Goes on after a start at `now`.
    pub(super) fn resume(left: GuessesLeft, now: Millis) -> Self {
        let after = |millis: Millis| now.saturating_add(millis);
        let slow = left.slow.map(|SlowLeft { wait, next_in }| Slow { wait, next_at: after(next_in) });
        Self { full_at: after(left.full_in), forgiven_at: after(left.forgiven_in), slow }
    }

    /// What is left, to be written.
    pub(super) fn left(&self, now: Millis) -> GuessesLeft {
        let slow = self.slow.map(|Slow { wait, next_at }| SlowLeft { wait, next_in: next_at.saturating_sub(now) });
        let (full_in, forgiven_in) = (self.full_at.saturating_sub(now), self.forgiven_at.saturating_sub(now));
        GuessesLeft { full_in, forgiven_in, slow }
    }

    /// How long no entry is checked from now on, if so.
    pub(super) fn wait(&self, now: Millis) -> Option<Millis> {
        self.slow(now).map(|slow| slow.next_at.saturating_sub(now)).filter(|&wait| wait > 0)
    }

    /// An entry with an unknown code.
    pub(super) fn wrong(&mut self, now: Millis) {
        self.slow = match self.slow(now) {
            Some(slow) => Some(Slow::new(slow.wait.saturating_mul(2), now)),
            None => self.pay(now).then(|| Slow::new(FIRST_WAIT, now)),
        };
        self.forgiven_at = now.saturating_add(FORGIVEN);
    }

    /// An entry with a known code that opens nothing now. It costs nothing, but at a slow keypad the next one waits all the
    /// same: otherwise somebody guessing could tell it from an unknown code.
    pub(super) fn known(&mut self, now: Millis) {
        self.slow = self.slow(now).map(|slow| Slow::new(slow.wait, now));
    }

    /// Pays for a wrong entry from the budget. Returns whether that used it up.
    fn pay(&mut self, now: Millis) -> bool {
        self.full_at = self.full_at.max(now).saturating_add(REFILL);
        self.full_at - now > (BUDGET - 1) * REFILL
    }

    fn slow(&self, now: Millis) -> Option<Slow> {
        self.slow.filter(|_| now < self.forgiven_at)
    }
}

impl Slow {
    fn new(wait: Millis, now: Millis) -> Self {
        let wait = wait.min(LONGEST_WAIT);
        Self { wait, next_at: now.saturating_add(wait) }
    }
}

#[cfg(test)]
mod tests {
    use domain::{ContractId, Instant, KeyId, Keypad, KeypadRefusal, KnownCode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_fifth_wrong_entry_slows_the_keypad_and_further_ones_double_the_wait() {
        let mut guesses = Guesses::default();
        (0..4).for_each(|_| guesses.wrong(1_000));
        assert_eq!(guesses.wait(1_000), None);
        let mut now = 1_000;
        let waits = [(); 6].map(|()| {
            guesses.wrong(now);
            let wait = guesses.wait(now).unwrap();
            now += wait;
            wait / 1000
        });
        assert_eq!(waits, [30, 60, 120, 240, 300, 300]);
        assert_eq!(guesses.wait(now), None, "one entry is checked after each wait");
    }

    #[test]
    fn a_restart_gives_no_new_guesses() {
        let mut guesses = Guesses::default();
        (0..6).for_each(|_| guesses.wrong(500_000));
        let again = Guesses::resume(guesses.left(500_000), 7);
        assert_eq!(again.wait(7), Some(60_000), "the wait starts again");
        assert_eq!(Guesses::resume(guesses.left(520_000), 7).wait(7), Some(40_000));
        assert_eq!(again.left(7), guesses.left(500_000));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Pass(Millis),
        Wrong,
        Known,
        /// The device restarts, with another start of its counter.
        Restart(Millis),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => prop_oneof![0..400_000_u64, 0..5_000_000_u64].prop_map(Step::Pass),
            5 => Just(Step::Wrong),
            1 => Just(Step::Known),
            1 => (0..100_000_000_u64).prop_map(Step::Restart),
        ]
    }

    fn at(millis: Millis) -> Instant {
        Instant::from_millis(1_795_521_600_000 + i64::try_from(millis).unwrap()).unwrap()
    }

    proptest! {
        /// The time of the cloud's keypad is the time with power, from the last time that something was written.
        #[test]
        fn entries_wait_as_long_as_with_the_cloud(steps in prop::collection::vec(step(), 0..60)) {
            let (mut guesses, mut keypad) = (Guesses::default(), Keypad::default());
            let (mut now, mut cloud, mut written, mut codes) = (0, 0, (GuessesLeft::default(), 0), 0);
            for step in steps {
                match step {
                    Step::Pass(millis) => (now, cloud) = (now + millis, cloud + millis),
                    Step::Restart(start) => {
                        (now, cloud) = (start, written.1);
                        guesses = Guesses::resume(written.0, now);
                    }
                    // An entry that has to wait is not checked.
                    Step::Wrong | Step::Known if guesses.wait(now).is_some() => {}
                    Step::Wrong => {
                        guesses.wrong(now);
                        written = (guesses.left(now), cloud);
                        keypad = keypad.after_refusal(KeypadRefusal::Unknown, None, at(cloud));
                    }
                    Step::Known if codes < Keypad::FREE_IN_ALL => {
                        // Each time another code: the cloud counts the entries with the same one.
                        codes += 1;
                        guesses.known(now);
                        written = (guesses.left(now), cloud);
                        let contract = Some(ContractId::generated(codes as u64));
                        let code = KnownCode { key: KeyId::parse("A").unwrap(), contract };
                        keypad = keypad.after_refusal(KeypadRefusal::KeyInside, Some(&code), at(cloud));
                    }
                    Step::Known => {}
                }
                let wait = keypad.waits_until(at(cloud)).map(|until| until.millis() - at(cloud).millis());
                prop_assert_eq!(guesses.wait(now).map(|wait| i64::try_from(wait).unwrap()), wait);
            }
        }
    }
}
