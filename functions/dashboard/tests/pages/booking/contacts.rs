//! Contacts in the form, and the preview of their messages.

use super::{NEW, contracts, stage};
use crate::stage::{Page, Stage};

const TIMES: [(&str, &str); 5] = [
    ("person", "Ada"),
    ("start.date", "2026-11-27"),
    ("start.time", "10:00"),
    ("end.date", "2026-11-28"),
    ("end.time", "12:00"),
];

#[tokio::test]
async fn contacts_are_added_and_removed_without_a_script_and_input_is_kept() {
    let stage = stage().await;
    let one = stage.fill(NEW, &[&TIMES[..], &[("step", "add-contact")]].concat()).await;
    assert_eq!((one.status, one.value("person").unwrap().as_str()), (200, "Ada"));
    assert!(one.has("Contact 1") && !one.has("Contact 2</legend>"));
    let fields = [("contacts.0.name", "Aino"), ("contacts.0.email", "aino@example.fi"), ("step", "add-contact")];
    let two = stage.send(&one, &fields).await;
    assert_eq!(two.value("contacts.0.email").unwrap(), "aino@example.fi");
    assert!(two.has("Contact 2</legend>"));
    let fields = [("contacts.1.name", "Bo"), ("step", "remove-contact-0")];
    let left = stage.send(&two, &fields).await;
    assert_eq!((left.value("contacts.0.name").as_deref(), left.value("contacts.1.name")), (Some("Bo"), None));
}

async fn preview(stage: &Stage) -> Page {
    let page = stage.get(NEW).await;
    let contacts = [
        ("contacts.0.name", "Aino"),
        ("contacts.0.email", "aino@example.fi"),
        ("contacts.0.sendEmail", "on"),
        ("contacts.0.sendSms", "on"),
        ("contacts.0.language", "fi"),
        ("contacts.0.additionalMessages", "start-reminder"),
        ("contacts.1.name", "Bo"),
        ("contacts.1.phoneNumber", "+358 40 123 4567"),
        ("contacts.1.sendSms", "on"),
        ("contacts.1.language", "sv"),
    ];
    stage.send(&page, &[&TIMES[..], &contacts].concat()).await
}

/// There are 245 countries, in every row.
fn is_country_not_chosen(line: &str) -> bool {
    let code = line.trim().strip_prefix("<option value=\"").and_then(|rest| rest.split_once("\">"));
    code.is_some_and(|(code, _)| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase()))
}

