//! The ends when they were told to misbehave.

use std::time::{Duration, Instant as Stopwatch};

use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sns::error::ProvideErrorMetadata;
use aws_sdk_sns::operation::publish::PublishError;
use outbox::{Behaviour, End};
use tokio::time::timeout;

use crate::setup::{PATIENCE, email, event, sms, start};

#[tokio::test]
async fn a_refusing_end_says_what_never_passes() {
    let outbox = start().await;
    for end in End::ALL {
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
async fn a_throttling_end_says_so_with_429() {
    let outbox = start().await;
    for end in End::ALL {
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
async fn a_failing_end_says_that_it_is_broken() {
    let outbox = start().await;
    for end in End::ALL {
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
async fn a_late_end_has_taken_it_before_it_answers() {
    let outbox = start().await;
    outbox.behave(End::Sms, Behaviour::Late(Duration::from_hours(1)));
    let call = tokio::spawn(sms(&outbox).send());
    let sent = timeout(PATIENCE, outbox.arrived(1)).await.unwrap();
    assert_eq!((sent.len(), call.is_finished()), (1, false));
    call.abort();
}

#[tokio::test]
async fn a_late_end_answers_in_the_end() {
    let (outbox, by) = (start().await, Duration::from_millis(50));
    outbox.behave(End::Email, Behaviour::Late(by));
    let began = Stopwatch::now();
    email(&outbox).send().await.unwrap();
    assert!(began.elapsed() >= by);
}

#[tokio::test]
async fn a_vanishing_end_has_taken_it_and_says_nothing() {
    let outbox = start().await;
    for end in End::ALL {
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
async fn after_some_calls_an_end_behaves_again() {
    let outbox = start().await;
    outbox.behave_next(End::Sms, Behaviour::Throttle, 2);
    outbox.behave_next(End::Sms, Behaviour::Fail, 1);
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(sms(&outbox).send().await.err().and_then(|error| error.code().map(str::to_owned)));
    }
    let expected = [Some("Throttled"), Some("Throttled"), Some("InternalError"), None];
    assert_eq!(codes, expected.map(|code| code.map(str::to_owned)));
    assert_eq!((outbox.calls(End::Sms), outbox.sent().len()), (4, 1));
}

#[tokio::test]
async fn an_end_does_not_mind_what_another_was_told() {
    let outbox = start().await;
    outbox.behave(End::Sms, Behaviour::Fail);
    event(&outbox).send().await.unwrap();
    email(&outbox).send().await.unwrap();
}
