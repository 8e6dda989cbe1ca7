//! The verifier of a PIN: what a device compares a typed PIN with, when it has no connection (ADR 0053).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AutomatId;
use protocol::ThingName;
use scrypt::Params;
use tokio::sync::Semaphore;

use crate::Error;
use crate::sealing::Mac;

/// The cost of a verifier: scrypt's `N` is 2 to this power, which takes 16 MB and 40 ms of a CPU.
///
/// RFC 7914, section 2: "r=8 and p=1 appears to yield good results" (<https://www.rfc-editor.org/rfc/rfc7914>). OWASP
/// recommends at least 2^17 for passwords
/// (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>). A device computes one while somebody
/// waits at the keypad, on a small computer: 2^17 would take it 128 MB and some seconds. All codes of six digits are tried in
/// 11 hours of a CPU at 2^14 and in 4 days at 2^17; with names alone it takes seconds.
///
/// If this changes, the attribute of the PIN's item needs another name, so that every verifier is computed again.
pub const PIN_COST: u8 = 14;
const BLOCK_SIZE: u32 = 8;
const PARALLELISM: u32 = 1;

/// So many bytes of the result are kept.
const BYTES: usize = 8;

/// Each takes 16 MB, and there is one CPU.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// The verifier of the PIN with this name.
pub(super) async fn of_pin(automat: &AutomatId, name: &Mac) -> Result<String, Error> {
    const MALFORMED: Error = Error::Internal { context: "computing a verifier of a malformed name", source: None };
    let name = name.bytes().ok_or(MALFORMED)?;
    let salt = ThingName::of_automat(automat.as_str());
    let failed = |source| Error::internal("computing a verifier", source);
    let permit = ONE_AT_A_TIME.acquire().await.map_err(|source| Error::internal("computing a verifier", source))?;
    // On a thread of its own, because other records are projected meanwhile.
    let computed = tokio::task::spawn_blocking(move || compute(&name, salt.as_str())).await.map_err(failed)?;
    drop(permit);
    computed
}

fn compute(name: &[u8], salt: &str) -> Result<String, Error> {
    let failed = |source| Error::internal("the parameters of scrypt", source);
    let params = Params::new(PIN_COST, BLOCK_SIZE, PARALLELISM).map_err(failed)?;
    let mut bytes = [0; BYTES];
    scrypt::scrypt(name, salt.as_bytes(), &params, &mut bytes)
        .map_err(|source| Error::internal("the length of a verifier", source))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_is_as_the_protocol_says() {
        // The name of the PIN 4711 under a device key of 32 bytes 01, from docs/device-protocol.md. In Python:
        // hashlib.scrypt(base64.urlsafe_b64decode("FJBag743bcU2cjpyrLo69A=="), salt=b"lobby", n=2**14, r=8, p=1, dklen=8)
        let name = Mac::parse("FJBag743bcU2cjpyrLo69A").unwrap().bytes().unwrap();
        assert_eq!(compute(&name, "lobby").unwrap(), "i0W-w9MhA-0");
        assert_ne!(compute(&name, "garage").unwrap(), "i0W-w9MhA-0");
    }

    #[tokio::test]
    async fn the_salt_is_the_name_of_the_thing() {
        let (automat, name) = (AutomatId::parse("lobby.2").unwrap(), Mac::parse("FJBag743bcU2cjpyrLo69A").unwrap());
        let expected = compute(&name.bytes().unwrap(), "lobby:2").unwrap();
        assert_eq!(of_pin(&automat, &name).await.unwrap(), expected);
    }
}
