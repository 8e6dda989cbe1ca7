//! Listing the messages about a contract.

use domain::{ContractId, MessageId, MessageRecord};

use crate::items::{ItemKey, MessageItem};
use crate::page::List;
use crate::{Error, Page, PageRequest, ResourceKind, Store};

impl Store {
    /// The messages about a contract, newest first; also of a removed contract.
    pub async fn messages(&self, contract: &ContractId, page: &PageRequest) -> Result<Page<MessageRecord>, Error> {
        let incarnation = self.incarnation_of_messages(contract).await?;
        let list = List::new(&format!("messages {contract} {incarnation}"));
        let after = list.position(page)?.map(|id| MessageId::parse(&id)).transpose().map_err(|_| Error::BadCursor)?;
        let from = after.map(|id| MessageItem::key(contract, &incarnation, &id).into_item());
        let stretch = MessageItem::all(contract, &incarnation).backwards(true).after(from);
        let found = self.query_all(stretch, page.limit + 1).await?;
        let records = found.into_iter().map(|item| Ok(MessageItem::read(item, &self.codes)?.into_record()));
        Ok(list.cut(records.collect::<Result<_, Error>>()?, page, |record| record.id.as_str().to_owned()))
    }
    /// The incarnation of the contract with this id; if it has been removed, of the last one with messages.
    pub(super) async fn incarnation_of_messages(&self, contract: &ContractId) -> Result<String, Error> {
        if let Some(stored) = self.find_contract(contract).await? {
            return Ok(stored.incarnation);
        }
        let last = self.query_all(MessageItem::of_all_incarnations(contract).backwards(true), 1).await?;
        let item_key = last.first().and_then(ItemKey::of);
        let incarnation = item_key.as_ref().and_then(MessageItem::incarnation_at).map(str::to_owned);
        incarnation.ok_or(Error::NotFound(ResourceKind::Contract))
    }
}
