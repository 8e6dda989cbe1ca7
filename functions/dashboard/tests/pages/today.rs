//! Today, and the list of contracts that its panels lead to.

use api::Role;
use domain::{AutomatDraft, AutomatId, CodeKind, ContractDraft, ContractId, KeyDraft, KeyId, Name, Presence, TimeZone};
use testkit::{at, automat, by_sms, contract, key, locker_reports, metadata, pin};

use crate::stage::Stage;

const HOUR: i64 = 3_600;
/// When the pages are visited, in seconds: 14:30 in Helsinki and 07:30 in New York.
const NOW: i64 = HOUR / 2;

pub(crate) async fn book(stage: &Stage, key: &str, person: &str, start: i64, end: i64) {
    let number = [("A-1", "48291"), ("A-2", "58291"), ("A-3", "68291")].into_iter().find(|(id, _)| *id == key);
    let draft = ContractDraft {
        id: Some(ContractId::parse(&person.to_lowercase().replace(' ', "-")).unwrap()),
        person: Name::parse(person).unwrap(),
        pin: number.map(|(_, digits)| pin(digits)),
        contacts: if person == "Olli Overdue" { vec![by_sms("+358401234567")] } else { Vec::new() },
        ..contract(&KeyId::parse(key).unwrap(), start, end)
    };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
}

/// The automat `lobby` in Helsinki with keys `A-1` to `A-5`, of which the first three are out: two are overdue and one is
/// due back today. The automat `yard` in New York with the keys `Y-1` and `Y-2`.
pub(crate) async fn busy_day(role: Role) -> Stage {
    let stage = Stage::of(role).await;
    let store = stage.store();
    store.create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    let time_zone = TimeZone::parse("America/New_York").unwrap();
    store.create_automat(AutomatDraft { time_zone, ..automat("yard", 4) }, &metadata()).await.unwrap();
    for id in ["A-1", "A-2", "A-3", "A-4", "A-5"] {
        let property = domain::Property::parse(&format!("Flat {id} & attic")).unwrap();
        store.create_key(KeyDraft { property, ..key(id) }, &metadata()).await.unwrap();
    }
    for id in ["Y-1", "Y-2"] {
        let draft = KeyDraft { automat: AutomatId::parse("yard").unwrap(), ..key(id) };
        store.create_key(draft, &metadata()).await.unwrap();
    }
    book(&stage, "A-1", "Olli Overdue", -50 * HOUR, 60).await;
    book(&stage, "A-2", "Lea Late", -HOUR, 5 * 60).await;
    book(&stage, "A-3", "Rita Return", -HOUR, 4 * HOUR).await;
    book(&stage, "A-4", "Sami Soon", HOUR, 30 * HOUR).await;
    // In Helsinki that is tomorrow, in New York today.
    book(&stage, "A-5", "Timo Tomorrow", 12 * HOUR, 30 * HOUR).await;
    book(&stage, "Y-1", "Yrsa York", 12 * HOUR, 30 * HOUR).await;
    book(&stage, "Y-2", "Wim Week", 6 * 24 * HOUR, 7 * 24 * HOUR).await;
    let lobby = AutomatId::parse("lobby").unwrap();
    let all_in = locker_reports(1, &[(0, true, None), (1, true, None), (2, true, None)]);
    store.record_locker_reports(&lobby, all_in, at(0)).await.unwrap();
    for (n, index, digits) in [(2, 0, "48291"), (3, 1, "58291"), (4, 2, "68291")] {
        let id = format!("e-{n}");
        let entry = testkit::entry(store, &id, CodeKind::Pin, digits, at(0), &[0, 1, 2]);
        store.keypad_entry(&lobby, entry, at(0)).await.unwrap();
        store.record_locker_reports(&lobby, locker_reports(n, &[(index, false, Some(&id))]), at(0)).await.unwrap();
    }
    let connected = Presence { connected: true, at: at(-60), number: 1 };
    store.record_presence(&lobby, connected, at(0)).await.unwrap();
    stage.table.project().await;
    stage.later(NOW);
    stage
}

