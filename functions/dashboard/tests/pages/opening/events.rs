//! The page of all that happened.

use api::Role;
use domain::{
    Actor, AutomatId, CodeKind, ContractDraft, ContractId, KeyDraft, KeyId, Name, OfflineTimes, OpeningOutcome,
};
use store::{JournalFact, JournalLine, OfflineEntry, RequestMetadata};
use testkit::{at, automat, contract, key, locker};

use super::{metadata_at, open, report, stage};
use crate::stage::Stage;

async fn book(stage: &Stage, id: &str, key: &str, person: &str, metadata: &RequestMetadata) {
    let draft = ContractDraft {
        id: Some(ContractId::parse(id).unwrap()),
        person: Name::parse(person).unwrap(),
        ..contract(&KeyId::parse(key).unwrap(), 0, 3_600)
    };
    stage.store().create_contract(draft, metadata).await.unwrap();
}

#[tokio::test]
async fn events_of_an_automat_are_listed_newest_first() {
    let stage = stage().await;
    book(&stage, "b-1", "K-1", "Ada Aalto", &metadata_at(-30)).await;
    let opening = open(&stage, "a").await;
    report(&stage, &opening, OpeningOutcome::Opened).await;
    insta::assert_snapshot!("events", stage.get_as(Role::Viewer, "/activity?automatId=lobby").await.main());
    let of_key = stage.get_as(Role::Viewer, "/activity?keyId=K-1").await.main();
    assert!(of_key.contains("A contract was created") && !of_key.contains("The automat was added"), "{of_key}");
}

#[tokio::test]
async fn a_long_list_of_events_is_paged() {
    let stage = stage().await;
    let first = stage.get_as(Role::Viewer, "/activity?limit=1").await.main();
    assert!(first.contains("The key was added"), "{first}");
    let href = "/activity?after=";
    let after = first.split_once(href).unwrap().1.split_once('"').unwrap().0;
    stage.later(600);
    let second = stage.get_as(Role::Viewer, &format!("{href}{after}")).await.main();
    assert!(second.contains("The automat was added") && !second.contains("The key was added"), "{second}");
    assert!(!second.contains("Older events"), "{second}");
    assert_eq!(stage.get_as(Role::Viewer, &format!("/activity?automatId=lobby&after={after}")).await.status, 200);
    assert_eq!(stage.get_as(Role::Viewer, &format!("/activity?keyId=K-1&after={after}")).await.status, 400);
}

#[tokio::test]
async fn events_are_in_the_readers_language() {
    let stage = stage().await;
    for (language, said) in [("fi", "Automaatti lisättiin"), ("sv", "Automaten lades till")] {
        let page = stage.get_in(language, "/activity").await;
        assert!(page.html.contains(&format!("<html lang=\"{language}\">")) && page.main().contains(said));
    }
}

/// With a second automat, two contracts, and a user whose name is known.
async fn two_automats() -> Stage {
    let stage = stage().await;
    stage.store().create_automat(automat("yard", 3), &metadata_at(-90)).await.unwrap();
    let draft = KeyDraft { automat: AutomatId::parse("yard").unwrap(), ..key("Y-1") };
    stage.store().create_key(draft, &metadata_at(-50)).await.unwrap();
    let maija = Actor::new("73cc2892-b0a1-70c5-4e55-3c3d0b8b6a11");
    stage.store().record_user(&maija, "Maija Mäki", at(-45)).await.unwrap();
    let metadata = |seconds| RequestMetadata { actor: maija.clone(), ..metadata_at(seconds) };
    book(&stage, "b-1", "K-1", "Olga Owner", &metadata(-40)).await;
    book(&stage, "b-2", "Y-1", "Ville Visitor", &metadata_at(-30)).await;
    stage
}

#[tokio::test]
async fn events_of_all_automats_are_one_list_with_the_names_of_people() {
    let stage = two_automats().await;
    let page = stage.get("/activity").await;
    let order = ["Ville Visitor", "Olga Owner", "The key was added", "The automat was added"];
    let found = order.map(|text| page.html.find(text));
    assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{found:?} {}", page.main());
    assert!(page.has("Maija Mäki") && page.has("<a href=\"/contracts/b-1\">Olga Owner</a>"), "{}", page.main());
    assert!(page.has("href=\"/activity\" aria-current=\"page\">Activity"), "{}", page.html);
    _ = stage.table.wire.tally();
    stage.get("/activity").await;
    // The automats and their items; a query for each of the two; users and contracts.
    assert_eq!(stage.table.wire.tally().round_trips, 6);
}

