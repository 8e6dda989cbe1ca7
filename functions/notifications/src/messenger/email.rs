//! Email through SES.

use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use domain::{Email, SendFailure};

use super::{Messenger, failure};

/// The tag of an email that contains our reference of the message.
pub(crate) const REFERENCE: &str = "message";

impl Messenger {
    /// Sends an email and returns SES's identifier of it. Events from SES refer to it by our reference.
    pub(super) async fn send_email(
        &self,
        to: &Email,
        email: messages::Email,
        reference: String,
    ) -> Result<String, SendFailure> {
        let Some(sender) = &self.mail_from else { return Err(SendFailure::NotAllowed) };
        let body = Body::builder().text(utf8(email.text)?).html(utf8(email.html)?).build();
        let content = Message::builder().subject(utf8(email.subject)?).body(body).build();
        let tag = MessageTag::builder().name(REFERENCE).value(reference).build();
        let request = self
            .ses
            .send_email()
            .email_tags(tag.map_err(|_| SendFailure::ContentRefused)?)
            .from_email_address(sender)
            .destination(Destination::builder().to_addresses(to.reveal()).build())
            .content(EmailContent::builder().simple(content).build())
            .set_configuration_set_name(self.mail_configuration_set.clone());
        match request.send().await {
            Ok(response) => Ok(response.message_id.unwrap_or_default()),
            Err(error) => Err(failure::classify(&error, refusal)),
        }
    }
}

fn utf8(text: String) -> Result<Content, SendFailure> {
    Content::builder().data(text).charset("UTF-8").build().map_err(|_| SendFailure::ContentRefused)
}

/// Maps SES's own errors. Where one code has several causes, the message tells them apart.
fn refusal(error: &SendEmailError) -> Option<SendFailure> {
    match error {
        // In the sandbox, or before the domain is verified. A virus has the same code.
        SendEmailError::MessageRejected(_) if failure::message_contains(error, "not verified") => {
            Some(SendFailure::NotAllowed)
        }
        SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_)
            if failure::message_contains(error, "address") =>
        {
            Some(SendFailure::AddressRefused)
        }
        SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_) => {
            Some(SendFailure::ContentRefused)
        }
        SendEmailError::TooManyRequestsException(_) | SendEmailError::LimitExceededException(_) => {
            Some(SendFailure::Throttled)
        }
        SendEmailError::AccountSuspendedException(_)
        | SendEmailError::MailFromDomainNotVerifiedException(_)
        | SendEmailError::NotFoundException(_)
        | SendEmailError::SendingPausedException(_) => Some(SendFailure::NotAllowed),
        _ => None,
    }
}
