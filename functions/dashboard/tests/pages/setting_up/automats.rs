use api::Role;
use domain::{AutomatId, DoorState, KeyDraft, KeyId, Name, Presence, Property};
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
    assert!(!stage.get("/automats/lobby?done=invented").await.html.contains(r#"class="notice good""#));
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
    for typed in ["value=\"ä\"", "value=\"many\"", "A whole number from 1 to 500."] {
        assert!(refused.html.contains(typed), "{typed}: {}", refused.html);
    }
    assert_eq!(refused.html.matches("aria-invalid=\"true\"").count(), 4);
    for zone in ["<optgroup label=\"Europe\">", "<option>America/Argentina/Buenos_Aires", "<option>UTC"] {
        assert!(refused.html.contains(zone), "{zone}");
    }
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
async fn an_automat_sets_for_how_long_it_hands_out_keys_without_a_connection() {
    let stage = Stage::of(Role::Admin).await;
    stage.fill("/automats/new", &LOBBY).await;
    let stored = async || stage.store().automat(&lobby()).await.unwrap().lease_hours.get();
    assert_eq!(stored().await, 24);
    for (typed, hours) in [("0", 0), ("168", 168), ("", 24)] {
        assert_eq!(stage.fill("/automats/lobby/edit", &[("leaseHours", typed)]).await.status, 303);
        assert_eq!(stored().await, hours);
    }
    let refused = stage.fill("/automats/lobby/edit", &[("leaseHours", "169")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("id=\"leaseHours-error\"") && refused.html.contains("A whole number from 0 to 168."));
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
        "<option selected>America/New_York",
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
    insta::assert_snapshot!("the_list_of_lockers", later.get("/automats/lobby?view=list").await.main());
    for page in ["/automats/lobby", "/automats/lobby?view=list", "/automats/lobby?locker=2", "/automats/lobby?locker=4"]
    {
        let viewer = later.get_as(Role::Viewer, page).await.html;
        for offer in ["/edit", "/keys/new", "Open locker", "/contracts/new"] {
            assert!(!viewer.contains(offer), "{offer} on {page}");
        }
    }
    let operator = later.get_as(Role::Operator, "/automats/lobby?view=list").await.html;
    assert!(operator.contains("Open locker 3") && !operator.contains("/keys/new"));
}

#[tokio::test]
async fn the_view_is_filtered_by_each_state() {
    let stage = Stage::of(Role::Viewer).await;
    busy(&stage).await;
    let later = stage.later(120);
    let shown = async |query: &str| {
        let html = later.get(&format!("/automats/lobby?{query}")).await.html;
        (0..6).filter(|index| html.contains(&format!("aria-label=\"Locker {index}\""))).collect::<Vec<_>>()
    };
    for (show, lockers) in [
        ("inside", vec![0]),
        ("out", vec![1]),
        ("overdue", vec![2]),
        ("missing", vec![]),
        ("unknown", vec![3]),
        ("stray", vec![5]),
        ("empty", vec![4]),
        ("door-open", vec![1]),
        ("all", (0..6).collect()),
    ] {
        for view in ["cabinet", "list"] {
            assert_eq!(shown(&format!("show={show}&view={view}")).await, lockers, "{show} in {view}");
        }
        let page = later.get(&format!("/automats/lobby?show={show}")).await;
        let current = format!("aria-current=\"page\">{} <span>{}</span>", label(show), lockers.len());
        assert!(page.has(&current), "{current}: {}", page.main());
    }
    assert!(!later.get("/automats/lobby").await.has("show=missing"), "only offered while there is one");
    for query in ["show=odd", "view=odd", "locker=x", "locker=500"] {
        assert_eq!(later.get(&format!("/automats/lobby?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(later.get("/automats/lobby?locker=6").await.status, 404);
}

fn label(show: &str) -> &str {
    match show {
        "inside" => "Key inside",
        "out" => "Key out",
        "overdue" => "Overdue",
        "missing" => "Not in locker",
        "unknown" => "Unknown",
        "stray" => "Unexpected key",
        "empty" => "Empty",
        "door-open" => "Door open",
        _ => "All",
    }
}

#[tokio::test]
async fn the_panel_shows_who_has_the_key_and_what_comes_next() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let a3 = KeyId::parse("A-3").unwrap();
    let next = domain::ContractDraft {
        id: domain::ContractId::parse("next").ok(),
        person: Name::parse("Nelli Next").unwrap(),
        schedule: Some(domain::Schedule::parse("Mo-Fr 08:00-17:00").unwrap()),
        contacts: vec![testkit::by_sms("+358401234567")],
        ..contract(&a3, 86_400, 90_000)
    };
    stage.store().create_contract(next, &metadata()).await.unwrap();
    let later = stage.later(120);
    insta::assert_snapshot!("a_panel_of_an_overdue_key", panel(&later.get("/automats/lobby?locker=2").await));

    let out = panel(&later.get("/automats/lobby?locker=1").await);
    for said in ["Who has it", "Aino Virtanen", "Out since", "End now", "Extend", "Door open", "Open locker 1", "Move"]
    {
        assert!(out.contains(said), "{said}: {out}");
    }
    let inside = panel(&later.get("/automats/lobby?show=inside&locker=0").await);
    for said in ["Key inside", "Flat 1", "/keys/A-1/contracts/new", "<span class=\"quiet\">None</span>"] {
        assert!(inside.contains(said), "{said}: {inside}");
    }
    for unsaid in ["Who has it", "Out since", "Extend", "End now"] {
        assert!(!inside.contains(unsaid), "{unsaid}: {inside}");
    }
    let unknown = panel(&later.get("/automats/lobby?locker=3").await);
    assert!(unknown.contains("Unknown") && unknown.contains("Not reported yet") && !unknown.contains("Who has it"));
    let stray = panel(&later.get("/automats/lobby?locker=5").await);
    assert!(stray.contains("Unexpected key") && stray.contains("/keys/new?locker=5"), "{stray}");
}

/// Who holds a key is who took it, not who runs now; and a removed contract has no person any more.
#[tokio::test]
async fn the_panel_never_shows_another_persons_contract_as_the_holders() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let a3 = KeyId::parse("A-3").unwrap();
    let after = domain::ContractDraft { person: Name::parse("Anna After").unwrap(), ..contract(&a3, 90, 3_600) };
    stage.store().create_contract(after, &metadata()).await.unwrap();
    let later = stage.later(120);
    let overdue = panel(&later.get("/automats/lobby?locker=2").await);
    let holder = overdue.split("Active contract").next().unwrap();
    assert!(holder.contains("Aino Virtanen") && !holder.contains("Anna After"), "{overdue}");
    assert!(overdue.contains("Anna After"), "{overdue}");
    let of_a3 = domain::ContractId::parse("of-A-3").unwrap();
    later.store().remove_contract(&of_a3, true, store::Expected::Any, &metadata()).await.unwrap();
    let removed = panel(&later.get("/automats/lobby?locker=2").await);
    assert!(removed.contains("Somebody whose contract has been removed"), "{removed}");
}

fn panel(page: &crate::stage::Page) -> String {
    let main = page.main();
    main.split_once("<section class=\"panel").map(|(_, panel)| panel.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn lockers_have_the_numbers_on_their_doors_everywhere() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let built = [("layout.columns", "4"), ("layout.numberedDown", "on"), ("layout.firstNumber", "101")];
    let saved = stage.fill("/automats/lobby/edit", &built).await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    let form = stage.get("/automats/lobby/edit").await;
    for (field, value) in built {
        assert_eq!(form.value(field).as_deref(), Some(value));
    }
    // Two rows: 101 103 105 and a gap; 102 104 106 and a gap.
    let view = stage.get("/automats/lobby").await;
    assert!(view.has("class=\"cabinet roomy c4 scrolls\""), "{}", view.main());
    let positions: Vec<_> =
        ["Locker 101", "Locker 103", "locker 105", "class=\"gap\"", "Locker 102", "Locker 104", "Locker 106"]
            .map(|door| view.html.find(door).unwrap())
            .into();
    assert!(positions.is_sorted(), "{}", view.main());
    for (page, said) in [
        ("/automats/lobby?locker=1", "Locker 102 · "),
        ("/automats/lobby?view=list", "aria-label=\"Locker 102\""),
        ("/automats/lobby/lockers/1", "<h1>Locker 102"),
        ("/activity?automatId=lobby", "locker 102"),
        ("/keys/A-2", "Locker 102"),
        ("/activity?keyId=A-2", "locker 102"),
        ("/keys?search=A-2", "Locker 102"),
        ("/keys/A-2/edit", "<option value=\"1\" selected>102</option>"),
        ("/automats/lobby/keys/new?locker=4", "<option value=\"4\" selected>105</option>"),
        ("/automats/lobby/keys/new?added=A-2", "Open locker 102"),
        ("/search?q=A-2", "lobby</a>, locker 102"),
        ("/contracts/of-A-2/code", "The PIN opens locker 102 in lobby"),
    ] {
        let shown = stage.get(page).await;
        assert!(shown.has(said), "{said} on {page}: {}", shown.main());
    }
    let wrong = [("layout.columns", "51"), ("layout.firstNumber", "-1")];
    let refused = stage.fill("/automats/lobby/edit", &wrong).await;
    assert_eq!(refused.status, 422);
    for said in ["A whole number from 1 to 50.", "A whole number from 0 to 9500."] {
        assert!(refused.has(said), "{said}: {}", refused.main());
    }
}

#[tokio::test]
async fn the_view_exists_in_every_language() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    for (language, texts) in [("fi", ["Lokero 1", "Avain paikallaan"]), ("sv", ["Fack 1", "Nyckeln på plats"])] {
        let html = stage.get_in(language, "/automats/lobby?locker=2").await.html;
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
async fn a_view_costs_one_read_a_panel_one_more_and_a_list_of_one_automat_three() {
    let stage = Stage::of(Role::Admin).await;
    busy(&stage).await;
    let views = [("/automats/lobby", 1), ("/automats/lobby?view=list", 1)];
    let panels = [("/automats/lobby?locker=1", 2), ("/automats/lobby?locker=3", 1)];
    for (page, reads) in views.into_iter().chain(panels).chain([("/automats", 3)]) {
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
    // Of the 12 kB that a later visit may take, the rest is for the head of the answer.
    for page in ["/automats/lobby", "/automats/lobby?locker=2", "/automats/lobby?view=list"] {
        let bytes = stage.weigh(page).await;
        assert!(bytes < 11_400, "{bytes} for {page}");
    }
}

#[tokio::test]
async fn the_condition_is_shown_with_its_time_and_what_is_unknown_is_not_shown_as_known() {
    let stage = Stage::of(Role::Viewer).await;
    stage.store().create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    assert!(stage.get("/automats/lobby").await.has("The device has not reported its condition."));
    let readings = domain::Readings {
        mains: Some(true),
        cover: Some(domain::Cover::Open),
        temperature: Some(-11),
        firmware: domain::Firmware::parse("1.4.2").ok(),
        journal: Some(domain::JournalRoom { lines: 12, room: 20_000 }),
        ..domain::Readings::default()
    };
    let report = store::HealthReport { n: 1, readings };
    stage.store().record_health(&lobby(), &report, at(0)).await.unwrap();
    let page = stage.get("/automats/lobby").await;
    for text in [
        "<span class=\"badge bad\">Cover open</span>",
        "<span class=\"badge warning\">Too cold</span>",
        "As of Tue 24 Nov 2026, 14:00 (Europe/Helsinki)</p>",
        "<dt>Power</dt><dd>Mains</dd>",
        "<dt>Battery charge</dt><dd><span class=\"quiet\">Not reported</span></dd>",
        "<dt>Movement</dt><dd><span class=\"quiet\">Not reported</span></dd>",
        "<dt>Temperature inside</dt><dd>-11\u{a0}°C</dd>",
        "<dt>Firmware</dt><dd>1.4.2</dd>",
        "<dt>Journal</dt><dd>12 of 20000 lines</dd>",
    ] {
        assert!(page.has(text), "{text}: {}", page.main());
    }
    for (language, text) in [("fi", "Suojakansi auki"), ("sv", "Luckan öppen")] {
        assert!(stage.get_in(language, "/automats/lobby").await.has(text), "{language}");
    }
}
