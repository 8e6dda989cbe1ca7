//! Writes without conditions, in batches. Only for items that are their key, so that it does not matter what was there.

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};

use crate::items::ItemKey;
use crate::retry::{NotDone, retry};
use crate::{Error, Store};

/// DynamoDB's limit on the writes in one batch.
const BATCH: usize = 25;

impl Store {
    /// Puts and deletes items that are only a key. What a busy table leaves unprocessed is written again after a wait,
    /// up to the usual number of attempts.
    pub(super) async fn write_keys(&self, puts: &[ItemKey], deletes: &[ItemKey]) -> Result<(), Error> {
        let puts = puts.iter().map(|item_key| put(item_key.clone()));
        let deletes = deletes.iter().map(|item_key| delete(item_key.clone()));
        let writes = puts.chain(deletes).collect::<Result<Vec<_>, _>>()?;
        for batch in writes.chunks(BATCH) {
            let mut wanted = batch.to_vec();
            retry!(self, {
                let request = self.client.batch_write_item().request_items(&self.table, wanted.clone());
                let answer = request.send().await.map_err(|source| Error::of_call("writing a batch", source))?;
                wanted = answer.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
                if wanted.is_empty() { Ok(()) } else { Err(NotDone::Again) }
            })?;
        }
        Ok(())
    }
}

fn put(item_key: ItemKey) -> Result<WriteRequest, Error> {
    let put = PutRequest::builder().set_item(Some(item_key.into_item())).build();
    let put = put.map_err(|source| Error::internal("building a batch", source))?;
    Ok(WriteRequest::builder().put_request(put).build())
}

fn delete(item_key: ItemKey) -> Result<WriteRequest, Error> {
    let delete = DeleteRequest::builder().set_key(Some(item_key.into_item())).build();
    let delete = delete.map_err(|source| Error::internal("building a batch", source))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}
