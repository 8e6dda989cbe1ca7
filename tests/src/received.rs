//! What contacts and subscribers received: from the local cloud's outbox, or from what a deployed stack's services
//! took.

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::device::{LOOK, PATIENCE};
use crate::{Stack, Stage};

/// A message that a contact received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// The email address or the phone number.
    pub to: String,
    /// Emails only.
    pub subject: Option<String>,
    pub text: String,
    /// Emails only.
    pub html: Option<String>,
}

impl Stack {
    /// All messages to these addresses and numbers.
    pub async fn received(&self, to: &[&str]) -> Vec<ReceivedMessage> {
        let mut messages = if let Some(deployed) = self.deployed() {
            let emails = self.json(&format!("{}/ses/messages", deployed.taken())).await;
            let sms = self.json(&format!("{}/sns/sms-messages", deployed.taken())).await;
            taken(&emails, &sms)
        } else {
            self.cloud().outbox().sent().into_iter().filter_map(|sent| of_outbox(sent.what)).collect()
        };
        messages.retain(|message| to.contains(&message.to.as_str()));
        messages
    }

    async fn json(&self, url: &str) -> Value {
        self.http().get(url).send().await.unwrap().json().await.unwrap()
    }
}

impl Stage {
    /// The types of all published events about the automat, once there is one of this type.
    pub async fn published(&self, awaited: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let published = self.stack.published(&self.automat).await;
            if published.iter().any(|kind| kind == awaited) {
                return published;
            }
            assert!(Instant::now() < deadline, "no {awaited} among {published:?}");
            sleep(LOOK).await;
        }
    }
}

impl Stack {
    async fn published(&self, automat: &str) -> Vec<String> {
        if let Some(deployed) = self.deployed() {
            return notified(&self.json(&format!("{}/sqs/messages", deployed.taken())).await, automat);
        }
        let sent = self.cloud().outbox().sent();
        let events = sent.iter().filter_map(|sent| sent.what.event());
        let ours = events.filter(|event| event.attributes["automatId"].value == automat);
        ours.map(|event| event.attributes["type"].value.clone()).collect()
    }
}

/// The types of the events about an automat in ministack's queues, one of which subscribes to the topic. The queues are
/// grouped by account and region.
fn notified(queues: &Value, automat: &str) -> Vec<String> {
    let within = |value: &Value| value.as_object().unwrap().values().cloned().collect::<Vec<_>>();
    let queues = within(&queues["messages"]).iter().flat_map(within).collect::<Vec<_>>();
    let messages = queues.iter().flat_map(within).flat_map(|messages| messages.as_array().unwrap().clone());
    let notices = messages.filter_map(|message| serde_json::from_str::<Value>(message["Body"].as_str()?).ok());
    let attribute = |notice: &Value, name: &str| notice["MessageAttributes"][name]["Value"].as_str().map(str::to_owned);
    let ours = notices.filter(|notice| attribute(notice, "automatId").as_deref() == Some(automat));
    ours.filter_map(|notice| attribute(&notice, "type")).collect()
}

fn of_outbox(what: outbox::What) -> Option<ReceivedMessage> {
    match what {
        outbox::What::Email(email) => Some(ReceivedMessage {
            to: email.to.into_iter().next()?,
            subject: Some(email.subject),
            text: email.text.unwrap_or_default(),
            html: email.html,
        }),
        outbox::What::Sms(sms) => Some(ReceivedMessage { to: sms.number, subject: None, text: sms.text, html: None }),
        outbox::What::Event(_) => None,
    }
}

/// Reads what ministack has taken: emails are grouped by account, SMS by number.
fn taken(emails: &Value, sms: &Value) -> Vec<ReceivedMessage> {
    let lists = |value: &Value| -> Vec<Value> {
        let lists = value.as_object().unwrap().values();
        lists.flat_map(|list| list.as_array().unwrap().clone()).collect()
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let emails = lists(&emails["messages"]).into_iter().map(|email| ReceivedMessage {
        to: text(&email["To"][0]).unwrap(),
        subject: text(&email["Subject"]),
        text: text(&email["BodyText"]).unwrap(),
        html: text(&email["BodyHtml"]),
    });
    let sms = lists(&sms["sms_messages"]).into_iter().map(|sms| ReceivedMessage {
        to: text(&sms["PhoneNumber"]).unwrap(),
        subject: None,
        text: text(&sms["Message"]).unwrap(),
        html: None,
    });
    emails.chain(sms).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_read_from_ministack() {
        let emails = json!({ "messages": { "000000000000": [
            { "To": ["aino@example.com"], "Subject": "Key", "BodyText": "Come", "BodyHtml": "<p>Come</p>" },
        ] } });
        let sms = json!({ "sms_messages": {
            "+358401234567": [{ "PhoneNumber": "+358401234567", "Message": "Come" }], "+358500000000": [],
        }, "region": "eu-north-1" });
        let message = |to: &str, subject: Option<&str>, html: Option<&str>| ReceivedMessage {
            to: to.to_owned(),
            subject: subject.map(str::to_owned),
            text: "Come".to_owned(),
            html: html.map(str::to_owned),
        };
        let expected =
            [message("aino@example.com", Some("Key"), Some("<p>Come</p>")), message("+358401234567", None, None)];
        assert_eq!(taken(&emails, &sms), expected);
    }

    #[test]
    fn events_are_read_from_the_subscribed_queue() {
        let notice = |automat: &str, kind: &str| {
            let attributes = json!({ "automatId": { "Type": "String", "Value": automat }, "type": { "Value": kind } });
            json!({ "Body": json!({ "Type": "Notification", "MessageAttributes": attributes }).to_string() })
        };
        let of_topic = json!([notice("lobby", "key-fetched"), notice("cellar", "key-returned")]);
        let queues = json!({ "messages": { "000000000000": { "eu-north-1": {
            "failed": [{ "Body": "no JSON" }, { "Body": "{}" }], "of-topic": of_topic,
        } } } });
        assert_eq!(notified(&queues, "lobby"), ["key-fetched"]);
    }
}
