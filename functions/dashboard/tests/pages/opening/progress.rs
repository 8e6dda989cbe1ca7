//! The progress of an opening, and its result.

use std::time::Duration;

use api::Role;
use domain::OpeningOutcome;

use super::{open, report, stage};

#[tokio::test]
async fn a_requested_opening_says_what_it_waits_for() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    let page = stage.get(&opening).await;
    assert!(page.html.contains("<noscript><meta http-equiv=\"refresh\""), "{}", page.html);
    insta::assert_snapshot!("requested", page.main());
}

#[tokio::test]
async fn each_result_of_an_opening_is_explained() {
    for (outcome, title, meaning, again) in [
        (OpeningOutcome::Opened, "Opened", "Locker 1 is open.", false),
        (OpeningOutcome::Refused, "Refused", "The automat did not try to open the locker", true),
        (OpeningOutcome::Failed, "Failed", "does not know whether locker 1 opened", true),
        (OpeningOutcome::Expired, "Expired", "The locker was not opened.", true),
    ] {
        let stage = stage().await;
        let opening = open(&stage, "a").await;
        report(&stage, &opening, outcome).await;
        let page = stage.get(&opening).await;
        let main = page.main();
        assert!(main.contains(&format!(">{title}</p>")) && main.contains(meaning), "{main}");
        assert_eq!((main.contains("Try again"), main.contains("data-waiting")), (again, false), "{main}");
        assert!(!page.html.contains("http-equiv=\"refresh\""));
        let seen = stage.get_as(Role::Viewer, &opening).await.main();
        assert!(!seen.contains("<button") && seen.contains(title), "{seen}");
    }
}

#[tokio::test]
async fn an_unanswered_opening_may_have_opened_the_locker() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    stage.later(20);
    let expired = stage.get(&opening).await.main();
    assert!(expired.contains(">Expired</p>") && expired.contains("Check its door"), "{expired}");
    assert!(expired.contains("Refresh") && expired.contains("Try again"), "{expired}");
    report(&stage, &opening, OpeningOutcome::Opened).await;
    assert!(stage.get(&opening).await.main().contains(">Opened</p>"));
}

#[tokio::test]
async fn a_status_request_waits_for_news() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    let following = async { stage.get(&format!("{opening}/status?wait=20")).await };
    let reporting = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        report(&stage, &opening, OpeningOutcome::Opened).await;
    };
    let (followed, ()) = tokio::join!(following, reporting);
    assert_eq!(followed.status, 200);
    assert!(!followed.html.contains("<html"), "a part of a page");
    insta::assert_snapshot!("opened", followed.main());
}

#[tokio::test]
async fn an_opening_outlives_its_automat() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    let (key, automat) = (domain::KeyId::parse("K-1").unwrap(), domain::AutomatId::parse("lobby").unwrap());
    let store = &stage.store();
    store.remove_key(&key, true, store::Expected::Any, &testkit::metadata()).await.unwrap();
    store.remove_automat(&automat, store::Expected::Any, &testkit::metadata()).await.unwrap();
    stage.later(20);
    let page = stage.get_as(Role::Viewer, &opening).await;
    assert!(page.status == 200 && page.main().contains("12:00 UTC"), "{}", page.html);
}

#[tokio::test]
async fn unknown_openings_and_parameters_are_refused() {
    let stage = stage().await;
    for uri in ["/openings/01KB3CFY80000000000000000Z", "/openings/x", "/openings/x/status"] {
        assert_eq!(stage.get_as(Role::Viewer, uri).await.status, 404, "{uri}");
    }
    let opening = open(&stage, "a").await;
    for query in ["status?wait=21", "status?wait=x", "status?weight=1"] {
        assert_eq!(stage.get_as(Role::Viewer, &format!("{opening}/{query}")).await.status, 400, "{query}");
    }
}
