//! SMS: their texts in each language, and their length.

use std::fmt::Write as _;

use domain::{Facts, FreeText, Language, MessageKind, Occasion, Schedule, TimeRange};
use messages::{Encoding, Sms};

use crate::sample::{
    at, facts, in_every_language, longest, noted, occasions, rendered_email, rendered_sms, without_property,
};

#[test]
fn texts_of_every_kind() {
    for &language in Language::ALL {
        let mut page = String::new();
        for occasion in occasions() {
            let text = rendered_sms(&occasion, language, &noted()).text;
            writeln!(page, "==== {}\n{text}\n", occasion.kind().name()).unwrap();
        }
        insta::assert_snapshot!(format!("sms_{}", language.code()), page);
    }
}

#[test]
fn lengths_for_ordinary_data() {
    let mut table = "| kind | language | encoding | characters | segments |\n|---|---|---|---|---|\n".to_owned();
    for (occasion, language) in
        occasions().iter().flat_map(|occasion| Language::ALL.iter().map(move |&language| (occasion, language)))
    {
        let Sms { text, encoding, segments } = rendered_sms(occasion, language, &facts());
        let (kind, code, characters) = (occasion.kind().name(), language.code(), text.chars().count());
        writeln!(table, "| {kind} | {code} | {encoding:?} | {characters} | {segments} |").unwrap();
    }
    insta::assert_snapshot!("sms_lengths", table);
}

#[test]
fn each_takes_one_segment_and_a_change_two() {
    for (language, occasion) in in_every_language() {
        let expected = match occasion.kind() {
            MessageKind::ContractUpdated => 2,
            _ => 1,
        };
        let sms = rendered_sms(&occasion, language, &facts());
        assert_eq!((sms.encoding, sms.segments), (Encoding::Gsm7, expected), "{}", sms.text);
    }
}

#[test]
fn the_town_is_included_if_it_adds_no_segment() {
    let text = |facts: &Facts| rendered_sms(&Occasion::Created, Language::English, facts).text;
    assert!(text(&facts()).contains("\nLobby, Lauttasaarentie 10\n"), "{}", text(&facts()));
    let bare = without_property();
    assert!(text(&bare).contains("\nLobby, Lauttasaarentie 10, 00200 Helsinki\n"), "{}", text(&bare));
}

#[test]
fn the_year_is_repeated_only_if_it_differs() {
    let range = TimeRange::new(at("2026-12-30T12:00:00Z"), Some(at("2027-01-02T10:00:00Z"))).unwrap();
    let text = |facts: &Facts| rendered_sms(&Occasion::Created, Language::English, facts).text;
    assert!(text(&facts()).contains("\nTue 24 Nov, 14:00 - Thu 26 Nov 2026, 12:00\n"));
    assert!(text(&Facts { range, ..facts() }).contains("\nWed 30 Dec 2026, 14:00 - Sat 2 Jan 2027, 12:00\n"));
}

#[test]
fn hours_of_fetching_are_in_the_messages_that_say_how_to_fetch() {
    let limited = Facts { schedule: Some(Schedule::parse("Mo-Fr 08:00-17:00; Sa 10:00-14:00").unwrap()), ..facts() };
    for (language, hours) in [
        (Language::English, "\nFetching hours: Mon-Fri 08:00-17:00; Sat 10:00-14:00\n"),
        (Language::Finnish, "\nNoutoajat: ma-pe 8.00-17.00; la 10.00-14.00\n"),
        (Language::Swedish, "\nHämtningstider: mån-fre 8.00-17.00; lör 10.00-14.00\n"),
    ] {
        let text = rendered_sms(&Occasion::Created, language, &limited).text;
        assert!(text.contains(hours), "{text}");
        let label = hours.trim().split(':').next().unwrap();
        assert!(rendered_email(&Occasion::Created, language, &limited).text.contains(label), "{label}");
        let ended = rendered_sms(&Occasion::Ended, language, &limited).text;
        assert!(!ended.contains(hours.trim()), "{ended}");
    }
}

#[test]
fn none_is_longer_than_sns_takes() {
    // A letter, a character of the extension, one of another script, and two surrogate pairs.
    for (character, language) in
        ['W', '€', 'Ж', '𐐷', '🔑'].iter().flat_map(|c| Language::ALL.iter().map(move |&language| (*c, language)))
    {
        for occasion in occasions() {
            let Sms { text, encoding, .. } = rendered_sms(&occasion, language, &longest(character));
            let units = match encoding {
                Encoding::Gsm7 => text.chars().map(|c| if "^{}\\[~]|€".contains(c) { 2 } else { 1 }).sum(),
                Encoding::Ucs2 => text.encode_utf16().count(),
            };
            assert!(units <= 1_600, "{character} {language:?} {}: {units}", occasion.kind().name());
        }
    }
}

#[test]
fn only_a_note_that_is_too_long_is_cut_and_says_so() {
    // The longest other facts leave room for fewer than 500 emoji, at two units each.
    let note = |facts| {
        rendered_sms(&Occasion::Created, Language::English, &facts).text.split_once("Note: ").unwrap().1.to_owned()
    };
    let cut = note(longest('🔑'));
    assert!(cut.ends_with("🔑...") && cut.chars().count() < 500, "{cut}");
    let whole = Facts { free_text: longest('W').free_text, ..facts() };
    assert_eq!(note(whole), "W".repeat(500));
}

#[test]
fn a_permanent_contract_has_no_end() {
    let range = TimeRange::new(at("2026-11-24T12:00:00Z"), None).unwrap();
    let texts = Language::ALL
        .iter()
        .map(|&language| rendered_sms(&Occasion::Created, language, &Facts { range, ..facts() }).text)
        .collect::<Vec<_>>();
    for (text, expected) in texts.iter().zip(["until further notice", "toistaiseksi", "tills vidare"]) {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn an_sms_without_a_property_names_only_the_key() {
    let bare = without_property();
    let text = rendered_sms(&Occasion::Cancelled, Language::English, &bare).text;
    assert!(text.starts_with("Cancelled: key A-12, Aino Virtanen\n"), "{text}");
}

#[test]
fn typographic_punctuation_adds_no_segment() {
    let note = FreeText::parse("Ring “Virtanen” – it’s the 2nd floor…").unwrap();
    let sms = rendered_sms(&Occasion::Created, Language::English, &Facts { free_text: Some(note), ..facts() });
    assert_eq!(sms.encoding, Encoding::Gsm7);
    assert!(sms.text.ends_with("\nNote: Ring \"Virtanen\" - it's the 2nd floor..."), "{}", sms.text);
    let cyrillic = FreeText::parse("Код").unwrap();
    let sms = rendered_sms(&Occasion::Created, Language::English, &Facts { free_text: Some(cyrillic), ..facts() });
    assert_eq!((sms.encoding, sms.segments), (Encoding::Ucs2, 3));
}

#[test]
fn long_names_and_addresses_are_cut_in_an_sms() {
    let text = rendered_sms(&Occasion::Created, Language::English, &longest('W')).text;
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    assert!(first.contains(&format!("({}...)", "W".repeat(77))), "{first}");
    assert!(first.ends_with(&format!(" for {}...", "W".repeat(57))), "{first}");
    assert_eq!(lines.nth(1).unwrap().chars().count(), "Fetching hours: ".len() + 120);
    assert_eq!(lines.next().unwrap().chars().count(), 160);
}
