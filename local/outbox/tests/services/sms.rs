//! Text messages.

use aws_sdk_sns::error::SdkError;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use outbox::{Sent, Sms, What};

use crate::setup::{NUMBER, TOPIC, attribute, now, sms, start};

async fn refusal(publish: PublishFluentBuilder) -> PublishError {
    SdkError::into_service_error(publish.send().await.unwrap_err())
}

#[tokio::test]
async fn is_kept_with_its_sender_and_type() {
    let outbox = start().await;
    let text = "Avain odottaa: 482913 & <ärrä>\n€ 😀";
    let publish = outbox.sns().publish().phone_number(NUMBER).message(text);
    let publish = publish.message_attributes("AWS.SNS.SMS.SenderID", attribute("String", "KeyAutomat"));
    let publish = publish.message_attributes("AWS.SNS.SMS.SMSType", attribute("String", "Transactional"));
    let answer = publish.send().await.unwrap();

    let taken = Sms {
        number: NUMBER.to_owned(),
        text: text.to_owned(),
        sender_id: Some("KeyAutomat".to_owned()),
        sms_type: Some("Transactional".to_owned()),
    };
    let id = answer.message_id().unwrap().to_owned();
    assert_eq!(outbox.sent(), [Sent { id, at: now(), what: What::Sms(taken) }]);
}

#[tokio::test]
async fn is_kept_twice_when_sent_twice() {
    let outbox = start().await;
    let (one, other) = (sms(&outbox).send().await.unwrap(), sms(&outbox).send().await.unwrap());
    assert_ne!(one.message_id(), other.message_id());
    assert_eq!(outbox.sent().len(), 2);
}

#[tokio::test]
async fn is_refused_when_a_parameter_is_invalid() {
    let outbox = start().await;
    let sender = |id| sms(&outbox).message_attributes("AWS.SNS.SMS.SenderID", attribute("String", id));
    let bad = [
        ("no E.164 number", sms(&outbox).phone_number("0401234567")),
        ("no text", sms(&outbox).message("")),
        ("1601 characters", sms(&outbox).message("ä".repeat(1_601))),
        ("a long sender id", sender("KeyAutomat12")),
        ("a sender id of digits", sender("12345")),
        ("another type", sms(&outbox).message_attributes("AWS.SNS.SMS.SMSType", attribute("String", "Urgent"))),
        ("no target", outbox.sns().publish().message("a")),
        ("two targets", sms(&outbox).topic_arn(TOPIC)),
    ];
    for (what, publish) in bad {
        let refusal = refusal(publish).await;
        assert!(matches!(refusal, PublishError::InvalidParameterException(_)), "{what}: {refusal:?}");
        assert!(!refusal.to_string().contains("0401234567"), "errors never contain the number");
    }
    assert_eq!(outbox.sent(), []);
}

#[tokio::test]
async fn may_have_1600_characters() {
    let outbox = start().await;
    sms(&outbox).message("ä".repeat(1_600)).send().await.unwrap();
    assert_eq!(outbox.sent().len(), 1);
}

#[tokio::test]
async fn is_refused_with_an_invalid_attribute() {
    let outbox = start().await;
    let with = |name: &str, value| sms(&outbox).message_attributes(name, value);
    let bad = [
        ("an unknown type", with("a", attribute("Text", "b"))),
        ("a type that only starts like a valid one", with("a", attribute("Stringy", "b"))),
        ("no value", with("a", attribute("String", ""))),
        ("no number", with("a", attribute("Number", "b"))),
        ("a name with a space", with("a b", attribute("String", "c"))),
    ];
    for (what, publish) in bad {
        let refusal = refusal(publish).await;
        assert!(matches!(refusal, PublishError::InvalidParameterValueException(_)), "{what}: {refusal:?}");
    }
    assert_eq!(outbox.sent(), []);
}
