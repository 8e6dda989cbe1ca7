//! Ids derived from an occasion: whoever handles it again computes the same id.

use domain::{Address, Channel, Instant, KeyId, MessageId, MessageKind};
use ring::digest::{Context, SHA256};
use ulid::Ulid;

use crate::Error;
use crate::items::valid;

/// An occasion on which contacts are notified.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occurrence<'a> {
    /// Of the contract.
    pub(super) incarnation: &'a str,
    /// Distinguishes it from all other occasions of the contract.
    pub(super) identity: &'a str,
    /// The same each time the occasion is handled.
    pub(super) at: Instant,
}

impl Occurrence<'_> {
    pub(super) fn message_id(&self, kind: MessageKind, address: &Address) -> Result<MessageId, Error> {
        let channel = match address.channel() {
            Channel::Email => "email",
            Channel::Sms => "sms",
        };
        valid(MessageId::parse(&self.ulid(&["message", kind.name(), channel, address.reveal()])))
    }

    /// The id of the event that records the occasion for a key.
    pub(super) fn event_id(&self, key: &KeyId) -> String {
        self.ulid(&["event", key.as_str()])
    }

    /// The time, and a hash of everything else: no address can be read from it.
    fn ulid(&self, what: &[&str]) -> String {
        let mut hash = Context::new(&SHA256);
        for part in [self.incarnation, self.identity].iter().chain(what) {
            hash.update(&part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let bits = hash.finish().as_ref().iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte));
        Ulid::from_parts(self.at.millis().unsigned_abs(), bits).to_string()
    }
}

#[cfg(test)]
mod tests {
    use domain::{Email, PhoneNumber};

    use super::*;

    #[test]
    fn a_message_is_named_by_its_occasion_its_kind_and_its_address() {
        let at = Instant::from_millis(1_795_521_600_000).unwrap();
        let occurrence = Occurrence { incarnation: "01J", identity: "7", at };
        let email = Address::Email(Email::parse("aino@example.fi").unwrap());
        let sms = Address::Sms(PhoneNumber::parse("+358401234567").unwrap());
        let name = |occurrence: Occurrence<'_>, kind, to: &Address| occurrence.message_id(kind, to).unwrap();
        let kind = MessageKind::ContractCreated;
        let named = name(occurrence, kind, &email);
        assert_eq!(named, name(occurrence, kind, &email));
        for another in [
            name(Occurrence { incarnation: "01K", ..occurrence }, kind, &email),
            name(Occurrence { identity: "8", ..occurrence }, kind, &email),
            name(Occurrence { at: at.plus_millis(1), ..occurrence }, kind, &email),
            name(occurrence, MessageKind::ContractUpdated, &email),
            name(occurrence, kind, &sms),
        ] {
            assert_ne!(named, another);
        }
        assert_eq!(Ulid::from_string(named.as_str()).unwrap().timestamp_ms(), 1_795_521_600_000);
    }
}
