//! The commands of the console.

use std::str::FromStr;
use std::time::Duration;

use automat::simulated::Crash;
use protocol::{Cover, Readings};

/// Shown for `help` and for unknown commands.
pub(super) const HELP: &str = "\
type 482915    a PIN at the keypad          jam 7, unjam 7         a lock
type *1234     a return code                crash before|after     lose power at the next run of a motor
take 7, put 7  a key, while its door is open network away|back
close 7        a door                       slow 3s                how long motors take
lockers        all of them                  restart, help, quit
mains off|on   its power                    cover open|shut        over its electronics
battery 40     its charge, in %             shake, still           the cabinet
heat 60        its temperature, in °C";

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Command {
    Type(String),
    Take(u16),
    Put(u16),
    Close(u16),
    Jam(u16, bool),
    Crash(Crash),
    Network(bool),
    Slow(Duration),
    Change(Change),
    Lockers,
    Restart,
    Help,
    Quit,
}

/// What happens to the cabinet itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Mains(bool),
    Battery(u8),
    Temperature(i16),
    Cover(Cover),
    Moved(bool),
}

impl Change {
    fn parse(arguments: &[&str]) -> Option<Self> {
        match arguments {
            ["mains", "off"] => Some(Self::Mains(false)),
            ["mains", "on"] => Some(Self::Mains(true)),
            ["battery", charge] => charge.parse().ok().filter(|charge| *charge <= 100).map(Self::Battery),
            ["heat", degrees] => degrees.parse().ok().map(Self::Temperature),
            ["cover", "open"] => Some(Self::Cover(Cover::Open)),
            ["cover", "shut"] => Some(Self::Cover(Cover::Closed)),
            ["shake"] => Some(Self::Moved(true)),
            ["still"] => Some(Self::Moved(false)),
            _ => None,
        }
    }

    pub(super) fn apply(self, readings: &mut Readings) {
        match self {
            Self::Mains(has_mains) => readings.mains = Some(has_mains),
            Self::Battery(charge) => readings.battery = Some(charge),
            Self::Temperature(degrees) => readings.temperature = Some(degrees),
            Self::Cover(cover) => readings.cover = Some(cover),
            Self::Moved(moved) => readings.moved = Some(moved),
        }
    }
}

impl FromStr for Command {
    type Err = &'static str;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        match arguments[..] {
            ["type", code] => Some(Self::Type(code.to_owned())),
            ["take", locker] => locker.parse().ok().map(Self::Take),
            ["put", locker] => locker.parse().ok().map(Self::Put),
            ["close", locker] => locker.parse().ok().map(Self::Close),
            ["jam", locker] => locker.parse().ok().map(|locker| Self::Jam(locker, true)),
            ["unjam", locker] => locker.parse().ok().map(|locker| Self::Jam(locker, false)),
            ["crash", "before"] => Some(Self::Crash(Crash::BeforeMotor)),
            ["crash", "after"] => Some(Self::Crash(Crash::AfterMotor)),
            ["network", "away"] => Some(Self::Network(false)),
            ["network", "back"] => Some(Self::Network(true)),
            ["slow", time] => {
                time.trim_end_matches('s').parse().ok().map(|seconds| Self::Slow(Duration::from_secs(seconds)))
            }
            ["lockers"] => Some(Self::Lockers),
            ["restart"] => Some(Self::Restart),
            ["help"] => Some(Self::Help),
            ["quit"] => Some(Self::Quit),
            _ => Change::parse(&arguments).map(Self::Change),
        }
        .ok_or(HELP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_in_the_help_is_parsed() {
        let lines = [
            ("type *1234", Command::Type("*1234".to_owned())),
            ("take 7", Command::Take(7)),
            (" put  7 ", Command::Put(7)),
            ("close 7", Command::Close(7)),
            ("jam 7", Command::Jam(7, true)),
            ("unjam 7", Command::Jam(7, false)),
            ("crash before", Command::Crash(Crash::BeforeMotor)),
            ("crash after", Command::Crash(Crash::AfterMotor)),
            ("network away", Command::Network(false)),
            ("network back", Command::Network(true)),
            ("slow 3s", Command::Slow(Duration::from_secs(3))),
            ("mains off", Command::Change(Change::Mains(false))),
            ("mains on", Command::Change(Change::Mains(true))),
            ("battery 40", Command::Change(Change::Battery(40))),
            ("heat -15", Command::Change(Change::Temperature(-15))),
            ("cover open", Command::Change(Change::Cover(Cover::Open))),
            ("cover shut", Command::Change(Change::Cover(Cover::Closed))),
            ("shake", Command::Change(Change::Moved(true))),
            ("still", Command::Change(Change::Moved(false))),
            ("lockers", Command::Lockers),
            ("restart", Command::Restart),
            ("help", Command::Help),
            ("quit", Command::Quit),
        ];
        for (line, command) in lines {
            assert!(line.parse() == Ok(command), "{line}");
        }
    }

    #[test]
    fn other_lines_are_answered_with_the_help() {
        for line in ["", "take", "take x", "take 70000", "crash", "open 7", "slow x", "battery 101", "mains"] {
            assert!(line.parse::<Command>().is_err(), "{line}");
        }
    }
}
