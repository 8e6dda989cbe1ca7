//! Emails: their texts in each language, and what their HTML must not contain.

use std::fmt::Write as _;

use domain::{ContractField, Facts, FreeText, Language, Location, Name, Occasion, Property, TimeRange};
use messages::Email;

use crate::sample::{at, facts, in_every_language, longest, noted, occasions, rendered_email, without_property};

#[test]
fn texts_of_every_kind() {
    for &language in Language::ALL {
        let mut page = String::new();
        for occasion in occasions() {
            let Email { subject, text, .. } = rendered_email(&occasion, language, &noted());
            writeln!(page, "==== {}\nSubject: {subject}\n\n{text}\n", occasion.kind().name()).unwrap();
        }
        insta::assert_snapshot!(format!("email_{}", language.code()), page);
    }
}

#[test]
fn emails_as_html() {
    for (language, occasion) in [
        (Language::English, Occasion::Created),
        (Language::English, Occasion::Updated(vec![ContractField::Person, ContractField::FreeText])),
        (Language::English, Occasion::NotReturned),
        (Language::Finnish, Occasion::Created),
        (Language::Swedish, Occasion::Returned(at("2026-11-26T09:48:07Z"))),
    ] {
        let html = rendered_email(&occasion, language, &noted()).html;
        insta::assert_snapshot!(format!("page_{}_{}", occasion.kind().name(), language.code()), html);
    }
}

#[test]
fn html_and_plain_text_have_the_same_content() {
    for (language, occasion) in in_every_language() {
        let Email { text, html, .. } = rendered_email(&occasion, language, &noted());
        for line in text.lines().filter(|line| !matches!(*line, "" | "--")) {
            // In the HTML a label and its lines are separate elements.
            for piece in line.split(": ").flat_map(|piece| piece.split(", ")) {
                let piece = piece.trim_end_matches(':');
                assert!(html.contains(piece), "{piece:?} is missing in {} {language:?}", occasion.kind().name());
            }
        }
    }
}

#[test]
fn a_permanent_contract_has_no_end() {
    let range = TimeRange::new(at("2026-11-24T12:00:00Z"), None).unwrap();
    let texts = Language::ALL
        .iter()
        .map(|&language| rendered_email(&Occasion::Created, language, &Facts { range, ..facts() }).text)
        .collect::<Vec<_>>();
    assert!(texts[0].contains("Valid: Tue 24 Nov 2026, 14:00, until further notice\n"), "{}", texts[0]);
    assert!(texts[1].contains("Voimassa: ti 24.11.2026 klo 14.00 alkaen toistaiseksi\n"), "{}", texts[1]);
    assert!(texts[2].contains("Gäller: fr.o.m. tis 24 nov. 2026 kl. 14.00 tills vidare\n"), "{}", texts[2]);
    let updated = Occasion::Updated(vec![ContractField::End]);
    assert!(!rendered_email(&updated, Language::English, &Facts { range, ..facts() }).text.contains("Until"));
}

#[test]
fn missing_details_are_left_out() {
    let mut bare = without_property();
    bare.keys[0].automat.location = None;
    let text = rendered_email(&Occasion::Created, Language::English, &bare).text;
    assert!(text.contains("Key: A-12\n") && text.contains("Where: Lobby\n") && !text.contains("Note"), "{text}");
    let nothing = domain::AddressLine::parse("").unwrap();
    bare.keys[0].automat.location =
        Some(Location { address: nothing.clone(), postal_code: nothing.clone(), postal_office: nothing });
    assert_eq!(rendered_email(&Occasion::Created, Language::English, &bare).text, text);
}

#[test]
fn each_change_is_listed_once() {
    let all = [
        ContractField::Person,
        ContractField::Start,
        ContractField::Pin,
        ContractField::End,
        ContractField::Contacts,
        ContractField::FreeText,
    ];
    let text = rendered_email(&Occasion::Updated(all.to_vec()), Language::English, &facts()).text;
    assert!(text.contains("Changed: person, times, PIN, contacts, note\n"), "{text}");
}

/// The contract itself is unchanged.
#[test]
fn a_changed_time_zone_is_named_as_the_change() {
    let texts = Language::ALL.iter().map(|&language| rendered_email(&Occasion::ZoneChanged, language, &facts()).text);
    for (text, changed) in texts.zip([
        "Changed: time zone of the key automat\n",
        "Muuttunut: avainautomaatin aikavyöhyke\n",
        "Ändrat: nyckelautomatens tidszon\n",
    ]) {
        assert!(text.contains(changed), "{text}");
    }
}

#[test]
fn markup_in_texts_is_escaped() {
    let markup = "<script>alert('1')</script>&\"";
    let mut hostile = Facts {
        person: Name::parse(markup).unwrap(),
        free_text: Some(FreeText::parse(&format!("{markup}\n</td>{{{{ 7 * 7 }}}} {{ $pin }}")).unwrap()),
        ..facts()
    };
    hostile.keys[0].property = Property::parse(markup).unwrap();
    let Email { subject, text, html } = rendered_email(&Occasion::Created, Language::English, &hostile);
    assert!(!html.contains("<script") && !html.contains("</td>{"), "{html}");
    assert!(html.contains("&#60;script&#62;alert(&#39;1&#39;)"), "{html}");
    // Plain text needs no escaping.
    assert!(subject.contains("<script>") && text.contains("{{ 7 * 7 }} { $pin }"), "{text}");
}

#[test]
fn html_has_no_external_resources_and_no_links() {
    for occasion in occasions() {
        let html = rendered_email(&occasion, Language::English, &noted()).html;
        for outside in ["http", "src=", "href", "url(", "<img", "<script", "@import", "<link"] {
            assert!(!html.contains(outside), "{outside} in {}", occasion.kind().name());
        }
    }
}

#[test]
fn subjects_are_one_line_and_not_too_long() {
    for (language, occasion) in in_every_language() {
        let subject = rendered_email(&occasion, language, &longest('W')).subject;
        assert!(subject.chars().count() <= Email::MAX_SUBJECT && !subject.contains('\n'), "{subject}");
    }
    let created = rendered_email(&Occasion::Created, Language::English, &longest('W')).subject;
    assert!(created.chars().count() == Email::MAX_SUBJECT && created.ends_with('…'), "{created}");
}
