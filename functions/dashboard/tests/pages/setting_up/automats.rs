use api::Role;
use domain::{AutomatId, DoorState, KeyDraft, KeyId, Presence, Property};
use store::{LockerReport, LockerReports};
use testkit::{at, automat, contract, key, locker, metadata};

use crate::stage::Stage;

const LOBBY: [(&str, &str); 5] = [
    ("automatId", "lobby"),
    ("name", "Lobby"),
    ("lockerCount", "6"),
    ("timeZone", "Europe/Helsinki"),
    ("location.address", "Katu 1"),
];

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

/// `lobby` with a key inside, one out in time, one out too long, one that was never reported, an empty locker, and one
/// with a key inside that is in no list; the door of locker 1 is open.
async fn busy(stage: &Stage) {
    let store = &stage.store();
    store.create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    for (id, property) in [("A-1", "Flat 1"), ("A-2", "Flat <2>"), ("A-3", ""), ("A-4", "")] {
        let draft = KeyDraft { property: Property::parse(property).unwrap(), ..key(id) };
        store.create_key(draft, &metadata()).await.unwrap();
    }
    let id = |text| KeyId::parse(text).unwrap();
    for (key, start, end) in [("A-2", -3_600, 3_600), ("A-3", -7_200, 60)] {
        let mut draft = contract(&id(key), start, end);
        draft.id = Some(domain::ContractId::parse(&format!("of-{key}")).unwrap());
        draft.pin = Some(testkit::pin(if key == "A-2" { "48291" } else { "58291" }));
        store.create_contract(draft, &metadata()).await.unwrap();
    }
    let report =
        |inside, door, by: Option<&str>| LockerReport { key_inside: Some(inside), door, by: by.map(str::to_owned) };
    let closed = DoorState::Closed;
    let all_in = [0, 1, 2].map(|index| (locker(index), report(true, closed, None))).into();
    report_lockers(stage, 1, all_in).await;
    for (n, index, digits) in [(2, 1, "48291"), (3, 2, "58291")] {
        let entry = testkit::entry(store, &format!("e-{n}"), domain::CodeKind::Pin, digits, at(0), &[0, 1, 2]);
        store.keypad_entry(&lobby(), entry, at(0)).await.unwrap();
        let door = if index == 1 { DoorState::Open } else { closed };
        report_lockers(stage, n, vec![(locker(index), report(false, door, Some(&format!("e-{n}"))))]).await;
    }
    report_lockers(stage, 4, vec![(locker(5), report(true, closed, None))]).await;
}

async fn report_lockers(stage: &Stage, n: u64, lockers: Vec<(domain::LockerIndex, LockerReport)>) {
    let reports = LockerReports { n, lockers, device_keys: Vec::new() };
    stage.store().record_locker_reports(&lobby(), reports, at(0)).await.unwrap();
}

#[tokio::test]
async fn an_empty_list_says_what_to_do() {
    let stage = Stage::of(Role::Admin).await;
    for page in ["/automats", "/"] {
        assert!(stage.get(page).await.html.contains("href=\"/automats/new\""), "{page}");
        let others = stage.get_as(Role::Operator, page).await;
        assert!(others.html.contains("Ask an admin") && !others.html.contains("/automats/new"), "{page}");
    }
}

#[tokio::test]
async fn an_automat_is_added_edited_and_removed() {
    let stage = Stage::of(Role::Admin).await;
    let added = stage.fill("/automats/new", &LOBBY).await;
    assert_eq!((added.status, added.to.as_deref()), (303, Some("/automats/lobby?done=added")), "{}", added.html);
    let edited = stage.fill("/automats/lobby/edit", &[("name", "Entrance & hall")]).await;
    assert_eq!((edited.status, edited.to.as_deref()), (303, Some("/automats/lobby?done=changed")));
    let view = stage.get_as(Role::Viewer, "/automats/lobby").await;
    assert!(view.html.contains("<h1>Entrance &#38; hall</h1>"), "{}", view.html);
    assert!(view.html.contains("Katu 1") && view.html.contains("Never connected"));

    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    let held = stage.get("/automats/lobby/remove").await;
    assert!(held.html.contains("It still has 1 key") && !held.html.contains("danger"));
    stage.store().remove_key(&KeyId::parse("K-1").unwrap(), false, store::Expected::Any, &metadata()).await.unwrap();
    let removed = stage.fill("/automats/lobby/remove", &[]).await;
    assert_eq!((removed.status, removed.to.as_deref()), (303, Some("/automats?done=removed")));
    let again = stage.post("/automats/lobby/remove", &[]).await;
    assert_eq!(
        (again.status, again.to.as_deref()),
        (303, Some("/automats?done=removed")),
        "sent twice, it succeeds again"
    );
}

