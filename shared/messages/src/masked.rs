//! A message's words without its PIN.
//!
//! Whoever looks at the PIN of a contract is recorded, and a preview records nothing: so a preview's words show only a
//! PIN that came with the request or has been generated for it.

use domain::{Facts, Invalid, Message, Pin};

use crate::{Email, Rendered, Sms, render};

/// The words of a message with a `*` for each digit of its PIN. Where those stand is found by telling other PINs: a
/// search for the digits themselves would find them in dates and numbers too, and so give them away. Refused is only a
/// message whose PIN has no digits that it may have, and there is none.
pub fn render_without_pin(message: &Message) -> Result<Rendered, Invalid> {
    let zeros = render(&telling(message, '0')?);
    let ones = render(&telling(message, '1')?);
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

/// The message as if its PIN were this digit over and over, as often as it has digits.
fn telling(message: &Message, digit: char) -> Result<Message, Invalid> {
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
        Address, ContractId, KeyId, Language, Name, Occasion, PhoneNumber, Place, Property, Recipient, TimeRange,
        TimeZone,
    };

    use super::*;

    #[test]
    fn only_the_pin_is_hidden_though_its_digits_stand_elsewhere_too() {
        let instant = |text| domain::Instant::parse(text).unwrap();
        let message = |pin: &str| Message {
            occasion: Occasion::Cancelled,
            recipient: Recipient {
                name: Name::parse("Ada").unwrap(),
                address: Address::Sms(PhoneNumber::parse("+358401234567").unwrap()),
                language: Language::English,
            },
            facts: Facts {
                key: KeyId::parse("K-1").unwrap(),
                contract: ContractId::parse("C-1").unwrap(),
                person: Name::parse("Ada 2026").unwrap(),
                range: TimeRange::new(instant("2026-11-24T12:00:00Z"), None).unwrap(),
                pin: Pin::parse(pin).unwrap(),
                free_text: None,
                property: Property::parse("").unwrap(),
                place: Place {
                    name: Name::parse("Lobby 2026").unwrap(),
                    location: None,
                    time_zone: TimeZone::parse("UTC").unwrap(),
                },
            },
        };
        let masked = render_without_pin(&message("2026")).unwrap();
        assert_eq!(masked, render_without_pin(&message("4829")).unwrap(), "whatever the PIN, the words are the same");
        let (Rendered::Sms(masked), Rendered::Sms(plain)) = (masked, render(&message("4829"))) else { unreachable!() };
        assert_eq!(masked.text, plain.text.replace("4829", "****"));
        assert_eq!((masked.encoding, masked.segments), (plain.encoding, plain.segments));
    }
}
