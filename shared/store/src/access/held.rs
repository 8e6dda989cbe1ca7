//! What automats have of a contract, for when they have no connection: whether they know it as it is, and until when they may
//! still open a locker by what it was before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use domain::{
    AtAutomat, AutomatId, ConnectionState, Contract, ContractChange, ContractDraft, ContractId, Instant, KeyId,
    KeyState, LockerIndex,
};
use protocol::Handle;

use crate::items::{
    AutomatItem, HeldEntry, Item, ItemKey, KeyItem, PinItem, StoredAccess, StoredContract, StoredKey, StoredPage,
    handle_of, read,
};
use crate::{DeviceAccess, Error, Store};

/// An automat that may still open a locker by what is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillUsable {
    pub automat: AutomatId,
    /// Since when it has had no connection.
    pub offline_since: Instant,
    /// Until its lease ends, or the contract does; or until it is connected again, if that is earlier.
    pub until: Instant,
}

/// What is withdrawn from a contract.
#[derive(Debug, Clone, Copy)]
pub enum Withdrawn<'c> {
    /// All of it as it is: it is ended or removed, or gets a new PIN.
    Whole,
    /// What an edit takes away.
    ByEdit(&'c ContractChange),
    /// What putting this takes away.
    ByDraft(&'c ContractDraft),
}

impl Withdrawn<'_> {
    /// Whether anything is. An edit that is refused takes nothing away.
    fn is_from(self, contract: &Contract, now: Instant) -> bool {
        let change = match self {
            Self::Whole => return true,
            Self::ByEdit(change) => change.clone(),
            Self::ByDraft(draft) => ContractChange::to(draft.clone(), contract),
        };
        contract.edited(change, now).is_ok_and(|edited| edited.takes_away_from(contract))
    }
}

/// What an automat has of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldContract {
    pub automat: AutomatId,
    pub state: AtAutomat,
    /// Since when it has had no connection; `None` if it is connected, or never was.
    pub offline_since: Option<Instant>,
    /// Until when it hands out keys without a connection; `None` if it does not now. While it is connected, this is renewed.
    pub lease_until: Option<Instant>,
    /// When the automat last said what it has.
    pub as_of: Instant,
}

/// An automat's device.
struct Device {
    /// Without the versions that there are.
    access: DeviceAccess,
    offline_since: Option<Instant>,
}

impl Device {
    /// `None` if the automat is gone.
    fn read(items: &HashMap<ItemKey, Item>, automat: &AutomatId) -> Result<Option<Self>, Error> {
        let Some(own) = items.get(&AutomatItem::key(automat)) else { return Ok(None) };
        let connection = AutomatItem::read(own.clone())?.automat.connection;
        let access = DeviceAccess::read(None, items.get(&StoredAccess::key(automat)).cloned())?;
        let is_offline = connection.state != ConnectionState::Connected;
        // A device may ask before AWS has said that it is connected.
        Ok(Some(Self { offline_since: connection.since.or(access.held_at).filter(|_| is_offline), access }))
    }

    /// The versions of a locker's page that it may have: from the one that it has confirmed, to the latest one that can have been in
    /// the answer to its last question. A version is at least the time at which it was made.
    fn versions(&self, key: &StoredKey) -> RangeInclusive<u32> {
        let held = self.access.held.of(key.key.locker.get());
        let asked = self.access.held_at.and_then(|at| u32::try_from(at.seconds()).ok());
        held..=held.max(asked.unwrap_or_default())
    }

    /// Since when it is offline, and until when it may open lockers by what it has.
    fn lease_while_offline(&self, now: Instant) -> Option<(Instant, Instant)> {
        self.offline_since.zip(self.access.lease_after(now))
    }

    fn state(&self, held: HeldEntry, is_right: bool, now: Instant) -> AtAutomat {
        match (held, self.lease_while_offline(now)) {
            (HeldEntry::Current, _) if is_right => AtAutomat::Held,
            // If it has anything, that is right.
            (HeldEntry::PossiblyCurrent, _) if is_right => AtAutomat::Pending,
            (HeldEntry::Nothing, _) | (_, None) => AtAutomat::Pending,
            (HeldEntry::Current | HeldEntry::PossiblyCurrent | HeldEntry::Older, Some((_, until))) => {
                AtAutomat::Revoking { until }
            }
        }
    }
}

