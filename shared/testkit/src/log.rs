//! What is logged, kept to be searched.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, ThreadId};

use tracing_subscriber::filter::LevelFilter;

/// Each line of this process, with the thread that logged it.
static LINES: Mutex<Vec<(ThreadId, Vec<u8>)>> = Mutex::new(Vec::new());

/// What was logged since it was made, from DEBUG on: lines of JSON.
///
/// A test makes it before anything else, and so do the others of its file: a place that logs for the first time while
/// nobody listens, just as somebody begins to in another thread, may be taken for one that nobody will ever hear.
#[derive(Debug)]
pub struct Log {
    since: usize,
    of: Option<ThreadId>,
}

impl Log {
    /// Of the whole process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::keep(None)
    }

    /// Of this thread alone: of a test that has no others, whatever its neighbours do.
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

    /// What was logged until now.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = lines();
        let heard = lines[self.since..].iter().filter(|(thread, _)| self.of.is_none_or(|of| of == *thread));
        heard.map(|(_, line)| String::from_utf8_lossy(line)).collect()
    }
}

/// Each event is written at once.
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
    fn a_thread_is_heard_apart_and_the_process_as_a_whole() {
        let all = Log::of_process();
        tracing::debug!("before");
        let mine = Log::of_this_thread();
        tracing::debug!(locker = 3, "here");
        thread::spawn(|| tracing::info!("elsewhere")).join().unwrap();
        tracing::trace!("nothing of interest");
        let said = |part: &str| [&mine, &all].map(|log| log.text().contains(part));
        assert_eq!(said("\"message\":\"here\",\"locker\":3"), [true, true], "{}", mine.text());
        assert_eq!((said("before"), said("elsewhere")), ([false, true], [false, true]));
        assert_eq!(said("nothing"), [false, false]);
    }
}
