//! Prints a message as its contact gets it: `cargo run -p messages --example mail -- en contract-created > mail.html`,
//! then open it in a browser. A third argument `text` or `sms` prints the email's plain text or the SMS.

#![expect(clippy::print_stdout, reason = "its purpose is to print")]

use std::env;

use domain::{
    Address, AddressLine, AutomatDetails, ContractField, ContractId, Email, Facts, FreeText, Instant, Invalid,
    KeyFacts, KeyId, Language, Location, Message, Name, Occasion, PhoneNumber, Pin, Property, Recipient, TimeRange,
    TimeZone,
};
use messages::{Rendered, render};

fn main() -> Result<(), Invalid> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).map(String::as_str);
    let language = Language::parse(argument(0).unwrap_or("en"))?;
    let kind = argument(1).unwrap_or("contract-created").parse().map_err(|_| Invalid::MessageKindUnknown)?;
    let changes = Some(vec![ContractField::End, ContractField::Pin]);
    let occasion = Occasion::of(kind, changes, Some(Instant::parse("2026-11-24T12:05:41Z")?));
    let occasion = occasion.ok_or(Invalid::MessageKindUnknown)?;
    let address = match argument(2) {
        Some("sms") => Address::Sms(PhoneNumber::parse("+358401234567")?),
        _ => Address::Email(Email::parse("matti@example.fi")?),
    };
    let recipient = Recipient { name: Name::parse("Matti Meikäläinen")?, address, language };
    match render(&Message { occasion, recipient, facts: facts()? }) {
        Rendered::Email(email) if argument(2) == Some("text") => {
            println!("Subject: {}\n\n{}", email.subject, email.text);
        }
        Rendered::Email(email) => println!("{}", email.html),
        Rendered::Sms(sms) => println!("{}", sms.text),
    }
    Ok(())
}

fn facts() -> Result<Facts, Invalid> {
    let (start, end) = (Instant::parse("2026-11-24T12:00:00Z")?, Instant::parse("2026-11-26T10:00:00Z")?);
    let location = Location {
        address: AddressLine::parse("Lauttasaarentie 10")?,
        postal_code: AddressLine::parse("00200")?,
        postal_office: AddressLine::parse("Helsinki")?,
    };
    let automat = AutomatDetails {
        name: Name::parse("Lobby")?,
        location: Some(location),
        time_zone: TimeZone::parse("Europe/Helsinki")?,
    };
    Ok(Facts {
        contract: ContractId::parse("BK-20417")?,
        keys: vec![KeyFacts {
            key: KeyId::parse("A-12")?,
            incarnation: String::new(),
            property: Property::parse("Mannerheimintie 1 A 4")?,
            automat,
        }],
        person: Name::parse("Aino Virtanen")?,
        range: TimeRange::new(start, Some(end)).ok_or(Invalid::InstantForm)?,
        pin: Pin::parse("493817")?,
        schedule: None,
        free_text: Some(FreeText::parse("Parking is in the yard, space 7.\nThe lift is out of order this week.")?),
    })
}
