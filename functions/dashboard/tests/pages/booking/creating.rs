//! Creating a contract.

use domain::{AutomatChange, AutomatId, Instant, PinDigits, Sharing};
use store::Expected;
use testkit::{contract, metadata};

use super::{NEW, contracts, k1, stage, with_key};

const ADA: [(&str, &str); 6] = [
    ("person", "Ada"),
    ("start.date", "2026-11-25"),
    ("start.time", "10:00"),
    ("end.date", "2026-11-25"),
    ("end.time", "12:00"),
    ("pin", "482915"),
];

/// Fields with what is typed into them.
type Typed = [(&'static str, &'static str)];

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[tokio::test]
async fn a_contract_without_contacts_is_created_without_a_preview_in_the_automats_time_zone() {
    let stage = stage().await;
    let made = stage.fill(NEW, &[&ADA[..], &[("freeText", "Two\r\nlines")]].concat()).await;
    let [contract] = &contracts(&stage).await[..] else { panic!("{}", made.html) };
    assert_eq!((made.status, made.to), (303, Some(format!("/contracts/{}?done=created", contract.id))));
    assert_eq!(contract.range.start(), at("2026-11-25T08:00:00Z"));
    assert_eq!(contract.range.end(), Some(at("2026-11-25T10:00:00Z")));
    assert_eq!((contract.pin.reveal(), contract.free_text.as_ref().unwrap().as_str()), ("482915", "Two\nlines"));
}

#[tokio::test]
async fn a_permanent_contract_starts_now_with_a_generated_pin() {
    let stage = stage().await;
    stage.fill(NEW, &[("person", "Riku"), ("start.now", "on"), ("permanent", "on")]).await;
    let [contract] = &contracts(&stage).await[..] else { panic!() };
    assert_eq!((contract.range.start(), contract.range.end()), (at("2026-11-24T12:00:00Z"), None));
    assert_eq!(contract.pin.reveal().len(), 6);
}

#[tokio::test]
async fn a_form_sent_twice_creates_one_contract() {
    let stage = with_key(Sharing::Shared).await;
    let page = stage.get(NEW).await;
    let (one, other) = tokio::join!(stage.send(&page, &ADA[..5]), stage.send(&page, &ADA[..5]));
    let again = stage.send(&page, &ADA[..5]).await;
    assert_eq!([one.status, other.status, again.status], [303; 3], "{}", other.html);
    assert!(one.to == other.to && one.to == again.to);
    assert_eq!(contracts(&stage).await.len(), 1);
}

#[tokio::test]
async fn fetching_can_be_limited_to_hours_of_a_week() {
    let stage = stage().await;
    let hours = [
        ("schedule.0.days", "Mo"),
        ("schedule.0.days", "Tu"),
        ("schedule.0.from", "8.00"),
        ("schedule.0.to", "17:00"),
        ("schedule.1.days", "Sa"),
        ("schedule.1.from", "20:00"),
        ("schedule.1.to", "24:00"),
    ];
    let half = stage.fill(NEW, &[&ADA[..], &hours[..3], &hours[5..6]].concat()).await;
    assert_eq!(half.status, 422);
    for field in ["schedule.0.to", "schedule.1.days", "schedule.1.to"] {
        assert!(half.has(&format!("id=\"{field}-error\"")), "{field}: {}", half.main());
    }
    assert!(half.has("Days and hours 2: Until: This field is required."), "{}", half.main());
    assert_eq!(half.value("schedule.0.from").unwrap(), "8.00", "what was typed is kept");
    let only_an_end = stage.fill(NEW, &[&ADA[..], &[("schedule.0.to", "17:00")]].concat()).await;
    assert!(only_an_end.has("<details id=\"schedule\" tabindex=\"-1\" open>"), "no error is out of sight");
    let made = stage.fill(NEW, &[&ADA[..], &hours].concat()).await;
    let [contract] = &contracts(&stage).await[..] else { panic!("{}", made.main()) };
    assert_eq!(contract.schedule.as_ref().unwrap().to_string(), "Mo-Tu 08:00-17:00; Sa 20:00-24:00");

    let page = stage.get(&format!("/contracts/{}", contract.id)).await;
    assert!(page.has("Mon–Tue 08:00–17:00; Sat 20:00–24:00"), "{}", page.main());
    let edit = stage.get(&format!("/contracts/{}/edit", contract.id)).await;
    stage.send(&edit, &[("person", "Bo")]).await;
    let [unchanged] = &contracts(&stage).await[..] else { panic!() };
    assert_eq!(
        (&unchanged.schedule, unchanged.person.as_str()),
        (&contract.schedule, "Bo"),
        "the form shows all of it"
    );
}

