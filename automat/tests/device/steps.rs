//! What may happen to a device in its model.

use automat::clock::Millis;
use proptest::prelude::*;

use crate::ledger::{CODES, Change};
use crate::rig::LOCKERS;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The cloud requests an opening, perhaps of a locker that does not exist.
    Ask(u16),
    Pass(Millis),
    /// Any message in transit in its direction arrives, and perhaps again later.
    Deliver {
        to_device: bool,
        which: prop::sample::Index,
        again: bool,
    },
    Lose {
        to_device: bool,
        which: prop::sample::Index,
    },
    Connect,
    Disconnect,
    /// A running motor stops.
    MotorDone(bool),
    Key(u16, bool),
    /// Somebody types this.
    Type(usize),
    /// A contract changes in the page of a locker, and perhaps the device hears of it.
    Contract {
        locker: u16,
        contract: usize,
        change: Change,
        is_signalled: bool,
    },
    /// Leases last so many seconds from now on, and the clocks change so many seconds from the start.
    Lease(i64, Option<i64>),
    /// A message to the device is changed: a bit of what is sealed, its locker or its version. Or an earlier answer comes
    /// under the latest id.
    Tamper {
        which: prop::sample::Index,
        how: usize,
    },
    /// The driver carries out this many effects.
    Work(usize),
    /// Everything in transit arrives, and all effects are carried out.
    Flow,
    /// The same, but this part of the answers for pages is lost.
    FlowWithout(usize),
    PowerCut,
    /// The device is replaced by one with an empty journal.
    LostJournal,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let locker = || prop::sample::select(vec![0, 1, LOCKERS]);
    let which = any::<prop::sample::Index>;
    prop_oneof![
        4 => locker().prop_map(Step::Ask),
        3 => (0_u64..9_000).prop_map(Step::Pass),
        5 => (any::<bool>(), which(), any::<bool>())
            .prop_map(|(to_device, which, again)| Step::Deliver { to_device, which, again }),
        1 => (any::<bool>(), which()).prop_map(|(to_device, which)| Step::Lose { to_device, which }),
        1 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        3 => any::<bool>().prop_map(Step::MotorDone),
        1 => (0_u16..2, any::<bool>()).prop_map(|(locker, inside)| Step::Key(locker, inside)),
        4 => (0..CODES.len()).prop_map(Step::Type),
        2 => (0_u16..2, 0_usize..3, change(), any::<bool>())
            .prop_map(|(locker, contract, change, is_signalled)| Step::Contract { locker, contract, change, is_signalled }),
        1 => (prop::sample::select(vec![0, 15, 60, 3_600]), prop::option::of(0_i64..300))
            .prop_map(|(lasts, change)| Step::Lease(lasts, change)),
        1 => (which(), 0_usize..4).prop_map(|(which, how)| Step::Tamper { which, how }),
        5 => (0_usize..4).prop_map(Step::Work),
        4 => Just(Step::Flow),
        2 => Just(Step::PowerCut),
        1 => Just(Step::LostJournal),
    ]
}

/// Mostly without a connection, by people with codes, while contracts change.
pub(crate) fn step_away() -> impl Strategy<Value = Vec<Step>> {
    let pass = || prop_oneof![4 => 0_u64..9_000, 1 => 0_u64..60_000].prop_map(Step::Pass);
    let contract = || {
        (0_u16..2, 0_usize..3, change()).prop_map(|(locker, contract, change)| Step::Contract {
            locker,
            contract,
            change,
            is_signalled: true,
        })
    };
    let uses = (1_usize..4, 5_usize..7, 0_u16..2, any::<bool>(), 0_usize..9, pass());
    prop_oneof![
        // Somebody types a PIN, answers which keys are wanted, and perhaps takes the key or puts it back.
        6 => uses.prop_map(|(code, wanted, locker, inside, work, pass)| vec![
            Step::Type(code), Step::Work(9), Step::Type(wanted), Step::Work(work), pass, Step::Key(locker, inside),
            Step::MotorDone(true), Step::Pass(11_000),
        ]),
        1 => (1_usize..4, 0_usize..30).prop_map(|(code, work)| vec![Step::Type(code), Step::Work(work)]),
        3 => pass().prop_map(|pass| vec![pass]),
        1 => (0_usize..3, prop::sample::select(vec![0, 15, 60]), prop::option::of(0_i64..300)).prop_map(
            |(part, lasts, change)| vec![
                Step::Lease(lasts, change), Step::Connect, Step::FlowWithout(part), Step::Disconnect, Step::Flow,
            ]
        ),
        1 => (contract(), 0_usize..3).prop_map(|(contract, part)| vec![
            contract, Step::Connect, Step::FlowWithout(part), Step::Disconnect, Step::Flow,
        ]),
        1 => (any::<prop::sample::Index>()).prop_map(|which| vec![
            Step::Connect, Step::Flow, Step::Tamper { which, how: 3 }, Step::Flow, Step::Disconnect, Step::Flow,
        ]),
        2 => (contract(), any::<bool>()).prop_map(|(contract, is_known)| if is_known {
            vec![contract, Step::Connect, Step::Flow, Step::Disconnect, Step::Flow]
        } else {
            vec![contract]
        }),
        1 => (0_u64..9_000).prop_map(|pass| vec![Step::Connect, Step::Flow, Step::Pass(pass), Step::Disconnect, Step::Flow]),
        2 => step().prop_map(|step| vec![step]),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Removed),
        Just(Change::Permanent),
        (-30_i64..30, 1_i64..60).prop_map(|(from, lasts)| Change::Limited(from, from + lasts)),
        Just(Change::Scheduled),
        Just(Change::Holds),
    ]
}
