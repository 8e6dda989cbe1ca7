use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Instant {
    Instant::from_millis(second * 1000).unwrap()
}

fn code(n: u64) -> KnownCode {
    KnownCode { key: KeyId::parse("A").unwrap(), contract: Some(ContractId::generated(n)) }
}

fn wrong(keypad: &Keypad, second: i64) -> Keypad {
    keypad.after_refusal(KeypadRefusal::Unknown, None, at(second))
}

fn too_early(keypad: &Keypad, n: u64, second: i64) -> Keypad {
    keypad.after_refusal(KeypadRefusal::TooEarly, Some(&code(n)), at(second))
}

/// A keypad that became slow at second 0.
fn slow() -> Keypad {
    (0..5).fold(Keypad::default(), |keypad, _| wrong(&keypad, 0))
}

/// How long the next entry has to wait, in seconds.
fn wait(keypad: &Keypad, second: i64) -> i64 {
    keypad.waits_until(at(second)).map_or(0, |until| until.seconds() - second)
}

#[test]
fn entries_are_timely_within_fifteen_seconds() {
    let timely = [4, 5, 20, 35, 36].map(|made| Keypad::is_timely(at(made), at(20)));
    assert_eq!(timely, [false, true, true, true, false]);
}

#[test]
fn the_fifth_wrong_entry_slows_the_keypad_and_further_ones_double_the_wait() {
    let mut keypad = Keypad::default();
    for _ in 0..4 {
        keypad = wrong(&keypad, 0);
        assert_eq!(wait(&keypad, 0), 0);
    }
    let mut second = 0;
    let waits = [(); 7].map(|()| {
        keypad = wrong(&keypad, second);
        let seconds = wait(&keypad, second);
        second += seconds;
        seconds
    });
    assert_eq!(waits, [30, 60, 120, 240, 300, 300, 300]);
}

#[test]
fn the_budget_refills_by_one_in_five_minutes() {
    let four = (0..4).fold(Keypad::default(), |keypad, _| wrong(&keypad, 0));
    assert_eq!(wait(&wrong(&four, 299), 299), 30);
    let fifth = wrong(&four, 300);
    assert_eq!(wait(&fifth, 300), 0);
    assert_eq!(wait(&wrong(&fifth, 300), 300), 30);
}

#[test]
fn an_hour_without_a_wrong_entry_resets_the_keypad() {
    let keypad = wrong(&slow(), 30);
    assert_eq!(keypad.slow(at(3629)).unwrap().wait_millis, 60_000);
    assert_eq!(keypad.slow(at(3630)), None);
    let fresh = (0..4).fold(keypad, |keypad, _| wrong(&keypad, 3630));
    assert_eq!(wait(&fresh, 3630), 0, "the whole budget");
    assert_eq!(wait(&wrong(&fresh, 3630), 3630), 30, "and the first wait");
}

#[test]
fn entries_that_are_not_checked_cost_nothing() {
    for refusal in [KeypadRefusal::KeypadSlow, KeypadRefusal::Late] {
        assert_eq!(slow().after_refusal(refusal, None, at(10)), slow());
    }
}

#[test]
fn a_known_code_that_is_not_valid_now_is_free_three_times_an_hour() {
    let three = (0..3).fold(Keypad::default(), |keypad, n| too_early(&keypad, 1, n));
    assert_eq!(three.wrong, []);
    assert_eq!(too_early(&three, 1, 5).wrong, [at(5)], "the fourth");
    assert_eq!(too_early(&three, 2, 5).wrong, [], "another code");
    assert_eq!(too_early(&three, 1, 3600).wrong, [], "an hour after the first");
    for refusal in
        [KeypadRefusal::Ended, KeypadRefusal::OutsideSchedule, KeypadRefusal::KeyOut, KeypadRefusal::KeyInside]
    {
        assert_eq!(three.after_refusal(refusal, Some(&code(2)), at(5)).wrong, []);
        assert_eq!(three.after_refusal(refusal, Some(&code(1)), at(5)).wrong, [at(5)]);
    }
}

