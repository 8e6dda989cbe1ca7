//! The values of a message's texts: its facts, in the recipient's language.

use domain::{ContractField, Facts, FreeText, Location, Message, Occasion, Pin};
use texts::{FluentArgs, Texts};

use crate::style::Style;
use crate::times::LocalTimes;
use crate::translations::texts;

/// A message, the texts of its language, and the values for their variables.
pub(crate) struct Content<'a> {
    message: &'a Message,
    style: Style,
    news: Option<String>,
    texts: &'static Texts,
    times: LocalTimes,
    values: FluentArgs<'a>,
}

impl<'a> Content<'a> {
    /// With the values that texts of every channel use.
    pub(crate) fn of(message: &'a Message) -> Self {
        let Facts { keys, person, range, .. } = &message.facts;
        let texts = texts(message.recipient.language);
        let zone = message.facts.time_zone();
        let times = LocalTimes::new(message.recipient.language, zone);
        let ids: Vec<_> = keys.iter().map(|facts| facts.key.as_str()).collect();
        let mut values = FluentArgs::new();
        values.set("recipient", message.recipient.name.as_str());
        values.set("key", ids.join(", "));
        values.set("keys", keys.len());
        values.set("person", person.as_str());
        values.set("zone", zone.identifier());
        values.set("start", times.moment(range.start()));
        let no_end = || texts.text("no-end").into_owned();
        values.set("end", range.end().map_or_else(no_end, |end| times.moment(end)));
        values.set("when", times.range(*range));
        let occasion = &message.occasion;
        let changes = if *occasion == Occasion::ZoneChanged {
            Some(texts.text("changed-zone").into_owned())
        } else {
            occasion.changes().map(|fields| changes(texts, fields))
        };
        let time = occasion.time().map(|time| times.moment(time));
        let news = changes.clone().or_else(|| time.clone());
        for (name, value) in [("changes", changes), ("time", time)] {
            if let Some(value) = value {
                values.set(name, value);
            }
        }
        let style = Style::of(occasion.kind());
        // The other kinds of messages cannot even use it.
        if style.gives_access {
            values.set("pin", message.facts.pin.reveal());
        }
        Self { message, style, news, texts, times, values }
    }

    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// What the message reports, if that is a fact of its own, with its label.
    pub(crate) fn news(&self) -> Option<(&'static str, String)> {
        self.style.news_label.zip(self.news.clone())
    }

    pub(crate) fn facts(&self) -> &'a Facts {
        &self.message.facts
    }

    /// The ISO 639-1 code.
    pub(crate) fn language(&self) -> &'static str {
        self.texts.language().code()
    }

    /// Formats times in the recipient's language and the automat's zone.
    pub(crate) fn times(&self) -> &LocalTimes {
        &self.times
    }

    /// The PIN, if this kind of message contains it.
    pub(crate) fn pin(&self) -> Option<&'a Pin> {
        self.style.gives_access.then_some(&self.facts().pin)
    }

    /// When the key may be fetched, if that is limited and this kind of message says how to fetch it.
    pub(crate) fn hours(&self) -> Option<String> {
        let schedule = self.facts().schedule.as_ref().filter(|_| self.style.gives_access)?;
        Some(self.times.hours(schedule))
    }

    /// The note, if there is one and this kind of message contains it.
    pub(crate) fn note(&self) -> Option<&'a FreeText> {
        self.facts().free_text.as_ref().filter(|_| self.style.gives_access)
    }

    /// Sets or replaces a variable.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.values.set(name, value);
    }

    /// A text that is common to all kinds of messages.
    pub(crate) fn say(&self, id: &str) -> String {
        self.texts.format(id, &self.values)
    }

    /// An attribute of the text of this kind of message.
    pub(crate) fn say_part(&self, part: &str) -> String {
        self.texts.format_attribute(self.message.occasion.kind().name(), part, &self.values)
    }
}

/// The lines of a postal address that are not empty.
pub(crate) fn address_lines(location: Option<&Location>) -> Vec<String> {
    let Some(Location { address, postal_code, postal_office }) = location else { return Vec::new() };
    let town = format!("{postal_code} {postal_office}");
    [address.as_str(), town.trim()].into_iter().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Shortens a text to at most `max` characters, ending in `mark` if it was cut.
pub(crate) fn cut(text: &str, max: usize, mark: &str) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(mark.chars().count())).collect();
    format!("{}{mark}", kept.trim_end())
}

/// The names of what has changed, each once.
fn changes(texts: &Texts, fields: &[ContractField]) -> String {
    let mut ids = Vec::new();
    for id in fields.iter().map(|field| changed(*field)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let names: Vec<_> = ids.into_iter().map(|id| texts.text(id)).collect();
    names.join(", ")
}

fn changed(field: ContractField) -> &'static str {
    match field {
        ContractField::KeyIds => "changed-keys",
        ContractField::Person => "changed-person",
        ContractField::Start | ContractField::End => "changed-times",
        ContractField::Pin => "changed-pin",
        ContractField::Schedule => "changed-schedule",
        ContractField::Contacts => "changed-contacts",
        ContractField::FreeText => "changed-note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_in_characters_with_the_mark_inside_the_bound() {
        assert_eq!(cut("åäö", 3, "…"), "åäö");
        assert_eq!(cut("åäöå", 3, "…"), "åä…");
        assert_eq!(cut("ab cdef", 6, "..."), "ab...");
    }
}