#[tokio::test]
async fn messages_are_previewed_and_sent_as_shown() {
    let stage = stage().await;
    let preview = preview(&stage).await;
    assert_eq!((preview.status, contracts(&stage).await.len()), (200, 0));
    for part in
        ["<dialog open", "email to aino@example.fi", "SMS to +358401234567", "<iframe sandbox", "sent immediately"]
    {
        assert!(preview.has(part), "{part} in {}", preview.main());
    }
    let pin = preview.value("made.pin").unwrap();
    let id = preview.value("made.contractId").unwrap();
    let shown = preview.main().replace(&pin, "PIN").replace(&id, "ID");
    let shown = shown.lines().filter(|line| !is_country_not_chosen(line)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("a_preview", shown);
    assert!(preview.html.matches(&pin).count() >= 3, "the preview shows the PIN that will be used");
    let saved = stage.send(&preview, &[("step", "confirm")]).await;
    assert_eq!(saved.status, 303, "{}", saved.main());
    let [contract] = &contracts(&stage).await[..] else { panic!() };
    assert_eq!(
        (contract.pin.reveal(), contract.id.to_string()),
        (pin.as_str(), preview.value("made.contractId").unwrap())
    );
    assert!(contract.contacts[0].send_email && !contract.contacts[0].send_sms && contract.contacts[1].send_sms);
    let again = stage.send(&preview, &[("step", "confirm")]).await;
    assert_eq!((again.to, contracts(&stage).await.len()), (saved.to, 1));
}

#[tokio::test]
async fn a_change_after_the_preview_is_previewed_again() {
    let stage = stage().await;
    let first = preview(&stage).await;
    let second = stage.send(&first, &[("person", "Eino"), ("step", "confirm")]).await;
    assert!(second.status == 200 && second.has("<dialog open") && contracts(&stage).await.is_empty());
    assert_eq!(stage.send(&second, &[("step", "confirm")]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].person.as_str(), "Eino");
}

#[tokio::test]
async fn a_contract_that_starts_now_keeps_the_start_of_its_preview() {
    let stage = stage().await;
    let page = stage.get(NEW).await;
    let fields = [
        ("person", "Ada"),
        ("start.now", "on"),
        ("permanent", "on"),
        ("contacts.0.name", "Aino"),
        ("contacts.0.email", "a@example.fi"),
        ("contacts.0.sendEmail", "on"),
        ("contacts.0.language", "en"),
    ];
    let preview = stage.send(&page, &fields).await;
    stage.later(90);
    assert_eq!(stage.send(&preview, &[("step", "confirm")]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].range.start(), testkit::at(0));
}

#[tokio::test]
async fn a_national_phone_number_is_completed_and_shown_before_saving() {
    for (country, typed, number) in [
        ("FI", "040 123 4567", "+358401234567"),
        ("FI", "+358 (0)40 123 4567", "+358401234567"),
        ("SE", "070-123 45 67", "+46701234567"),
    ] {
        let stage = stage().await;
        let page = stage.fill(NEW, &[("step", "add-contact")]).await;
        assert_eq!(page.value("contacts.0.country").as_deref(), Some("FI"), "that of the automat's zone");
        let bo = [
            ("contacts.0.name", "Bo"),
            ("contacts.0.country", country),
            ("contacts.0.phoneNumber", typed),
            ("contacts.0.sendSms", "-"),
        ];
        let shown = stage.send(&page, &[&TIMES[..], &bo].concat()).await;
        assert_eq!((shown.status, contracts(&stage).await.len()), (200, 0), "{typed}");
        assert!(shown.has("<dialog open") && shown.has(&format!("Bo: <strong>{number}</strong>")), "{}", shown.main());
        assert_eq!(stage.send(&shown, &[("step", "confirm")]).await.status, 303, "{typed}");
        let [contract] = &contracts(&stage).await[..] else { panic!() };
        assert_eq!(contract.contacts[0].phone_number.as_ref().unwrap().reveal(), number);

        let path = format!("/contracts/{}/edit", contract.id);
        let edit = stage.get(&path).await;
        let filled = ["country", "phoneNumber"].map(|field| edit.value(&format!("contacts.0.{field}")).unwrap());
        assert_eq!(filled, [country, number]);
        assert_eq!(stage.send(&edit, &[("person", "Eino")]).await.status, 303, "nothing is left to show");
        let completed = stage.send(&stage.get(&path).await, &[("contacts.0.phoneNumber", "09 4711 4711")]).await;
        let is_shown = completed.has("Bo: <strong>+358947114711</strong>");
        assert_eq!((completed.status, is_shown), if country == "FI" { (200, true) } else { (422, false) });
    }
}

#[tokio::test]
async fn the_form_with_all_countries_is_small() {
    let stage = stage().await;
    assert!(stage.weigh(NEW).await < 11_000, "of the 12 kB that a later visit may take: {}", stage.weigh(NEW).await);
}

#[tokio::test]
async fn a_time_zone_without_a_country_selects_none() {
    let stage = stage().await;
    let id = domain::AutomatId::parse("lobby").unwrap();
    let change = domain::AutomatChange { time_zone: Some(domain::TimeZone::UTC), ..domain::AutomatChange::default() };
    stage.store().edit_automat(&id, change, true, store::Expected::Any, &testkit::metadata()).await.unwrap();
    let page = stage.fill(NEW, &[("step", "add-contact")]).await;
    assert_eq!(page.value("contacts.0.country").as_deref(), Some(""));
    let contact = |number| [("contacts.0.name", "Bo"), ("contacts.0.phoneNumber", number), ("contacts.0.sendSms", "-")];
    let refused = stage.send(&page, &[&TIMES[..], &contact("040 123 4567")].concat()).await;
    assert!(refused.status == 422 && refused.has("contacts.0.phoneNumber-error"), "{}", refused.main());
    assert_eq!(stage.send(&page, &[&TIMES[..], &contact("+358401234567")].concat()).await.status, 303);
}

#[tokio::test]
async fn errors_of_a_contact_are_shown_in_its_row() {
    let stage = stage().await;
    let page = stage.get(NEW).await;
    let contacts = [("contacts.3.name", ""), ("contacts.3.email", "nobody"), ("contacts.7.phoneNumber", "12")];
    let wrong = stage.send(&page, &[&TIMES[..], &contacts].concat()).await;
    for id in
        ["contacts.0.name-error", "contacts.0.email-error", "contacts.1.name-error", "contacts.1.phoneNumber-error"]
    {
        assert!(wrong.has(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(wrong.has("Contact 1: Email: ") && wrong.has("Contact 2: Phone number: "), "{}", wrong.main());
}

#[tokio::test]
async fn the_person_of_the_contract_becomes_a_contact_in_the_language_of_the_page() {
    let stage = stage().await;
    let page = stage.fill(NEW, &[&TIMES[..], &[("step", "add-person")]].concat()).await;
    assert_eq!(page.value("contacts.0.name").as_deref(), Some("Ada"));
    let language = |page: &Page| {
        page.html.split_once("name=\"contacts.0.language\"").unwrap().1.split_once("selected").unwrap().0.to_owned()
    };
    assert!(language(&page).trim_end().ends_with("value=\"en\""), "{}", language(&page));
    let swedish = stage.get_in("sv", NEW).await;
    let pattern = swedish.html.split_once("name=\"contacts.#.language\"").unwrap().1.split_once("selected").unwrap().0;
    assert!(pattern.trim_end().ends_with("value=\"sv\""), "{pattern}");
}

#[tokio::test]
async fn a_contact_of_an_earlier_contract_is_found_by_its_name() {
    let stage = stage().await;
    let preview = preview(&stage).await;
    assert_eq!(stage.send(&preview, &[("step", "confirm")]).await.status, 303);
    stage.table.project().await;
    let typed = [("contacts.0.name", "ain"), ("contacts.0.language", "en"), ("step", "find-contact-0")];
    let found = stage.fill(NEW, &[&TIMES[..], &typed].concat()).await;
    assert!(found.has("Aino · aino@example.fi</button>") && !found.has("Bo · "), "{}", found.main());
    assert_eq!(found.value("contacts.0.name").as_deref(), Some("ain"));
    let step = found.html.split_once("value=\"take-contact-").unwrap().1.split_once('"').unwrap().0;
    let taken = stage.send(&found, &[("step", &format!("take-contact-{step}"))]).await;
    assert_eq!(taken.value("contacts.0.name").as_deref(), Some("Aino"));
    assert_eq!(taken.value("contacts.0.email").as_deref(), Some("aino@example.fi"));
    assert_eq!(
        (taken.value("contacts.0.language").as_deref(), taken.value("person").as_deref()),
        (Some("fi"), Some("Ada"))
    );
    for (name, step) in [("Nobody", "find-contact-0"), ("a", "find-contact-0"), ("", "find-contact-0")] {
        let none = stage.fill(NEW, &[("contacts.0.name", name), ("step", step)]).await;
        assert!(none.has("No contact of an earlier contract has this name."), "{name}: {}", none.main());
    }
    let gone = stage.fill(NEW, &[("contacts.0.name", "x"), ("step", "take-contact-0-7-gone")]).await;
    assert_eq!((gone.status, gone.value("contacts.0.name").as_deref()), (200, Some("x")));
}

#[tokio::test]
async fn an_eleventh_contact_is_refused_with_the_reason() {
    let stage = stage().await;
    let names: Vec<_> = (0..10).map(|row| format!("contacts.{row}.name")).collect();
    let rows: Vec<_> = names.iter().map(|name| (name.as_str(), "Aino")).collect();
    let page = stage.fill(NEW, &[&rows[..], &[("step", "add-contact")]].concat()).await;
    assert!(page.has("There are 10 contacts, which is the most a contract can have."), "{}", page.main());
    assert!(!page.has("name=\"contacts.10.name\"") && !page.has("data-row-add"), "{}", page.main());
}

#[tokio::test]
async fn another_language_keeps_what_is_filled_in() {
    let stage = stage().await;
    let form = [("person", "Ada"), ("step", "language-fi")];
    let switched = stage.post(&format!("/language?to={}", NEW.replace('/', "%2F")), &form).await;
    assert_eq!((switched.status, switched.to.as_deref()), (307, Some(NEW)), "the browser sends the form on");
    for (page, field) in [
        (NEW, "person"),
        ("/automats/new", "name"),
        ("/automats/lobby/edit", "name"),
        ("/automats/lobby/keys/new", "property"),
        ("/keys/K-1/edit", "property"),
    ] {
        let shown = stage.get_as(api::Role::Admin, page).await;
        let form = shown.html.split_once("<form class=\"form").unwrap().1.split_once('>').unwrap().0;
        let id = form.split_once("id=\"").unwrap().1.split_once('"').unwrap().0;
        assert!(shown.has(&format!("form=\"{id}\" formaction=\"/language?to=")), "{page}");
        let again = stage.post_as(api::Role::Admin, page, &[(field, "Ada"), ("step", "language-fi")]).await;
        assert_eq!((again.status, again.value(field).as_deref()), (200, Some("Ada")), "{page}: {}", again.main());
    }
    let plain = stage.post("/language?to=%2Ftoday", &[("step", "language-fi")]).await;
    assert_eq!((plain.status, plain.to.as_deref()), (303, Some("/today")));
}
