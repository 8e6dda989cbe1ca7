//! Access control: the decisions that rmqtt asks for, and the effects of what was allowed. An admitted client is always
//! the thing of the same name.
//!
//! rmqtt 0.24 has these peculiarities: its `MessagePublish` hook runs before a publication is checked, so shadows get
//! the message in the check; a Last Will is published without a check, so it is checked when its client connects; and a
//! Last Will may be published after a regular disconnection.

use std::sync::{Arc, MutexGuard, PoisonError};

use async_trait::async_trait;
use rmqtt::{
    codec::v5::SubscribeAckReason,
    hook::{Handler, HookResult, Parameter, ReturnType},
    session::Session,
    types::{AuthResult, ConnectInfo, FromType, Publish, PublishAclResult, QoS, Reason, Subscribe, SubscribeAclResult},
};
use tokio::time::Instant;

use super::{
    MAX_PAYLOAD, TLS,
    quota::{Quotas, Verdict},
};
use crate::{
    policy::Action,
    presence::{Event, Presence},
    registry::{Login, Proof, Registry},
    service::Service,
    shadow::Address,
    topic,
};

#[derive(Clone)]
pub(super) struct AccessControl {
    service: Arc<Service>,
    registry: Registry,
    quotas: Arc<Quotas>,
}

impl AccessControl {
    pub(super) fn new(service: Arc<Service>, registry: Registry) -> Self {
        Self { service, registry, quotas: Arc::default() }
    }

    async fn admits(&self, connect: &ConnectInfo) -> bool {
        let client: &str = connect.client_id();
        let Some(login) = login(connect) else { return false };
        // AWS allows no other names for things, and the client's name becomes part of topics.
        let is_name = Address::new(client, None).is_some();
        if !is_name || login.thing != client || !self.registry.knows(login).await {
            return false;
        }
        let will_is_allowed = connect.last_will().is_none_or(|will| {
            let will = Publish::try_from(will);
            will.is_ok_and(|will| is_accepted(&will) && self.service.may_publish(client, &will.topic, will.retain))
        });
        self.service.template.policy.allows(client, Action::Connect, client) && will_is_allowed
    }

    async fn publish(&self, session: &Session, publish: &Publish) -> PublishAclResult {
        let client: &str = &session.id.client_id;
        match self.quotas.publish(&session.id.to_string(), publish.payload.len(), Instant::now()) {
            // Waiting here blocks this connection, so that its client slows down.
            Verdict::Pass(delay) if !delay.is_zero() => tokio::time::sleep(delay).await,
            Verdict::Pass(_) => {}
            Verdict::Discard { warn } => {
                if warn {
                    tracing::warn!(client, "discarded publish requests above 100 a second");
                }
                // rmqtt acknowledges every message that does not end the connection, and a discarded one must not be
                // acknowledged.
                return PublishAclResult::rejected(publish.qos != QoS::AtMostOnce, None);
            }
        }
        if !is_accepted(publish) {
            tracing::warn!(
                client,
                bytes = publish.payload.len(),
                "refused a publication with QoS 2 or more than 128 KB"
            );
            return PublishAclResult::rejected(true, None);
        }
        if !self.service.may_publish(client, &publish.topic, publish.retain) {
            tracing::warn!(client, topic = &*publish.topic, "refused a publication that the policy does not allow");
            return PublishAclResult::rejected(true, None); // AWS disconnects too
        }
        self.service.take(&publish.topic, &publish.payload);
        PublishAclResult::allow()
    }

    fn subscribe(&self, session: &Session, subscribe: &Subscribe) -> SubscribeAclResult {
        let (filter, qos) = (&subscribe.topic_filter, subscribe.opts.qos());
        if qos == QoS::ExactlyOnce || !topic::is_within_limits(filter) {
            SubscribeAclResult::new_failure(SubscribeAckReason::UnspecifiedError)
        } else if self.service.template.policy.allows(&session.id.client_id, Action::Subscribe, filter) {
            SubscribeAclResult::new_success(qos, None)
        } else {
            SubscribeAclResult::new_failure(SubscribeAckReason::NotAuthorized)
        }
    }

