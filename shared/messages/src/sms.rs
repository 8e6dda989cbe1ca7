//! An SMS: a short text, kept to letters that go cheaply over the air and to a length that SNS takes.

use std::iter;

use domain::Facts;
use unicode_normalization::UnicodeNormalization as _;

use crate::wording::{Wording, address_lines, cut};
use crate::{Encoding, Sms};

/// What an SMS says of a person, a property and a place at most, in characters. An email says all of it; an SMS with all
/// of them at their longest would be eight short messages before the note, and over the bound if in emoji.
const PERSON: usize = 60;
const PROPERTY: usize = 80;
const PLACE: usize = 160;
/// In place of what is cut off. The ellipsis of one character is not in the GSM alphabet.
const CUT: &str = "...";

/// Puts it together, with the automat's whole address if that takes no more segments than the street alone: each
/// segment is billed.
pub(crate) fn compose(mut wording: Wording<'_>) -> Sms {
    set_short_values(&mut wording);
    let whole = with_place(&mut wording, usize::MAX);
    let short = with_place(&mut wording, 1);
    if whole.segments > short.segments { short } else { whole }
}

/// With so many lines of the address. The note comes last, as far as there is room.
fn with_place(wording: &mut Wording<'_>, lines: usize) -> Sms {
    let place = place(wording.facts(), lines);
    wording.set("place", place);
    let text = plain(&wording.say_part("sms"));
    let text = match wording.note() {
        Some(note) => with_note(text, &plain(&format!("{}: {note}", wording.say("note")))),
        None => text,
    };
    Sms::of(text)
}

/// What only an SMS's patterns have, or have shorter.
fn set_short_values(wording: &mut Wording<'_>) {
    let facts = wording.facts();
    wording.set("person", cut(facts.person.as_str(), PERSON, CUT));
    wording.set("site", place(facts, 1));
    wording.set("when", wording.times().short_range(facts.range));
    wording.set("property", cut(facts.property.as_str(), PROPERTY, CUT));
    let item = if facts.property.as_str().is_empty() { facts.key.to_string() } else { wording.say("key-and-property") };
    wording.set("item", item);
}

/// The automat's name and so many lines of its address.
fn place(facts: &Facts, lines: usize) -> String {
    let address = address_lines(facts.place.location.as_ref()).into_iter().take(lines);
    let lines: Vec<_> = iter::once(facts.place.name.to_string()).chain(address).collect();
    cut(&lines.join(", "), PLACE, CUT)
}

/// A text without the typography that word processors and phones put in by themselves, each character of which would
/// more than halve what a short message holds; and with each accent in one character with its letter, as the alphabet
/// has them.
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

/// A text and then its note, or as much of the note as an SMS holds.
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
    fn typography_is_made_plain_and_letters_are_not() {
        assert_eq!(plain("“Soita 2–3 kertaa”… it’s\u{a0}8"), "\"Soita 2-3 kertaa\"... it's 8");
        assert_eq!(plain("Ha\u{308}ma\u{308}la\u{308}inen"), "Hämäläinen");
        assert_eq!(plain("Čapek 🔑"), "Čapek 🔑");
    }

    #[test]
    fn a_note_is_cut_where_the_room_ends() {
        let text = "a".repeat(1_590);
        assert_eq!(with_note(text.clone(), "Note: ok"), format!("{text}\nNote: ok"));
        assert_eq!(with_note(text.clone(), "Note: okay"), format!("{text}\nNote:..."));
        // One letter makes it UCS-2, in which it is no longer, but an emoji is two units.
        assert_eq!(with_note(text.clone(), "N 🔑🔑🔑🔑🔑"), format!("{text}\nN 🔑🔑..."));
        assert_eq!(with_note("a".repeat(1_600), "Note: ok"), "a".repeat(1_600));
    }
}
