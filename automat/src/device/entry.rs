//! From typed keys to an entry: only a MAC of the code is kept.

use std::fmt;
use std::iter;

use protocol::{CodeKind, EntryMessage};
use ring::hmac;
use ulid::Ulid;

use super::keypad::Pressed;
use super::offline::TypedEntry;
use super::verifier::{CodeName, NAME_BYTES};
use super::{Device, Display, Effect, Keys};
use crate::clock::Millis;

/// Length of a key's id in bytes.
const ID_BYTES: usize = 4;

/// The automat's key, from its setup. Codes are sent as MACs under it, and the cloud finds them by these. While the PIN
/// secret is being rotated there are two keys, and codes are sent under both.
#[derive(Clone)]
pub struct DeviceKey {
    key: hmac::Key,
    other: Option<hmac::Key>,
}

impl DeviceKey {
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, bytes), other: None }
    }

    #[must_use]
    pub fn with_other(self, bytes: &[u8; 32]) -> Self {
        Self { other: Some(hmac::Key::new(hmac::HMAC_SHA256, bytes)), ..self }
    }

    /// The key, and then the other one if there is one.
    pub(super) fn keys(&self) -> impl Iterator<Item = &hmac::Key> {
        iter::once(&self.key).chain(&self.other)
    }

    /// Ids by which the cloud recognizes the keys.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.keys().map(id).collect()
    }

    /// The id of the first key.
    pub(super) fn id(&self) -> String {
        id(&self.key)
    }

    /// The name of a code under the key, and then under the other one if there is one.
    pub(super) fn names(&self, kind: CodeKind, digits: &str) -> Vec<CodeName> {
        let name = |key| {
            let mut mac = hmac::Context::with_key(key);
            mac.update(kind.prefix().as_bytes());
            mac.update(digits.as_bytes());
            let mut name = [0; NAME_BYTES];
            name.copy_from_slice(&mac.sign().as_ref()[..NAME_BYTES]);
            CodeName(name)
        };
        self.keys().map(name).collect()
    }
}

fn id(key: &hmac::Key) -> String {
    let tag = hmac::sign(key, b"id");
    format!("{:08x}", tag.as_ref().iter().take(ID_BYTES).fold(0_u32, |id, byte| (id << 8) | u32::from(*byte)))
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl Device {
    pub(super) fn typed(&mut self, keys: &Keys, random: u128, now: Millis, effects: &mut Vec<Effect>) {
        for key in keys.reveal().chars() {
            if self.sequence.is_choosing() {
                self.choose(key, now, effects);
                continue;
            }
            if self.sequence.is_busy() || self.pending.is_some() {
                continue;
            }
            match self.keypad.press(key, now) {
                Pressed::Nothing => {}
                Pressed::Show(display) => self.show(display, now, effects),
                Pressed::Code(kind, digits) => self.enter(kind, &digits, random, now, effects),
            }
        }
    }

    fn enter(&mut self, kind: CodeKind, digits: &str, random: u128, now: Millis, effects: &mut Vec<Effect>) {
        let Some(key) = &self.identity.key else {
            return self.show(Display::NoConnection, now, effects);
        };
        let names = key.names(kind, digits);
        let clock = self.time.clock();
        let millis = clock.map_or_else(|| self.time.times(now).from.saturating_mul(1000), |clock| clock.millis(now));
        let id = Ulid::from_parts(u64::try_from(millis).unwrap_or(0), random).to_string();
        let (true, Some(clock)) = (self.connected, clock) else {
            return self.decide(TypedEntry { id, kind, names, was_sent: false }, now, effects);
        };
        let entry = EntryMessage {
            id: id.clone(),
            kind,
            code: names.first().map(CodeName::encode).unwrap_or_default(),
            other: names.get(1).map(CodeName::encode),
            at: clock.seconds(now),
            inside: self.lockers.inside().collect(),
        };
        effects.push(Effect::publish(self.identity.topics.keypad(), &entry));
        self.wait_for_cloud(TypedEntry { id, kind, names, was_sent: true }, now);
        self.show(Display::Asking, now, effects);
    }

    pub(super) fn show(&mut self, display: Display, now: Millis, effects: &mut Vec<Effect>) {
        self.keypad.shown(display, now);
        effects.push(Effect::Show(display));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(key: &DeviceKey, kind: CodeKind) -> Vec<String> {
        key.names(kind, "4711").iter().map(CodeName::encode).collect()
    }

    #[test]
    fn a_code_has_the_same_name_as_in_the_cloud() {
        // printf 'pin 4711' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01 -binary | head -c 16 | basenc --base64url
        let key = DeviceKey::new(&[1; 32]);
        assert_eq!(names(&key, CodeKind::Pin), ["FJBag743bcU2cjpyrLo69A"]);
        assert_eq!(names(&key, CodeKind::ReturnCode), ["BX8t1X3UU3uZ33Lt7lE7GQ"]);
        assert_eq!(format!("{key:?}"), "DeviceKey(…)");
    }

    /// Somebody who builds a device from the document alone tests it with these.
    #[test]
    fn the_test_vectors_in_the_document_are_right() {
        let document = include_str!("../../../docs/device-protocol.md");
        let key = DeviceKey::new(&[1; 32]);
        let inside: protocol::LockerSet = [0, 2, 5, 7].into_iter().collect();
        let bytes = serde_json::to_value(&inside).unwrap_or_default();
        let bytes = bytes.as_str().unwrap_or_default();
        for row in [
            format!("| id of the key | `{}` |", key.ids()[0]),
            format!("| code `pin 4711` | `{}` |", names(&key, CodeKind::Pin)[0]),
            format!("| code `return 4711` | `{}` |", names(&key, CodeKind::ReturnCode)[0]),
            format!("| inside 0, 2, 5, 7 | `{bytes}` |"),
        ] {
            assert!(document.contains(&row), "{row}");
        }
    }

    #[test]
    fn with_two_keys_a_code_has_a_name_under_each_and_each_key_an_id() {
        let [one, two] = [[1; 32], [2; 32]].map(|bytes| DeviceKey::new(&bytes));
        let both = DeviceKey::new(&[1; 32]).with_other(&[2; 32]);
        let of = |key| names(key, CodeKind::Pin);
        assert_eq!(of(&both), [of(&one), of(&two)].concat());
        // printf id | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01 | head -c 8; `shared/store` has the same vector
        assert_eq!(one.ids(), ["a2bfbba4"]);
        assert_eq!(both.ids(), [one.ids(), two.ids()].concat());
    }
}
