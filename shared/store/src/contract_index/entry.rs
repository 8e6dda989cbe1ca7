//! The lists of the index, and the keys of their entries.

use std::collections::BTreeSet;
use std::fmt;

use domain::{AutomatId, ContractId, ContractTerms, Instant, KeyId, Mention, utc_month};
use ring::digest::{SHA256, digest};
use serde::Deserialize;

use crate::Error;
use crate::items::{Item, ItemKey, Millis, NotedKey, StoredContract, read};

const MONTHS: &str = "MONTHS#";
/// Over how many partitions lists of the whole stack are spread, so that none becomes hot.
const SHARDS: u8 = 8;

/// A list of contracts. Each contract is in several.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum List {
    /// The contracts that a term finds. Personal: the term is part of a name or address.
    Term(String),
    /// The contracts of a key of this incarnation.
    Key(String),
    Automat(AutomatId),
    All,
    /// Contracts with an end of which a key is out, in order of their ends.
    Out,
}

impl List {
    /// What the partition keys of all lists begin with, and no others.
    pub(crate) const PK_PREFIX: &str = "LISTED#";

    /// The partition of the contracts that a prefix finds, of a month.
    pub(crate) fn of_prefix(prefix: &str, month: &str) -> String {
        format!("{}TERM#{}#{month}", Self::PK_PREFIX, initials(prefix))
    }

    pub(crate) fn of_key(incarnation: &str) -> String {
        format!("{}KEY#{incarnation}", Self::PK_PREFIX)
    }

    pub(crate) fn of_automat(automat: &AutomatId) -> String {
        format!("{}AUTOMAT#{automat}", Self::PK_PREFIX)
    }

    /// The partitions of all contracts that start in a month.
    pub(crate) fn of_month(month: &str) -> impl Iterator<Item = String> {
        (0..SHARDS).map(move |shard| format!("{}MONTH#{month}#{shard}", Self::PK_PREFIX))
    }

    /// The partitions of the contracts with keys that are out.
    pub(crate) fn of_out() -> impl Iterator<Item = String> {
        (0..SHARDS).map(|shard| format!("{}OUT#{shard}", Self::PK_PREFIX))
    }

    /// `None` if there is no list with this partition.
    fn parse(pk: &str, term: Option<&str>) -> Option<Self> {
        let (kind, rest) = pk.strip_prefix(Self::PK_PREFIX)?.split_once('#')?;
        Some(match kind {
            "TERM" => Self::Term(term?.to_owned()),
            "KEY" => Self::Key(rest.to_owned()),
            "AUTOMAT" => Self::Automat(AutomatId::parse(rest).ok()?),
            "MONTH" => Self::All,
            "OUT" => Self::Out,
            _ => return None,
        })
    }
}

/// The partition of the months in which a prefix may have entries.
pub(crate) fn months_partition(prefix: &str) -> String {
    format!("{MONTHS}{}", initials(prefix))
}

/// The item that makes searches find an entry by a term: its month, for its first characters. `None` for other entries.
pub(crate) fn month_item(entry: &ItemKey) -> Option<ItemKey> {
    let (initials, month) = entry.pk.strip_prefix(List::PK_PREFIX)?.strip_prefix("TERM#")?.rsplit_once('#')?;
    Some(ItemKey::new(format!("{MONTHS}{initials}"), month))
}

/// The first two characters, which every search has.
fn initials(prefix: &str) -> String {
    prefix.chars().take(2).collect()
}

/// The attributes of a contract that its entries are made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    contract_id: ContractId,
    keys: Vec<NotedKey>,
    #[serde(default)]
    out: BTreeSet<KeyId>,
    from: Millis,
    until: Option<Millis>,
    person: String,
    contacts: Vec<ListedContact>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedContact {
    name: String,
    email: Option<String>,
    phone_number: Option<String>,
}

impl ListedContact {
    fn mention(&self) -> Mention<'_> {
        let (email, phone_number) = (self.email.as_deref(), self.phone_number.as_deref());
        Mention { name: &self.name, email, phone_number }
    }
}

