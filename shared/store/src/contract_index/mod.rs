//! The lists by which contracts are found, and messages by the people they name, and their upkeep (ADR 0041).
//!
//! A booking does not write the index: the function `projector` follows the table's stream and does it afterwards. So an
//! entry says only where to look. Whoever reads a list reads each contract it names and shows what it reads, and an
//! outdated entry shows nothing.
//!
//! # Why the index converges
//!
//! A contract has, at each moment, a set of entries; none if there is no contract of this id.
//! Each write of the contract is a record of the stream, with both images, and *moves* the entries that only one of the
//! images has. To project a record means:
//!
//! 1. read the contract consistently;
//! 2. of the entries that the record moved, put those that the contract has now, and delete the others;
//! 3. read the contract again. If it has changed in any of these entries, repeat from 1.
//!
//! A record counts as projected only once 3 has found no change. Otherwise its projection is repeated, also after a
//! crash. Take an entry, and the last write to it, after all records have been projected. That write belongs to a
//! projection that ended successfully: else its record was projected again later, with a later write to the same entry.
//! So there is a moment after this write, at 3, at which the entry was in the index exactly if the contract had it. If
//! the contract had changed in this entry after that moment, the record of the change would have been projected after
//! it, with a later write. So the entry is right now.
//!
//! The argument does not use the order of records, nor that each comes once, nor that no two projections run at the same
//! time. It does need that a projection touches no other entries than those its record moved: what a crash leaves behind
//! is then exactly what the repetition puts right. And it assumes that nothing of an invocation that has crashed is
//! written after its repetition. It holds for messages as for contracts. What is lost all the same (a record that was
//! given up) is found by [`Store::rebuild_projection`].
//!
//! Entries have no attributes: partition and sort key say everything. So there is nothing in them that could be outdated
//! without the entry being so, and a change of a contract that moves no entry writes nothing here.

mod batch;
mod entry;
mod filter;
mod lists;
mod mention;
mod months;
mod project;
mod rebuild;
mod source;
mod terms;
mod walk;

pub(crate) use self::entry::{Entry, List as ContractList};
pub use self::filter::{ContractFilter, ListedState, Order};
pub(crate) use self::mention::{entries_of_message, message_of, of_message, of_person};
pub(crate) use self::months::KnownMonths;
pub use self::rebuild::ProjectionReport;
pub use self::walk::ListedContract;
