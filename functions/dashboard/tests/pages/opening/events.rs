//! The lists of events.

use api::Role;
use domain::{ContractId, KeyId, OpeningOutcome};
use testkit::contract;

use super::{metadata_at, open, report, stage};

#[tokio::test]
async fn events_of_an_automat_are_listed_newest_first() {
    let stage = stage().await;
    let mut draft = contract(&KeyId::parse("K-1").unwrap(), 0, 3_600);
    draft.id = Some(ContractId::parse("b-1").unwrap());
    stage.store().create_contract(draft, &metadata_at(-30)).await.unwrap();
    let opening = open(&stage, "a").await;
    report(&stage, &opening, OpeningOutcome::Opened).await;
    insta::assert_snapshot!("events", stage.get_as(Role::Viewer, "/automats/lobby/events").await.main());
    let of_key = stage.get_as(Role::Viewer, "/keys/K-1/events").await.main();
    assert!(of_key.contains("A contract was created") && !of_key.contains("The automat was added"), "{of_key}");
}

#[tokio::test]
async fn a_long_list_of_events_is_paged() {
    let stage = stage().await;
    let first = stage.get_as(Role::Viewer, "/automats/lobby/events?limit=1").await.main();
    assert!(first.contains("The key was added") && !first.contains("Newest events"), "{first}");
    let href = "/automats/lobby/events?after=";
    let after = first.split_once(href).unwrap().1.split_once('"').unwrap().0;
    let second = stage.get_as(Role::Viewer, &format!("{href}{after}")).await.main();
    assert!(second.contains("The automat was added") && second.contains("Newest events"), "{second}");
    assert!(!second.contains("Older events"), "{second}");
    assert_eq!(stage.get_as(Role::Viewer, &format!("/keys/K-1/events?after={after}")).await.status, 400);
}

#[tokio::test]
async fn events_are_in_the_readers_language() {
    let stage = stage().await;
    for (language, said) in [("fi", "Automaatti lisättiin"), ("sv", "Automaten lades till")] {
        let page = stage.get_in(language, "/automats/lobby/events").await;
        assert!(page.html.contains(&format!("<html lang=\"{language}\">")) && page.main().contains(said));
    }
}
