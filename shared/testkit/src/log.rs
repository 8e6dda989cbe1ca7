//! Captures log lines for assertions.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, ThreadId};

use tracing_subscriber::filter::LevelFilter;

/// Every line of this process, with the thread that logged it.
static LINES: Mutex<Vec<(ThreadId, Vec<u8>)>> = Mutex::new(Vec::new());

/// Log lines since its creation, from DEBUG on, as JSON.
///
/// Create it first in every test of a file: if a log statement runs for the first time without a subscriber while
/// another thread is installing one, tracing may cache it as disabled for good.
#[derive(Debug)]
pub struct Log {
    since: usize,
    of: Option<ThreadId>,
}

impl Log {
    /// Lines of the whole process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::keep(None)
    }

    /// Lines of this thread only: for a test without other threads, whatever runs beside it.
    #[must_use]
    pub fn of_this_thread() -> Self {
        Self::keep(Some(thread::current().id()))
    }

    fn keep(of: Option<ThreadId>) -> Self {
        static LISTENS: Once = Once::new();
        LISTENS.call_once(|| {
            let format = tracing_subscriber::fmt().json().flatten_event(true).without_time();
            format.with_max_level(LevelFilter::DEBUG).with_writer(|| Line).init();
        });
        Self { since: lines().len(), of }
    }

    /// The lines so far.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = lines();
        let captured = lines[self.since..].iter().filter(|(thread, _)| self.of.is_none_or(|of| of == *thread));
        captured.map(|(_, line)| String::from_utf8_lossy(line)).collect()
    }
}

/// Each event is one write.
struct Line;

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().push((thread::current().id(), bytes.to_owned()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines() -> MutexGuard<'static, Vec<(ThreadId, Vec<u8>)>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_captured_apart_and_the_process_as_a_whole() {
        let all = Log::of_process();
        tracing::debug!("before");
        let mine = Log::of_this_thread();
        tracing::debug!(locker = 3, "here");
        thread::spawn(|| tracing::info!("elsewhere")).join().unwrap();
        tracing::trace!("too detailed");
        let said = |part: &str| [&mine, &all].map(|log| log.text().contains(part));
        assert_eq!(said("\"message\":\"here\",\"locker\":3"), [true, true], "{}", mine.text());
        assert_eq!((said("before"), said("elsewhere")), ([false, true], [false, true]));
        assert_eq!(said("nothing"), [false, false]);
    }
}
