//! What an automat knows of a contract, and what it may still accept without a connection.

use domain::{AutomatId, ContractDraft, ContractId};
use testkit::{at, contract, metadata, pin};

use super::{k1, stage};
use crate::stage::Stage;

const DAY: i64 = 86_400;

/// A contract in an automat that knows it and has no connection since 12:01, 14:01 in Helsinki.
async fn held() -> Stage {
    let stage = stage().await;
    let id = Some(ContractId::parse("BK-1").unwrap());
    let draft = ContractDraft { id, pin: Some(pin("482915")), ..contract(&k1(), 0, 3 * DAY) };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
    stage.table.hold_and_disconnect(&AutomatId::parse("lobby").unwrap(), at(60)).await;
    stage.later(120);
    stage
}

const SINCE: &str = "lobby has had no connection since Tue 24 Nov 2026, 14:01.";
const STILL: &str = "Until Wed 25 Nov 2026, 14:01, or until it is connected again, it may still open lockers";

#[tokio::test]
async fn a_contract_says_what_its_automat_knows() {
    let stage = held().await;
    let page = stage.get("/contracts/BK-1").await;
    assert!(
        page.has(SINCE) && page.has("It knows this contract: its PIN works there until Wed 25 Nov"),
        "{}",
        page.main()
    );
    assert!(page.has(STILL), "before a new PIN: {}", page.main());
    stage.fill("/contracts/BK-1/edit", &[("end.date", "2026-11-26")]).await;
    stage.post("/contracts/BK-1/pin/new", &[]).await;
    let page = stage.get("/contracts/BK-1").await;
    assert!(page.has("knows this contract as it was before. Until Wed 25 Nov 2026, 14:01"), "{}", page.main());
    for (language, text) in [("fi", "tuntee sopimuksen aiemmassa muodossa"), ("sv", "som det var förut")] {
        assert!(stage.get_in(language, "/contracts/BK-1").await.has(text), "{language}");
    }
}

#[tokio::test]
async fn a_new_contract_is_not_known_without_a_connection() {
    let stage = held().await;
    let id = Some(ContractId::parse("BK-2").unwrap());
    let draft = ContractDraft { id, pin: Some(pin("482916")), ..contract(&k1(), 4 * DAY, 5 * DAY) };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
    let page = stage.get("/contracts/BK-2").await;
    assert!(
        page.has("does not know this contract: its PIN works there once the automat is connected again"),
        "{}",
        page.main()
    );
}

#[tokio::test]
async fn what_is_taken_away_is_said_before_and_after() {
    let stage = held().await;
    for path in ["/contracts/BK-1/end", "/contracts/BK-1/remove", "/keys/K-1/remove"] {
        let page = stage.get_as(api::Role::Admin, path).await;
        assert!(page.has(SINCE) && page.has(STILL), "{path}: {}", page.main());
    }
    let preview = stage.fill("/contracts/BK-1/edit", &[("end.date", "2026-11-26")]).await;
    assert!(preview.status == 200 && preview.has(STILL), "{}", preview.main());
    let removed = stage.fill("/contracts/BK-1/remove", &[]).await;
    let to = removed.to.unwrap();
    assert!(stage.get(&to).await.has("may still accept its PIN"), "{to}");
}
