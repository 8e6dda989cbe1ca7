//! The responses of providers, and what is stored about them.

use domain::{MessageState, SendFailure};
use notifications::{Messenger, Notifications};
use outbox::{Behaviour, Endpoint, What};
use serde_json::json;

use crate::scene::{Scene, by_email, by_sms, failures, give};

/// The state and the last failure of the only message about a contract.
async fn outcome(scene: &Scene) -> (MessageState, Option<SendFailure>) {
    let messages = scene.messages("BK-1").await;
    assert_eq!(messages.len(), 1);
    (messages[0].state.clone(), messages[0].failure)
}

#[tokio::test]
async fn an_sms_is_transactional_and_has_its_sender() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_sms("+358401234567")]).await;
    scene.deliver().await;
    let sent = scene.sent();
    let What::Sms(sms) = &sent[0].what else { panic!("an SMS") };
    assert_eq!((sms.number.as_str(), sms.sender_id.as_deref()), ("+358401234567", Some("Keys")));
    assert_eq!(sms.sms_type.as_deref(), Some("Transactional"));
    assert!(sms.text.contains("A-12"));
    let (state, _) = outcome(&scene).await;
    assert!(matches!(state, MessageState::Sent { provider_id, .. } if provider_id == sent[0].id));
}

#[tokio::test]
async fn an_email_has_text_and_html_and_its_sender() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    scene.deliver().await;
    let sent = scene.sent();
    let What::Email(email) = &sent[0].what else { panic!("an email") };
    assert_eq!(
        (email.from.as_str(), email.to.as_slice()),
        ("Keys <keys@example.com>", &["a@example.com".to_owned()][..])
    );
    let pin = scene.table.store.contract(&domain::ContractId::parse("BK-1").unwrap()).await;
    let pin = pin.unwrap().pin;
    assert!(email.text.as_ref().unwrap().contains(pin.reveal()));
    assert!(email.html.as_ref().unwrap().contains("Hämeentie 12 B 7"));
}

#[tokio::test]
async fn each_provider_response_gives_its_own_reason() {
    for (end, behaviour, failure) in [
        (Endpoint::Sms, Behaviour::Refuse, SendFailure::AddressRefused),
        (Endpoint::Sms, Behaviour::Throttle, SendFailure::Throttled),
        (Endpoint::Sms, Behaviour::Fail, SendFailure::Unavailable),
        (Endpoint::Sms, Behaviour::Vanish, SendFailure::Unanswered),
        (Endpoint::Email, Behaviour::Throttle, SendFailure::Throttled),
        (Endpoint::Email, Behaviour::Fail, SendFailure::Unavailable),
        (Endpoint::Email, Behaviour::Vanish, SendFailure::Unanswered),
    ] {
        let scene = Scene::new().await;
        scene.outbox.behave(end, behaviour);
        let contact = if end == Endpoint::Sms { by_sms("+358401234567") } else { by_email("a@example.com") };
        scene.book("BK-1", 3_600, 7_200, vec![contact]).await;
        scene.deliver().await;
        let (state, reason) = outcome(&scene).await;
        assert_eq!(reason, Some(failure), "{end:?} {behaviour:?}");
        let pending = matches!(state, MessageState::Pending { .. });
        assert_eq!(pending, failure.is_transient(), "{end:?} {behaviour:?}: {state:?}");
    }
}

#[tokio::test]
async fn an_email_refused_by_ses_is_not_retried() {
    let scene = Scene::new().await;
    scene.outbox.behave(Endpoint::Email, Behaviour::Refuse);
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    scene.deliver().await;
    let (state, reason) = outcome(&scene).await;
    assert!(matches!(state, MessageState::Refused { .. }), "{state:?}");
    assert!(matches!(reason, Some(SendFailure::AddressRefused | SendFailure::ContentRefused)));
}

#[tokio::test]
async fn without_a_sender_address_email_waits_and_sms_are_sent() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com"), by_sms("+358401234567")]).await;
    let messenger = Messenger::new(scene.outbox.sns(), scene.outbox.ses());
    let function = Notifications { messenger, ..scene.function() };
    assert!(failures(&give(&function, &scene.records().await).await).is_empty());
    assert_eq!(scene.addresses(), ["+358401234567"]);
    let failures: Vec<_> = scene.messages("BK-1").await.iter().filter_map(|message| message.failure).collect();
    assert_eq!(failures, [SendFailure::NotAllowed]);
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_has_sent_nothing() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    let nobody = scene.outbox.ses().config().to_builder().endpoint_url("http://127.0.0.1:1").build();
    let messenger = Messenger::new(scene.outbox.sns(), aws_sdk_sesv2::Client::from_conf(nobody));
    let messenger = messenger.mail_from(Some("keys@example.com".to_owned()), None);
    let function = Notifications { messenger, ..scene.function() };
    give(&function, &scene.records().await).await.unwrap();
    assert_eq!(outcome(&scene).await.1, Some(SendFailure::Unavailable));
}

#[tokio::test]
async fn a_permanent_bounce_marks_the_message_as_bounced() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("gone@example.com")]).await;
    scene.deliver().await;
    let sent = scene.sent().remove(0);
    let reference = sent.what.email().unwrap().tags["message"].clone();
    let bounced = |provider_id: &str| {
        json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": {
            "eventType": "Bounce",
            "bounce": { "bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList" },
            "mail": { "messageId": provider_id, "tags": { "message": [reference.clone()] } },
        } })
    };
    scene.function().handle(&bounced("an earlier try")).await.unwrap();
    assert!(matches!(outcome(&scene).await.0, MessageState::Sent { .. }), "that was another one");
    for _ in 0..2 {
        scene.function().handle(&bounced(&sent.id)).await.unwrap();
        let (state, failure) = outcome(&scene).await;
        assert!(matches!(state, MessageState::Bounced { .. }), "{state:?}");
        assert_eq!(failure, Some(SendFailure::AddressRefused));
    }
}

#[tokio::test]
async fn a_bounce_of_an_unknown_message_is_refused() {
    let scene = Scene::new().await;
    let bounced = |reference: &str| {
        json!({ "source": "aws.ses", "detail": { "bounce": { "bounceType": "Permanent" },
                "mail": { "messageId": "x", "tags": { "message": [reference] } } } })
    };
    for reference in ["", "!", "cmVm", "MDFLQSBCSy0xIDAxS0FYSFZOTTAwMDAwMDAwMDAwMDAwMDBB"] {
        assert!(scene.function().handle(&bounced(reference)).await.is_err(), "{reference}");
    }
}
