//! Renders a message without its PIN.
//!
//! Viewing the PIN of a contract is recorded; a preview is not. So a preview shows only a PIN that came with the
//! request or was generated for it.

use domain::{Facts, Invalid, Message, Pin};

use crate::{Email, Rendered, Sms, render};

/// Renders a message with a `*` for each digit of its PIN.
///
/// The positions are found by rendering the message with two other PINs and comparing the results. Searching for the
/// digits would also find them in dates and numbers, and so reveal them. Fails only if `Pin` did not accept repeated
/// digits, which it does.
pub fn render_without_pin(message: &Message) -> Result<Rendered, Invalid> {
    let zeros = render(&with_pin_of(message, '0')?);
    let ones = render(&with_pin_of(message, '1')?);
    Ok(match (zeros, ones) {
        (Rendered::Email(zeros), Rendered::Email(ones)) => Rendered::Email(Email {
            subject: common(&zeros.subject, &ones.subject),
            text: common(&zeros.text, &ones.text),
            html: common(&zeros.html, &ones.html),
        }),
        (Rendered::Sms(zeros), Rendered::Sms(ones)) => {
            Rendered::Sms(Sms { text: common(&zeros.text, &ones.text), ..zeros })
        }
        // One address has one channel.
        (zeros, _) => zeros,
    })
}

/// The message with a PIN of the same length that repeats one digit.
fn with_pin_of(message: &Message, digit: char) -> Result<Message, Invalid> {
    let digits: String = message.facts.pin.reveal().chars().map(|_| digit).collect();
    let pin = Pin::parse(&digits)?;
    Ok(Message { facts: Facts { pin, ..message.facts.clone() }, ..message.clone() })
}

fn common(one: &str, other: &str) -> String {
    one.chars().zip(other.chars()).map(|(one, other)| if one == other { one } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use domain::{
        Address, AutomatDetails, ContractId, KeyFacts, KeyId, Language, Name, Occasion, PhoneNumber, Property,
        Recipient, TimeRange, TimeZone,
    };

    use super::*;

    #[test]
    fn only_the_pin_is_masked_even_if_its_digits_occur_elsewhere() {
        let instant = |text| domain::Instant::parse(text).unwrap();
        let message = |pin: &str| Message {
            occasion: Occasion::Cancelled,
            recipient: Recipient {
                name: Name::parse("Ada").unwrap(),
                address: Address::Sms(PhoneNumber::parse("+358401234567").unwrap()),
                language: Language::English,
            },
            facts: Facts {
                contract: ContractId::parse("C-1").unwrap(),
                keys: vec![KeyFacts {
                    key: KeyId::parse("K-1").unwrap(),
                    incarnation: String::new(),
                    property: Property::parse("").unwrap(),
                    automat: AutomatDetails {
                        name: Name::parse("Lobby 2026").unwrap(),
                        location: None,
                        time_zone: TimeZone::parse("UTC").unwrap(),
                    },
                }],
                person: Name::parse("Ada 2026").unwrap(),
                range: TimeRange::new(instant("2026-11-24T12:00:00Z"), None).unwrap(),
                pin: Pin::parse(pin).unwrap(),
                schedule: None,
                free_text: None,
            },
        };
        let masked = render_without_pin(&message("2026")).unwrap();
        assert_eq!(masked, render_without_pin(&message("4829")).unwrap(), "the text does not depend on the PIN");
        let (Rendered::Sms(masked), Rendered::Sms(plain)) = (masked, render(&message("4829"))) else { unreachable!() };
        assert_eq!(masked.text, plain.text.replace("4829", "****"));
        assert_eq!((masked.encoding, masked.segments), (plain.encoding, plain.segments));
    }
}