#[tokio::test]
async fn today_shows_what_is_overdue_and_what_the_day_brings() {
    let stage = busy_day(Role::Operator).await;
    let page = stage.get("/").await;
    insta::assert_snapshot!("today", page.main());
    assert!(page.has("href=\"/today\" aria-current=\"page\">Today <span class=\"count\">2"), "{}", page.html);
    assert_eq!(stage.get("/today").await.main(), page.main());
    for person in ["Timo Tomorrow", "Wim Week"] {
        assert!(!page.has(person), "{person}");
    }
}

#[tokio::test]
async fn what_is_overdue_is_first_the_longest_first() {
    let stage = busy_day(Role::Viewer).await;
    let html = stage.get("/today").await.html;
    let position = |text: &str| html.find(text).unwrap_or_else(|| unreachable!("{text} is not in {html}"));
    let order = ["Olli Overdue", "Lea Late", "1 automat has never connected", "Sami Soon", "Yrsa York", "Rita Return"]
        .map(position);
    assert!(order.is_sorted(), "{order:?}");
    assert!(html.contains("href=\"tel:+358401234567\"") && html.contains("29 minutes late"));
    assert!(!html.contains("/edit"), "a viewer cannot extend");
    let later = stage.later(NOW + 49 * HOUR).get("/today").await.html;
    assert!(later.contains("2 days late") && later.contains("Rita Return"), "{later}");
}

#[tokio::test]
async fn a_calm_day_says_so() {
    let stage = Stage::of(Role::Operator).await;
    stage.store().create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    let lobby = AutomatId::parse("lobby").unwrap();
    let presence = |connected, number| Presence { connected, at: at(-60), number };
    stage.store().record_presence(&lobby, presence(true, 1), at(0)).await.unwrap();
    let calm = stage.get("/today").await;
    for text in ["No key is overdue", "No automat needs attention", "No more contracts", "No more keys are due back"] {
        assert!(calm.has(text), "{text}: {}", calm.html);
    }
    assert!(!calm.has("class=\"count\"") && !calm.has("class=\"bad\""));
    stage.store().record_presence(&lobby, presence(false, 2), at(0)).await.unwrap();
    let gone = stage.get("/today").await;
    assert!(gone.has("Disconnected") && gone.has("13:59") && gone.has("href=\"/automats/lobby\""), "{}", gone.html);
    for (language, text) in [("fi", "Yksikään avain ei ole myöhässä"), ("sv", "Ingen nyckel är försenad")] {
        assert!(stage.get_in(language, "/today").await.has(text), "{language}");
    }
}

#[tokio::test]
async fn an_automat_whose_condition_is_a_reason_to_look_after_it_needs_attention() {
    let stage = Stage::of(Role::Operator).await;
    stage.store().create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    let lobby = AutomatId::parse("lobby").unwrap();
    stage.store().record_presence(&lobby, Presence { connected: true, at: at(-60), number: 1 }, at(0)).await.unwrap();
    let report = |n, mains, battery| {
        let battery = domain::Percent::new(battery).ok();
        store::HealthReport { n, readings: domain::Readings { mains: Some(mains), battery, ..Default::default() } }
    };
    stage.store().record_health(&lobby, &report(1, true, 90), at(0)).await.unwrap();
    let calm = stage.get("/today").await;
    assert!(calm.has("No automat needs attention"), "{}", calm.main());
    stage.store().record_health(&lobby, &report(2, false, 12), at(0)).await.unwrap();
    let page = stage.get("/today").await;
    for text in [
        "<li class=\"warning\"><a href=\"#automats\"><strong>1</strong> Automats that need attention",
        "<span class=\"badge warning\">On battery power</span>",
        "<span class=\"badge bad\">Battery low</span>",
        "The automat’s battery is low: 12\u{a0}%",
    ] {
        assert!(page.has(text), "{text}: {}", page.main());
    }
    assert!(!page.has("badge good\">Connected"), "{}", page.main());
    for (language, text) in [("fi", "Akku vähissä"), ("sv", "Svagt batteri")] {
        assert!(stage.get_in(language, "/today").await.has(text), "{language}");
    }
    let list = stage.get("/automats").await;
    assert!(list.has("<li><span class=\"badge bad\">Battery low</span></li>"), "{}", list.main());
}

