//! Somebody who is told about a contract.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr as _;

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::text::is_ignorable;
use crate::{Address, Invalid, MessageKind, Name, PhoneNumber, Recipient};

/// Somebody told about a contract. A channel that is on has its address: the constructor sees to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Who it is.
    pub name: Name,
    /// Where email goes.
    pub email: Option<Email>,
    /// Where SMS goes.
    pub phone_number: Option<PhoneNumber>,
    /// Whether email is sent.
    pub send_email: bool,
    /// Whether SMS is sent.
    pub send_sms: bool,
    /// The language of the messages.
    pub language: Language,
    /// The messages they get besides those about the contract being created, updated, ended or cancelled: additional
    /// kinds only.
    pub additional_messages: BTreeSet<MessageKind>,
}

impl Contact {
    /// The greatest number of contacts on a contract.
    pub const MAX_PER_CONTRACT: usize = 10;

    /// Where messages to this contact go: once for each channel that is on.
    pub fn recipients(&self) -> impl Iterator<Item = Recipient> {
        let email = self.email.clone().filter(|_| self.send_email).map(Address::Email);
        let sms = self.phone_number.clone().filter(|_| self.send_sms).map(Address::Sms);
        let to = |address| Recipient { name: self.name.clone(), address, language: self.language };
        email.into_iter().chain(sms).map(to).collect::<Vec<_>>().into_iter()
    }

    /// Whether they are told of this.
    #[must_use]
    pub fn wants(&self, kind: MessageKind) -> bool {
        !kind.is_additional() || self.additional_messages.contains(&kind)
    }
}

/// An address that email is sent to. Personal: masked in `Debug`, without `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes an address that SES delivers to: an ASCII local part, and a dotted domain that becomes Punycode in lower case,
    /// at most 254 characters (RFC 5321, without display name or literals).
    ///
    /// SES has no SMTPUTF8 (RFC 6531): the address has to be 7-bit ASCII, the domain in Punycode, and Punycode is not
    /// permitted in the local part (SES API reference, `Destination`).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(Invalid::EmailForm)?;
        // UTS 46 drops what nobody sees, a zero-width space for one, so the address would be another than the one typed.
        // Joiners stay where IDNA permits them (RFC 5892, appendix A.1 and A.2), as a mark on another letter does.
        let is_kept = |c| !is_ignorable(c) || matches!(c, '\u{200c}' | '\u{200d}');
        if !domain.chars().all(is_kept) {
            return Err(Invalid::EmailForm);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| Invalid::EmailForm)?;
        let text = format!("{local}@{domain}");
        let address = email_address::EmailAddress::from_str(&text).map_err(|_| Invalid::EmailForm)?;
        let is_plain = address.as_str() == address.email() && !text.contains(['"', '[', '(']);
        // The last label of a name is never a number: then it is an IPv4 address (WHATWG URL, "ends in a number").
        let is_name = domain.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|byte| byte.is_ascii_digit()));
        (is_plain && local.is_ascii() && is_name && text.len() <= 254).then_some(Self(text)).ok_or(Invalid::EmailForm)
    }

    /// Whether both lead to one mailbox: nobody tells two by upper and lower case. Equal are addresses in one spelling.
    #[must_use]
    pub fn is_same_mailbox(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// The address. Not for logs, errors or URLs.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// A language that messages are written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoStaticStr, VariantArray, EnumString,
)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    #[strum(serialize = "en")]
    English,
    /// Finnish.
    #[serde(rename = "fi")]
    #[strum(serialize = "fi")]
    Finnish,
    /// Swedish.
    #[serde(rename = "sv")]
    #[strum(serialize = "sv")]
    Swedish,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Takes an ISO 639-1 code: `en`, `fi` or `sv`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text.parse().map_err(|_| Invalid::LanguageUnknown)
    }

    /// The ISO 639-1 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses_are_plain_and_have_a_domain() {
        assert!(Email::parse("aino.virtanen+keys@example.fi").is_ok());
        for bad in [
            "",
            "aino",
            "aino@",
            "@example.fi",
            "a@b",
            "Aino <aino@example.fi>",
            "a b@example.fi",
            "a@exa mple.fi",
            "a@example.fi\r\nBcc: x@y.z",
        ] {
            assert_eq!(Email::parse(bad), Err(Invalid::EmailForm), "{bad:?}");
        }
    }

    #[test]
    fn email_addresses_are_what_ses_delivers_to() {
        for (typed, taken) in [
            ("aino@jäätelö.fi", "aino@xn--jtel-loaa3k.fi"),
            ("Aino@Example.FI", "Aino@example.fi"),
            ("a@münchen.example.de", "a@xn--mnchen-3ya.example.de"),
        ] {
            assert_eq!(Email::parse(typed).unwrap().reveal(), taken, "{typed}");
            assert_eq!(Email::parse(taken).unwrap().reveal(), taken, "{taken}");
        }
        for bad in [
            "äinö@example.fi",
            "a@1.2.3.4",
            "a@-example.fi",
            "a@exa_mple.fi",
            "a@example..fi",
            "a@example.fi.",
            "a@exam\u{200b}ple.fi",
            "a@exam\u{ad}ple.fi",
            "a@exam\u{fe0f}ple.fi",
            "a@exam\u{34f}ple.fi",
            "a@exam\u{e0100}ple.fi",
        ] {
            assert_eq!(Email::parse(bad), Err(Invalid::EmailForm), "{bad:?}");
        }
        let [one, other] = ["aino@example.fi", "AINO@Example.FI"].map(|text| Email::parse(text).unwrap());
        assert!(one.is_same_mailbox(&other) && one != other);
    }

    #[test]
    fn an_address_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Email::parse("a@example.fi").unwrap()), "Email(…)");
    }
}
