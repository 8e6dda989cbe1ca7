//! Contracts.

mod code;
mod contacts;
mod creating;
mod editing;
mod held;
mod key_page;
mod pins;
mod several_keys;

use api::Role;
use domain::{Contract, KeyDraft, KeyId, Sharing};
use store::{ContractFilter, PageRequest};
use testkit::{automat, key, metadata};

use crate::stage::Stage;

const NEW: &str = "/keys/K-1/contracts/new";

fn k1() -> KeyId {
    KeyId::parse("K-1").unwrap()
}

/// An operator, and the key `K-1` in the automat `lobby`.
async fn with_key(sharing: Sharing) -> Stage {
    let stage = Stage::of(Role::Operator).await;
    stage.store().create_automat(automat("lobby", 4), &metadata()).await.unwrap();
    stage.store().create_key(KeyDraft { sharing, ..key("K-1") }, &metadata()).await.unwrap();
    stage
}

/// As above, with a key that is not shared.
async fn stage() -> Stage {
    with_key(Sharing::NotShared).await
}

async fn contracts(stage: &Stage) -> Vec<Contract> {
    stage.table.project().await;
    let filter = ContractFilter::of_key(k1());
    let page = PageRequest { limit: 100, after: None };
    let listed = stage.store().contracts(&filter, &page, stage.clock.now()).await.unwrap().data;
    listed.into_iter().map(|listed| listed.contract).collect()
}
