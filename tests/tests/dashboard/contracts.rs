//! Contracts over all keys.

use e2e::device::eventually;
use e2e::{Stack, Stage, Visitor};

#[tokio::test]
async fn contracts_are_listed_and_downloaded_as_a_table() {
    let stage = Stage::new(&Stack::local(), 2).await;
    let (key, viewer) = (stage.key().await, stage.stack.viewer());
    stage.booked(&key, 1, 2).await;
    let list = format!("/v1/contracts?automatId={}", stage.automat);
    eventually(|| viewer.get(&list), |list| list["data"].as_array().is_some_and(|found| found.len() == 1)).await;
    let visitor = Visitor::signed_in(&stage.stack, "viewer").await;
    let page = visitor.get(&format!("/contracts?automatId={}&state=upcoming", stage.automat)).await;
    assert!(page.text.contains(&key), "{}", page.text);
    let table = visitor.get(&format!("/contracts.csv?automatId={}&state=upcoming", stage.automat)).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"contracts.csv\"");
    assert!(table.text.starts_with("\u{feff}contractId,"), "one byte order mark: {:?}", table.text);
    assert!(table.text.lines().count() == 2 && table.text.contains(&key), "{}", table.text);
}