#[test]
fn known_codes_together_are_free_24_times_an_hour() {
    let full = (0..24).fold(Keypad::default(), |keypad, n| too_early(&keypad, n, 0));
    assert_eq!((full.mistimed_entries.len(), full.wrong.len()), (24, 0));
    let more = too_early(&full, 99, 3599);
    assert_eq!((more.mistimed_entries.len(), more.wrong.len()), (24, 1));
    let later = too_early(&more, 99, 3600);
    assert_eq!((later.mistimed_entries.len(), later.wrong.len()), (1, 1));
}

/// Otherwise somebody guessing could see which codes will be valid later.
#[test]
fn at_a_slow_keypad_a_known_code_makes_the_next_entry_wait_the_same_time() {
    let keypad = too_early(&slow(), 1, 30);
    assert_eq!((wait(&keypad, 30), keypad.slow(at(30)).unwrap().wait_millis), (30, 30_000));
    let longest = (0..9).fold(slow(), |keypad, n| wrong(&keypad, n * 300));
    let answers = [too_early(&longest, 1, 2700), wrong(&longest, 2700)].map(|keypad| wait(&keypad, 2700));
    assert_eq!(answers, [300, 300]);
}

#[test]
fn guessing_is_recorded_at_ten_wrong_entries_in_an_hour_and_then_daily() {
    let mut keypad = Keypad::default();
    let mut recorded = Vec::new();
    let mut guess = |second| {
        let after = wrong(&keypad, second);
        recorded.extend(keypad.guessing(&after).map(|found| (second, found)));
        keypad = after;
    };
    (0..900).for_each(|n| guess(n * 300));
    // A day later it starts again.
    (0..10).for_each(|n| guess(360_000 + n * 300));
    let hour = |count| (GuessingPeriod::Hour, count);
    let expected =
        [(2_700, hour(10)), (89_100, hour(12)), (175_500, hour(12)), (261_900, hour(12)), (362_700, hour(10))];
    assert_eq!(recorded, expected);
}

#[test]
fn guessing_is_recorded_at_forty_wrong_entries_in_a_day() {
    let mut keypad = Keypad::default();
    let mut recorded = Vec::new();
    for n in 0..40 {
        let after = wrong(&keypad, n * 2_000);
        recorded.extend(keypad.guessing(&after).map(|found| (n, found)));
        keypad = after;
    }
    assert_eq!(recorded, [(39, (GuessingPeriod::Day, 40))]);
    let slower = (0..60).fold(Keypad::default(), |keypad, n| wrong(&keypad, n * 2_300));
    assert_eq!(slower.guessing_recorded_at, None, "39 in any day");
}

#[derive(Debug, Clone, Copy)]
enum Typed {
    Right,
    Wrong,
    /// The code of one of a few contracts, before its start.
    TooEarly(u64),
}

fn typed() -> impl Strategy<Value = Typed> {
    prop_oneof![1 => Just(Typed::Right), 6 => Just(Typed::Wrong), 3 => (0..3_u64).prop_map(Typed::TooEarly)]
}

/// The reference model: it keeps the whole history and evaluates each rule from the start.
#[derive(Default)]
struct Model {
    /// The seconds of wrong entries.
    wrong: Vec<i64>,
    /// Known codes that cost nothing, with their seconds.
    free: Vec<(u64, i64)>,
    /// All checked entries in order, and whether each was wrong.
    looked_at: Vec<(i64, bool)>,
}

