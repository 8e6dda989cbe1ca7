//! What a device opens with its key: pages and leases.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Lease, Page, PageVersions, SEALING_KEY, Sealed, SealedPage, ThingName};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{digest, hmac};

/// Opens a locker's page with a device key. `None`: it is for another device, locker or version.
#[must_use]
pub fn open_page(device_key: &[u8], thing: &ThingName, locker: u16, page: &SealedPage) -> Option<Page> {
    Page::decode(&unseal(device_key, &page.sealed, &Page::associated_data(thing, locker, page.version))?)
}

/// Opens a lease with a device key.
#[must_use]
pub fn open_lease(device_key: &[u8], thing: &ThingName, lease: &Sealed) -> Option<Lease> {
    Lease::decode(&unseal(device_key, lease, &Lease::associated_data(thing))?)
}

/// The root of a lease for pages of these versions.
#[must_use]
pub fn lease_root(versions: &PageVersions) -> [u8; 8] {
    let hash = digest::digest(&digest::SHA256, &versions.bytes());
    *hash.as_ref().first_chunk().unwrap()
}

/// The id of a device key.
#[must_use]
pub fn device_key_id(device_key: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, device_key), b"id");
    format!("{:08x}", u32::from_be_bytes(*tag.as_ref().first_chunk().unwrap()))
}

/// Opens what is sealed under a device key and bound to this. `None`: it is under another one, or bound to something else.
#[must_use]
pub fn unseal(device_key: &[u8], sealed: &Sealed, associated_data: &str) -> Option<Vec<u8>> {
    let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, device_key), SEALING_KEY.as_bytes());
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).ok()?);
    let bytes = URL_SAFE_NO_PAD.decode(&sealed.0).ok()?;
    let (nonce, contents) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let mut contents = contents.to_vec();
    let opened =
        key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(associated_data), &mut contents).ok()?;
    Some(opened.to_vec())
}
