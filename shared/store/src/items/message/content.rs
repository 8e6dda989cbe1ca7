//! The content and recipient of a message as stored. The PIN is sealed; the text is rendered from this each time the
//! message is sent.

use clock::Random;
use domain::{
    Address, Channel, ContractId, Email, Facts, FreeText, KeyFacts, Language, Message, Name, Occasion, PhoneNumber,
    Pin, Recipient, Schedule, TimeRange,
};
use serde::{Deserialize, Serialize};

use crate::items::{ItemKey, valid};
use crate::sealing::Owner;
use crate::{CodeKeyring, Error};

#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    #[serde(flatten)]
    occasion: Occasion,
    recipient: RecipientItem,
    facts: FactsItem,
}

#[derive(Serialize, Deserialize)]
struct RecipientItem {
    name: Name,
    channel: Channel,
    address: String,
    language: Language,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FactsItem {
    contract_id: ContractId,
    keys: Vec<KeyFacts>,
    person: Name,
    range: TimeRange,
    #[serde(with = "serde_bytes")]
    pin: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_text: Option<FreeText>,
}

impl Content {
    pub(super) fn new(
        message: &Message,
        item_key: &ItemKey,
        codes: &CodeKeyring,
        random: &Random,
    ) -> Result<Self, Error> {
        let Message { occasion, recipient, facts } = message.clone();
        let recipient = RecipientItem {
            channel: recipient.address.channel(),
            address: recipient.address.reveal().to_owned(),
            name: recipient.name,
            language: recipient.language,
        };
        let facts = FactsItem {
            contract_id: facts.contract,
            keys: facts.keys,
            person: facts.person,
            range: facts.range,
            pin: codes.seal(random, Owner::Message(item_key), facts.pin.reveal())?,
            schedule: facts.schedule,
            free_text: facts.free_text,
        };
        Ok(Self { occasion, recipient, facts })
    }

    pub(super) fn read(self, item_key: &ItemKey, codes: &CodeKeyring) -> Result<Message, Error> {
        let Self { occasion, recipient, facts } = self;
        let recipient = Recipient {
            name: recipient.name,
            address: match recipient.channel {
                Channel::Email => Address::Email(valid(Email::parse(&recipient.address))?),
                Channel::Sms => Address::Sms(valid(PhoneNumber::parse_stored(&recipient.address))?),
            },
            language: recipient.language,
        };
        let facts = Facts {
            contract: facts.contract_id,
            keys: facts.keys,
            person: facts.person,
            range: facts.range,
            pin: codes.open(&facts.pin, Owner::Message(item_key), Pin::parse)?,
            schedule: facts.schedule,
            free_text: facts.free_text,
        };
        Ok(Message { occasion, recipient, facts })
    }
}
