//! Whether the items of the table say the same about every contract: its own item, the calendars and agendas of its keys,
//! and its PINs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Instant, Key, KeyState, Sharing};
use testkit::{TABLE, TestTable};

use super::scene::{automat_id, contract_id, id};

type Item = HashMap<String, AttributeValue>;

/// The items that have to do with contracts, by what their keys name.
#[derive(Default)]
pub(crate) struct Picture {
    pub(crate) contracts: BTreeMap<String, Item>,
    keys: BTreeMap<String, Item>,
    /// By automat and name.
    pub(crate) pins: BTreeMap<(String, String), Item>,
}

/// A key as a contract's item notes it.
struct Noted {
    key: String,
    incarnation: String,
    automat: String,
}

impl Picture {
    pub(crate) async fn of(table: &TestTable) -> Self {
        let mut pages = table.client.scan().table_name(TABLE).into_paginator().items().send();
        let mut picture = Self::default();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let (pk, sk) = (text(&item, "PK"), text(&item, "SK"));
            let (kind, of) = pk.split_once('#').unwrap();
            let of = of.to_owned();
            match (kind, sk.as_str()) {
                ("CONTRACT", _) => _ = picture.contracts.insert(of, item),
                ("KEY", "KEY") => _ = picture.keys.insert(of, item),
                ("AUTOMAT", pin) if pin.starts_with("PIN#") => {
                    picture.pins.insert((of, pin["PIN#".len()..].to_owned()), item);
                }
                _ => {}
            }
        }
        picture
    }

    /// Whether the key is there and not being removed.
    fn is_active(&self, noted: &Noted) -> bool {
        let item = &self.keys.get(&noted.key);
        item.is_some_and(|item| text(item, "incarnation") == noted.incarnation && item["removing"] == flag(false))
    }

    fn is_going(&self, noted: &Noted) -> bool {
        let item = self.keys.get(&noted.key);
        item.is_some_and(|item| text(item, "incarnation") == noted.incarnation && item["removing"] == flag(true))
    }

    fn check_contract(&self, name: &str, item: &Item, calendars: &BTreeMap<String, Key>, now: Instant, what: &str) {
        let noted = noted(item);
        let is_over = item.get("until").is_some_and(|until| millis(until) <= now.millis());
        for noted in &noted {
            // A removal may not have found a contract that had just ended.
            let is_left = self.is_going(noted) || is_over;
            assert!(self.is_active(noted) || is_left, "{what}: {name} has {} that is gone", noted.key);
            if !self.is_active(noted) {
                continue;
            }
            let key = &calendars[&noted.key];
            assert_eq!(key.automat.as_str(), noted.automat, "{what}: {name}");
            let booked = key.calendar.entry(&contract_id(name)).map(|entry| entry.range);
            let booked = booked.map(|range| (range.start().millis(), range.end().map(Instant::millis)));
            let times = (millis(&item["from"]), item.get("until").map(millis));
            let agrees = booked == Some(times) || is_over && booked.is_none();
            assert!(agrees, "{what}: {name} in the calendar of {}: {booked:?}, not {times:?}", noted.key);
            let is_out = key.whereabouts.holder() == Some(&contract_id(name));
            assert_eq!(set(item, "out").contains(&noted.key), is_out, "{what}: {} is out with {name}", noted.key);
        }
        self.check_pins_of(name, item, &noted, is_over, what);
    }

    fn check_pins_of(&self, name: &str, item: &Item, noted: &[Noted], is_over: bool, what: &str) {
        let pins = item["pins"].as_m().unwrap();
        let automats: BTreeSet<_> = noted.iter().map(|noted| noted.automat.clone()).collect();
        assert_eq!(pins.keys().cloned().collect::<BTreeSet<_>>(), automats, "{what}: the PINs of {name}");
        let out = set(item, "out");
        for (automat, mac) in pins {
            let pin = self.pins.get(&(automat.clone(), mac.as_s().unwrap().clone()));
            let pin = pin.filter(|pin| pin["incarnation"] == item["incarnation"]);
            let here: BTreeSet<_> = noted
                .iter()
                .filter(|noted| noted.automat == *automat)
                .collect::<Vec<_>>()
                .into_iter()
                .map(|noted| noted.key.clone())
                .collect();
            let out_here: BTreeSet<_> = out.intersection(&here).cloned().collect();
            let Some(pin) = pin else {
                assert!(is_over && out_here.is_empty(), "{what}: {name} has no PIN in {automat}");
                continue;
            };
            assert_eq!(text(pin, "contractId"), name, "{what}");
            assert_eq!(set(pin, "keys"), here, "{what}: the keys of the PIN of {name} in {automat}");
            assert_eq!(set(pin, "out"), out_here, "{what}: the keys that are out with {name} in {automat}");
            assert_eq!(
                (&pin["from"], pin.get("until")),
                (&item["from"], item.get("until")),
                "{what}: {name}, {automat}"
            );
            assert_eq!(pin.get("ttl").is_some(), out_here.is_empty() && item.contains_key("until"), "{what}: {name}");
        }
    }

    fn check_parts(&self, what: &str) {
        for ((automat, mac), pin) in &self.pins {
            let item = self.contracts.get(&text(pin, "contractId"));
            let is_named = item.is_some_and(|item| {
                let name = item["pins"].as_m().unwrap().get(automat).map(|name| name.as_s().unwrap().clone());
                item["incarnation"] == pin["incarnation"] && name.as_ref() == Some(mac)
            });
            assert!(is_named, "{what}: a PIN of {} is left in {automat}", text(pin, "contractId"));
        }
    }

    fn check_calendar(&self, key: &Key, what: &str) {
        let is_free = key.sharing == Sharing::Shared || key.calendar.overlapping_pairs(1).is_empty();
        assert!(is_free, "{what}: two contracts overlap on {}: {:?}", key.id, key.calendar);
        for entry in key.calendar.entries() {
            let item = self.contracts.get(entry.contract.as_str());
            let has = item.is_some_and(|item| noted(item).iter().any(|noted| noted.key == key.id.as_str()));
            assert!(has, "{what}: {} is in the calendar of {} and not a contract of it", entry.contract, key.id);
        }
    }
}