impl Model {
    /// Until when the next entry waits, from everything since the last hour without a wrong entry.
    fn waits_until(&self, now: i64) -> i64 {
        let Some(&latest) = self.wrong.last() else { return 0 };
        if now - latest >= 3600 {
            return 0;
        }
        let mut begins = self.wrong.len() - 1;
        while begins > 0 && self.wrong[begins] - self.wrong[begins - 1] < 3600 {
            begins -= 1;
        }
        let bout = self.wrong[begins];
        let (mut budget, mut refills_at, mut wait, mut until) = (5, 0, 0, 0);
        for &(second, is_wrong) in self.looked_at.iter().filter(|(second, _)| *second >= bout) {
            while budget < 5 && refills_at <= second {
                budget += 1;
                refills_at += 300;
            }
            if is_wrong && wait == 0 {
                if budget == 5 {
                    refills_at = second + 300;
                }
                budget -= 1;
                wait = if budget == 0 { 30 } else { 0 };
            } else if is_wrong {
                wait = 300.min(wait * 2);
            }
            until = if wait == 0 { 0 } else { second + wait };
        }
        until
    }

    fn takes(&mut self, typed: Typed, now: i64) {
        let is_wrong = match typed {
            Typed::Right => return,
            Typed::Wrong => true,
            Typed::TooEarly(code) => {
                let recent: Vec<_> = self.free.iter().filter(|(_, second)| now - second < 3600).collect();
                let is_free = recent.iter().filter(|(of, _)| *of == code).count() < 3 && recent.len() < 24;
                if is_free {
                    self.free.push((code, now));
                }
                !is_free
            }
        };
        self.looked_at.push((now, is_wrong));
        if is_wrong {
            self.wrong.push(now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_stored_state_gives_the_same_waits_as_the_whole_history(
        steps in prop::collection::vec((prop_oneof![0..40_i64, 0..400_i64, 2_000..5_000_i64], typed()), 0..120)
    ) {
        let (mut keypad, mut model, mut now) = (Keypad::default(), Model::default(), 1_000_000);
        for (pause, typed) in steps {
            now += pause;
            let until = model.waits_until(now);
            prop_assert_eq!(keypad.waits_until(at(now)), (now < until).then(|| at(until)));
            if now < until {
                prop_assert_eq!(&keypad.after_refusal(KeypadRefusal::KeypadSlow, None, at(now)), &keypad);
                continue;
            }
            model.takes(typed, now);
            keypad = match typed {
                Typed::Right => keypad,
                Typed::Wrong => wrong(&keypad, now),
                Typed::TooEarly(n) => too_early(&keypad, n, now),
            };
            let latest = model.wrong.iter().rev().take(40).rev().map(|second| at(*second)).collect::<Vec<_>>();
            prop_assert_eq!(&keypad.wrong, &latest);
            let in_last = |seconds| model.wrong.iter().filter(|second| now - **second < seconds).count();
            if model.wrong.last() == Some(&now) {
                let is_guessing = in_last(3_600) >= 10 || in_last(86_400) >= 40;
                prop_assert_eq!(keypad.guessing_recorded_at.is_some(), is_guessing);
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    /// Whatever the timing, and whatever correct and known codes are typed in between.
    #[test]
    fn after_the_first_day_at_most_288_guesses_a_day_are_checked(
        pauses in prop::collection::vec(prop_oneof![0..=1_i64, 0..400_i64, 3_500..4_000_i64], 1..40)
    ) {
        let (mut keypad, mut looks, mut now) = (Keypad::default(), Vec::new(), 1_000_000);
        for pause in pauses.iter().cycle().take(2_000) {
            now = keypad.waits_until(at(now)).map_or(now, Instant::seconds) + pause;
            if keypad.waits_until(at(now)).is_none() {
                keypad = wrong(&too_early(&keypad, 1, now), now);
                looks.push(now);
            }
        }
        for (n, first) in looks.iter().enumerate() {
            let in_a_day = looks[n..].iter().take_while(|look| **look - first < 86_400).count();
            // The budget and the first four waits, which are shorter than five minutes, come once before that.
            prop_assert!(in_a_day <= 288 + 8, "{in_a_day}");
        }
    }
}
