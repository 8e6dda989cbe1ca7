//! SMS: a short text, in characters that are cheap to send, and of a length that SNS accepts.

use std::iter;

use domain::{AutomatDetails, Facts, KeyFacts};
use unicode_normalization::UnicodeNormalization as _;

use crate::content::{Content, address_lines, cut};
use crate::{Encoding, Sms};

/// The maximum length of a person's name, a property, and the automat with its address in an SMS, in characters. An
/// email has them in full. An SMS with all of them at their longest would take eight segments before the note, or
/// exceed the limit if they were emoji.
const PERSON: usize = 60;
const PROPERTY: usize = 80;
const AUTOMAT: usize = 160;
/// The same for all keys with their properties, and for all automats.
const KEYS: usize = 320;
const AUTOMATS: usize = 320;
/// Above this number of keys, an SMS leaves out what they open.
const WITH_PROPERTY: usize = 4;
/// The same for the hours of fetching.
const HOURS: usize = 120;
/// Marks what was cut off. The one-character ellipsis is not in the GSM alphabet.
const CUT: &str = "...";

/// Composes the SMS, with the automat's whole address if that takes no more segments than the street alone: each
/// segment is charged.
pub(crate) fn compose(mut content: Content<'_>) -> Sms {
    set_short_values(&mut content);
    let whole = with_address_lines(&mut content, usize::MAX);
    let short = with_address_lines(&mut content, 1);
    if whole.segments > short.segments { short } else { whole }
}

/// Composes the SMS with this many lines of the address. The note comes last, as far as it fits.
fn with_address_lines(content: &mut Content<'_>, lines: usize) -> Sms {
    let automat = name_and_address(content.facts(), lines);
    content.set("automat-and-address", automat);
    let text = plain(&content.say_part("sms"));
    let text = match content.note() {
        Some(note) => with_note(text, &plain(&format!("{}: {note}", content.say("note")))),
        None => text,
    };
    Sms::of(text)
}

/// Sets the variables that only SMS have, or have in a shorter form.
fn set_short_values(content: &mut Content<'_>) {
    let facts = content.facts();
    content.set("person", cut(facts.person.as_str(), PERSON, CUT));
    content.set("automat", name_and_address(facts, 1));
    let range = content.times().short_range(facts.range);
    let hours = content.hours().map(|hours| format!("\n{}: {}", content.say("hours"), cut(&hours, HOURS, CUT)));
    content.set("when", format!("{range}{}", hours.unwrap_or_default()));
    let (mut items, has_room) = (Vec::new(), facts.keys.len() <= WITH_PROPERTY);
    for KeyFacts { key, property, .. } in &facts.keys {
        content.set("one-key", key.to_string());
        content.set("property", cut(property.as_str(), PROPERTY, CUT));
        let is_plain = property.as_str().is_empty() || !has_room;
        items.push(if is_plain { key.to_string() } else { content.say("key-and-property") });
    }
    content.set("item", cut(&items.join(", "), KEYS, CUT));
}

/// The names of the automats, each with this many lines of its address.
fn name_and_address(facts: &Facts, lines: usize) -> String {
    let one = |automat: &AutomatDetails| {
        let address = address_lines(automat.location.as_ref()).into_iter().take(lines);
        let lines: Vec<_> = iter::once(automat.name.to_string()).chain(address).collect();
        cut(&lines.join(", "), AUTOMAT, CUT)
    };
    cut(&facts.automats().into_iter().map(one).collect::<Vec<_>>().join("; "), AUTOMATS, CUT)
}

/// Replaces typography that word processors and phones insert automatically: one such character would more than halve
/// the capacity of a segment. Also composes each accent with its letter, as the GSM alphabet has them.
fn plain(text: &str) -> String {
    text.nfc().fold(String::with_capacity(text.len()), |mut plain, character| {
        match character {
            '‘' | '’' | '‚' | '′' => plain.push('\''),
            '“' | '”' | '„' | '″' => plain.push('"'),
            '‐' | '‑' | '–' | '—' | '−' => plain.push('-'),
            '\u{a0}' | '\u{2009}' | '\u{202f}' => plain.push(' '),
            '…' => plain.push_str("..."),
            other => plain.push(other),
        }
        plain
    })
}

/// Appends the note, cut to what an SMS holds.
fn with_note(text: String, note: &str) -> String {
    let whole = format!("{text}\n{note}");
    if fits(&whole) {
        return whole;
    }
    let cuts = note.char_indices().rev().map(|(end, _)| format!("{text}\n{}{CUT}", note[..end].trim_end()));
    cuts.into_iter().find(|shorter| fits(shorter)).unwrap_or(text)
}

fn fits(text: &str) -> bool {
    Encoding::of(text).length(text) <= Sms::MAX_UNITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typographic_punctuation_is_replaced_and_letters_are_kept() {
        assert_eq!(plain("“Soita 2–3 kertaa”… it’s\u{a0}8"), "\"Soita 2-3 kertaa\"... it's 8");
        assert_eq!(plain("Ha\u{308}ma\u{308}la\u{308}inen"), "Hämäläinen");
        assert_eq!(plain("Čapek 🔑"), "Čapek 🔑");
    }

    #[test]
    fn a_note_is_cut_to_fit_the_sms() {
        let text = "a".repeat(1_590);
        assert_eq!(with_note(text.clone(), "Note: ok"), format!("{text}\nNote: ok"));
        assert_eq!(with_note(text.clone(), "Note: okay"), format!("{text}\nNote:..."));
        // One letter makes it UCS-2. The limit stays the same, but an emoji is two units.
        assert_eq!(with_note(text.clone(), "N 🔑🔑🔑🔑🔑"), format!("{text}\nN 🔑🔑..."));
        assert_eq!(with_note("a".repeat(1_600), "Note: ok"), "a".repeat(1_600));
    }
}