/// That a contract is in a list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    list: List,
    /// The contract's start; its end in the list of contracts with keys that are out.
    at: Instant,
    pub(crate) contract: ContractId,
}

impl Entry {
    /// The attributes that [`Entry::of_item`] reads, for a projection.
    pub(crate) const SOURCE: &str = "#contractId, #keys, #out, #from, #until, #person, #contacts";

    /// The entries of a contract.
    pub(crate) fn of_contract(stored: &StoredContract) -> BTreeSet<Self> {
        let StoredContract { contract, keys, .. } = stored;
        let out_until = contract.range.end().filter(|_| !contract.out.is_empty());
        Self::of(&contract.id, keys, &ContractTerms::of(contract), contract.range.start(), out_until)
    }

    /// The entries of a contract's item, or of an image of it.
    pub(crate) fn of_item(item: Item) -> Result<BTreeSet<Self>, Error> {
        let Listed { contract_id, keys, out, from, until, person, contacts } = read(item)?;
        let mut mentions = vec![Mention { name: &person, ..Mention::default() }];
        mentions.extend(contacts.iter().map(ListedContact::mention));
        let terms = ContractTerms::new(contract_id.as_str(), &mentions);
        let out_until = until.map(|until| until.0).filter(|_| !out.is_empty());
        Ok(Self::of(&contract_id, &keys, &terms, from.0, out_until))
    }

    fn of(
        contract: &ContractId,
        keys: &[NotedKey],
        terms: &ContractTerms,
        start: Instant,
        out_until: Option<Instant>,
    ) -> BTreeSet<Self> {
        let of_keys =
            keys.iter().flat_map(|noted| [List::Key(noted.incarnation.clone()), List::Automat(noted.automat.clone())]);
        let by_start = of_keys.chain([List::All]).chain(terms.indexed().map(|term| List::Term(term.to_owned())));
        let listed = by_start.map(|list| (list, start)).chain(out_until.map(|end| (List::Out, end)));
        listed.map(|(list, at)| Self { list, at, contract: contract.clone() }).collect()
    }

    /// The entry of the contract with this start in a key's list.
    pub(crate) fn of_key(incarnation: &str, start: Instant, contract: &ContractId) -> Self {
        Self { list: List::Key(incarnation.to_owned()), at: start, contract: contract.clone() }
    }

    /// The entry that an item is. `None` if an item with this key is no entry.
    pub(crate) fn of_item_key(item_key: &ItemKey) -> Option<Self> {
        let mut parts = item_key.sk.rsplitn(3, '#');
        let contract = ContractId::parse(parts.next()?).ok()?;
        let at = Instant::from_millis(LAST - parts.next()?.parse::<i64>().ok()?)?;
        let entry = Self { list: List::parse(&item_key.pk, parts.next())?, at, contract };
        (entry.item_key() == *item_key).then_some(entry)
    }

    pub(crate) fn item_key(&self) -> ItemKey {
        let position = self.position();
        match &self.list {
            List::Term(term) => ItemKey::new(List::of_prefix(term, &self.month()), format!("{term}#{position}")),
            List::Key(incarnation) => ItemKey::new(List::of_key(incarnation), position),
            List::Automat(automat) => ItemKey::new(List::of_automat(automat), position),
            List::All => ItemKey::new(self.shard_of(List::of_month(&self.month())), position),
            List::Out => ItemKey::new(self.shard_of(List::of_out()), position),
        }
    }

    /// The contract's partition among those of a list.
    fn shard_of(&self, mut partitions: impl Iterator<Item = String>) -> String {
        let hash = digest(&SHA256, self.contract.as_str().as_bytes());
        partitions.nth(usize::from(hash.as_ref()[0] % SHARDS)).unwrap_or_default()
    }

    /// The term that finds the contract, in a list by terms.
    pub(crate) fn term(&self) -> Option<&str> {
        match &self.list {
            List::Term(term) => Some(term),
            _ => None,
        }
    }

    pub(crate) fn month(&self) -> String {
        utc_month(self.at)
    }

    /// Its position in the list, newest first.
    pub(crate) fn position(&self) -> String {
        format!("{}#{}", position_of(self.at), self.contract)
    }
}

