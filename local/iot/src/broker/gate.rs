//! Who may do what, asked at each point where rmqtt lets one ask, and what follows from what was done.
//!
//! What one has to know of rmqtt 0.24: its `MessagePublish` comes before the check of a publication, so shadows hear of
//! it in the check; a Last Will is published without any check, so it is checked when its client connects; and one may
//! be published after a disconnection in good order.

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
    policy::{Action, Connection},
    presence::{Event, Presence},
    registry::{Login, Proof, Registry},
    service::Service,
    shadow::Address,
    topic,
};

#[derive(Clone)]
pub(super) struct Gate {
    service: Arc<Service>,
    registry: Registry,
    quotas: Arc<Quotas>,
}

impl Gate {
    pub(super) fn new(service: Arc<Service>, registry: Registry) -> Self {
        Self { service, registry, quotas: Arc::default() }
    }

    async fn admits(&self, connect: &ConnectInfo) -> bool {
        let client: &str = connect.client_id();
        let Some(login) = login(connect) else { return false };
        // AWS has no things of other names, and what is in a client's name gets into topics
        let is_name = Address::new(client, None).is_some();
        if !is_name || login.thing != client || !self.registry.knows(login).await {
            return false;
        }
        let connection = connection(client);
        let will_is_allowed = connect.last_will().is_none_or(|will| {
            let will = Publish::try_from(will);
            will.is_ok_and(|will| is_taken(&will) && self.service.may_publish(&connection, &will.topic, will.retain))
        });
        self.service.template.policy.allows(&connection, Action::Connect, client) && will_is_allowed
    }

    async fn publish(&self, session: &Session, publish: &Publish) -> PublishAclResult {
        let client: &str = &session.id.client_id;
        match self.quotas.publish(&session.id.to_string(), publish.payload.len(), Instant::now()) {
            // nothing else of this connection is read meanwhile, so its client feels it
            Verdict::Pass(delay) if !delay.is_zero() => tokio::time::sleep(delay).await,
            Verdict::Pass(_) => {}
            Verdict::Discard { warn } => {
                if warn {
                    tracing::warn!(client, "more than 100 publish requests in a second; discarded the rest");
                }
                // rmqtt acknowledges whatever does not end the connection, and a message that was not taken must not be
                return PublishAclResult::rejected(publish.qos != QoS::AtMostOnce, None);
            }
        }
        if !is_taken(publish) {
            tracing::warn!(client, bytes = publish.payload.len(), "a publication of QoS 2 or of more than 128 KB");
            return PublishAclResult::rejected(true, None);
        }
        if !self.service.may_publish(&connection(client), &publish.topic, publish.retain) {
            tracing::warn!(client, topic = &*publish.topic, "a publication that is not allowed");
            return PublishAclResult::rejected(true, None); // AWS disconnects too
        }
        self.service.take(Some(client), &publish.topic, &publish.payload);
        PublishAclResult::allow()
    }

    fn subscribe(&self, session: &Session, subscribe: &Subscribe) -> SubscribeAclResult {
        let (filter, qos) = (&subscribe.topic_filter, subscribe.opts.qos());
        let connection = connection(&session.id.client_id);
        if qos == QoS::ExactlyOnce || !topic::is_within_limits(filter) {
            SubscribeAclResult::new_failure(SubscribeAckReason::UnspecifiedError)
        } else if self.service.template.policy.allows(&connection, Action::Subscribe, filter) {
            SubscribeAclResult::new_success(qos, None)
        } else {
            SubscribeAclResult::new_failure(SubscribeAckReason::NotAuthorized)
        }
    }

    /// AWS lets rules have a Last Will, and its shadows do not listen to one.
    fn will(&self, client: &str, publish: &Publish) {
        if Address::of_request(&publish.topic).is_none() {
            self.service.fire(Some(client), &publish.topic, &publish.payload);
        }
    }

    fn tell(&self, events: impl IntoIterator<Item = Event>) {
        for (topic, payload) in events {
            self.service.publish(topic, payload.to_string().into_bytes());
        }
    }

    fn presence(&self) -> MutexGuard<'_, Presence> {
        self.service.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Handler for Gate {
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
            // the one point before a delivery that can prevent it
            Parameter::MessageExpiryCheck(session, _, publish)
                if !self.service.may_receive(&connection(&session.id.client_id), &publish.topic) =>
            {
                HookResult::MessageExpiry
            }
            Parameter::MessagePublish(Some(session), from, publish) if matches!(from.typ(), FromType::LastWill) => {
                self.will(&session.id.client_id, publish);
                return (true, so_far);
            }
            Parameter::ClientConnected(session) => {
                let id = &session.id;
                // one event after the other, also when a client takes over from itself
                let mut presence = self.presence();
                self.tell(presence.connected(&id.client_id, &id.to_string(), now));
                return (true, so_far);
            }
            Parameter::ClientDisconnected(session, reason) => {
                let id = &session.id;
                self.quotas.end(&id.to_string());
                let mut presence = self.presence();
                self.tell(presence.disconnected(&id.client_id, &id.to_string(), word(reason), now));
                return (true, so_far);
            }
            _ => return (true, so_far),
        };
        (false, Some(result))
    }
}

/// Whether AWS takes a message of this size and quality of service: "The MQTT protocol defines a third level of `QoS`, level
/// 2, but AWS IoT does not support it." (<https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-qos>)
fn is_taken(publish: &Publish) -> bool {
    publish.qos != QoS::ExactlyOnce && publish.payload.len() <= MAX_PAYLOAD
}

/// Every client is the thing that it is called, or it would not have been admitted.
fn connection(client: &str) -> Connection<'_> {
    Connection { client, thing: Some(client) }
}

/// By its certificate where the listener asks for one, else by name and password.
fn login(connect: &ConnectInfo) -> Option<Login> {
    if connect.id().lid() == TLS {
        let certificate = connect.cert()?;
        let proof = Proof::Certificate { serial: certificate.serial.clone()? };
        return Some(Login { thing: certificate.common_name.clone()?, proof });
    }
    let proof = Proof::Password(connect.password()?.to_vec());
    Some(Login { thing: connect.username()?.to_string(), proof })
}

/// A reason in AWS's words.
fn word(reason: &Reason) -> &'static str {
    match reason {
        Reason::ConnectDisconnect(_) => "CLIENT_INITIATED_DISCONNECT",
        Reason::ConnectKeepaliveTimeout => "MQTT_KEEP_ALIVE_TIMEOUT",
        Reason::ConnectKicked(_) => "DUPLICATE_CLIENTID",
        Reason::PublishResult(_) => "AUTH_ERROR",
        Reason::ProtocolError(_) | Reason::MqttError(_) => "CLIENT_ERROR",
        Reason::Reasons(reasons) => reasons.first().map_or("CONNECTION_LOST", word),
        _ => "CONNECTION_LOST",
    }
}
