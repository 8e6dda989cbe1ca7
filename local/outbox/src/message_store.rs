//! The latest messages, oldest first, and a way to wait for more.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Instant;
use tokio::sync::watch;

use crate::sent::{Sent, What};

pub(crate) struct MessageStore {
    keep: usize,
    kept: Mutex<VecDeque<Sent>>,
    /// Number of messages accepted since the start, including those no longer kept.
    taken: watch::Sender<u64>,
}

impl MessageStore {
    pub(crate) fn new(keep: usize) -> Self {
        Self { keep, kept: Mutex::default(), taken: watch::Sender::new(0) }
    }

    /// Keeps a message and returns its id; the oldest one is dropped when there are too many.
    pub(crate) fn add(&self, at: Instant, what: What) -> String {
        let mut kept = self.kept();
        let number = *self.taken.borrow() + 1;
        let id = message_id(at, number);
        kept.push_back(Sent { id: id.clone(), at, what });
        while kept.len() > self.keep {
            kept.pop_front();
        }
        self.taken.send_replace(number);
        id
    }

    pub(crate) fn all(&self) -> Vec<Sent> {
        self.kept().iter().cloned().collect()
    }

    pub(crate) fn empty(&self) {
        self.kept().clear();
    }

    pub(crate) fn taken(&self) -> u64 {
        *self.taken.borrow()
    }

    /// Waits until at least this number of messages was accepted since the start.
    pub(crate) async fn until_taken(&self, number: u64) {
        // The sender lives as long as `self`.
        _ = self.taken.subscribe().wait_for(|taken| *taken >= number).await;
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Sent>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An id in AWS's form, a UUID. The time distinguishes runs of the local cloud, the number distinguishes messages of
/// one run.
fn message_id(at: Instant, number: u64) -> String {
    let millis = at.millis();
    format!("{:08x}-{:04x}-8000-8000-{number:012x}", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::Sms;

    fn sms(text: &str) -> What {
        let (number, text) = ("+358401234567".to_owned(), text.to_owned());
        What::Sms(Sms { number, text, sender_id: None, sms_type: None })
    }

    fn texts(messages: &MessageStore) -> Vec<String> {
        messages.all().iter().filter_map(|sent| sent.what.sms()).map(|sms| sms.text.clone()).collect()
    }

    #[test]
    fn keeps_the_latest_and_counts_them_all() {
        let messages = MessageStore::new(2);
        for text in ["a", "b", "c"] {
            messages.add(Instant::EPOCH, sms(text));
        }
        assert_eq!((texts(&messages), messages.taken()), (vec!["b".to_owned(), "c".to_owned()], 3));
    }

    #[test]
    fn ids_are_unique_after_emptying() {
        let messages = MessageStore::new(2);
        let before = messages.add(Instant::EPOCH, sms("a"));
        messages.empty();
        assert_eq!(messages.all(), []);
        assert_ne!(messages.add(Instant::EPOCH, sms("b")), before);
    }

    #[test]
    fn an_id_has_the_form_of_a_uuid() {
        let at = Instant::parse("9999-12-31T23:59:59.999Z").unwrap();
        let id = MessageStore::new(1).add(at, sms("a"));
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    }

    #[test]
    fn debug_shows_nothing_of_a_message() {
        let messages = MessageStore::new(1);
        messages.add(Instant::EPOCH, sms("the PIN is 482913"));
        let shown = format!("{:?}", messages.all());
        assert!(shown.contains("Sms") && !shown.contains("482913") && !shown.contains("358"), "{shown}");
    }
}
