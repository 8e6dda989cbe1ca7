//! Serves the outbox page with no, one or many messages: `cargo run -p outbox --example page -- many`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sns::types::MessageAttributeValue;
use domain::Instant;
use outbox::{Behaviour, Endpoint, Options, Outbox};

const TOPIC: &str = "arn:aws:sns:local:000000000000:KeyEvents";
const HTML: &str = r#"<!doctype html><html lang="en"><body style="margin:0;background:#eef1f4;font-family:sans-serif">
<div style="max-width:32rem;margin:1.5rem auto;padding:1.5rem;background:#fff;border-radius:8px">
<h1 style="font-size:1.25rem;margin:0 0 1rem">Your key to Harbour Street 7</h1>
<p>Hello Anna, the key waits in locker 3 of the automat in the lobby.</p>
<p style="font-size:1.75rem;letter-spacing:.2em">482 913</p>
<p>From Wed 25 November, 15:00 to Fri 27 November, 11:00.</p><script>document.body.textContent = "a script ran"</script>
</div></body></html>"#;
const EVENT: &str = r#"{"specVersion":"1.0","type":"key-fetched","id":"01KAVT","occurredAt":"2026-11-24T09:02:00Z",
"recordedAt":"2026-11-24T09:02:01Z","data":{"keyId":"harbour-7","automatId":"lobby","contractId":"booking-1042"}}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clock = Arc::new(AtomicI64::new(1_795_510_800_000));
    let now = move || Instant::EPOCH.plus_millis(clock.fetch_add(61_000, Ordering::Relaxed));
    let outbox =
        Outbox::start(Options { topics: vec![TOPIC.to_owned()], ..Options::new("example".to_owned(), now) }).await?;
    match std::env::args().nth(1).as_deref() {
        Some("many") => {
            for _ in 0..5 {
                send_event(&outbox).await?;
                send_sms(&outbox).await?;
                send_email(&outbox).await?;
            }
            outbox.behave_next(Endpoint::Sms, Behaviour::Throttle, 3);
        }
        Some("one") => send_email(&outbox).await?,
        _ => {}
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    say(&format!("http://{}/outbox", listener.local_addr()?));
    Ok(axum::serve(listener, outbox.page("http://localhost")).await?)
}

#[expect(clippy::print_stdout, reason = "an example prints where it listens")]
fn say(line: &str) {
    println!("{line}");
}

async fn send_email(outbox: &Outbox) -> Result<(), Box<dyn std::error::Error>> {
    let part = |data| Content::builder().data(data).build();
    let body = Body::builder().html(part(HTML)?).text(part("Hello Anna, the key waits in locker 3. PIN 482913.")?);
    let message = Message::builder().subject(part("Your key to Harbour Street 7")?).body(body.build()).build();
    let send = outbox.ses().send_email().from_email_address("Key Automat <keys@automat.example>");
    let send = send.destination(Destination::builder().to_addresses("Anna Berg <anna@example.org>").build());
    send.content(EmailContent::builder().simple(message).build()).send().await?;
    Ok(())
}

async fn send_sms(outbox: &Outbox) -> Result<(), Box<dyn std::error::Error>> {
    let attribute = |value| MessageAttributeValue::builder().data_type("String").string_value(value).build();
    let publish = outbox.sns().publish().phone_number("+358401234567");
    let publish =
        publish.message("Avain: Satamakatu 7, lokero 3. PIN 482913.\nKe 25.11. klo 15.00 – pe 27.11. klo 11.00");
    let publish = publish.message_attributes("AWS.SNS.SMS.SenderID", attribute("KeyAutomat")?);
    publish.message_attributes("AWS.SNS.SMS.SMSType", attribute("Transactional")?).send().await?;
    Ok(())
}

async fn send_event(outbox: &Outbox) -> Result<(), Box<dyn std::error::Error>> {
    let attribute = |value| MessageAttributeValue::builder().data_type("String").string_value(value).build();
    let publish = outbox.sns().publish().topic_arn(TOPIC).message(EVENT);
    let publish = publish.message_attributes("type", attribute("key-fetched")?);
    publish.message_attributes("keyId", attribute("harbour-7")?).send().await?;
    Ok(())
}