/// Terms are personal.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = if self.term().is_some() { "…" } else { &self.item_key().pk };
        write!(f, "Entry({list}, {}, {})", self.at, self.contract)
    }
}

/// Later than any instant, with 15 digits: later ones sort first.
const LAST: i64 = 999_999_999_999_999;

/// What the positions of the entries at an instant begin with.
pub(crate) fn position_of(at: Instant) -> String {
    format!("{:015}", LAST - at.millis())
}

/// The instant of a position. `None` if the text is none.
pub(crate) fn instant_of(position: &str) -> Option<Instant> {
    Instant::from_millis(LAST - position.get(..15)?.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(list: List, at: &str) -> Entry {
        Entry { list, at: Instant::parse(at).unwrap(), contract: ContractId::parse("BK_1.2").unwrap() }
    }

    fn of_term(term: &str, at: &str) -> Entry {
        entry(List::Term(term.to_owned()), at)
    }

    #[test]
    fn an_entry_is_its_key() {
        let key_of = |list| {
            let item_key = entry(list, "2026-11-24T12:00:00Z").item_key();
            assert_eq!(item_key.sk.rsplit_once("998204478399999#BK_1.2").map(|(_, rest)| rest), Some(""));
            item_key.pk
        };
        assert_eq!(key_of(List::Term("virtanen".to_owned())), "LISTED#TERM#vi#2026-11");
        assert_eq!(key_of(List::Key("k9".to_owned())), "LISTED#KEY#k9");
        assert_eq!(key_of(List::Automat(AutomatId::parse("lobby").unwrap())), "LISTED#AUTOMAT#lobby");
        assert!(List::of_month("2026-11").any(|pk| pk == key_of(List::All)));
        assert!(List::of_out().any(|pk| pk == key_of(List::Out)));
        for term in ["virtanen", "a#b#c@example.fi", ":765432104853", "ab"] {
            for at in ["1970-01-01T00:00:00Z", "2026-11-24T12:00:00.123Z", "9999-12-31T23:59:59.999Z"] {
                for list in [List::Term(term.to_owned()), List::Key("k9".to_owned()), List::All, List::Out] {
                    let entry = entry(list, at);
                    let month = entry.term().map(|term| ItemKey::new(months_partition(term), entry.month()));
                    assert_eq!(month_item(&entry.item_key()), month);
                    assert_eq!(Entry::of_item_key(&entry.item_key()), Some(entry));
                }
            }
        }
    }

    #[test]
    fn an_item_under_a_wrong_key_is_no_entry() {
        let good = of_term("virtanen", "2026-11-24T12:00:00Z").item_key();
        let bad = |pk: &str, sk: &str| assert_eq!(Entry::of_item_key(&ItemKey::new(pk, sk)), None, "{pk} {sk}");
        bad("LISTED#TERM#vi#2026-12", &good.sk);
        bad("LISTED#TERM#ai#2026-11", &good.sk);
        bad("LISTED#OTHER#ai", &good.sk);
        bad("LISTED#KEY#k9", &good.sk);
        for sk in ["", "virtanen#1#BK", "virtanen#x#BK", "998204478399999#BK_1.2", "virtanen#998204478399999#"] {
            bad(&good.pk, sk);
        }
        bad(&good.pk, "virtanen#-98204478399999#BK_1.2");
    }

    #[test]
    fn newer_ones_come_first() {
        let at = |start| of_term("virtanen", start).position();
        assert!(at("2026-11-24T12:00:00.001Z") < at("2026-11-24T12:00:00Z"));
        let start = Instant::parse("2026-11-24T12:00:00Z").unwrap();
        assert_eq!(instant_of(&at("2026-11-24T12:00:00Z")), Some(start));
        assert_eq!((instant_of("x"), instant_of("")), (None, None));
    }

    #[test]
    fn a_term_does_not_show_in_debug_output() {
        let shown = format!("{:?}", of_term("virtanen", "2026-11-24T12:00:00Z"));
        assert_eq!(shown, "Entry(…, 2026-11-24T12:00:00Z, BK_1.2)");
    }
}
