//! Sends messages: email through SES, SMS through SNS.
//!
//! The SDK's retries must be off in both clients. Whether to retry is decided from the stored message, since an attempt
//! without a response may have succeeded.

pub(crate) mod email;
mod failure;
mod sms;

use domain::Address;
use messages::Rendered;
use store::{Claim, SendResult};

#[derive(Debug, Clone)]
pub struct Messenger {
    sns: aws_sdk_sns::Client,
    ses: aws_sdk_sesv2::Client,
    mail_from: Option<String>,
    mail_configuration_set: Option<String>,
    sms_sender_id: Option<String>,
}

impl Messenger {
    /// Both clients must have retries disabled. No email is sent without a [sender](Self::mail_from).
    #[must_use]
    pub fn new(sns: aws_sdk_sns::Client, ses: aws_sdk_sesv2::Client) -> Self {
        Self { sns, ses, mail_from: None, mail_configuration_set: None, sms_sender_id: None }
    }

    /// Sets the sender of email, and SES's configuration set if there is one.
    #[must_use]
    pub fn mail_from(self, sender: Option<String>, configuration_set: Option<String>) -> Self {
        Self { mail_from: sender, mail_configuration_set: configuration_set, ..self }
    }

    /// Sets the sender's name in SMS, for countries that allow one.
    #[must_use]
    pub fn sms_sender_id(self, sender_id: Option<String>) -> Self {
        Self { sms_sender_id: sender_id, ..self }
    }

    /// Sends a message and returns the provider's verdict.
    pub(crate) async fn send(&self, claim: &Claim) -> SendResult {
        let message = &claim.message;
        let sent = match (messages::render(message), &message.recipient.address) {
            (Rendered::Email(email), Address::Email(to)) => self.send_email(to, email, claim.reference()).await,
            (Rendered::Sms(sms), Address::Sms(to)) => self.send_sms(to, sms).await,
            _ => unreachable!("a message is rendered for the channel of its address"),
        };
        sent.map_or_else(SendResult::Failed, SendResult::Sent)
    }
}
