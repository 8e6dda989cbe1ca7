//! Emails.

use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use outbox::{Email, Sent, What};

use crate::setup::{CONFIGURATION_SET, email, now, simple, start, to};

#[tokio::test]
async fn is_kept_unchanged() {
    let outbox = start().await;
    let destination = Destination::builder();
    let destination = destination.to_addresses("Anna <anna@example.org>").cc_addresses("b@example.org");
    let send = outbox.ses().send_email().from_email_address("keys@automat.example");
    let send = send.destination(destination.bcc_addresses("c@example.org").build());
    let send = send.reply_to_addresses("desk@automat.example").configuration_set_name(CONFIGURATION_SET);
    let send = send.email_tags(MessageTag::builder().name("kind").value("contract-created").build().unwrap());
    let answer = send.content(simple("Avain – 7", Some("Hei\n"), Some("<p>Hei</p>"))).send().await.unwrap();

    let owned = |text: &str| text.to_owned();
    let taken = Email {
        from: owned("keys@automat.example"),
        to: vec![owned("Anna <anna@example.org>")],
        cc: vec![owned("b@example.org")],
        bcc: vec![owned("c@example.org")],
        reply_to: vec![owned("desk@automat.example")],
        subject: owned("Avain – 7"),
        text: Some(owned("Hei\n")),
        html: Some(owned("<p>Hei</p>")),
        configuration_set: Some(owned(CONFIGURATION_SET)),
        tags: [(owned("kind"), owned("contract-created"))].into(),
    };
    let id = answer.message_id().unwrap().to_owned();
    assert_eq!(outbox.sent(), [Sent { id, at: now(), what: What::Email(taken) }]);
}

#[tokio::test]
async fn needs_only_one_of_text_and_html() {
    let outbox = start().await;
    email(&outbox).content(simple("a", Some("b"), None)).send().await.unwrap();
    email(&outbox).content(simple("a", None, Some("b"))).send().await.unwrap();
    assert_eq!(outbox.sent().len(), 2);
}

#[tokio::test]
async fn is_refused_when_a_field_is_missing_or_invalid() {
    let outbox = start().await;
    let raw = RawMessage::builder().data(Blob::new(b"Subject: a\r\n\r\nb")).build().unwrap();
    let tag = MessageTag::builder().name("a kind").value("b").build().unwrap();
    let many = Destination::builder().set_to_addresses(Some(vec!["a@example.org".to_owned(); 51])).build();
    let bad = [
        ("no sender", email(&outbox).set_from_email_address(None)),
        ("no sender's domain", email(&outbox).from_email_address("keys")),
        ("no destination", email(&outbox).set_destination(None)),
        ("no recipient", email(&outbox).destination(Destination::builder().build())),
        ("51 recipients", email(&outbox).destination(many)),
        ("no address", email(&outbox).destination(to("anna"))),
        ("no content", email(&outbox).set_content(None)),
        ("no body", email(&outbox).content(simple("a", None, None))),
        ("two lines of subject", email(&outbox).content(simple("a\r\nBcc: b@example.org", Some("b"), None))),
        ("raw content", email(&outbox).content(EmailContent::builder().raw(raw).build())),
        ("a tag with a space", email(&outbox).email_tags(tag)),
    ];
    for (what, send) in bad {
        let refusal = send.send().await.unwrap_err().into_service_error();
        assert!(matches!(refusal, SendEmailError::BadRequestException(_)), "{what}: {refusal:?}");
    }
    assert_eq!(outbox.sent(), []);
}

#[tokio::test]
async fn is_refused_for_an_unknown_configuration_set() {
    let outbox = start().await;
    let refusal = email(&outbox).configuration_set_name("others").send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, SendEmailError::NotFoundException(_)), "{refusal:?}");
}
