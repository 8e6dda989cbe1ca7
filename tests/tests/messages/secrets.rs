//! What is told to contacts stands in no log, and no clear PIN in the table.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::scene::Scene;

const PIN: &str = "739164852";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_pins_nor_addresses_nor_words_reach_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG);
    // Of this thread alone; the local cloud's own spans of work are on others' too, so it is made the default for all.
    tracing_subscriber::util::SubscriberInitExt::init(subscriber.with_writer(log.clone()).finish());
    let scene = Scene::new().await;
    let outbox = scene.stage.stack.cloud().outbox();
    outbox.behave_next(outbox::End::Email, outbox::Behaviour::Refuse, 1);
    outbox.behave_next(outbox::End::Sms, outbox::Behaviour::Throttle, 1);
    let mut booking = scene.booking(2, 4);
    booking["pin"] = json!(PIN);
    let contract = scene.booked(booking).await;
    scene.tick_after(3).await;
    assert_eq!(scene.messages(&contract).await.len(), 2);

    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("sent a message"), "there is something to find");
    for secret in [PIN, "aino@example.com", "+358401234567", "401234567", "Koputa"] {
        assert!(!text.contains(secret), "{secret} stands in the log");
    }
    let items = scene.stage.stack.cloud().dynamodb().scan().table_name("key-automat").send().await.unwrap().items;
    assert!(!format!("{items:?}").contains(PIN), "the PIN stands in the table");
}
