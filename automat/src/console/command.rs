//! The commands of the console.

use std::str::FromStr;
use std::time::Duration;

use automat::simulated::Crash;

/// Shown for `help` and for unknown commands.
pub(super) const HELP: &str = "\
type 482915    a PIN at the keypad          jam 7, unjam 7         a lock
type *1234     a return code                crash before|after     lose power at the next run of a motor
take 7, put 7  a key, while its door is open network away|back
close 7        a door                       slow 3s                how long motors take
lockers        all of them                  restart, help, quit";

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
    Lockers,
    Restart,
    Help,
    Quit,
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
            _ => None,
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
        for line in ["", "take", "take x", "take 70000", "crash", "open 7", "slow x"] {
            assert!(line.parse::<Command>().is_err(), "{line}");
        }
    }
}
