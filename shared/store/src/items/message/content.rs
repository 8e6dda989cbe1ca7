//! The content and recipient of a message as stored. The PIN is sealed; the text is rendered from this each time the
//! message is sent.

use clock::Random;
use domain::{
    Address, AutomatDetails, Channel, ContractField, ContractId, Email, Facts, FreeText, Instant, KeyId, Language,
    Message, MessageKind, Name, Occasion, PhoneNumber, Property, Recipient, TimeRange, TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::items::automat::LocationItem;
use crate::items::{ItemKey, instant, valid};
use crate::{CodeKeyring, Error};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    kind: MessageKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<ContractField>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    happened_at: Option<i64>,
    recipient: RecipientItem,
    facts: FactsItem,
}

#[derive(Serialize, Deserialize)]
struct RecipientItem {
    name: String,
    channel: Channel,
    address: String,
    language: Language,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FactsItem {
    key_id: String,
    contract_id: String,
    person: String,
    start: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    #[serde(with = "serde_bytes")]
    pin: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_text: Option<String>,
    property: String,
    automat: AutomatDetailsItem,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AutomatDetailsItem {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem>,
    time_zone: String,
}

impl Content {
    pub(super) fn new(
        message: &Message,
        item_key: &ItemKey,
        codes: &CodeKeyring,
        random: &Random,
    ) -> Result<Self, Error> {
        Ok(Self {
            kind: message.occasion.kind(),
            changes: message.occasion.changes().map(<[_]>::to_vec),
            happened_at: message.occasion.time().map(Instant::millis),
            recipient: RecipientItem::new(&message.recipient),
            facts: FactsItem::new(&message.facts, codes.seal_message_pin(random, item_key, &message.facts.pin)?),
        })
    }

    pub(super) fn read(self, item_key: &ItemKey, codes: &CodeKeyring) -> Result<Message, Error> {
        Ok(Message {
            occasion: self.occasion()?,
            recipient: self.recipient.read()?,
            facts: self.facts.read(item_key, codes)?,
        })
    }

    fn occasion(&self) -> Result<Occasion, Error> {
        const BROKEN: Error = Error::Internal { context: "reading the occasion of a message", source: None };
        let time = self.happened_at.map(instant).transpose()?;
        Occasion::of(self.kind, self.changes.clone(), time).ok_or(BROKEN)
    }
}

impl RecipientItem {
    fn new(recipient: &Recipient) -> Self {
        Self {
            name: recipient.name.as_str().to_owned(),
            channel: recipient.address.channel(),
            address: recipient.address.reveal().to_owned(),
            language: recipient.language,
        }
    }

    fn read(self) -> Result<Recipient, Error> {
        Ok(Recipient {
            name: valid(Name::parse(&self.name))?,
            address: match self.channel {
                Channel::Email => Address::Email(valid(Email::parse(&self.address))?),
                Channel::Sms => Address::Sms(valid(PhoneNumber::parse_stored(&self.address))?),
            },
            language: self.language,
        })
    }
}

impl FactsItem {
    fn new(facts: &Facts, pin: Vec<u8>) -> Self {
        Self {
            key_id: facts.key.as_str().to_owned(),
            contract_id: facts.contract.as_str().to_owned(),
            person: facts.person.as_str().to_owned(),
            start: facts.range.start().millis(),
            end: facts.range.end().map(Instant::millis),
            pin,
            free_text: facts.free_text.as_ref().map(|text| text.as_str().to_owned()),
            property: facts.property.as_str().to_owned(),
            automat: AutomatDetailsItem {
                name: facts.automat.name.as_str().to_owned(),
                location: facts.automat.location.as_ref().map(LocationItem::new),
                time_zone: facts.automat.time_zone.identifier().to_owned(),
            },
        }
    }

    fn read(self, item_key: &ItemKey, codes: &CodeKeyring) -> Result<Facts, Error> {
        let range = TimeRange::new(instant(self.start)?, self.end.map(instant).transpose()?);
        Ok(Facts {
            key: valid(KeyId::parse(&self.key_id))?,
            contract: valid(ContractId::parse(&self.contract_id))?,
            person: valid(Name::parse(&self.person))?,
            range: range.ok_or(Error::Internal { context: "reading a stored time range", source: None })?,
            pin: codes.open_message_pin(&self.pin, item_key)?,
            free_text: self.free_text.map(|text| valid(FreeText::parse(&text))).transpose()?,
            property: valid(Property::parse(&self.property))?,
            automat: AutomatDetails {
                name: valid(Name::parse(&self.automat.name))?,
                location: self.automat.location.map(LocationItem::read).transpose()?,
                time_zone: valid(TimeZone::parse(&self.automat.time_zone))?,
            },
        })
    }
}