#[tokio::test]
async fn errors_are_shown_beside_their_fields_and_input_is_kept() {
    let stage = stage().await;
    let fields = [
        ("person", " "),
        ("start.date", "2026-11-25"),
        ("start.time", "10:00"),
        ("pin", "12"),
        ("freeText", "Knock <twice>"),
    ];
    let wrong = stage.fill(NEW, &fields).await;
    assert_eq!(wrong.status, 422);
    for part in ["id=\"person-error\"", "id=\"end-error\"", "id=\"pin-error\"", "4 to 9 digits.", "href=\"#person\""] {
        assert!(wrong.has(part), "{part}");
    }
    assert!(wrong.has("Enter an end, or choose a permanent contract."));
    let links: Vec<_> = ["person", "end", "pin"].map(|id| wrong.html.find(&format!("href=\"#{id}\""))).to_vec();
    assert!(links.is_sorted(), "the summary has the order of the fields: {links:?}");
    assert_eq!(["start.date", "start.time"].map(|name| wrong.value(name).unwrap()), ["2026-11-25", "10:00"]);
    assert_eq!(wrong.value("freeText").unwrap(), "Knock <twice>");
    let both = stage
        .send(
            &wrong,
            &[("person", "Ada"), ("pin", ""), ("end.date", "2026-11-26"), ("end.time", "10:00"), ("permanent", "on")],
        )
        .await;
    assert!(both.has("id=\"permanent-error\"") && contracts(&stage).await.is_empty());
    let past = stage
        .send(
            &both,
            &[
                ("start.date", ""),
                ("start.time", ""),
                ("start.now", "on"),
                ("end.date", "2026-11-24"),
                ("end.time", "13:59"),
                ("permanent", "-"),
            ],
        )
        .await;
    assert!(past.status == 422 && past.has("id=\"end-error\""), "{}", past.main());
}

#[tokio::test]
async fn a_skipped_local_time_offers_the_next_one() {
    let stage = stage().await;
    let skipped = stage
        .fill(
            NEW,
            &[
                ("person", "Ada"),
                ("start.date", "2027-03-28"),
                ("start.time", "03:30"),
                ("end.date", "2027-03-29"),
                ("end.time", "10:00"),
            ],
        )
        .await;
    assert!(skipped.status == 422 && skipped.has("Sun 28 Mar 2027, 04:00"), "{}", skipped.main());
    let taken = stage.send(&skipped, &[("step", "next-start")]).await;
    let start = ["start.date", "start.time"].map(|name| taken.value(name).unwrap());
    assert_eq!((taken.status, start), (200, ["2027-03-28", "04:00"].map(str::to_owned)));
    stage.send(&taken, &[]).await;
    assert_eq!(contracts(&stage).await[0].range.start(), at("2027-03-28T01:00:00Z"));
}

#[tokio::test]
async fn an_ambiguous_local_time_asks_which_one() {
    let stage = stage().await;
    let asked = stage
        .fill(
            NEW,
            &[
                ("person", "Ada"),
                ("start.date", "2027-10-30"),
                ("start.time", "10:00"),
                ("end.date", "2027-10-31"),
                ("end.time", "03:30"),
            ],
        )
        .await;
    assert!(asked.status == 422 && asked.has("The first, UTC+3") && asked.has("The second, UTC+2"));
    stage.send(&asked, &[("end.which", "second")]).await;
    assert_eq!(contracts(&stage).await[0].range.end(), Some(at("2027-10-31T01:30:00Z")));
    // The edit form knows which of the two it was, and keeps it.
    let edit = format!("/contracts/{}/edit", contracts(&stage).await[0].id);
    let page = stage.get(&edit).await;
    assert_eq!(page.value("end.which").as_deref(), Some("second"));
    assert_eq!(stage.send(&page, &[]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].version, 1);
}