#[tokio::test]
async fn long_panels_end_in_a_link_to_all_of_them() {
    let stage = Stage::of(Role::Viewer).await;
    stage.store().create_automat(automat("lobby", 25), &metadata()).await.unwrap();
    for n in 0..21 {
        stage.store().create_key(key(&format!("K-{n}")), &metadata()).await.unwrap();
        book(&stage, &format!("K-{n}"), &format!("Guest {n}"), HOUR, 2 * HOUR).await;
    }
    stage.table.project().await;
    let page = stage.get("/today").await.html;
    assert_eq!(page.matches("href=\"/contracts/guest-").count(), 20);
    let all = "/contracts?from=2026-11-24&to=2026-11-24";
    assert!(page.contains("<strong>20+</strong>") && page.contains(&all.replace('&', "&#38;")), "{page}");
    let list = stage.get(all).await.html;
    assert_eq!(list.matches("href=\"/contracts/guest-").count(), 21);
}

/// However many contracts and keys there are.
#[tokio::test]
async fn each_panel_is_one_read() {
    let stage = busy_day(Role::Viewer).await;
    let _ = stage.table.wire.tally();
    stage.get("/today").await;
    // The automats: the list, and their items. Each list of contracts: a query of each of its 8 partitions, its
    // contracts, and their keys. The rest of the day is in one month. The list of alerts.
    let tally = stage.table.wire.tally();
    assert_eq!(tally.round_trips, 2 + 3 * (8 + 2) + 1);
    // In docs/measurements.md.
    assert!(tally.read_units <= 39.0, "{}", tally.read_units);
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let stage = busy_day(Role::Operator).await;
    for path in ["/today", "/timeline"] {
        let (status, tag, bytes) = stage.later(NOW).poll(path, None).await;
        assert!(status == 200 && bytes > 1_000, "{path}: {status}");
        let (status, again, bytes) = stage.later(NOW + 1).poll(path, tag.as_deref()).await;
        assert!(status == 304 && again == tag && bytes == 0, "{path}: {status}, {again:?}");
        let (status, ..) = stage.later(NOW + 24 * HOUR).poll(path, tag.as_deref()).await;
        assert_eq!(status, 200, "{path}");
    }
}

#[tokio::test]
async fn today_shows_what_somebody_should_look_at() {
    let stage = busy_day(Role::Viewer).await;
    let page = stage.get("/today").await;
    assert!(page.has("No alerts in the last 24 hours"), "{}", page.main());
    let lobby = AutomatId::parse("lobby").unwrap();
    let forced = locker_reports(20, &[(1, true, None)]);
    stage.store().record_locker_reports(&lobby, forced, at(NOW)).await.unwrap();
    stage.store().record_locker_reports(&lobby, locker_reports(21, &[(1, false, None)]), at(NOW)).await.unwrap();
    stage.later(NOW + 60);
    let page = stage.get("/today").await;
    assert!(page.has("Locker 1 was opened, or its key was taken, without an opening or a code"), "{}", page.main());
    assert!(page.has("<a href=\"/automats/lobby/lockers/1\">lobby</a>"), "{}", page.main());
    assert!(page.has("<li class=\"warning\"><a href=\"#alerts\"><strong>1</strong>"), "{}", page.main());
}

