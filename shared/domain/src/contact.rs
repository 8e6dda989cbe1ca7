//! People who get messages about a contract.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr as _;

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::text::is_ignorable;
use crate::{Address, Invalid, MessageKind, Name, PhoneNumber, Recipient};

/// A person who gets messages about a contract. A channel that is switched on always has an address: the constructor
/// checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: Name,
    pub email: Option<Email>,
    pub phone_number: Option<PhoneNumber>,
    pub send_email: bool,
    pub send_sms: bool,
    pub language: Language,
    /// The messages they get besides those about the contract being created, updated, ended or cancelled. Only
    /// additional kinds.
    pub additional_messages: BTreeSet<MessageKind>,
}

impl Contact {
    pub const MAX_PER_CONTRACT: usize = 10;

    /// The recipients of a message to this contact: one for each channel that is switched on.
    pub fn recipients(&self) -> impl Iterator<Item = Recipient> {
        let email = self.email.clone().filter(|_| self.send_email).map(Address::Email);
        let sms = self.phone_number.clone().filter(|_| self.send_sms).map(Address::Sms);
        let to = |address| Recipient { name: self.name.clone(), address, language: self.language };
        email.into_iter().chain(sms).map(to).collect::<Vec<_>>().into_iter()
    }

    /// Whether this contact gets messages of this kind.
    #[must_use]
    pub fn wants(&self, kind: MessageKind) -> bool {
        !kind.is_additional() || self.additional_messages.contains(&kind)
    }
}

/// An email address. Personal: masked in `Debug`, without `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Accepts addresses that SES delivers to: an ASCII local part and a domain name, without display name or literals,
    /// at most 254 characters (RFC 5321). The domain is stored as Punycode in lower case.
    ///
    /// SES does not support SMTPUTF8 (RFC 6531): an address must be 7-bit ASCII with its domain in Punycode, and
    /// Punycode is not permitted in the local part (SES API reference, `Destination`).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(Invalid::EmailForm)?;
        // UTS 46 drops invisible characters such as a zero-width space, so the result would be another address than the
        // one typed. Joiners stay where IDNA permits them (RFC 5892, appendix A.1 and A.2), as a mark on another letter
        // does.
        let is_kept = |c| !is_ignorable(c) || matches!(c, '\u{200c}' | '\u{200d}');
        if !domain.chars().all(is_kept) {
            return Err(Invalid::EmailForm);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| Invalid::EmailForm)?;
        let text = format!("{local}@{domain}");
        let address = email_address::EmailAddress::from_str(&text).map_err(|_| Invalid::EmailForm)?;
        let is_plain = address.as_str() == address.email() && !text.contains(['"', '[', '(']);
        // A name whose last label is a number is an IPv4 address (WHATWG URL, "ends in a number").
        let is_name = domain.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|byte| byte.is_ascii_digit()));
        (is_plain && local.is_ascii() && is_name && text.len() <= 254).then_some(Self(text)).ok_or(Invalid::EmailForm)
    }

    /// Whether both addresses lead to one mailbox: no provider in use distinguishes them by case. `==` compares the
    /// spelling.
    #[must_use]
    pub fn is_same_mailbox(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// The address. Never put it in a log, an error or a URL.
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

/// A language of messages.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoStaticStr, VariantArray, EnumString,
)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    #[strum(serialize = "en")]
    English,
    #[serde(rename = "fi")]
    #[strum(serialize = "fi")]
    Finnish,
    #[serde(rename = "sv")]
    #[strum(serialize = "sv")]
    Swedish,
}

impl Language {
    /// All languages, in the order in which they are offered.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Accepts an ISO 639-1 code: `en`, `fi` or `sv`.
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
    fn email_addresses_have_no_display_name_and_a_domain() {
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
