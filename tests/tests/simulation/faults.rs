//! The probabilities of the faults.

use e2e::Seed;

/// The probability of each fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chances {
    /// A message is lost.
    pub(crate) lost: Chance,
    /// A message arrives twice.
    pub(crate) twice: Chance,
    /// A message takes seconds instead of milliseconds, and is overtaken.
    pub(crate) slow: Chance,
    /// A message is held back for the next session.
    pub(crate) held: Chance,
    /// A connection breaks while something is sent.
    pub(crate) broken: Chance,
    /// A device that has lost its connection finds no network for minutes.
    pub(crate) away: Chance,
    /// A device loses power before or after an effect.
    pub(crate) power: Chance,
    /// Its journal is lost with the power.
    pub(crate) disk: Chance,
    /// A function dies at one of its calls.
    pub(crate) death: Chance,
    /// A lock is jammed.
    pub(crate) jam: Chance,
    /// Somebody leaves a door open.
    pub(crate) left_open: Chance,
}

/// 1 in this many, or never.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance(u64);

impl Chance {
    const NEVER: Self = Self(0);

    pub(crate) fn is_possible(self) -> bool {
        self.0 > 0
    }

    pub(crate) fn happens(self, seed: &mut Seed) -> bool {
        // Always drawn, so that changing one probability changes no other choice.
        let drawn = seed.below(self.0.max(1));
        self.0 > 0 && drawn == 0
    }
}

impl Chances {
    /// A bad network with machines that do not fail.
    pub(crate) fn network() -> Self {
        Self {
            lost: Chance(12),
            twice: Chance(6),
            slow: Chance(8),
            held: Chance(10),
            broken: Chance(40),
            away: Chance(3),
            power: Chance::NEVER,
            disk: Chance::NEVER,
            death: Chance::NEVER,
            jam: Chance(20),
            left_open: Chance(6),
        }
    }

    /// A fair network with machines that often fail.
    pub(crate) fn crashes() -> Self {
        Self {
            lost: Chance(60),
            twice: Chance(10),
            slow: Chance(20),
            held: Chance(40),
            broken: Chance(100),
            away: Chance(6),
            power: Chance(150),
            disk: Chance(20),
            death: Chance(7),
            jam: Chance(14),
            left_open: Chance(6),
        }
    }

    pub(crate) fn none() -> Self {
        let never = Chance::NEVER;
        Self {
            lost: never,
            twice: never,
            slow: never,
            held: never,
            broken: never,
            away: never,
            power: never,
            disk: never,
            death: never,
            jam: never,
            left_open: never,
        }
    }
}