impl Store {
    /// A contract, and what each of its automats has of it, if its device has ever asked.
    pub async fn contract_at_automats(
        &self,
        id: &ContractId,
        now: Instant,
    ) -> Result<(Contract, Vec<HeldContract>), Error> {
        let (stored, keys) = self.stored_contract(id).await?;
        let items = self.get_by_key(items_of_contract(&stored, &keys)).await?;
        let held = held_in(&items, &stored, &keys, now)?;
        Ok((stored.contract, held))
    }

    /// What the automats of each of these contracts have of it, in three batches. Contracts that do not exist are left out, and automats
    /// whose device has never asked.
    pub async fn held_contracts(
        &self,
        ids: &BTreeSet<ContractId>,
        now: Instant,
    ) -> Result<HashMap<ContractId, Vec<HeldContract>>, Error> {
        let contracts = self.contracts_by_id(ids.iter()).await?;
        let noted = contracts.values().flat_map(|stored| &stored.keys);
        let keys = self
            .get_by_key(noted.map(|noted| KeyItem::key(&noted.key)))
            .await?
            .into_values()
            .map(|item| KeyItem::read(item, &self.codes));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let of = |stored: &StoredContract| {
            let own = keys.iter().filter(|key| stored.has(&key.key.id, &key.incarnation));
            own.filter(|key| key.key.state == KeyState::Active).cloned().collect::<Vec<_>>()
        };
        let contracts: Vec<_> = contracts.into_iter().map(|(id, stored)| (id, of(&stored), stored)).collect();
        let item_keys = contracts.iter().flat_map(|(_, keys, stored)| items_of_contract(stored, keys));
        let items = self.get_by_key(item_keys).await?;
        let held = contracts.into_iter().map(|(id, keys, stored)| Ok((id, held_in(&items, &stored, &keys, now)?)));
        held.collect()
    }

    /// The automats without a connection that may still open lockers for a contract by what is withdrawn from it. None if there is no
    /// such contract. One request more than
    /// the contract, and two if an automat has no connection.
    pub async fn still_usable(
        &self,
        id: &ContractId,
        withdrawn: Withdrawn<'_>,
        now: Instant,
    ) -> Result<Vec<StillUsable>, Error> {
        let Some(stored) = self.find_contract(id).await? else { return Ok(Vec::new()) };
        if withdrawn.is_from(&stored.contract, now) {
            self.still_usable_now(&stored, now).await
        } else {
            Ok(Vec::new())
        }
    }

    /// Where the whole contract as it is may still be used.
    pub(crate) async fn still_usable_now(
        &self,
        stored: &StoredContract,
        now: Instant,
    ) -> Result<Vec<StillUsable>, Error> {
        let Some(handle) = handle_of(&stored.incarnation) else { return Ok(Vec::new()) };
        let devices = self.offline_devices(stored.keys.iter().map(|noted| &noted.automat), now).await?;
        if devices.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.keys_of(stored).await?;
        self.still_usable_at(&devices, &keys, now, |_| vec![handle]).await
    }

    /// The same for all contracts of a key, if it is moved to another locker, or without one if it is removed.
    pub async fn still_usable_of_key(
        &self,
        id: &KeyId,
        moved_to: Option<LockerIndex>,
        now: Instant,
    ) -> Result<Vec<StillUsable>, Error> {
        let key = self.find_key(id).await?.filter(|stored| moved_to != Some(stored.key.locker));
        let Some(key) = key else { return Ok(Vec::new()) };
        let devices = self.offline_devices(std::iter::once(&key.key.automat), now).await?;
        self.still_usable_at(&devices, &[key], now, StoredPage::handles).await
    }

    /// Those of these automats that are without a connection and may open lockers by what they have.
    async fn offline_devices(
        &self,
        automats: impl Iterator<Item = &AutomatId>,
        now: Instant,
    ) -> Result<BTreeMap<AutomatId, Device>, Error> {
        let automats: BTreeSet<_> = automats.collect();
        let items = self.get_by_key(automats.iter().flat_map(|automat| items_of_device(automat))).await?;
        let mut devices = BTreeMap::new();
        for automat in automats {
            let device = Device::read(&items, automat)?.filter(|device| device.lease_while_offline(now).is_some());
            devices.extend(device.map(|device| (automat.clone(), device)));
        }
        Ok(devices)
    }

