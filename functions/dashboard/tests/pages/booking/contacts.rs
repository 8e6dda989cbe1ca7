//! Contacts in the form, and the messages that they would get.

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
async fn contacts_are_added_and_taken_away_without_a_script_and_nothing_is_lost() {
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

#[tokio::test]
async fn messages_are_shown_before_anything_is_saved_and_go_just_so() {
    let stage = stage().await;
    let preview = preview(&stage).await;
    assert_eq!((preview.status, contracts(&stage).await.len()), (200, 0));
    for part in ["<dialog open", "email to aino@example.fi", "SMS to +358401234567", "<iframe sandbox", "Goes at once"]
    {
        assert!(preview.has(part), "{part} in {}", preview.main());
    }
    let pin = preview.value("made.pin").unwrap();
    let id = preview.value("made.contractId").unwrap();
    let shown = preview.main().replace(&pin, "PIN").replace(&id, "ID");
    insta::assert_snapshot!("a_preview", shown);
    assert!(preview.html.matches(&pin).count() >= 3, "the messages tell the PIN that will be");
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
async fn what_was_changed_after_the_preview_is_shown_again() {
    let stage = stage().await;
    let first = preview(&stage).await;
    let second = stage.send(&first, &[("person", "Eino"), ("step", "confirm")]).await;
    assert!(second.status == 200 && second.has("<dialog open") && contracts(&stage).await.is_empty());
    assert_eq!(stage.send(&second, &[("step", "confirm")]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].person.as_str(), "Eino");
}

#[tokio::test]
async fn a_start_of_now_is_that_of_the_preview() {
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
async fn what_is_wrong_with_a_contact_stands_in_its_row() {
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