    /// In AWS, rules receive a Last Will, and shadows do not.
    fn will(&self, publish: &Publish) {
        if Address::of_request(&publish.topic).is_none() {
            self.service.fire(&publish.topic, &publish.payload);
        }
    }

    fn publish_events(&self, events: impl IntoIterator<Item = Event>) {
        for (topic, payload) in events {
            self.service.publish(topic, payload.to_string().into_bytes());
        }
    }

    fn presence(&self) -> MutexGuard<'_, Presence> {
        self.service.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Handler for AccessControl {
    async fn hook(&self, parameter: &Parameter, so_far: Option<HookResult>) -> ReturnType {
        let now = (self.service.now)();
        let result = match parameter {
            Parameter::ClientAuthenticate(connect) => {
                let admitted = self.admits(connect).await;
                let result = if admitted { AuthResult::Allow(false, None) } else { AuthResult::NotAuthorized };
                HookResult::AuthResult(result)
            }
            Parameter::MessagePublishCheckAcl(session, publish) => {
                HookResult::PublishAclResult(self.publish(session, publish).await)
            }
            Parameter::ClientSubscribeCheckAcl(session, subscribe) => {
                HookResult::SubscribeAclResult(self.subscribe(session, subscribe))
            }
            // the only hook before a delivery that can prevent it
            Parameter::MessageExpiryCheck(session, _, publish)
                if !self.service.may_receive(&session.id.client_id, &publish.topic) =>
            {
                HookResult::MessageExpiry
            }
            Parameter::MessagePublish(Some(_), from, publish) if matches!(from.typ(), FromType::LastWill) => {
                self.will(publish);
                return (true, so_far);
            }
            Parameter::ClientConnected(session) => {
                let id = &session.id;
                // one event at a time, also when a client takes over its own connection
                let mut presence = self.presence();
                self.publish_events(presence.connected(&id.client_id, &id.to_string(), now));
                return (true, so_far);
            }
            Parameter::ClientDisconnected(session, reason) => {
                let id = &session.id;
                self.quotas.end(&id.to_string());
                let mut presence = self.presence();
                self.publish_events(presence.disconnected(
                    &id.client_id,
                    &id.to_string(),
                    disconnect_reason(reason),
                    now,
                ));
                return (true, so_far);
            }
            _ => return (true, so_far),
        };
        (false, Some(result))
    }
}

/// Whether AWS accepts a message of this size and quality of service: "The MQTT protocol defines a third level of
/// `QoS`, level 2, but AWS IoT does not support it."
/// (<https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-qos>)
fn is_accepted(publish: &Publish) -> bool {
    publish.qos != QoS::ExactlyOnce && publish.payload.len() <= MAX_PAYLOAD
}

/// The device's certificate on the TLS listener, and its name and password on the other.
fn login(connect: &ConnectInfo) -> Option<Login> {
    if connect.id().lid() == TLS {
        let certificate = connect.cert()?;
        let proof = Proof::Certificate { serial: certificate.serial.clone()? };
        return Some(Login { thing: certificate.common_name.clone()?, proof });
    }
    let proof = Proof::Password(connect.password()?.to_vec());
    Some(Login { thing: connect.username()?.to_string(), proof })
}

/// The disconnect reason in AWS's notation.
fn disconnect_reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::ConnectDisconnect(_) => "CLIENT_INITIATED_DISCONNECT",
        Reason::ConnectKeepaliveTimeout => "MQTT_KEEP_ALIVE_TIMEOUT",
        Reason::ConnectKicked(_) => "DUPLICATE_CLIENTID",
        Reason::PublishResult(_) => "AUTH_ERROR",
        Reason::ProtocolError(_) | Reason::MqttError(_) => "CLIENT_ERROR",
        Reason::Reasons(reasons) => reasons.first().map_or("CONNECTION_LOST", disconnect_reason),
        _ => "CONNECTION_LOST",
    }
}