#[tokio::test]
async fn the_page_after_a_change_confirms_it() {
    let stage = Stage::of(Role::Admin).await;
    stage.fill("/automats/new", &LOBBY).await;
    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    for (page, confirmed) in [
        ("/automats/lobby?done=added", "The automat has been added."),
        ("/automats/lobby?done=changed", "The automat has been changed."),
        ("/automats/lobby?done=reset", "The device has been reset."),
        ("/automats/lobby?done=key-removed", "The key has been removed."),
        ("/automats?done=removed", "The automat has been removed."),
        ("/keys/K-1?done=changed", "The key has been changed."),
    ] {
        let shown = stage.get(page).await;
        assert!(shown.html.contains(&format!(r#"role="status"><p>{confirmed}"#)), "{page}: {}", shown.main());
    }
    assert!(!stage.get("/automats/lobby?done=invented").await.html.contains(r#"role="status""#));
}

#[tokio::test]
async fn an_admin_resets_a_device() {
    let stage = Stage::of(Role::Admin).await;
    stage.fill("/automats/new", &LOBBY).await;
    let page = stage.get("/automats/lobby/reset").await;
    assert!(page.html.contains("Reset device") && page.html.contains("<form"), "{}", page.html);
    let reset = stage.fill("/automats/lobby/reset", &[]).await;
    assert_eq!((reset.status, reset.to.as_deref()), (303, Some("/automats/lobby?done=reset")), "{}", reset.html);
    let events = stage.get("/activity?automatId=lobby").await;
    assert!(events.html.contains("The automat was reset"), "{}", events.html);
    assert_eq!(stage.get_as(Role::Operator, "/automats/lobby/reset").await.status, 403);
}

#[tokio::test]
async fn errors_are_shown_beside_their_fields_and_input_is_kept() {
    let stage = Stage::of(Role::Admin).await;
    let wrong = [("automatId", "ä"), ("name", " "), ("lockerCount", "many"), ("timeZone", "Helsinki")];
    let refused = stage.fill("/automats/new", &wrong).await;
    assert_eq!(refused.status, 422);
    for typed in ["value=\"ä\"", "value=\"many\"", "value=\"Helsinki\"", "A whole number from 1 to 500."] {
        assert!(refused.html.contains(typed), "{typed}: {}", refused.html);
    }
    assert_eq!(refused.html.matches("aria-invalid=\"true\"").count(), 4);
    insta::assert_snapshot!("a_form_refused", refused.main());
}

#[tokio::test]
async fn an_automat_sets_its_pin_lengths() {
    let stage = Stage::of(Role::Admin).await;
    stage.fill("/automats/new", &LOBBY).await;
    let lengths = [("pinDigits", "7"), ("minChosenPinDigits", "5")];
    assert_eq!(stage.fill("/automats/lobby/edit", &lengths).await.status, 303);
    let lobby = stage.store().automat(&lobby()).await.unwrap();
    assert_eq!((lobby.pin_digits().get(), lobby.min_chosen_pin_digits().get()), (7, 5));
    let form = stage.get("/automats/lobby/edit").await.html;
    assert!(form.contains("value=\"7\"") && form.contains("value=\"5\""), "{form}");

    let refused = stage.fill("/automats/lobby/edit", &[("pinDigits", "3")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("id=\"pinDigits-error\"") && refused.html.contains("A whole number from 4 to 9."));
    assert_eq!(stage.fill("/automats/lobby/edit", &[("pinDigits", ""), ("minChosenPinDigits", "")]).await.status, 303);
    let lobby = stage.store().automat(&self::lobby()).await.unwrap();
    assert_eq!((lobby.pin_digits, lobby.min_chosen_pin_digits), (None, None), "the defaults");
}

#[tokio::test]
async fn an_automat_cannot_have_fewer_lockers_than_its_keys_need() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let refused = stage.fill("/automats/lobby/edit", &[("lockerCount", "2")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("id=\"lockerCount-error\""), "{}", refused.html);
}

#[tokio::test]
async fn changing_the_time_zone_under_contracts_needs_confirmation() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let to_york = [("name", "Hall"), ("timeZone", "America/New_York")];
    let form = stage.get("/automats/lobby/edit").await;
    assert!(!form.html.contains("name=\"force\""));
    let refused = stage.send(&form, &to_york).await;
    assert_eq!(refused.status, 422);
    for said in [
        "id=\"force-error\"",
        "2 contracts at this automat have not ended",
        "value=\"America/New_York\"",
        "value=\"Hall\"",
    ] {
        assert!(refused.html.contains(said), "{said}: {}", refused.html);
    }
    let zone = async || stage.store().automat(&lobby()).await.unwrap().time_zone.identifier();
    assert_eq!(zone().await, "Europe/Helsinki");
    assert_eq!(stage.send(&refused, &[("force", "on")]).await.status, 303);
    assert_eq!(zone().await, "America/New_York");
}

#[tokio::test]
async fn a_stale_edit_shows_both_versions_and_can_be_saved_again() {
    let stage = Stage::of(Role::Admin).await;
    stage.fill("/automats/new", &LOBBY).await;
    let page = stage.get("/automats/lobby/edit").await;
    stage.fill("/automats/lobby/edit", &[("name", "Theirs")]).await;
    let refused = stage.send(&page, &[("name", "Mine")]).await;
    assert_eq!(refused.status, 422);
    insta::assert_snapshot!("a_stale_edit", refused.main());
    let saved = stage.send(&refused, &[]).await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    assert!(stage.get_as(Role::Viewer, "/automats/lobby").await.html.contains("<h1>Mine</h1>"));
}

#[tokio::test]
async fn the_key_automat_view_shows_each_locker() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    // The contract of A-3 has ended by now.
    let later = stage.later(120);
    insta::assert_snapshot!("the_view", later.get("/automats/lobby").await.main());
    let viewer = later.get_as(Role::Viewer, "/automats/lobby").await.html;
    for offer in ["/edit", "/keys/new", "Open locker"] {
        assert!(!viewer.contains(offer), "{offer}");
    }
    let operator = later.get_as(Role::Operator, "/automats/lobby").await.html;
    assert!(operator.contains("Open locker 3") && !operator.contains("/keys/new"));
    for (show, lockers) in [("inside", vec![0]), ("out", vec![1, 2]), ("empty", vec![4, 5]), ("all", (0..6).collect())]
    {
        let html = later.get_as(Role::Viewer, &format!("/automats/lobby?show={show}")).await.html;
        let shown: Vec<_> = (0..6).filter(|index| html.contains(&format!("<span>Locker {index}</span>"))).collect();
        assert_eq!(shown, lockers, "{show}");
    }
    assert_eq!(later.get_as(Role::Viewer, "/automats/lobby?show=odd").await.status, 400);
}

#[tokio::test]
async fn the_view_exists_in_every_language() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    for (language, texts) in [("fi", ["Lokero 1", "Avain paikallaan"]), ("sv", ["Fack 1", "Nyckeln på plats"])] {
        let html = stage.get_in(language, "/automats/lobby").await.html;
        assert!(texts.iter().all(|text| html.contains(text)), "{html}");
    }
}

#[tokio::test]
async fn a_disconnected_automat_explains_the_consequences() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let gone = Presence { connected: false, at: at(-60), number: 1 };
    stage.store().record_presence(&lobby(), gone, at(0)).await.unwrap();
    let view = stage.get_as(Role::Viewer, "/automats/lobby").await.html;
    assert!(view.contains("Disconnected") && view.contains("13:59") && view.contains("cannot be opened"), "{view}");
}

#[tokio::test]
async fn the_list_shows_what_needs_attention() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    stage.store().create_automat(automat("yard", 500), &metadata()).await.unwrap();
    insta::assert_snapshot!("the_list", stage.later(120).get_as(Role::Viewer, "/automats").await.main());
    let page = stage.get_as(Role::Viewer, "/automats?limit=1").await.html;
    let next = page.split("href=\"/automats?after=").nth(1).unwrap().split('"').next().unwrap();
    let rest = stage.get_as(Role::Viewer, &format!("/automats?limit=1&after={next}")).await.html;
    assert!(rest.contains("yard") && !rest.contains("/automats/lobby"));
}

#[tokio::test]
async fn a_view_costs_one_read_and_a_list_of_one_automat_three() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    for (page, reads) in [("/automats/lobby", 1), ("/automats", 3)] {
        let _ = stage.table.wire.tally();
        stage.get_as(Role::Viewer, page).await;
        assert_eq!(stage.table.wire.tally().round_trips, reads, "{page}");
    }
}

#[tokio::test]
async fn a_page_of_500_lockers_is_small() {
    let stage = Stage::of(Role::Admin).await;
    testkit::fill(stage.store(), 500).await;
    assert_eq!(stage.get("/automats/lobby").await.html.matches("data-filter-item").count(), 500);
    // Of the 12 kB that a later visit may take, the rest is for the head of the answer. Random ids in the page make it
    // 10.6 to 11.05 kB, as it compresses (seven runs).
    let bytes = stage.weigh("/automats/lobby").await;
    assert!(bytes < 11_400, "{bytes}");
}
