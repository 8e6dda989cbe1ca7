//! Text messages to phones.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html>

use super::attributes;
use super::error::SnsError;
use super::form::Form;
use crate::sent::Sms;

/// Maximum number of characters, independent of their encoding.
const MAX_CHARACTERS: usize = 1_600;
const SENDER_ID: &str = "AWS.SNS.SMS.SenderID";
const SMS_TYPE: &str = "AWS.SNS.SMS.SMSType";

/// Parses a text message to a number.
pub(super) fn sms(number: &str, form: &Form) -> Result<Sms, SnsError> {
    if !is_number(number) {
        return Err(SnsError::invalid("PhoneNumber Reason: not a valid number to publish to"));
    }
    let text = super::text(form)?;
    if text.chars().count() > MAX_CHARACTERS {
        return Err(SnsError::invalid("Message Reason: too long for a text message"));
    }
    let mut attributes = attributes::read(form)?;
    let mut value = |name| attributes.remove(name).map(|attribute| attribute.value);
    let (sender_id, sms_type) = (value(SENDER_ID), value(SMS_TYPE));
    if !sender_id.as_deref().is_none_or(is_sender_id) {
        return Err(SnsError::invalid(
            "AWS.SNS.SMS.SenderID Reason: must be 1 to 11 letters, digits and inner hyphens, with at least one letter",
        ));
    }
    if !sms_type.as_deref().is_none_or(|kind| ["Promotional", "Transactional"].contains(&kind)) {
        return Err(SnsError::invalid("AWS.SNS.SMS.SMSType Reason: must be Promotional or Transactional"));
    }
    Ok(Sms { number: number.to_owned(), text: text.to_owned(), sender_id, sms_type })
}

/// E.164: a plus sign and up to 15 digits, of which the first is not 0. Shorter ones than 4 digits do not exist.
fn is_number(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (4..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// "1-11 alphanumeric characters including letters (A-Z, a-z), numbers (0-9), or hyphens (-) … must contain at least
/// one letter and cannot start or end with a hyphen":
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-smsvoice-senderid.html>
fn is_sender_id(id: &str) -> bool {
    (1..=11).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && id.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !id.starts_with('-')
        && !id.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_e164_numbers_are_accepted() {
        for number in ["+358401234567", "+12065550100", "+123456789012345"] {
            assert!(is_number(number), "{number}");
        }
        for number in ["", "+", "+0401234567", "0401234567", "+358 40", "+1234567890123456", "+35840123456x", "++35840"]
        {
            assert!(!is_number(number), "{number}");
        }
    }

    #[test]
    fn a_sender_id_is_short_and_contains_a_letter() {
        for id in ["A", "KeyAutomat", "Keys2Go1234", "Avain-1", "1-A"] {
            assert!(is_sender_id(id), "{id}");
        }
        for id in ["", "12345", "KeyAutomat12", "Key Automat", "-Avain", "Avain-", "1-2", "Ä"] {
            assert!(!is_sender_id(id), "{id}");
        }
    }
}
