//! Messages of the device of the automat `lobby`, made as a device makes them: from its own key alone.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AutomatId, CodeKind, ContractId, DoorState, Instant, KeyId, Pin};
use ring::hmac;
use store::{DeviceKey, KeypadEntry, LockerReport, LockerReports, Store};

use crate::locker;

/// An entry of a code, with the lockers that hold a key.
#[must_use]
pub fn entry(store: &Store, id: &str, kind: CodeKind, digits: &str, at: Instant, inside: &[u32]) -> KeypadEntry {
    let key = store.device_key(&AutomatId::parse("lobby").unwrap());
    let code = name(&key, kind, digits);
    let inside = inside.iter().map(|&index| locker(index)).collect();
    KeypadEntry { id: id.to_owned(), kind, code, other: None, at, inside }
}

/// The name of a code under a device's key.
#[must_use]
pub fn name(key: &DeviceKey, kind: CodeKind, digits: &str) -> String {
    name_under(key.reveal(), kind, digits)
}

/// The same under a key from a device's credentials.
#[must_use]
pub fn name_under(key: &[u8], kind: CodeKind, digits: &str) -> String {
    let prefix = match kind {
        CodeKind::Pin => "pin",
        CodeKind::ReturnCode => "return",
    };
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), format!("{prefix} {digits}").as_bytes());
    URL_SAFE_NO_PAD.encode(&tag.as_ref()[..16])
}

/// The contract that has a PIN in an automat, with the first of its keys there that is not being removed.
pub async fn pin_holder(
    client: &Client,
    table: &str,
    store: &Store,
    automat: &AutomatId,
    pin: &Pin,
) -> Option<(KeyId, ContractId)> {
    let keys = [Some(store.device_key(automat)), store.other_device_key(automat)];
    for name in keys.iter().flatten().map(|key| name(key, CodeKind::Pin, pin.reveal())) {
        let request = client.get_item().table_name(table).consistent_read(true);
        let request = request.key("PK", AttributeValue::S(format!("AUTOMAT#{automat}")));
        let found = request.key("SK", AttributeValue::S(format!("PIN#{name}"))).send().await.unwrap();
        if let Some(item) = found.item {
            let contract = ContractId::parse(item["contractId"].as_s().unwrap()).unwrap();
            for key in item["keys"].as_ss().unwrap().iter().map(|key| KeyId::parse(key).unwrap()) {
                if store.active_key(&key).await.is_ok_and(|key| key.automat == *automat) {
                    return Some((key, contract));
                }
            }
            return None;
        }
    }
    None
}

/// Reports of closed lockers: whether a key is inside, and what last opened the locker.
#[must_use]
pub fn locker_reports(n: u64, lockers: &[(u32, bool, Option<&str>)]) -> LockerReports {
    let report = |&(index, key_inside, by): &(u32, bool, Option<&str>)| {
        (
            locker(index),
            LockerReport { key_inside: Some(key_inside), door: DoorState::Closed, by: by.map(str::to_owned) },
        )
    };
    LockerReports { n, lockers: lockers.iter().map(report).collect(), device_keys: Vec::new() }
}
