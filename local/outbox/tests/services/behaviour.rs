//! Simulated faults.

use std::time::{Duration, Instant as Stopwatch};

use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sns::error::ProvideErrorMetadata;
use aws_sdk_sns::operation::publish::PublishError;
use outbox::{Behaviour, Endpoint};
use tokio::time::timeout;

use crate::setup::{PATIENCE, email, event, sms, start};

#[tokio::test]
async fn refusing_answers_with_a_permanent_error() {
    let outbox = start().await;
    for &end in Endpoint::ALL {
        outbox.behave(end, Behaviour::Refuse);
    }
    for publish in [sms(&outbox), event(&outbox)] {
        let refusal = publish.send().await.unwrap_err().into_service_error();
        assert!(matches!(refusal, PublishError::InvalidParameterException(_)), "{refusal:?}");
    }
    let refusal = email(&outbox).send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, SendEmailError::MessageRejected(_)), "{refusal:?}");
    assert_eq!(outbox.sent(), []);
}

#[tokio::test]
async fn throttling_answers_with_429() {
    let outbox = start().await;
    for &end in Endpoint::ALL {
        outbox.behave(end, Behaviour::Throttle);
    }
    for publish in [sms(&outbox), event(&outbox)] {
        let error = publish.send().await.unwrap_err();
        assert_eq!((error.raw_response().unwrap().status().as_u16(), error.code()), (429, Some("Throttled")));
    }
    let refusal = email(&outbox).send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, SendEmailError::TooManyRequestsException(_)), "{refusal:?}");
    assert_eq!(outbox.sent(), []);
}

#[tokio::test]
async fn failing_answers_with_an_internal_error() {
    let outbox = start().await;
    for &end in Endpoint::ALL {
        outbox.behave(end, Behaviour::Fail);
    }
    for publish in [sms(&outbox), event(&outbox)] {
        let refusal = publish.send().await.unwrap_err().into_service_error();
        assert!(matches!(refusal, PublishError::InternalErrorException(_)), "{refusal:?}");
    }
    let error = email(&outbox).send().await.unwrap_err();
    let status = error.raw_response().unwrap().status().as_u16();
    assert_eq!((status, error.code()), (500, Some("InternalServiceErrorException")));
    assert_eq!(outbox.sent(), []);
}

#[tokio::test]
async fn answering_late_accepts_the_message_first() {
    let outbox = start().await;
    outbox.behave(Endpoint::Sms, Behaviour::Late(Duration::from_hours(1)));
    let call = tokio::spawn(sms(&outbox).send());
    let sent = timeout(PATIENCE, outbox.arrived(1)).await.unwrap();
    assert_eq!((sent.len(), call.is_finished()), (1, false));
    call.abort();
}

#[tokio::test]
async fn answering_late_succeeds() {
    let (outbox, by) = (start().await, Duration::from_millis(50));
    outbox.behave(Endpoint::Email, Behaviour::Late(by));
    let began = Stopwatch::now();
    email(&outbox).send().await.unwrap();
    assert!(began.elapsed() >= by);
}

#[tokio::test]
async fn vanishing_accepts_the_message_without_an_answer() {
    let outbox = start().await;
    for &end in Endpoint::ALL {
        outbox.behave(end, Behaviour::Vanish);
    }
    for publish in [sms(&outbox), event(&outbox)] {
        let error = publish.send().await.unwrap_err();
        assert!(error.as_service_error().is_none() && error.raw_response().is_none(), "{error:?}");
    }
    let error = email(&outbox).send().await.unwrap_err();
    assert!(error.as_service_error().is_none() && error.raw_response().is_none(), "{error:?}");
    assert_eq!(outbox.sent().len(), 3);
}

#[tokio::test]
async fn after_the_configured_calls_a_channel_behaves_normally() {
    let outbox = start().await;
    outbox.behave_next(Endpoint::Sms, Behaviour::Throttle, 2);
    outbox.behave_next(Endpoint::Sms, Behaviour::Fail, 1);
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(sms(&outbox).send().await.err().and_then(|error| error.code().map(str::to_owned)));
    }
    let expected = [Some("Throttled"), Some("Throttled"), Some("InternalError"), None];
    assert_eq!(codes, expected.map(|code| code.map(str::to_owned)));
    assert_eq!((outbox.calls(Endpoint::Sms), outbox.sent().len()), (4, 1));
}

#[tokio::test]
async fn channels_have_independent_behaviours() {
    let outbox = start().await;
    outbox.behave(Endpoint::Sms, Behaviour::Fail);
    event(&outbox).send().await.unwrap();
    email(&outbox).send().await.unwrap();
}