/// Checks everything. Nobody may be writing.
pub(crate) async fn check(table: &TestTable, now: Instant, what: &str) {
    let picture = Picture::of(table).await;
    let mut calendars = BTreeMap::new();
    for (name, item) in &picture.keys {
        if item["removing"] == flag(false) {
            calendars.insert(name.clone(), table.store.key(&id(name)).await.unwrap());
        }
    }
    for (name, item) in &picture.contracts {
        picture.check_contract(name, item, &calendars, now, what);
    }
    picture.check_parts(what);
    for key in calendars.values().filter(|key| key.state == KeyState::Active) {
        picture.check_calendar(key, what);
    }
    check_agendas(table, &calendars, now, what).await;
}

/// The automats' views read the lockers' copies of the calendars.
async fn check_agendas(table: &TestTable, calendars: &BTreeMap<String, Key>, now: Instant, what: &str) {
    let automats: BTreeSet<_> = calendars.values().map(|key| key.automat.as_str()).collect();
    for automat in automats {
        let view = table.store.automat_view(&automat_id(automat), now).await.unwrap();
        for key in calendars.values().filter(|key| key.automat.as_str() == automat) {
            let shown = &view.lockers[usize::from(key.locker.get())];
            assert_eq!(shown.key.as_ref().map(|(id, _)| id), Some(&key.id), "{what}");
            assert_eq!(shown.active_contract.as_ref(), key.calendar.running(now).next(), "{what}: {}", key.id);
        }
    }
}

fn noted(contract: &Item) -> Vec<Noted> {
    let keys = contract["keys"].as_l().unwrap().iter().map(|noted| noted.as_m().unwrap());
    let noted = |noted: &Item| Noted {
        key: text(noted, "keyId"),
        incarnation: text(noted, "incarnation"),
        automat: text(noted, "automatId"),
    };
    keys.map(noted).collect()
}

fn text(item: &Item, name: &str) -> String {
    item[name].as_s().unwrap().clone()
}

fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

fn millis(value: &AttributeValue) -> i64 {
    value.as_n().unwrap().parse().unwrap()
}

/// A set; empty if it is absent.
fn set(item: &Item, name: &str) -> BTreeSet<String> {
    item.get(name).into_iter().flat_map(|set| set.as_ss().unwrap()).cloned().collect()
}
