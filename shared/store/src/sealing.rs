//! How PINs and return codes are stored: sealed (encrypted), so that they can be shown again, and under a keyed MAC,
//! so that they can be found. Without the stack's secret, an export of the table opens no locker (ADR 0004).

use std::iter;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use domain::{AutomatId, ContractId, KeyId, Pin, ReturnCode};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::items::ItemKey;

/// The first byte of a sealed code, so that the format can change later.
const FORM: u8 = 1;
/// Every code is padded to the longest PIN, so that its sealed length reveals nothing.
const PADDED: usize = 9;
/// 128 bits of a MAC: impossible to guess, and short in the key of every PIN item.
const MAC_BYTES: usize = 16;

/// Minimum length of a master secret, in characters of good randomness: whoever knows it and the table knows every
/// PIN.
const SHORTEST_SECRET: usize = 32;

/// Seals codes, and derives their names.
#[derive(Clone)]
pub struct CodeKeyring {
    current: Derived,
    /// The other secret, while the PIN secret is being rotated.
    other: Option<Derived>,
}

/// The keys derived from one master secret.
#[derive(Clone)]
struct Derived {
    id: String,
    seal: Arc<LessSafeKey>,
    mac: hmac::Key,
}

/// The names of a code in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) current: Mac,
    /// Under the other secret, if there is one. A code is stored under one of its names, never under both.
    pub(crate) other: Option<Mac>,
}

/// What a sealed code belongs to. It does not open if it is copied to another item.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// A contract's PIN.
    Contract(&'a ContractId),
    /// A key's return code.
    Key(&'a KeyId),
    /// The PIN in a message.
    Message(&'a ItemKey),
}

impl Owner<'_> {
    fn associated_data(self) -> String {
        match self {
            Self::Contract(contract) => format!("pin {contract}"),
            Self::Key(key) => format!("return {key}"),
            Self::Message(item_key) => format!("message {} {}", item_key.pk, item_key.sk),
        }
    }
}

/// The keyed MAC of a code: its name in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Mac(pub(crate) String);

/// An automat's own key, with which the names of all its codes are computed. Only its device gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceKey([u8; 32]);

impl DeviceKey {
    /// The bytes. Never for logs, errors, URLs or topics.
    #[must_use]
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// Identifies the key without revealing it: four bytes of a MAC under it, in hexadecimal.
    #[must_use]
    pub fn id(&self) -> String {
        id_of(&hmac::Key::new(hmac::HMAC_SHA256, &self.0))
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl Mac {
    fn of(tag: &hmac::Tag) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&tag.as_ref()[..MAC_BYTES]))
    }

    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.0).ok()
    }

    /// The name of a code as sent by a device; `None` if it is malformed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == MAC_BYTES).then(|| Self(text.to_owned()))
    }
}

impl CodeKeyring {
    /// Reads the stack's master secret: one line of at least 32 characters, and a second line with the other secret
    /// while it is being rotated.
    pub fn new(master: &[u8]) -> Result<Self, Error> {
        let mut lines = master.split(|&byte| byte == b'\n');
        let (first, second) = (lines.next().unwrap_or_default(), lines.next());
        if lines.next().is_some() {
            return Err(Error::Internal { context: "the master secret has more than two lines", source: None });
        }
        let current = Derived::new(first)?;
        let other = second.filter(|second| *second != first).map(Derived::new).transpose()?;
        Ok(Self { current, other })
    }

    /// A keyring of random bytes, with which nothing opens that is in the table.
    pub(crate) fn random(random: &Random) -> Result<Self, Error> {
        // A newline would separate two secrets.
        let bytes = random.bytes::<SHORTEST_SECRET>()?.map(|byte| if byte == b'\n' { 0 } else { byte });
        Self::new(&bytes)
    }

