//! The index `due`: messages, reminders, held-back announcements, time zone changes and open doors.

use domain::Instant;

use super::{Due, DueAnnouncements, DueMessage, DueReminder};
use crate::expression::Expression;
use crate::items::{
    AutomatItem, ItemKey, LockerItem, MessageItem, StoredAnnouncements, StoredReminder, due_shard_name, number, text,
};
use crate::read::Stretch;
use crate::{Error, Store};

impl Store {
    /// What is due in a shard of the index, the longest due first.
    pub async fn due(&self, shard: u8, now: Instant, limit: usize) -> Result<Vec<Due>, Error> {
        let condition = Expression::new("#dueShard = :shard AND #dueAt <= :now")
            .value(":shard", text(due_shard_name(shard)))
            .value(":now", number(now.millis()));
        let found = self.query_all(Stretch::of_due(condition), limit).await?;
        Ok(found.iter().filter_map(ItemKey::of).filter_map(Due::at).collect())
    }
}

impl Due {
    fn at(item_key: ItemKey) -> Option<Self> {
        if MessageItem::is_at(&item_key) {
            Some(Self::Message(DueMessage { item_key }))
        } else if StoredReminder::is_at(&item_key) {
            Some(Self::Reminder(DueReminder { item_key }))
        } else if StoredAnnouncements::is_at(&item_key) {
            Some(Self::Announcements(DueAnnouncements { item_key }))
        } else if let Some(automat) = AutomatItem::automat_at(&item_key) {
            Some(Self::ZoneChanged { automat })
        } else {
            LockerItem::locker_at(&item_key).map(|(automat, locker)| Self::OpenDoor { automat, locker })
        }
    }
}
