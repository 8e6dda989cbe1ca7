//! SMS through SNS.

use aws_sdk_sns::operation::publish::PublishError;
use domain::{PhoneNumber, SendFailure};

use super::{Messenger, failure};
use crate::topic::attribute;

impl Messenger {
    /// Sends an SMS and returns SNS's identifier of it. The type is transactional: reliability matters more than price.
    pub(super) async fn send_sms(&self, to: &PhoneNumber, sms: messages::Sms) -> Result<String, SendFailure> {
        let text = |value: &str| attribute(value).map_err(|_| SendFailure::ContentRefused);
        let mut request = self
            .sns
            .publish()
            .phone_number(to.reveal())
            .message(sms.text)
            .message_attributes("AWS.SNS.SMS.SMSType", text("Transactional")?);
        if let Some(sender_id) = &self.sms_sender_id {
            request = request.message_attributes("AWS.SNS.SMS.SenderID", text(sender_id)?);
        }
        match request.send().await {
            Ok(response) => Ok(response.message_id.unwrap_or_default()),
            Err(error) => Err(failure::classify(&error, refusal)),
        }
    }
}

/// Maps SNS's own errors. An invalid parameter is either the phone number or something of ours.
fn refusal(error: &PublishError) -> Option<SendFailure> {
    match error {
        PublishError::InvalidParameterException(_)
        | PublishError::InvalidParameterValueException(_)
        | PublishError::ValidationException(_) => Some(if failure::message_contains(error, "phone") {
            SendFailure::AddressRefused
        } else {
            SendFailure::ContentRefused
        }),
        PublishError::AuthorizationErrorException(_)
        | PublishError::InvalidSecurityException(_)
        | PublishError::EndpointDisabledException(_)
        | PublishError::NotFoundException(_) => Some(SendFailure::NotAllowed),
        PublishError::InternalErrorException(_) => Some(SendFailure::Unavailable),
        _ => None,
    }
}