    /// Identifies the secrets without revealing them, for logs: which process has which during a rotation.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.other {
            None => self.current.id.clone(),
            Some(other) => format!("{} and {}", self.current.id, other.id),
        }
    }

    /// The key with which an automat computes the names of codes.
    #[must_use]
    pub fn device_key(&self, automat: &AutomatId) -> DeviceKey {
        self.current.device_key(automat)
    }

    /// Its key under the other secret, while the secret is being rotated.
    #[must_use]
    pub fn other_device_key(&self, automat: &AutomatId) -> Option<DeviceKey> {
        self.other.as_ref().map(|other| other.device_key(automat))
    }

    /// The names of a PIN. Each automat has a key of its own, so its device can compute its own names only.
    pub(crate) fn pin_names(&self, automat: &AutomatId, pin: &Pin) -> Names {
        self.names(automat, &format!("pin {}", pin.reveal()))
    }

    pub(crate) fn return_code_names(&self, automat: &AutomatId, code: &ReturnCode) -> Names {
        self.names(automat, &format!("return {}", code.reveal()))
    }

    /// The names of an address that was erased from a contract. Another contract has other names for the same
    /// address, so they reveal nothing elsewhere.
    pub(crate) fn erased_names(&self, incarnation: &str, address: &str) -> Names {
        let text = format!("erased {incarnation} {address}");
        let name = |secret: &Derived| Mac::of(&hmac::sign(&secret.mac, text.as_bytes()));
        Names { current: name(&self.current), other: self.other.as_ref().map(name) }
    }

    /// Seals the digits of a code.
    pub(crate) fn seal(&self, random: &Random, owner: Owner<'_>, digits: &str) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_LEN] = random.bytes()?;
        let mut body = format!("{digits:<PADDED$}").into_bytes();
        let (sealing, nonce_once) = (&self.current.seal, Nonce::assume_unique_for_key(nonce));
        sealing
            .seal_in_place_append_tag(nonce_once, Aad::from(owner.associated_data().as_bytes()), &mut body)
            .map_err(|source| Error::internal("sealing a code", source))?;
        Ok([&[FORM], nonce.as_slice(), &body].concat())
    }

    /// Opens a sealed code, and reads its digits. It does not say under which secret it is sealed; it opens under one
    /// and no other.
    pub(crate) fn open<T, E>(
        &self,
        sealed: &[u8],
        owner: Owner<'_>,
        parse: fn(&str) -> Result<T, E>,
    ) -> Result<T, Error> {
        let associated_data = owner.associated_data();
        let mut secrets = iter::once(&self.current).chain(&self.other);
        let digits = secrets.find_map(|secret| secret.open(sealed, &associated_data));
        digits.and_then(|digits| parse(&digits).ok()).ok_or(UNOPENED)
    }

    /// Whether a code is sealed under the current secret.
    pub(crate) fn is_current(&self, sealed: &[u8], owner: Owner<'_>) -> bool {
        self.current.open(sealed, &owner.associated_data()).is_some()
    }

    fn names(&self, automat: &AutomatId, code: &str) -> Names {
        let other = self.other.as_ref().map(|other| other.name(automat, code));
        Names { current: self.current.name(automat, code), other }
    }
}

impl Derived {
    fn new(master: &[u8]) -> Result<Self, Error> {
        if master.len() < SHORTEST_SECRET {
            return Err(Error::Internal { context: "the master secret is shorter than 32 characters", source: None });
        }
        let master = hmac::Key::new(hmac::HMAC_SHA256, master);
        let seal = hmac::sign(&master, b"seal codes, AES-256-GCM");
        let seal = UnboundKey::new(&AES_256_GCM, seal.as_ref())
            .map_err(|source| Error::internal("deriving the sealing key", source))?;
        let mac = hmac::sign(&master, b"name codes, HMAC-SHA-256");
        let mac = hmac::Key::new(hmac::HMAC_SHA256, mac.as_ref());
        Ok(Self { id: id_of(&master), seal: Arc::new(LessSafeKey::new(seal)), mac })
    }

    fn device_key(&self, automat: &AutomatId) -> DeviceKey {
        let tag = hmac::sign(&self.mac, automat.as_str().as_bytes());
        let mut key = [0; 32];
        key.copy_from_slice(tag.as_ref());
        DeviceKey(key)
    }

