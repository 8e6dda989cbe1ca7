//! The contracts of the simulation: over one to four keys, in one or two automats.

use std::collections::BTreeSet;

use domain::{ContractId, KeyId};
use e2e::Seed;
use protocol::Handle;

use crate::cabinet::KEYS;

pub(crate) const BOOKINGS: usize = 12;

#[derive(Debug)]
pub(crate) struct Booking {
    pub(crate) id: ContractId,
    pub(crate) pin: String,
    /// In pages and journals; all zeros until it is booked.
    pub(crate) handle: Handle,
    /// By cabinet and locker.
    pub(crate) keys: BTreeSet<(usize, u16)>,
}

impl Booking {
    pub(crate) fn draw(number: usize, cabinets: usize, seed: &mut Seed) -> Self {
        let mut draw = |most: usize| usize::try_from(seed.below(most as u64)).unwrap();
        // Every cabinet has some, and some have others in a second one.
        let two = [number % cabinets, draw(cabinets)];
        let mut keys = BTreeSet::new();
        for n in 0..[1, 2, 3, 3, 4, 4][draw(6)] {
            let cabinet = if n > 1 && draw(2) == 0 { two[1] } else { two[0] };
            keys.insert((cabinet, u16::try_from(draw(usize::from(KEYS))).unwrap()));
        }
        // Neither 1 nor 2, which would answer the keypad's question.
        let pin = format!("7345{}{}", 3 + number / 7, 3 + number % 7);
        Self { id: ContractId::parse(&format!("booking-{number}")).unwrap(), pin, handle: Handle([0; 8]), keys }
    }

    pub(crate) fn lockers(&self, cabinet: usize) -> impl Iterator<Item = u16> {
        self.keys.iter().filter(move |(of, _)| *of == cabinet).map(|(_, locker)| *locker)
    }

    pub(crate) fn cabinets(&self) -> BTreeSet<usize> {
        self.keys.iter().map(|(cabinet, _)| *cabinet).collect()
    }
}

pub(crate) fn key_id(cabinet: usize, locker: u16) -> KeyId {
    KeyId::parse(&format!("key-{cabinet}-{locker}")).unwrap()
}
