//! Cabinets in use.

use domain::{KeyDraft, KeyId, Property};
use store::Store;

use crate::{automat, contract, key, locker, metadata};

/// Creates the automat `lobby`, with a key in nine of ten lockers and an active contract for every other key.
pub async fn fill(store: &Store, lockers: u32) {
    store.create_automat(automat("lobby", lockers), &metadata()).await.unwrap();
    for n in (0..lockers).filter(|n| n % 10 != 9) {
        let property = Property::parse(&format!("Mannerheimintie {n} A {}", n % 40)).unwrap();
        let id = KeyId::parse(&format!("M-{n:04}")).unwrap();
        let draft = KeyDraft { id: id.clone(), property, locker: Some(locker(n)), ..key("K") };
        store.create_key(draft, &metadata()).await.unwrap();
        if n % 2 == 0 {
            store.create_contract(contract(&id, 0, 3_600 + i64::from(n) * 60), &metadata()).await.unwrap();
        }
    }
}
