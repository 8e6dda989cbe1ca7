//! What an automat may open without the cloud: its device asks, and the answer goes to the automat's own topic, in parts.

use domain::Instant;
use protocol::{AccessAnswer, AccessMessage, AccessRequest, AnswerEnd, ThingName};
use store::AccessResponse;

use crate::{Devices, Error, automat};

/// The pages of one message are at most so many bytes of JSON. AWS IoT Core takes messages of 128 KB
/// (<https://docs.aws.amazon.com/general/latest/gr/iot-core.html>).
const MAX_PART_BYTES: usize = 100_000;

impl Devices {
    pub(crate) async fn answer_access(
        &self,
        thing: &ThingName,
        request: AccessRequest,
        now: Instant,
    ) -> Result<(), Error> {
        let automat = automat(thing)?;
        let AccessResponse { pages, lease } = self.store.answer_access(&automat, &request, now).await?;
        let sent = pages.len();
        let mut parts: Vec<_> = protocol::split_pages(pages, MAX_PART_BYTES).collect();
        let last = parts.pop().unwrap_or_default();
        let end = AnswerEnd { cost: store::PIN_COST, lease };
        let part = |pages, end| AccessMessage::Answer(AccessAnswer { id: request.id.clone(), pages, end });
        tracing::info!(automat.id = %automat, pages = sent, parts = parts.len() + 1, "answered for access");
        for pages in parts {
            self.things.send_access(thing, &part(pages, None)).await?;
        }
        Ok(self.things.send_access(thing, &part(last, Some(end))).await?)
    }
}