#[tokio::test]
async fn a_conflict_names_the_person_and_offers_the_next_free_period() {
    let stage = stage().await;
    // From 15:00 to 16:00 local time.
    let other = stage.store().create_contract(contract(&k1(), 3_600, 7_200), &metadata()).await.unwrap().into_inner();
    let fields = [
        ("person", "Bo"),
        ("start.date", "2026-11-24"),
        ("start.time", "15:30"),
        ("end.date", "2026-11-24"),
        ("end.time", "17:00"),
    ];
    let taken = stage.fill(NEW, &fields).await;
    assert_eq!(taken.status, 422);
    assert!(taken.has(&format!("<a href=\"/contracts/{}\">Aino Virtanen</a>", other.id)), "{}", taken.main());
    assert!(taken.has("Tue 24 Nov 2026, 16:00–17:30"));
    let next = taken.html.split_once("name=\"next\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let moved = stage.send(&taken, &[("step", "next-free"), ("next", next)]).await;
    let times = ["start.date", "start.time", "end.date", "end.time"].map(|name| moved.value(name).unwrap());
    assert_eq!(times, ["2026-11-24", "16:00", "2026-11-24", "17:30"]);
    assert_eq!(stage.send(&moved, &[]).await.status, 303);
}

#[tokio::test]
async fn a_pin_below_the_minimum_length_is_refused_at_its_field() {
    let stage = stage().await;
    let min_chosen_pin_digits = Some(Some(PinDigits::new(6).unwrap()));
    let change = AutomatChange { min_chosen_pin_digits, ..AutomatChange::default() };
    stage
        .store()
        .edit_automat(&AutomatId::parse("lobby").unwrap(), change, true, Expected::Any, &metadata())
        .await
        .unwrap();
    let fields = [("person", "Bo"), ("start.now", "on"), ("permanent", "on"), ("pin", "48291")];
    let refused = stage.fill(NEW, &fields).await;
    assert!(refused.status == 422 && refused.has("id=\"pin-error\""), "{}", refused.main());
    assert!(refused.has("At least 6 digits at this automat."), "{}", refused.main());
    // The refusal is stored under the form's idempotency key, so the corrected form needs another.
    assert_eq!(stage.send(&refused, &[("pin", "482915")]).await.status, 303);
}

#[tokio::test]
async fn a_pin_in_use_is_refused_at_its_field() {
    let stage = with_key(Sharing::Shared).await;
    stage.fill(NEW, &ADA).await;
    let taken = stage.fill(NEW, &[("person", "Bo"), ("start.now", "on"), ("permanent", "on"), ("pin", "482915")]).await;
    assert!(taken.status == 422 && taken.has("id=\"pin-error\""), "{}", taken.main());
}

#[tokio::test]
async fn a_saved_form_that_is_changed_can_be_sent_again() {
    let stage = with_key(Sharing::Shared).await;
    let page = stage.get(NEW).await;
    stage.send(&page, &ADA[..5]).await;
    let refused = stage.send(&page, &[("person", "Bo"), ("start.now", "on"), ("permanent", "on")]).await;
    assert_eq!((refused.status, contracts(&stage).await.len()), (422, 1));
    assert_eq!(stage.send(&refused, &[]).await.status, 303);
}

#[tokio::test]
async fn a_day_of_the_calendar_starts_the_contract_when_the_key_is_free() {
    let stage = stage().await;
    let shown = async |day: &str| {
        let page = stage.get(&format!("{NEW}?from={day}")).await;
        ["start.date", "start.time", "start.now"].map(|name| page.value(name).unwrap_or_default())
    };
    assert_eq!(shown("2026-11-26").await, ["2026-11-26", "00:00", ""]);
    assert_eq!(shown("2026-11-24").await, ["", "", "on"], "today it starts now");
    assert_eq!(shown("2026-11-23").await, ["", "", ""], "a past day selects nothing");
    assert_eq!(stage.get(NEW).await.value("start.now"), None, "nor does no day");
    assert_eq!(stage.get("/keys/nobody/contracts/new").await.status, 404);
}

#[tokio::test]
async fn an_empty_or_half_filled_time_never_means_now() {
    let stage = stage().await;
    let end = [("person", "Ada"), ("end.date", "2027-11-26"), ("end.time", "10:00")];
    // The fields, and the fields with errors.
    let cases: [(&Typed, &[&str]); 9] = [
        (&[], &["start"]),
        (&[("start.date", "2027-11-25")], &["start.time"]),
        (&[("start.time", "10:00")], &["start.date"]),
        (&[("start.date", "31.2.2027"), ("start.time", "10:00")], &["start.date"]),
        (&[("start.date", "25.11.2027"), ("start.time", "25.00")], &["start.time"]),
        (&[("start.date", "11/25/2027"), ("start.time", "ten")], &["start.date", "start.time"]),
        (&[("start.date", "2027-11-25"), ("start.now", "on")], &["start.now"]),
        (&[("start.now", "on"), ("end.time", "")], &["end.time"]),
        (&[("start.now", "on"), ("end.time", ""), ("permanent", "on")], &["permanent"]),
    ];
    for (typed, wrong) in cases {
        let fields: Vec<_> = end.into_iter().filter(|(name, _)| typed.iter().all(|(other, _)| other != name)).collect();
        let page = stage.fill(NEW, &[&fields[..], typed].concat()).await;
        assert_eq!(page.status, 422, "{typed:?}");
        for field in wrong {
            assert!(page.has(&format!("id=\"{field}-error\"")), "{typed:?}: {field} in {}", page.main());
            assert!(page.has(&format!("href=\"#{field}\"")), "{typed:?}");
        }
        for (name, value) in typed {
            assert_eq!(page.value(name).as_deref(), Some(*value), "{typed:?}: the input is kept");
        }
    }
    assert!(contracts(&stage).await.is_empty());
}

#[tokio::test]
async fn dates_are_shown_and_read_in_the_format_of_the_language() {
    let stage = stage().await;
    for (language, date, time) in
        [("fi", "26.11.2026", "0.00"), ("sv", "2026-11-26", "0.00"), ("en", "2026-11-26", "00:00")]
    {
        let page = stage.get_in(language, &format!("{NEW}?from=2026-11-26")).await;
        let shown = ["start.date", "start.time"].map(|name| page.value(name).unwrap());
        assert_eq!(shown, [date, time], "{language}");
    }
    let times =
        [("start.date", "26.11.2026"), ("start.time", "9.30"), ("end.date", "2026-11-26"), ("end.time", "10:15")];
    stage.fill(NEW, &[&[("person", "Ada")], &times[..]].concat()).await;
    assert_eq!(contracts(&stage).await[0].range.start(), at("2026-11-26T07:30:00Z"));
}
