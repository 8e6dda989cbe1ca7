//! PINs appear where they are needed, and nowhere else.

use domain::{Facts, FreeText, Language, MessageKind, Pin};
use messages::{Email, Rendered, Sms};

use crate::sample::{PIN, facts, in_every_language, noted, occasions, rendered_email, rendered_sms};

fn needs_pin(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::ContractCreated | MessageKind::ContractUpdated | MessageKind::StartReminder)
}

#[test]
fn only_messages_about_fetching_the_key_have_pin_and_note() {
    for (language, occasion) in in_every_language() {
        let kind = occasion.kind();
        let Email { text, html, .. } = rendered_email(&occasion, language, &noted());
        let sms = rendered_sms(&occasion, language, &noted()).text;
        for content in [text, html, sms] {
            assert_eq!(content.contains(PIN), needs_pin(kind), "{} {language:?}", kind.name());
            assert_eq!(content.contains("stairs"), needs_pin(kind), "{} {language:?}", kind.name());
        }
    }
}

#[test]
fn the_pin_is_not_in_the_inbox_preview() {
    for (language, occasion) in in_every_language() {
        let Email { subject, html, .. } = rendered_email(&occasion, language, &facts());
        // An inbox shows the beginning of the text: the preheader, then greeting and introduction.
        let beginning = html.split_once("</h1>").unwrap().0;
        assert!(!subject.contains(PIN) && !beginning.contains(PIN), "{} {language:?}", occasion.kind().name());
    }
}

#[test]
fn a_pin_keeps_its_leading_zeros() {
    let facts = Facts { pin: Pin::parse("0042").unwrap(), ..facts() };
    assert!(rendered_sms(&occasions()[0], Language::English, &facts).text.ends_with("PIN 0042"));
    assert!(rendered_email(&occasions()[0], Language::English, &facts).html.contains(">0042<"));
}

#[test]
fn every_variable_of_a_text_has_a_value() {
    // Fluent shows a variable without a value in braces.
    for (language, occasion) in in_every_language() {
        let Email { subject, text, .. } = rendered_email(&occasion, language, &noted());
        let sms = rendered_sms(&occasion, language, &noted()).text;
        for content in [subject, text, sms] {
            assert!(!content.contains(['{', '}', '$']), "{content}");
            assert!(!content.contains(['\u{2068}', '\u{2069}']), "isolation marks in {content:?}");
        }
    }
}

#[test]
fn nothing_of_the_text_shows_in_debug_output() {
    let note = Some(FreeText::parse("Ring twice").unwrap());
    let facts = Facts { free_text: note, ..facts() };
    let email = Rendered::Email(rendered_email(&occasions()[0], Language::English, &facts));
    let sms = Rendered::Sms(Sms { segments: 7, ..rendered_sms(&occasions()[0], Language::English, &facts) });
    assert_eq!(format!("{email:?} {sms:?}"), "Email(Email(…)) Sms(Sms { encoding: Gsm7, segments: 7, .. })");
}
