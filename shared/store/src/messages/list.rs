//! Listing the messages about a contract.

use domain::{ContractId, KeyId, MessageId, MessageRecord};

use crate::items::{ContractItem, MessageItem};
use crate::page::List;
use crate::{Error, Page, PageRequest, ResourceKind, Store};

impl Store {
    /// The messages about a contract, newest first; also of a removed contract.
    pub async fn messages(
        &self,
        key: &KeyId,
        contract: &ContractId,
        page: &PageRequest,
    ) -> Result<Page<MessageRecord>, Error> {
        let stored = self.stored_active_key(key).await?;
        let list = List::new(&format!("messages {} {contract}", stored.incarnation));
        let after = list.position(page)?.map(|id| MessageId::parse(&id)).transpose().map_err(|_| Error::BadCursor)?;
        let from = after.map(|id| MessageItem::key(&stored.incarnation, contract, &id).into_item());
        let from_start = from.is_none();
        let stretch = MessageItem::all(&stored.incarnation, contract).backwards(true).after(from);
        let found = self.query_all(stretch, page.limit + 1).await?;
        if found.is_empty() && from_start && self.get(&ContractItem::key(key, contract)).await?.is_none() {
            return Err(Error::NotFound(ResourceKind::Contract));
        }
        let records = found.into_iter().map(|item| Ok(MessageItem::read(item, &self.codes)?.into_record()));
        Ok(list.cut(records.collect::<Result<_, Error>>()?, page, |record| record.id.as_str().to_owned()))
    }
}