#[tokio::test]
async fn contracts_are_listed_by_what_the_address_says() {
    let stage = busy_day(Role::Viewer).await;
    insta::assert_snapshot!("contracts", stage.get("/contracts").await.main());
    for (query, persons) in [
        ("", vec!["Rita Return", "Lea Late", "Sami Soon", "Yrsa York", "Timo Tomorrow", "Wim Week"]),
        ("?state=overdue", vec!["Olli Overdue", "Lea Late"]),
        ("?state=active", vec!["Rita Return"]),
        ("?state=ended", vec!["Lea Late", "Olli Overdue"]),
        ("?state=upcoming", vec!["Sami Soon", "Yrsa York", "Timo Tomorrow", "Wim Week"]),
        ("?due=24.11.2026", vec!["Olli Overdue", "Lea Late", "Rita Return"]),
        ("?due=24.11.2026&state=active", vec!["Rita Return"]),
        ("?due=2026-11-25", vec![]),
        ("?search=olli", vec!["Olli Overdue"]),
        ("?search=4567", vec!["Olli Overdue"]),
        ("?search=o&keyId=A-1", vec![]),
        ("?keyId=A-1", vec!["Olli Overdue"]),
        ("?automatId=yard", vec!["Yrsa York", "Wim Week"]),
        ("?automatId=yard&from=2026-11-24&to=2026-11-24", vec!["Yrsa York"]),
        ("?from=2026-11-22&to=2026-11-22", vec!["Olli Overdue"]),
        ("?from=2026-11-25", vec!["Yrsa York", "Timo Tomorrow", "Wim Week"]),
        ("?to=2026-11-23", vec!["Olli Overdue"]),
    ] {
        let page = stage.get(&format!("/contracts{query}")).await;
        let rows = page.html.split("<td role=\"cell\"><a href=\"/contracts/").skip(1);
        let found: Vec<_> = rows.map(|row| row.split(['>', '<']).nth(1).unwrap()).collect();
        assert_eq!(found, persons, "{query}");
    }
}

#[tokio::test]
async fn what_is_listed_can_be_downloaded_as_a_table() {
    let stage = busy_day(Role::Viewer).await;
    let page = stage.get("/contracts?state=overdue").await;
    assert!(page.has("href=\"/contracts.csv?state=overdue\" download"), "{}", page.html);
    let table = stage.get("/contracts.csv?state=overdue").await;
    let rows: Vec<_> = table.html.lines().collect();
    assert!(rows.len() == 3 && rows[0].contains("contractId,keyIds,person,start,end"), "{}", table.html);
    assert!(rows[1].starts_with("olli-overdue,A-1,Olli Overdue,") && rows[2].starts_with("lea-late,A-2,Lea Late,"));
    assert!(!table.has("48291"), "no PIN");
    let refused = stage.get("/contracts.csv?from=tomorrow").await;
    assert!(refused.status == 422 && refused.has("Enter a real date"), "{}", refused.html);
}

#[tokio::test]
async fn a_wrong_filter_is_explained_beside_its_field() {
    let stage = busy_day(Role::Viewer).await;
    for (query, text) in [
        ("search=x", "At least 2 characters."),
        ("keyId=Z-9", "There is no key Z-9"),
        ("keyId=a+b", "Letters, digits"),
        ("automatId=attic", "There is no automat attic"),
        ("from=tomorrow", "Enter a real date"),
        ("due=2026-02-30", "Enter a real date"),
        ("from=2026-12-02&to=2026-12-01", "must not be before the first"),
        ("from=2026-01-01&to=2026-12-01", "At most 92 days."),
    ] {
        let page = stage.get(&format!("/contracts?{query}")).await;
        assert_eq!((page.status, page.html.matches("aria-invalid").count()), (422, 1), "{query}");
        assert!(page.has(text), "{text}: {}", page.html);
    }
    assert_eq!(stage.get("/contracts?state=odd").await.status, 400);
    assert!(stage.get("/contracts?search=nobody-is-called-so").await.has("There are no such contracts"));
}

