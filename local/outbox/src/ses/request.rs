//! Requests to send an email, validated as by SES.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::SesError;
use crate::sent::Email;

/// Maximum number of recipients of one email.
const MAX_RECIPIENTS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Option<Content>,
    configuration_set_name: Option<String>,
    #[serde(default)]
    email_tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    subject: Option<Part>,
    #[serde(default)]
    body: Body,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Body {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

/// Parses and validates the request.
pub(super) fn read(body: &[u8]) -> Result<Email, SesError> {
    let request: Request =
        serde_json::from_slice(body).map_err(|_| SesError::Bad("The request body is invalid for this action."))?;
    let from = request.from_email_address.ok_or(SesError::Bad("The email has no sender."))?;
    let Destination { to, cc, bcc } = request.destination;
    let recipients = || to.iter().chain(&cc).chain(&bcc);
    match recipients().count() {
        0 => return Err(SesError::Bad("The email has no recipient.")),
        1..=MAX_RECIPIENTS => {}
        _ => return Err(SesError::Bad("The email has more than 50 recipients.")),
    }
    if !recipients().chain([&from]).chain(&request.reply_to_addresses).all(|address| has_address(address)) {
        return Err(SesError::Bad("An address is invalid: it must end in '@domain' and be ASCII."));
    }
    let simple = request.content.and_then(|content| content.simple);
    let message = simple.ok_or(SesError::Bad("Only simple content is supported."))?;
    let subject = message.subject.ok_or(SesError::Bad("The email has no subject."))?.data;
    if subject.chars().any(char::is_control) {
        return Err(SesError::Bad("The subject must be a single line."));
    }
    let (text, html) = (message.body.text.map(|part| part.data), message.body.html.map(|part| part.data));
    if text.is_none() && html.is_none() {
        return Err(SesError::Bad("The email has no body."));
    }
    Ok(Email {
        from,
        to,
        cc,
        bcc,
        reply_to: request.reply_to_addresses,
        subject,
        text,
        html,
        configuration_set: request.configuration_set_name,
        tags: tags(request.email_tags)?,
    })
}

fn tags(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, SesError> {
    let is_valid = |text: &str| {
        (1..=256).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte))
    };
    if !tags.iter().all(|tag| is_valid(&tag.name) && is_valid(&tag.value)) {
        return Err(SesError::Bad("A tag has characters other than letters, digits, '_', '-', '.' and '@'."));
    }
    Ok(tags.into_iter().map(|tag| (tag.name, tag.value)).collect())
}

/// Whether it is an address, or a name and an address in angle brackets, in 7-bit ASCII: SES does not support SMTPUTF8
/// (API reference, `Destination`: a domain with other letters must be in Punycode, a name must be a MIME encoded name).
fn has_address(text: &str) -> bool {
    let address = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((_, address)) => address,
        None => text,
    };
    let is_part = |part: &str| {
        !part.is_empty() && !part.contains(|character: char| character.is_whitespace() || "<>\",".contains(character))
    };
    text.is_ascii()
        && !text.chars().any(char::is_control)
        && address.rsplit_once('@').is_some_and(|(mailbox, domain)| is_part(mailbox) && is_part(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_name() {
        for text in ["a@b.example", "Key Automat <keys@b.example>", "\"Keys, Inc.\" <keys@b.example>"] {
            assert!(has_address(text), "{text}");
        }
        for text in
            ["", "a", "@b.example", "a@", "a b@c.example", "Keys <>", "a@b.example, c@d.example", "a@b\r\nBcc: x"]
        {
            assert!(!has_address(text), "{text}");
        }
        for text in ["äinö@b.example", "a@jäätelö.example", "Käsi <keys@b.example>", "a@ex\u{200b}ample.fi"] {
            assert!(!has_address(text), "{text}");
        }
        assert!(has_address("a@xn--jtel-loaa3k.example"));
    }
}
