//! The timeline: which keys are booked when, and which are free.

use api::Role;
use domain::{AutomatId, ContractDraft, KeyDraft, KeyId, Name, Property, Sharing};
use testkit::{automat, contract, key, metadata};

use crate::stage::{Page, Stage};
use crate::today::busy_day;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const STREETS: [&str; 6] =
    ["Hämeentie", "Mannerheimintie", "Kalevankatu", "Bulevardi", "Lönnrotinkatu", "Runeberginkatu"];
const FIRST_NAMES: &str = "Aino Olli Jukka Sanna Mikko Liisa Åsa Pekka Eeva Maija Risto Matti Anna Kaisa Juha Timo Tiina \
                           Hanna Lauri Emma Björn Elsa Hugo Ida";
const LAST_NAMES: &str = "Virtanen Korhonen Mäkinen Nieminen Hämäläinen Söderström Järvinen Lehtonen Laine Heikkinen Koskinen \
                          Reipas Salminen Turunen Ahonen Lindqvist Peltola Rantanen Niskanen Aalto Backman Ekholm";

/// Numbers that look random, the same in each run (splitmix64).
fn number(n: usize, below: usize) -> usize {
    let z = (n as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) % below as u64).unwrap()
}

fn one_of(names: &str, n: usize) -> &str {
    let names: Vec<_> = names.split_whitespace().collect();
    names[n % names.len()]
}

/// Keys of two automats as in a town, each with this many contracts in the next two weeks.
async fn town(stage: &Stage, keys: usize, contracts: usize) {
    for id in ["kamppi", "lobby"] {
        stage.store().create_automat(automat(id, 120), &metadata()).await.unwrap();
    }
    for n in 0..keys {
        let (street, house, flat) = (STREETS[number(n, 6)], number(n + 1_000, 90), number(n + 2_000, 60));
        let id = KeyId::parse(&format!("{}-{house}A{flat}-{n}", &street.replace(['ä', 'ö'], "x")[..3].to_uppercase()))
            .unwrap();
        let at_automat = AutomatId::parse(if n % 2 == 0 { "kamppi" } else { "lobby" }).unwrap();
        let property = Property::parse(&format!("{street} {house} A {flat}")).unwrap();
        let draft = KeyDraft { id: id.clone(), automat: at_automat, property, ..key("K") };
        stage.store().create_key(draft, &metadata()).await.unwrap();
        for m in 0..contracts {
            let n = 10_000 + 100 * n + 10 * m;
            // In hours: each begins at some time in its share of the days, and takes half of it.
            let share = 13 * 24 / contracts;
            let start = i64::try_from(m * share + 1 + number(n, share / 2)).unwrap() * HOUR;
            let end = start + i64::try_from(share / 2).unwrap() * HOUR;
            let [first, last] =
                [(FIRST_NAMES, 1), (LAST_NAMES, 2)].map(|(names, step)| one_of(names, number(n + step, 1_000)));
            let name = format!("{first} {last}");
            let person = Name::parse(&name).unwrap();
            let draft = ContractDraft { person, ..contract(&id, start, end) };
            stage.store().create_contract(draft, &metadata()).await.unwrap();
        }
    }
}