#[tokio::test]
async fn the_filter_is_in_the_address() {
    let stage = two_automats().await;
    for (filter, shown, hidden) in [
        ("automatId=yard", "/keys/Y-1", "/keys/K-1"),
        ("keyId=K-1", "/keys/K-1", "/keys/Y-1"),
        ("person=olga", "Olga Owner", "Ville Visitor"),
        ("person=maki", "Olga Owner", "Ville Visitor"),
        ("kind=contracts", "A contract was created", "The key was added"),
        ("kind=setup&automatId=lobby", "The key was added", "A contract was created"),
        ("from=2026-11-24&to=2026-11-24", "A contract was created", "Nothing like this"),
        ("from=2026-11-25", "Nothing like this", "A contract was created"),
        ("to=2026-11-23", "Nothing like this", "A contract was created"),
        ("keyId=K-1&automatId=yard", "Nothing like this", "A contract was created"),
    ] {
        let page = stage.get(&format!("/activity?{filter}")).await;
        let main = page.main().split_once("</form>").unwrap().1.to_owned();
        assert!(page.status == 200 && main.contains(shown) && !main.contains(hidden), "{filter}: {main}");
        let table = main.split_once("href=\"/activity.csv?");
        assert_eq!(table.is_some(), !main.contains("Nothing like this"), "{filter}: {main}");
    }
    let page = stage.get("/activity?kind=contracts&person=olga").await;
    assert!(
        page.has("name=\"kind\" value=\"contracts\"") && page.has("href=\"/activity?person=olga&#38;kind=keypad\"")
    );
    for (filter, said) in [
        ("person=-", "Enter a letter or a digit."),
        ("keyId=Z-9", "There is no key Z-9"),
        ("automatId=attic", "There is no automat attic"),
        ("from=someday", "Enter a real date"),
        ("from=2026-11-25&to=2026-11-24", "must not be before the first"),
    ] {
        for path in ["/activity", "/activity.csv"] {
            let page = stage.get(&format!("{path}?{filter}")).await;
            assert!(page.status == 422 && page.has(said), "{filter}: {}", page.main());
        }
    }
}

#[tokio::test]
async fn events_can_be_downloaded_as_a_table() {
    let stage = two_automats().await;
    let table = stage.get("/activity.csv?kind=contracts").await.html;
    let rows: Vec<_> = table.lines().collect();
    assert!(
        rows[0].ends_with("at,type,what,who,person,contractId,keyId,automatId,lockerIndex,offlineFrom,offlineTo"),
        "{table}"
    );
    assert_eq!(rows.len(), 3, "{table}");
    let olga = "Maija Mäki,Olga Owner,b-1,K-1,lobby,1,,";
    assert!(rows[2].starts_with("2026-11-24T11:59:20Z,contract-created,") && rows[2].ends_with(olga), "{table}");
}

/// What an automat did without a connection: a return with the key's code, in a known interval; a wrong entry, of which only the
/// beginning is known; and another within a minute.
async fn without_a_connection(stage: &Stage) {
    let times = |from, to: Option<i64>| Some(OfflineTimes { from: at(from), to: to.map(at) });
    let kind = CodeKind::ReturnCode;
    let entry =
        OfflineEntry { id: "e-1".to_owned(), kind, contract: None, fetch: Vec::new(), give_back: vec![locker(1)] };
    let lines = [
        JournalLine { number: 1, at: times(-3_600, Some(-3_480)), what: Some(JournalFact::Entry(entry)) },
        JournalLine { number: 2, at: times(-1_800, None), what: Some(JournalFact::WrongEntry(kind)) },
        JournalLine { number: 3, at: times(-600, Some(-590)), what: Some(JournalFact::WrongEntry(kind)) },
    ];
    let lobby = AutomatId::parse("lobby").unwrap();
    assert_eq!(stage.store().record_journal(&lobby, "f81c", &lines, at(0)).await.unwrap().up_to, 3);
}

#[tokio::test]
async fn an_event_without_a_connection_says_between_which_times_it_happened() {
    let stage = two_automats().await;
    without_a_connection(&stage).await;
    for (language, mark, between, after, within_a_minute) in [
        (
            "en",
            "No connection",
            "happened between Tue 24 Nov 2026, 13:00 and Tue 24 Nov 2026, 13:02",
            "happened after Tue 24 Nov 2026, 13:30",
            "happened at Tue 24 Nov 2026, 13:50",
        ),
        ("fi", "Ei yhteyttä", "välillä", "aikaisintaan", "tapahtui ti 24.11.2026"),
        ("sv", "Ingen anslutning", "mellan", "tidigast", "hände tis"),
    ] {
        let page = stage.get_in(language, "/activity?kind=keypad").await.main();
        for said in [mark, between, after, within_a_minute] {
            assert!(page.contains(said), "{language} {said}: {page}");
        }
    }
    let of_key = stage.get("/keys/K-1").await.main();
    assert!(of_key.contains("No connection") && of_key.contains("between"), "{of_key}");
    let table = stage.get("/activity.csv?kind=keypad").await.html;
    assert!(
        table.contains(",2026-11-24T11:00:00Z,2026-11-24T11:02:00Z") && table.contains(",2026-11-24T11:30:00Z,"),
        "{table}"
    );
}