#[tokio::test]
async fn the_filter_stays_when_a_state_or_the_next_page_is_chosen() {
    let stage = busy_day(Role::Viewer).await;
    let page = stage.get("/contracts?automatId=lobby&state=upcoming&limit=1").await.html;
    assert!(page.contains("href=\"/contracts?automatId=lobby&#38;state=overdue\">Overdue"), "{page}");
    assert!(
        page.contains("<input type=\"hidden\" name=\"state\" value=\"upcoming\">") && page.contains("value=\"lobby\"")
    );
    let next = page.split("class=\"button\" href=\"").last().unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert!(next.starts_with("/contracts?automatId=lobby&from=2026-11-24&to="), "{next}");
    // The next page is of the same days, also if it is read on another one.
    stage.later(NOW + 10 * HOUR);
    let rest = stage.get(&next).await.html;
    assert!(rest.contains("Timo Tomorrow") && !rest.contains("Sami Soon"), "{rest}");
}

#[tokio::test]
async fn the_navigation_is_on_every_page_but_the_count_only_on_today() {
    let stage = busy_day(Role::Viewer).await;
    for path in ["/contracts", "/automats", "/keys/A-1", "/contracts/olli-overdue"] {
        let page = stage.get(path).await;
        assert!(page.has("href=\"/today\">Today</a>") && page.has("aria-current=\""), "{path}: {}", page.html);
    }
}

#[tokio::test]
async fn the_list_of_keys_says_who_has_each_and_when_it_is_booked_next() {
    let stage = busy_day(Role::Viewer).await;
    let page = stage.get("/keys").await;
    insta::assert_snapshot!("keys", page.main());
    let order = ["A-1", "A-2", "A-3", "A-4", "A-5", "Y-1", "Y-2"].map(|key| page.html.find(&format!("/keys/{key}\"")));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}");
    _ = stage.table.wire.tally();
    stage.get("/keys").await;
    // Of keys, automats and holders, however many there are; and of their lists.
    let reads = stage.table.wire.tally().round_trips;
    assert_eq!(reads, 5);
    for (filter, shown, hidden) in [
        ("?automatId=yard", "Y-2", "A-1"),
        ("?search=flat+a-3", "A-3", "A-4"),
        ("?search=A&automatId=lobby", "A-1", "Y-1"),
        ("?show=overdue", "A-2", "A-3"),
        ("?show=out", "A-3", "A-4"),
        ("?show=unknown", "A-4", "A-3"),
        ("?show=unknown&automatId=yard", "Y-1", "A-4"),
    ] {
        let page = stage.get(&format!("/keys{filter}")).await;
        let has = |key: &str| page.has(&format!("/keys/{key}\""));
        assert!(has(shown) && !has(hidden), "{filter}: {}", page.main());
        let table = stage.get(&format!("/keys.csv{filter}")).await;
        let has = |key: &str| table.has(&format!("\n{key},"));
        assert!(table.has("keyId,automatId,lockerIndex") && has(shown) && !has(hidden), "{filter}: {}", table.html);
    }
    let page = stage.get("/keys?show=out&search=flat").await;
    assert!(page.has("href=\"/keys.csv?search=flat&#38;show=out\" download"), "{}", page.main());
    assert!(page.has("<input type=\"hidden\" name=\"show\" value=\"out\">"), "{}", page.main());
    for path in ["/keys", "/keys.csv"] {
        let refused = stage.get(&format!("{path}?search=-&automatId=nowhere")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.has("Enter a letter or a digit.") && refused.has("There is no automat nowhere"));
    }
    assert!(stage.get("/keys?search=nothing").await.has("There are no such keys."));
    assert!(Stage::of(Role::Viewer).await.get("/keys").await.has("There are no keys yet."));
}