    fn name(&self, automat: &AutomatId, code: &str) -> Mac {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.device_key(automat).reveal());
        Mac::of(&hmac::sign(&key, code.as_bytes()))
    }

    fn open(&self, sealed: &[u8], associated_data: &str) -> Option<String> {
        let rest = sealed.strip_prefix(&[FORM])?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let opened = self.seal.open_in_place(nonce, Aad::from(associated_data.as_bytes()), &mut body).ok()?;
        Some(std::str::from_utf8(opened).ok()?.trim_end().to_owned())
    }
}

/// Four bytes of a MAC under a key, in hexadecimal.
fn id_of(key: &hmac::Key) -> String {
    let tag = hmac::sign(key, b"id");
    format!("{:08x}", tag.as_ref().iter().take(4).fold(0_u32, |id, byte| (id << 8) | u32::from(*byte)))
}

const UNOPENED: Error =
    Error::Internal { context: "a sealed code does not open under this stack's secret", source: None };

impl std::fmt::Debug for CodeKeyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeKeyring(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(secret: u8) -> CodeKeyring {
        CodeKeyring::new(&[secret; 32]).unwrap()
    }

    fn contract() -> ContractId {
        ContractId::parse("BK-1").unwrap()
    }

    #[test]
    fn a_sealed_pin_opens_only_for_its_contract_and_under_its_secret() {
        let contract = contract();
        let pin = Pin::parse("482915").unwrap();
        let owner = Owner::Contract(&contract);
        let sealed = codes(1).seal(&Random::system(), owner, pin.reveal()).unwrap();
        assert_eq!(codes(1).open(&sealed, owner, Pin::parse).unwrap(), pin);
        assert!(codes(2).open(&sealed, owner, Pin::parse).is_err());
        assert!(codes(1).open(&sealed, Owner::Contract(&ContractId::parse("BK-2").unwrap()), Pin::parse).is_err());
        assert!(codes(1).open(&sealed[1..], owner, Pin::parse).is_err());
    }

    #[test]
    fn sealing_hides_the_pin_its_length_and_that_two_are_the_same() {
        let contract = contract();
        let seal = |digits| codes(1).seal(&Random::system(), Owner::Contract(&contract), digits).unwrap();
        assert_eq!(seal("4829").len(), seal("482915736").len());
        assert_ne!(seal("4829"), seal("4829"));
        assert!(!seal("4829").windows(4).any(|bytes| bytes == b"4829"));
    }

    #[test]
    fn the_name_of_a_code_depends_on_the_automat_the_kind_and_the_secret() {
        let (lobby, garage) = (AutomatId::parse("lobby").unwrap(), AutomatId::parse("garage").unwrap());
        let pin = Pin::parse("4829").unwrap();
        let name = codes(1).pin_names(&lobby, &pin).current;
        assert_eq!(name, codes(1).pin_names(&lobby, &pin).current);
        assert_ne!(name, codes(1).pin_names(&garage, &pin).current);
        assert_ne!(name, codes(2).pin_names(&lobby, &pin).current);
        assert_ne!(name, codes(1).return_code_names(&lobby, &ReturnCode::parse("4829").unwrap()).current);
    }

    #[test]
    fn a_device_names_codes_with_its_key_as_we_do() {
        let lobby = AutomatId::parse("lobby").unwrap();
        let key = codes(1).device_key(&lobby);
        let named = |code: &str| {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.reveal()), code.as_bytes());
            Mac::parse(&URL_SAFE_NO_PAD.encode(&tag.as_ref()[..16]))
        };
        assert_eq!(named("pin 4829"), Some(codes(1).pin_names(&lobby, &Pin::parse("4829").unwrap()).current));
        let return_code = codes(1).return_code_names(&lobby, &ReturnCode::parse("4829").unwrap()).current;
        assert_eq!(named("return 4829"), Some(return_code));
        assert_ne!(key, codes(1).device_key(&AutomatId::parse("garage").unwrap()));
        assert_eq!(format!("{key:?}"), "DeviceKey(…)");
    }

    #[test]
    fn a_device_key_is_derived_as_provisioning_does() {
        // `infra/tools/test_provision.py` has the same figures.
        let codes = CodeKeyring::new(b"0123456789abcdef0123456789abcdef").unwrap();
        let key = codes.device_key(&AutomatId::parse("lobby").unwrap());
        let [high, low] =
            [&key.reveal()[..16], &key.reveal()[16..]].map(|half| u128::from_be_bytes(half.try_into().unwrap()));
        assert_eq!(
            format!("{high:032x}{low:032x}"),
            "7c0a71308816c6a5444dd07bd3a3faf78f8c2100e6cd8389f0cf1a90c9d78b32"
        );
    }

    #[test]
    fn a_malformed_name_of_a_code_is_not_looked_up() {
        for bad in ["", "c29tZQ", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA==", "4829"]
        {
            assert_eq!(Mac::parse(bad), None, "{bad:?}");
        }
        assert!(Mac::parse("AAAAAAAAAAAAAAAAAAAAAA").is_some());
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(CodeKeyring::new(b"hunter2").is_err());
        assert!(CodeKeyring::new(&two(7, 7)[..40]).is_err(), "so is a second one");
    }

    /// Two secrets, as Secrets Manager stores them.
    fn two(current: u8, other: u8) -> Vec<u8> {
        [&[current; 32][..], b"\n", &[other; 32]].concat()
    }

    #[test]
    fn with_two_secrets_a_code_opens_under_either_and_is_sealed_under_the_first() {
        let contract = contract();
        let pin = Pin::parse("482915").unwrap();
        let both = CodeKeyring::new(&two(2, 1)).unwrap();
        let owner = Owner::Contract(&contract);
        for sealing in [&codes(1), &codes(2), &CodeKeyring::new(&two(1, 2)).unwrap(), &both] {
            let sealed = sealing.seal(&Random::system(), owner, pin.reveal()).unwrap();
            assert_eq!(both.open(&sealed, owner, Pin::parse).unwrap(), pin);
        }
        let sealed = both.seal(&Random::system(), owner, pin.reveal()).unwrap();
        assert!(codes(2).open(&sealed, owner, Pin::parse).is_ok() && both.is_current(&sealed, owner));
        assert!(codes(1).open(&sealed, owner, Pin::parse).is_err());
        assert!(!CodeKeyring::new(&two(1, 2)).unwrap().is_current(&sealed, owner));
        assert!(codes(3).open(&sealed, owner, Pin::parse).is_err());
    }

    #[test]
    fn with_two_secrets_a_code_has_the_name_of_each() {
        let lobby = AutomatId::parse("lobby").unwrap();
        let pin = Pin::parse("4829").unwrap();
        let names = CodeKeyring::new(&two(2, 1)).unwrap().pin_names(&lobby, &pin);
        assert_eq!(names.current, codes(2).pin_names(&lobby, &pin).current);
        assert_eq!(names.other, Some(codes(1).pin_names(&lobby, &pin).current));
        assert_eq!(codes(2).pin_names(&lobby, &pin).other, None);
        assert_eq!(CodeKeyring::new(&two(2, 2)).unwrap().pin_names(&lobby, &pin).other, None, "the same twice is one");
        assert!(CodeKeyring::new(&[two(1, 2), two(3, 4)].join(&b'\n')).is_err());
    }

    #[test]
    fn an_automat_has_a_key_under_each_secret_and_each_key_an_id() {
        let lobby = AutomatId::parse("lobby").unwrap();
        let both = CodeKeyring::new(&two(2, 1)).unwrap();
        assert_eq!(both.device_key(&lobby), codes(2).device_key(&lobby));
        assert_eq!(both.other_device_key(&lobby), Some(codes(1).device_key(&lobby)));
        assert_eq!(codes(2).other_device_key(&lobby), None);
        assert_eq!(both.id(), format!("{} and {}", codes(2).id(), codes(1).id()));
        // printf id | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01 | head -c 8, as the device has it, too
        assert_eq!(DeviceKey([1; 32]).id(), "a2bfbba4");
    }
}
