//! From typed keys to an entry: the code is named by a MAC, and forgotten.

use std::fmt;
use std::iter;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{CodeKind, Entry};
use ring::hmac;
use ulid::Ulid;

use super::keypad::Pressed;
use super::{Device, Display, Effect, Keys};
use crate::clock::Millis;

/// So many bytes of the MAC name a code.
const MAC_BYTES: usize = 16;

/// So many bytes of a MAC tell one key from another.
const ID_BYTES: usize = 4;

/// The automat's own key, given to it when it is set up: under it codes have the names that the cloud finds them by.
/// While the cloud's secret is being replaced there are two, and codes have a name under each.
#[derive(Clone)]
pub struct DeviceKey {
    key: hmac::Key,
    other: Option<hmac::Key>,
}

impl DeviceKey {
    /// From its 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, bytes), other: None }
    }

    /// The same and another one beside it.
    #[must_use]
    pub fn with_other(self, bytes: &[u8; 32]) -> Self {
        Self { other: Some(hmac::Key::new(hmac::HMAC_SHA256, bytes)), ..self }
    }

    /// What tells the cloud which keys these are.
    pub(crate) fn ids(&self) -> Vec<String> {
        let id = |key| {
            let tag = hmac::sign(key, b"id");
            format!("{:08x}", tag.as_ref().iter().take(ID_BYTES).fold(0_u32, |id, byte| (id << 8) | u32::from(*byte)))
        };
        iter::once(&self.key).chain(&self.other).map(id).collect()
    }

    /// The name of a code, and the one that it has under the other key.
    fn names(&self, kind: CodeKind, digits: &str) -> (String, Option<String>) {
        let name = |key| {
            let mut mac = hmac::Context::with_key(key);
            mac.update(kind.prefix().as_bytes());
            mac.update(digits.as_bytes());
            URL_SAFE_NO_PAD.encode(&mac.sign().as_ref()[..MAC_BYTES])
        };
        (name(&self.key), self.other.as_ref().map(name))
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl Device {
    /// Takes what was typed, key by key.
    pub(super) fn typed(&mut self, keys: &Keys, random: u128, now: Millis, effects: &mut Vec<Effect>) {
        for key in keys.reveal().chars() {
            match self.keypad.press(key, now) {
                Pressed::Nothing => {}
                Pressed::Show(display) => self.show(display, now, effects),
                Pressed::Code(kind, digits) => self.enter(kind, &digits, random, now, effects),
            }
        }
    }

    fn enter(&mut self, kind: CodeKind, digits: &str, random: u128, now: Millis, effects: &mut Vec<Effect>) {
        let (true, Some(clock), Some(key)) = (self.connected, self.clock, &self.identity.key) else {
            return self.show(Display::NoConnection, now, effects);
        };
        let id = Ulid::from_parts(u64::try_from(clock.millis(now)).unwrap_or(0), random).to_string();
        let (code, other) = key.names(kind, digits);
        let entry = Entry {
            id: id.clone(),
            kind,
            code,
            other,
            at: clock.seconds(now),
            inside: self.lockers.inside().collect(),
        };
        effects.push(Effect::publish(self.identity.topics.keypad(), &entry));
        self.keypad.wait(id, now);
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

    #[test]
    fn a_code_has_the_name_that_the_cloud_gives_it() {
        // printf 'pin 4711' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01 -binary | head -c 16 | basenc --base64url
        let key = DeviceKey::new(&[1; 32]);
        assert_eq!(key.names(CodeKind::Pin, "4711"), ("FJBag743bcU2cjpyrLo69A".to_owned(), None));
        assert_eq!(key.names(CodeKind::ReturnCode, "4711"), ("BX8t1X3UU3uZ33Lt7lE7GQ".to_owned(), None));
        assert_eq!(format!("{key:?}"), "DeviceKey(…)");
    }

    /// Whoever builds a device by the document alone tries it with these.
    #[test]
    fn the_documents_test_vectors_are_what_the_code_does() {
        let document = include_str!("../../../docs/device-protocol.md");
        let key = DeviceKey::new(&[1; 32]);
        let inside: protocol::Inside = [0, 2, 5, 7].into_iter().collect();
        let bytes = serde_json::to_value(&inside).unwrap_or_default();
        let bytes = bytes.as_str().unwrap_or_default();
        for row in [
            format!("| id of the key | `{}` |", key.ids()[0]),
            format!("| code `pin 4711` | `{}` |", key.names(CodeKind::Pin, "4711").0),
            format!("| code `return 4711` | `{}` |", key.names(CodeKind::ReturnCode, "4711").0),
            format!("| inside 0, 2, 5, 7 | `{bytes}` |"),
        ] {
            assert!(document.contains(&row), "{row}");
        }
    }

    #[test]
    fn with_two_keys_a_code_has_a_name_under_each_and_each_key_an_id() {
        let [one, two] = [[1; 32], [2; 32]].map(|bytes| DeviceKey::new(&bytes));
        let both = DeviceKey::new(&[1; 32]).with_other(&[2; 32]);
        let name = |key: &DeviceKey| key.names(CodeKind::Pin, "4711").0;
        assert_eq!(both.names(CodeKind::Pin, "4711"), (name(&one), Some(name(&two))));
        // printf id | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01 | head -c 8, as `shared/store` has it, too
        assert_eq!(one.ids(), ["a2bfbba4"]);
        assert_eq!(both.ids(), [one.ids(), two.ids()].concat());
    }
}