#[tokio::test]
async fn whoever_is_overdue_is_reminded_with_one_press() {
    let stage = busy_day(Role::Operator).await;
    let page = stage.get("/today").await;
    let remind = "/contracts/olli-overdue/remind";
    assert!(page.has(&format!("action=\"{remind}\"")) && !page.has("/contracts/lea-late/remind"), "{}", page.main());
    let sent = stage.post(remind, &[("to", "/today")]).await;
    assert_eq!(sent.to.as_deref(), Some("/today?done=reminded"));
    assert!(stage.get("/today?done=reminded").await.has("A reminder is sent to all contacts within a minute."));
    let contract = stage.get("/contracts/olli-overdue").await;
    assert_eq!(
        contract.html.matches("SMS to +358401234567").count(),
        2,
        "the contact and one message: {}",
        contract.main()
    );
    let panel = stage.get("/automats/lobby?show=overdue&locker=0").await;
    let to = "/automats/lobby?show=overdue&locker=0";
    assert!(panel.has(&format!("action=\"{remind}\"")) && panel.has(&to.replace('&', "&#38;")), "{}", panel.main());
    assert!(!stage.get("/automats/lobby?locker=1").await.has("/contracts/lea-late/remind"), "nobody to remind");
    let from_panel = stage.post(remind, &[("to", to)]).await.to.unwrap();
    assert_eq!(from_panel, format!("{to}&done=not-reminded"));
    assert!(stage.get(&from_panel).await.has("A reminder was requested a few minutes ago, or the keys are back."));
    let again = stage.post(remind, &[]).await;
    assert_eq!(again.to.as_deref(), Some("/contracts/olli-overdue?done=not-reminded"), "not twice within minutes");
    assert_eq!(
        stage.post("/contracts/rita-return/remind", &[]).await.to.as_deref(),
        Some("/contracts/rita-return?done=not-reminded")
    );
}

#[tokio::test]
async fn a_new_stack_leads_to_the_first_fetched_key() {
    let stage = Stage::of(Role::Admin).await;
    assert!(stage.get("/today").await.has("href=\"/automats/new\""));
    stage.store().create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    let page = stage.get("/today").await;
    assert!(page.has("<a href=\"/automats/lobby\">Add keys to its lockers</a>"), "{}", page.main());
    assert!(!stage.get_as(Role::Viewer, "/today").await.has("\">Add keys to its lockers</a>"));
    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    let page = stage.get("/today").await;
    assert!(page.has("class=\"done\">Add keys to its lockers"), "{}", page.main());
    assert!(page.has("<a href=\"/automats/lobby\">Connect its device</a>"), "{}", page.main());
    let connected = Presence { connected: true, at: at(-60), number: 1 };
    stage.store().record_presence(&AutomatId::parse("lobby").unwrap(), connected, at(0)).await.unwrap();
    assert!(!stage.get("/today").await.has("Getting started"));
}

#[tokio::test]
async fn a_pin_that_will_not_work_soon_is_a_matter_for_staff() {
    let stage = Stage::of(Role::Operator).await;
    stage.store().create_automat(automat("lobby", 6), &metadata()).await.unwrap();
    for id in ["A-4", "A-5"] {
        stage.store().create_key(key(id), &metadata()).await.unwrap();
    }
    book(&stage, "A-4", "Known Kim", HOUR, 30 * HOUR).await;
    stage.table.hold_and_disconnect(&AutomatId::parse("lobby").unwrap(), at(60)).await;
    book(&stage, "A-5", "Later Lea", 3 * HOUR, 30 * HOUR).await;
    stage.table.project().await;
    let calm = stage.later(120).get("/today").await;
    assert!(calm.has("Later Lea") && !calm.has("PINs that will not work"), "{}", calm.main());
    let page = stage.later(2 * HOUR).get("/today").await;
    assert!(page.has("PINs that will not work") && page.has("does not know this contract"), "{}", page.main());
    for (language, text) in [("fi", "jotka eivät toimi"), ("sv", "inte kommer att fungera")] {
        assert!(stage.get_in(language, "/today").await.has(text), "{language}");
    }
}