/// The ids of the keys on a page, in order.
fn keys(page: &Page) -> Vec<String> {
    let rows = page.html.split("<th scope=\"row\"").skip(1);
    rows.map(|row| row.split("<a href=\"/keys/").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}

fn next(page: &Page) -> Option<String> {
    let before = page.html.split("More keys</a>").next().filter(|before| before.len() < page.html.len())?;
    Some(before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&#38;", "&"))
}

#[tokio::test]
async fn the_timeline_shows_who_has_which_key_when() {
    let stage = busy_day(Role::Operator).await;
    let page = stage.get("/timeline").await;
    insta::assert_snapshot!("timeline", page.main());
    assert!(page.has("href=\"/timeline\" aria-current=\"page\">Timeline"), "{}", page.html);
    for (language, text) in [("fi", "Aikajana"), ("sv", "Tidslinje")] {
        assert!(stage.get_in(language, "/timeline").await.has(text), "{language}");
    }
}

#[tokio::test]
async fn what_is_overdue_or_out_is_marked_by_a_text() {
    let stage = busy_day(Role::Viewer).await;
    let page = stage.get("/timeline").await;
    for (person, class, text) in
        [("Olli Overdue", "late", "Overdue"), ("Lea Late", "late", "Overdue"), ("Rita Return", "out", "Out")]
    {
        let bar =
            format!("class=\"{class}\" href=\"/contracts/{}\"><i>{text}</i>", person.to_lowercase().replace(' ', "-"));
        assert!(page.has(&bar), "{bar}: {}", page.html);
    }
    assert_eq!(page.html.matches("<i class=\"badge bad\">Overdue</i>").count(), 2);
    assert!(!page.has("/contracts/new"), "a viewer cannot book");
    let later = stage.later(90 * 60).get("/timeline").await;
    assert!(later.has("class=\"run\" href=\"/contracts/sami-soon\"><i>Active</i>"), "{}", later.html);
}

#[tokio::test]
async fn each_key_has_the_days_of_its_automat() {
    let stage = busy_day(Role::Operator).await;
    let page = stage.get("/timeline").await;
    // The same times.
    assert!(page.has("Timo Tomorrow <small>02:00–20:00</small>"), "{}", page.html);
    assert!(page.has("Yrsa York <small>19:00–13:00</small>"), "{}", page.html);
    assert!(page.has("yard</a> <small>America/New_York</small>"), "{}", page.html);
    assert_eq!(page.html.matches("<svg class=\"now\"").count(), 2);
}

#[tokio::test]
async fn the_days_are_in_the_address() {
    let stage = busy_day(Role::Viewer).await;
    for (query, period) in [
        ("", "24 Nov – 7 Dec 2026"),
        ("?from=2026-11-01", "24 Nov – 7 Dec 2026"),
        ("?from=nonsense", "24 Nov – 7 Dec 2026"),
        ("?from=9999-01-01", "24 Nov – 7 Dec 2026"),
        ("?from=2026-12-20", "20 Dec – 2 Jan 2027"),
        ("?days=31", "24 Nov – 24 Dec 2026"),
        ("?days=31&from=1.2.2027", "1 Feb – 3 Mar 2027"),
    ] {
        assert!(stage.get(&format!("/timeline{query}")).await.has(&format!("<strong>{period}</strong>")), "{query}");
    }
    let first = stage.get("/timeline").await;
    assert!(!first.has("Earlier days") && first.has("href=\"/timeline?from=2026-12-08\" aria-label=\"Later days\""));
    let later = stage.get("/timeline?from=2026-12-01&automatId=yard").await;
    let earlier = "href=\"/timeline?automatId=yard&#38;from=2026-11-24\" aria-label=\"Earlier days\"";
    assert!(later.has(earlier) && later.has("automatId=yard&#38;from=2026-12-01&#38;days=31"), "{}", later.html);
    assert_eq!(keys(&later), ["Y-1", "Y-2"]);
    assert!(!later.has("<svg class=\"now\""), "now is not on these days");
}

#[tokio::test]
async fn a_free_part_leads_to_a_contract_that_starts_there() {
    let stage = busy_day(Role::Operator).await;
    let page = stage.get("/timeline").await;
    // Timo Tomorrow has it until the 25th, 20:00.
    assert!(page.has("href=\"/keys/A-5/contracts/new?from=2026-11-26\">Free"), "{}", page.html);
    let form = stage.get("/keys/A-5/contracts/new?from=2026-11-26T12%3A00&to=2026-11-28T12%3A00").await;
    for (field, value) in
        [("start.date", "2026-11-26"), ("start.time", "12:00"), ("end.date", "2026-11-28"), ("end.time", "12:00")]
    {
        assert_eq!(form.value(field).as_deref(), Some(value), "{field}");
    }
    let now = stage.get("/keys/A-5/contracts/new?from=2026-11-24T12%3A00&to=2026-11-24T12%3A00").await;
    assert!(now.value("start.now").is_some() && now.value("end.date").as_deref() == Some(""), "{}", now.html);
    let odd = stage.get("/keys/A-5/contracts/new?from=noon&to=2026").await;
    assert_eq!((odd.status, odd.value("start.date").as_deref()), (200, Some("")));
}

#[tokio::test]
async fn which_keys_are_free_between_two_times_is_a_question() {
    let stage = busy_day(Role::Operator).await;
    let ask = async |from: &str, to: &str| {
        let [(from_date, from_time), (to_date, to_time)] = [from, to].map(|time| time.split_once(' ').unwrap());
        let query = format!(
            "free-from.date={from_date}&free-from.time={from_time}&free-to.date={to_date}&free-to.time={to_time}"
        );
        stage.get(&format!("/timeline?{query}")).await
    };
    let all = ["A-1", "A-2", "A-3", "A-4", "A-5", "Y-1", "Y-2"];
    for (from, to, booked) in [
        ("2026-11-27 14:00", "2026-11-29 12:00", &[][..]),
        // Sami Soon until the 25th, 20:00, Timo Tomorrow and, in New York until 13:00, Yrsa York.
        ("2026-11-25 19:00", "2026-11-26 12:00", &["A-4", "A-5"]),
        ("2026-11-25 20:00", "2026-11-26 12:00", &[]),
        ("25.11.2026 12.59", "26.11.2026 8.00", &["A-4", "A-5", "Y-1"]),
    ] {
        let page = ask(from, to).await;
        let free: Vec<_> = all.iter().filter(|key| !booked.contains(key)).collect();
        assert_eq!(keys(&page).iter().collect::<Vec<_>>(), free, "{from} to {to}: {}", page.html);
    }
    let page = ask("2026-11-27 14:00", "2026-11-29 12:00").await;
    assert!(page.has("<strong>27 Nov – 10 Dec 2026</strong>"), "the days begin with it");
    let book = "/keys/A-1/contracts/new?from=2026-11-27T14%3A00&to=2026-11-29T12%3A00";
    assert!(page.has(&format!("class=\"ask\" href=\"{}\">Book", book.replace('&', "&#38;"))), "{}", page.html);
    let form = stage.get(book).await;
    assert_eq!(
        (form.value("start.time").as_deref(), form.value("end.time").as_deref()),
        (Some("14:00"), Some("12:00"))
    );
    let none = ask("2026-11-24 14:00", "2026-12-24 12:00").await;
    assert!(keys(&none) == ["A-1", "A-2"] && none.status == 200, "overdue keys are booked by nobody: {}", none.html);
}

#[tokio::test]
async fn a_wrong_question_is_explained_beside_its_field() {
    let stage = busy_day(Role::Viewer).await;
    let whole = "free-from.date=2026-11-27&free-from.time=14:00";
    for (query, wrong, text) in [
        ("automatId=attic".to_owned(), 1, "There is no automat attic"),
        ("automatId=a+b".to_owned(), 1, "Letters, digits"),
        (whole.to_owned(), 2, "This field is required"),
        (format!("{whole}&free-to.date=tomorrow&free-to.time=9:00"), 1, "Enter a real date"),
        (format!("{whole}&free-to.date=2026-11-28&free-to.time=noon"), 1, "Enter a time"),
        (format!("{whole}&free-to.date=2026-11-27&free-to.time=14:00"), 1, "after the start"),
        (
            "free-from.date=2026-11-20&free-from.time=9:00&free-to.date=2026-11-21&free-to.time=9:00".to_owned(),
            1,
            "is over",
        ),
    ] {
        let page = stage.get(&format!("/timeline?{query}")).await;
        assert_eq!((page.status, page.html.matches("aria-invalid").count()), (422, wrong), "{query}: {}", page.html);
        assert!(page.has(text) && keys(&page).is_empty(), "{text}: {}", page.html);
    }
    assert_eq!(stage.get("/timeline?odd=1").await.status, 400);
}

#[tokio::test]
async fn contracts_of_a_shared_key_are_below_each_other() {
    let stage = Stage::of(Role::Operator).await;
    stage.store().create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    stage.store().create_key(KeyDraft { sharing: Sharing::Shared, ..key("van") }, &metadata()).await.unwrap();
    let empty = stage.get("/timeline").await;
    assert!(
        empty.has("/keys/van/contracts/new?from=2026-11-25") || empty.has("/keys/van/contracts/new?from=2026-11-24")
    );
    let van = KeyId::parse("van").unwrap();
    for day in 0..8 {
        stage.store().create_contract(contract(&van, day * DAY, 10 * DAY), &metadata()).await.unwrap();
    }
    let page = stage.get("/timeline").await;
    assert!(page.has("<th scope=\"row\" rowspan=\"6\">") && page.has("and 2 more contracts"), "{}", page.html);
    assert_eq!(page.html.matches("<small>14:00–14:00</small>").count(), 6);
}

#[tokio::test]
async fn a_page_without_keys_says_so() {
    let stage = Stage::of(Role::Viewer).await;
    assert!(stage.get("/timeline").await.has("There are no keys yet"));
}

#[tokio::test]
async fn keys_come_page_by_page() {
    let stage = busy_day(Role::Viewer).await;
    for filter in ["", "&automatId=lobby"] {
        let (mut address, mut found) = (Some(format!("/timeline?limit=2{filter}")), Vec::new());
        while let Some(here) = address {
            let page = stage.get(&here).await;
            assert!(keys(&page).len() <= 2);
            found.extend(keys(&page));
            address = next(&page).map(|next| format!("{next}&limit=2"));
        }
        let all = ["A-1", "A-2", "A-3", "A-4", "A-5", "Y-1", "Y-2"];
        assert_eq!(found, &all[..if filter.is_empty() { 7 } else { 5 }], "{filter}");
    }
}

/// Of the 12 kB that a later visit may take, the rest is for the head of the answer.
const LATER_VISIT: usize = 11_400;

#[tokio::test]
async fn a_page_of_200_keys_is_small_and_reads_little() {
    let stage = Stage::of(Role::Operator).await;
    town(&stage, 200, 1).await;
    for path in ["/timeline", "/timeline?days=31"] {
        let _ = stage.table.wire.tally();
        let page = stage.get(path).await;
        let tally = stage.table.wire.tally();
        // The automats: the list, and their items. The keys: the list and the items of each hundred. The contracts: two
        // batches.
        let bytes = stage.weigh(path).await;
        assert_eq!((keys(&page).len(), next(&page), tally.round_trips), (200, None, 2 + 2 * 2 + 2), "{path}");
        assert!(bytes < LATER_VISIT, "{path}: {bytes}");
        // In docs/measurements.md.
        assert!(tally.read_units <= 405.0, "{}", tally.read_units);
    }
}

#[tokio::test]
async fn a_page_of_busy_keys_ends_before_it_is_too_large() {
    let stage = Stage::of(Role::Operator).await;
    town(&stage, 60, 12).await;
    for path in ["/timeline", "/timeline?days=31"] {
        let (mut address, mut found) = (Some(path.to_owned()), Vec::new());
        while let Some(here) = address {
            let page = stage.get(&here).await;
            let bytes = stage.weigh(&here).await;
            assert!(bytes < LATER_VISIT && !keys(&page).is_empty(), "{here}: {bytes}");
            found.extend(keys(&page));
            address = next(&page);
        }
        let distinct: std::collections::BTreeSet<_> = found.iter().collect();
        assert_eq!((found.len(), distinct.len()), (60, 60), "{path}");
    }
}
