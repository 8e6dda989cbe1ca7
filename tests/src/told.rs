//! What contacts and subscribers got: from the local cloud's outbox, or from whoever took it from a deployed stack.

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::device::{LOOK, PATIENCE};
use crate::{Stack, Stage};

/// A message that a contact got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The address or the number that it went to.
    pub to: String,
    /// The subject, of an email.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// The HTML, of an email.
    pub html: Option<String>,
}

impl Stack {
    /// All that some addresses and numbers got.
    pub async fn told(&self, to: &[&str]) -> Vec<Told> {
        let mut told = if let Some(deployed) = self.deployed() {
            let emails = self.json(&format!("{}/ses/messages", deployed.taken())).await;
            let sms = self.json(&format!("{}/sns/sms-messages", deployed.taken())).await;
            taken(&emails, &sms)
        } else {
            self.cloud().outbox().sent().into_iter().filter_map(|sent| of_outbox(sent.what)).collect()
        };
        told.retain(|told| to.contains(&told.to.as_str()));
        told
    }

    async fn json(&self, url: &str) -> Value {
        self.http().get(url).send().await.unwrap().json().await.unwrap()
    }
}

impl Stage {
    /// The types of all events about the automat that subscribers got, once there is one of this type.
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

/// The types of the events about an automat in the queues that ministack shows, one of which subscribes to the topic.
/// They stand by account, region and queue.
fn notified(queues: &Value, automat: &str) -> Vec<String> {
    let within = |value: &Value| value.as_object().unwrap().values().cloned().collect::<Vec<_>>();
    let queues = within(&queues["messages"]).iter().flat_map(within).collect::<Vec<_>>();
    let messages = queues.iter().flat_map(within).flat_map(|messages| messages.as_array().unwrap().clone());
    let notices = messages.filter_map(|message| serde_json::from_str::<Value>(message["Body"].as_str()?).ok());
    let attribute = |notice: &Value, name: &str| notice["MessageAttributes"][name]["Value"].as_str().map(str::to_owned);
    let ours = notices.filter(|notice| attribute(notice, "automatId").as_deref() == Some(automat));
    ours.filter_map(|notice| attribute(&notice, "type")).collect()
}

fn of_outbox(what: outbox::What) -> Option<Told> {
    match what {
        outbox::What::Email(email) => Some(Told {
            to: email.to.into_iter().next()?,
            subject: Some(email.subject),
            text: email.text.unwrap_or_default(),
            html: email.html,
        }),
        outbox::What::Sms(sms) => Some(Told { to: sms.number, subject: None, text: sms.text, html: None }),
        outbox::What::Event(_) => None,
    }
}

/// As ministack shows what it took: emails by account, SMS by number.
fn taken(emails: &Value, sms: &Value) -> Vec<Told> {
    let lists = |value: &Value| -> Vec<Value> {
        let lists = value.as_object().unwrap().values();
        lists.flat_map(|list| list.as_array().unwrap().clone()).collect()
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let emails = lists(&emails["messages"]).into_iter().map(|email| Told {
        to: text(&email["To"][0]).unwrap(),
        subject: text(&email["Subject"]),
        text: text(&email["BodyText"]).unwrap(),
        html: text(&email["BodyHtml"]),
    });
    let sms = lists(&sms["sms_messages"]).into_iter().map(|sms| Told {
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
    fn what_ministack_took_reads_as_what_contacts_got() {
        let emails = json!({ "messages": { "000000000000": [
            { "To": ["aino@example.com"], "Subject": "Key", "BodyText": "Come", "BodyHtml": "<p>Come</p>" },
        ] } });
        let sms = json!({ "sms_messages": {
            "+358401234567": [{ "PhoneNumber": "+358401234567", "Message": "Come" }], "+358500000000": [],
        }, "region": "eu-north-1" });
        let told = |to: &str, subject: Option<&str>, html: Option<&str>| Told {
            to: to.to_owned(),
            subject: subject.map(str::to_owned),
            text: "Come".to_owned(),
            html: html.map(str::to_owned),
        };
        let expected = [told("aino@example.com", Some("Key"), Some("<p>Come</p>")), told("+358401234567", None, None)];
        assert_eq!(taken(&emails, &sms), expected);
    }

    #[test]
    fn events_are_found_in_the_queue_that_subscribes_to_them() {
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
