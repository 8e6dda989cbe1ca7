//! Opening a locker from its page, and the page with the result.

use e2e::{Page, Stack, Stage, Visitor};

/// The page of a locker, and the action of its form.
fn locker(stage: &Stage, index: u16) -> (String, String) {
    let page = format!("/automats/{}/lockers/{index}", stage.automat);
    (page.clone(), format!("{page}/open"))
}

/// The changing part of an opening's page, once the opening has ended.
async fn ended(visitor: &Visitor, opening: &Page) -> Page {
    assert!(opening.url.path().starts_with("/openings/"), "{}: {}", opening.url, opening.text);
    visitor.get(&format!("{}/status?wait=20", opening.url.path())).await
}

#[tokio::test]
async fn a_locker_is_opened_once_and_its_page_says_so() {
    let stage = Stage::new(&Stack::local(), 3).await;
    let device = stage.device(&[]).await;
    let visitor = Visitor::signed_in(&stage.stack, "operator").await;
    let (page, open) = locker(&stage, 1);
    let page = visitor.get(&page).await;
    let opening = visitor.send(&page, &open, &[("reason", "Lost PIN")]).await;
    let end = ended(&visitor, &opening).await;
    assert!(end.text.contains(">Opened</p>") && end.text.contains("Lost PIN"), "{}", end.text);
    assert_eq!(device.motor_runs(1), 1);
    let again = visitor.send(&page, &open, &[("reason", "Lost PIN")]).await;
    assert_eq!((again.url, device.motor_runs(1)), (opening.url, 1), "a form that is sent twice opens once");
}

#[tokio::test]
async fn an_opening_with_a_jammed_lock_fails_and_can_be_tried_again() {
    let stage = Stage::new(&Stack::local(), 1).await;
    let device = stage.device(&[]).await;
    device.faults().jam(0, true);
    let visitor = Visitor::signed_in(&stage.stack, "operator").await;
    let (page, open) = locker(&stage, 0);
    let opening = visitor.send(&visitor.get(&page).await, &open, &[]).await;
    let end = ended(&visitor, &opening).await;
    assert!(end.text.contains(">Failed</p>"), "{}", end.text);
    device.faults().jam(0, false);
    let opening = visitor.send(&end, &open, &[]).await;
    assert!(ended(&visitor, &opening).await.text.contains(">Opened</p>"));
    assert_eq!(device.motor_runs(0), 2);
}
