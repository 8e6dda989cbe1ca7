//! What an automat may open without the cloud: its device asks, and the answer goes to the automat's own topic, in parts.

use std::collections::BTreeMap;

use domain::Instant;
use protocol::{AccessAnswer, AccessMessage, AccessRequest, AnswerEnd, SealedPage, ThingName};
use store::AccessResponse;

use crate::{Devices, Error, automat};

/// The pages of one message are at most so many bytes of JSON. AWS IoT Core takes messages of 128 KB
/// (<https://docs.aws.amazon.com/general/latest/gr/iot-core.html>).
const MAX_PART_BYTES: usize = 100_000;
/// Of a page in JSON, besides what is sealed: `"499":{"version":4294967295,"sealed":""},`.
const MAX_PAGE_FORM_BYTES: usize = 43;

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
        let mut parts = parts(pages);
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

/// The pages in parts that fit in a message.
fn parts(pages: BTreeMap<u16, SealedPage>) -> Vec<BTreeMap<u16, SealedPage>> {
    let mut parts = Vec::new();
    let mut part = BTreeMap::new();
    let mut bytes = 0;
    for (locker, page) in pages {
        let of_page = page.sealed.0.len() + MAX_PAGE_FORM_BYTES;
        if bytes + of_page > MAX_PART_BYTES && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            bytes = 0;
        }
        bytes += of_page;
        part.insert(locker, page);
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use protocol::Sealed;

    use super::*;

    #[test]
    fn pages_are_sent_in_parts_that_fit_in_a_message() {
        let page = |bytes| SealedPage { version: u32::MAX, sealed: Sealed("x".repeat(bytes)) };
        let pages: BTreeMap<_, _> = (0..500).map(|locker| (locker, page(2_000))).collect();
        let made = parts(pages.clone());
        assert_eq!(made.len(), 11);
        assert!(made.iter().all(|part| serde_json::to_string(part).unwrap().len() <= MAX_PART_BYTES));
        assert_eq!(made.into_iter().flatten().collect::<BTreeMap<_, _>>(), pages);
        let large = parts((0..3).map(|locker| (locker, page(95_000))).collect());
        assert_eq!(large.iter().map(BTreeMap::len).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(parts(BTreeMap::new()), [BTreeMap::new()], "there is always a last part");
    }
}
