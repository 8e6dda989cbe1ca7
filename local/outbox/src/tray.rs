//! The tray: the latest messages, oldest first, and a bell for whoever waits for the next.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Instant;
use tokio::sync::watch;

use crate::sent::{Sent, What};

pub(crate) struct Tray {
    keep: usize,
    kept: Mutex<VecDeque<Sent>>,
    /// How many were taken since the start, also those that are no longer kept.
    taken: watch::Sender<u64>,
}

impl Tray {
    pub(crate) fn new(keep: usize) -> Self {
        Self { keep, kept: Mutex::default(), taken: watch::Sender::new(0) }
    }

    /// Takes a message and names it; the oldest goes when there are too many.
    pub(crate) fn take(&self, at: Instant, what: What) -> String {
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

    /// Waits until at least so many were taken since the start.
    pub(crate) async fn until_taken(&self, number: u64) {
        // the sender lives as long as we do
        _ = self.taken.subscribe().wait_for(|taken| *taken >= number).await;
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Sent>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In the form of AWS's: a UUID. The time in it sets runs of the local cloud apart, the number messages of one run.
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

    fn texts(tray: &Tray) -> Vec<String> {
        tray.all().iter().filter_map(|sent| sent.what.sms()).map(|sms| sms.text.clone()).collect()
    }

    #[test]
    fn keeps_the_latest_and_counts_them_all() {
        let tray = Tray::new(2);
        for text in ["a", "b", "c"] {
            tray.take(Instant::EPOCH, sms(text));
        }
        assert_eq!((texts(&tray), tray.taken()), (vec!["b".to_owned(), "c".to_owned()], 3));
    }

    #[test]
    fn emptied_it_still_gives_no_id_twice() {
        let tray = Tray::new(2);
        let before = tray.take(Instant::EPOCH, sms("a"));
        tray.empty();
        assert_eq!(tray.all(), []);
        assert_ne!(tray.take(Instant::EPOCH, sms("b")), before);
    }

    #[test]
    fn an_id_has_the_form_of_a_uuid() {
        let at = Instant::parse("9999-12-31T23:59:59.999Z").unwrap();
        let id = Tray::new(1).take(at, sms("a"));
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    }

    #[test]
    fn debug_shows_nothing_of_a_message() {
        let tray = Tray::new(1);
        tray.take(Instant::EPOCH, sms("the PIN is 482913"));
        let shown = format!("{:?}", tray.all());
        assert!(shown.contains("Sms") && !shown.contains("482913") && !shown.contains("358"), "{shown}");
    }
}
