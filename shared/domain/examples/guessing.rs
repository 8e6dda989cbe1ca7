//! A year of guessing at one keypad: how many guesses a day are checked, and how long it takes to hit a valid PIN.
//!
//! `cargo run -p domain --example guessing` prints the tables of `docs/measurements.md`. The attacker is a machine: it
//! types as soon as the keypad checks an entry, never repeats a code, and ignores that the event `keypad-guessing` is
//! recorded within the first hour.

use domain::{GuessingPeriod, Instant, Keypad, KeypadRefusal};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const DAYS: i64 = 365;

/// How the attacker spaces the guesses, in seconds.
struct Strategy {
    name: &'static str,
    /// Before each guess, once the keypad checks entries.
    pause: i64,
    /// Used instead, when the keypad has become slow.
    rest: Option<i64>,
}

const STRATEGIES: [Strategy; 4] = [
    Strategy { name: "as soon as the keypad checks one", pause: 0, rest: None },
    Strategy { name: "one every five minutes, so that it never becomes slow", pause: 5 * MINUTE, rest: None },
    Strategy { name: "the budget, then an hour of rest", pause: 0, rest: Some(HOUR) },
    Strategy { name: "one every 37 minutes, so that nothing is recorded", pause: 37 * MINUTE, rest: None },
];

/// The result of a year.
#[derive(Default)]
struct Year {
    first_day: u32,
    in_all: u32,
    recorded: u32,
    first_recorded: Option<(GuessingPeriod, i64)>,
}

fn guess(strategy: &Strategy) -> Year {
    let (mut keypad, mut year, mut now) = (Keypad::default(), Year::default(), Instant::EPOCH);
    loop {
        let next_check_at = keypad.waits_until(now).unwrap_or(now);
        now = match strategy.rest.filter(|_| keypad.slow(now).is_some()) {
            Some(rest) => now.plus_millis(rest),
            None => next_check_at.plus_millis(strategy.pause),
        };
        if now.millis() >= DAYS * DAY {
            return year;
        }
        let after = keypad.after_refusal(KeypadRefusal::Unknown, None, now);
        if let Some((period, _)) = keypad.guessing(&after) {
            year.recorded += 1;
            year.first_recorded.get_or_insert((period, now.millis()));
        }
        keypad = after;
        year.in_all += 1;
        year.first_day += u32::from(now.millis() < DAY);
    }
}

/// The mean number of guesses until one of `live` PINs is hit, never trying one twice, and the chance within a year.
fn odds(digits: u32, live: u32, a_day: f64) -> (f64, f64) {
    let (codes, live) = (10_f64.powi(digits.cast_signed()), f64::from(live));
    let tries = (a_day * 365.0).min(codes);
    ((codes + 1.0) / (live + 1.0) / a_day, 1.0 - (1.0 - tries / codes).powf(live))
}

#[expect(clippy::print_stdout, reason = "its purpose is to print tables")]
fn main() {
    println!("| guesses | checked on the first day | a day over a year | `keypad-guessing` |\n|---|---|---|---|");
    let mut most = 0.0_f64;
    for strategy in STRATEGIES {
        let year = guess(&strategy);
        let a_day = f64::from(year.in_all) / 365.0;
        most = most.max(a_day);
        let recorded = match year.first_recorded {
            Some((_, at)) => format!("{} times, first after {} min", year.recorded, at / MINUTE),
            None => "never".to_owned(),
        };
        println!("| {} | {} | {a_day:.0} | {recorded} |", strategy.name, year.first_day);
    }
    println!("\nMean time to a hit, and the chance within a year, at {most:.0} guesses a day:\n");
    println!("| digits | 20 live PINs | 50 | 200 | 500 |\n|---|---|---|---|---|");
    for digits in [4, 6, 7, 8] {
        let cells = [20, 50, 200, 500].map(|live| {
            let (days, chance) = odds(digits, live, most);
            let time = if days < 730.0 { format!("{days:.1} days") } else { format!("{:.0} years", days / 365.0) };
            format!("{time}, {:.1} %", chance * 100.0)
        });
        println!("| {digits} | {} |", cells.join(" | "));
    }
}
