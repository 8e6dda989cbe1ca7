//! The embedded DynamoDB: an engine over SQLite, served on a loopback port and used through the ordinary AWS SDK.
//!
//! The engine blocks its thread, so it gets threads of its own. Three shortcomings of it are corrected here (seen in
//! dynoxide 3.2.0): it scans all stream records of a table at each write, so they get an index; it never deletes stream
//! records, so those older than DynamoDB's 24 hours are deleted (`stream`); and it deletes expired items only on request.
//! Requests that it accepts and DynamoDB does not are refused before they reach it (`operators`).
//!
//! A write is answered once it is in SQLite's write-ahead log, so it survives any end of the process; a power failure
//! may lose the last ones.

mod operators;
mod pool;
mod stream;

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_dynamodb::config::HttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use clock::Clock;
use domain::Instant;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use operators::OperatorLimit;
pub use pool::Pool;
pub use stream::StreamRecords;

/// How often expired items and old stream records are deleted.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// A file of fewer pages (4 KB each) is left as it is.
const SHRINK_ABOVE_PAGES: u64 = 1_000;
/// How long running requests may take when the database stops.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Why the embedded database did not start.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The table's file cannot be opened.
    #[error("cannot open {path}: {reason}")]
    Open {
        path: PathBuf,
        /// The engine's error message.
        reason: String,
    },
    /// The stream records cannot be indexed, or the file cannot be made smaller.
    #[error("cannot maintain the table's file")]
    Maintain(#[from] rusqlite::Error),
    /// A port, thread or runtime is not available.
    #[error("cannot start the database's server")]
    Server(#[from] std::io::Error),
}

/// A running embedded DynamoDB.
#[derive(Debug)]
pub struct Database {
    endpoint: String,
    pool: Pool,
    stream: StreamRecords,
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), String>>,
}

impl Database {
    /// Opens the table's file, or a database in memory that ends with the process, and serves it. Items and stream
    /// records that have expired by `now` are deleted from the file.
    pub async fn start(file: Option<&Path>, now: impl Fn() -> Instant + Send + 'static) -> Result<Self, DatabaseError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?.into_std()?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        // A named in-memory database, so that a second connection can open it. Unlike with `cache=shared`, a connection
        // waits while the other one writes.
        let in_memory = format!("file:/{}?vfs=memdb", listener.local_addr()?);
        let path = file.unwrap_or(Path::new(&in_memory));
        let engine = dynoxide::Database::new(&path.to_string_lossy()).map_err(|error| open_error(path, &error))?;
        let stream = StreamRecords::open(path)?;
        sync_at_checkpoints_only(&engine, path)?;
        shrink(path)?;
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("dynamodb").enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let database = engine.clone();
        let server = runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).map_err(|error| error.to_string())?;
            let until = async {
                _ = stopped.await;
            };
            dynoxide::server::serve_with_shutdown(listener, database, until).await
        });
        runtime.spawn(maintain(engine, stream.clone(), now));
        Ok(Self { endpoint, pool: Pool::new(), stream, runtime: Some(runtime), stop: Some(stop), server })
    }

    /// The URL at which it serves, on loopback.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// An ordinary SDK client. All clients share a limited number of connections.
    #[must_use]
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        self.client_over(self.pool.clone())
    }

    /// An SDK client over another HTTP client, such as one that injects faults.
    #[must_use]
    pub fn client_over(&self, http: impl HttpClient + 'static) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk_config(OperatorLimit::new(http)))
    }

    /// An SDK client of the table's streams.
    #[must_use]
    pub fn streams_client(&self) -> aws_sdk_dynamodbstreams::Client {
        aws_sdk_dynamodbstreams::Client::new(&self.sdk_config(self.pool.clone()))
    }

    /// The records of the tables' streams, to delete them before their time.
    #[must_use]
    pub fn stream_records(&self) -> StreamRecords {
        self.stream.clone()
    }

    fn sdk_config(&self, http: impl HttpClient + 'static) -> SdkConfig {
        loopback::sdk_config(&self.endpoint, "local", http, RetryConfig::standard())
    }

    /// Stops it once running requests are answered.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
        match tokio::time::timeout(STOP_WITHIN, &mut self.server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(reason))) => tracing::warn!(reason, "the database's server failed"),
            Ok(Err(error)) => tracing::warn!(%error, "the database's server failed"),
            Err(_) => tracing::warn!("the database stopped before all requests were answered"),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn open_error(file: &Path, error: &dyn std::error::Error) -> DatabaseError {
    DatabaseError::Open { path: file.to_owned(), reason: error.to_string() }
}

/// Lets the engine answer a write before it is flushed to disk: SQLite's `synchronous=NORMAL`, with which the
/// write-ahead log survives any end of the process, and only a power failure may lose the last writes. The engine
/// offers this setting only as the one that it restores after a bulk load.
fn sync_at_checkpoints_only(engine: &dynoxide::Database, file: &Path) -> Result<(), DatabaseError> {
    engine.disable_bulk_loading().map_err(|error| open_error(file, &error))
}

/// Returns free pages of the file to the file system if most are free, as after many stream records were deleted. While
/// it runs, SQLite uses them again.
fn shrink(file: &Path) -> Result<(), rusqlite::Error> {
    let connection = rusqlite::Connection::open(file)?;
    let pages = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, u64>(0));
    let (all, free) = (pages("page_count")?, pages("freelist_count")?);
    if all > SHRINK_ABOVE_PAGES && free > all / 2 {
        connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    }
    Ok(())
}

async fn maintain(engine: dynoxide::Database, stream: StreamRecords, now: impl Fn() -> Instant) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let (engine, stream, now) = (engine.clone(), stream.clone(), now());
        let tended = tokio::task::spawn_blocking(move || {
            match delete_expired(&engine, now) {
                Ok(0) => {}
                Ok(items) => tracing::debug!(items, "deleted expired items"),
                Err(error) => tracing::warn!(%error, "cannot delete expired items"),
            }
            // The engine dates records by the system clock.
            if let Err(error) = stream.delete_old(Clock::system().now()) {
                tracing::warn!(%error, "cannot delete old stream records");
            }
        });
        if let Err(error) = tended.await {
            tracing::warn!(%error, "the database's maintenance failed");
        }
    }
}

/// Deletes expired items, and returns how many. The engine knows the system's time only. If that is not the caller's,
/// as in tests that have a clock of their own, nothing is deleted: it might be needed still.
fn delete_expired(engine: &dynoxide::Database, now: Instant) -> Result<usize, dynoxide::DynoxideError> {
    let apart = Clock::system().now().millis().abs_diff(now.millis());
    if u128::from(apart) > SWEEP_EVERY.as_millis() { Ok(0) } else { engine.sweep_ttl() }
}

#[cfg(test)]
mod tests;