    async fn still_usable_at(
        &self,
        devices: &BTreeMap<AutomatId, Device>,
        keys: &[StoredKey],
        now: Instant,
        handles: impl Fn(&StoredPage) -> Vec<Handle>,
    ) -> Result<Vec<StillUsable>, Error> {
        let at_devices: Vec<_> = keys.iter().filter_map(|key| Some((key, devices.get(&key.key.automat)?))).collect();
        let pages = at_devices.iter().map(|(key, _)| StoredPage::key(&key.key.automat, key.key.locker));
        let items = self.get_by_key(pages).await?;
        let mut usable: BTreeMap<&AutomatId, StillUsable> = BTreeMap::new();
        for (key, device) in at_devices {
            let Some((offline_since, lease_until)) = device.lease_while_offline(now) else { continue };
            let page = page_of(&items, key)?;
            let until = |handle: Handle| match page.held(handle, &device.versions(key)) {
                HeldEntry::Nothing => None,
                HeldEntry::Older => Some(lease_until),
                HeldEntry::Current | HeldEntry::PossiblyCurrent => {
                    let end = page.content.entries.get(&handle).and_then(|entry| entry.end);
                    let end = end.and_then(|end| Instant::from_millis(i64::from(end) * 1_000));
                    Some(end.map_or(lease_until, |end| end.min(lease_until)))
                }
            };
            let Some(until) = handles(&page).into_iter().filter_map(until).max().filter(|until| *until > now) else {
                continue;
            };
            let automat = &key.key.automat;
            let of_automat = StillUsable { automat: automat.clone(), offline_since, until };
            let latest = usable.entry(automat).or_insert(of_automat);
            latest.until = latest.until.max(until);
        }
        Ok(usable.into_values().collect())
    }
}

/// The automats of a contract, what their devices have, its PINs there, and the pages of its keys' lockers.
fn items_of_contract(stored: &StoredContract, keys: &[StoredKey]) -> impl Iterator<Item = ItemKey> {
    keys.iter().flat_map(|key| {
        let automat = &key.key.automat;
        let pin = stored.pins.get(automat).map(|pin| PinItem::key(automat, pin));
        let page = StoredPage::key(automat, key.key.locker);
        items_of_device(automat).into_iter().chain(pin).chain([page])
    })
}

fn held_in(
    items: &HashMap<ItemKey, Item>,
    stored: &StoredContract,
    keys: &[StoredKey],
    now: Instant,
) -> Result<Vec<HeldContract>, Error> {
    let Some(handle) = handle_of(&stored.incarnation) else { return Ok(Vec::new()) };
    let mut states: BTreeMap<&AutomatId, HeldContract> = BTreeMap::new();
    for key in keys {
        let automat = &key.key.automat;
        let Some(device) = Device::read(items, automat)? else { continue };
        let Some(as_of) = device.access.held_at else { continue };
        let page = page_of(items, key)?;
        let pin = stored.pins.get(automat).and_then(|pin| items.get(&PinItem::key(automat, pin)));
        let wanted = pin.cloned().map(read::<PinItem>).transpose()?.and_then(|pin| pin.page_entry(&key.key.id));
        let is_right = wanted.is_some_and(|(_, entry)| page.content.entries.get(&handle) == Some(&entry));
        let state = device.state(page.held(handle, &device.versions(key)), is_right, now);
        let of_automat = states.entry(automat).or_insert_with(|| HeldContract {
            automat: automat.clone(),
            state,
            offline_since: device.offline_since,
            lease_until: device.access.lease_after(now),
            as_of,
        });
        of_automat.state = of_automat.state.max(state);
    }
    Ok(states.into_values().collect())
}

fn items_of_device(automat: &AutomatId) -> [ItemKey; 2] {
    [AutomatItem::key(automat), StoredAccess::key(automat)]
}

fn page_of(items: &HashMap<ItemKey, Item>, key: &StoredKey) -> Result<StoredPage, Error> {
    let item = items.get(&StoredPage::key(&key.key.automat, key.key.locker)).cloned();
    item.map_or_else(|| Ok(StoredPage::default()), StoredPage::read)
}
