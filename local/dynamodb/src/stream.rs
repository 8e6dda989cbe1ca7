//! The engine's stream records: an index for them, and their deletion, which the engine leaves to its user.
//!
//! DynamoDB keeps a record for 24 hours
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>), and so does this. Whoever knows
//! all readers of the stream can delete earlier what all have processed.

use std::path::{Path, PathBuf};

use domain::Instant;
use rusqlite::{Connection, params};

/// How long DynamoDB keeps a stream record.
pub(crate) const RETENTION_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Number of records deleted in one statement, which limits how long it blocks the engine's writes.
const BATCH: usize = 1_000;
/// The engine adds this to the numbers in its table, so that they have 21 digits as DynamoDB's.
const SEQUENCE_OFFSET: i128 = 100_000_000_000_000_000_000;

/// The stream records of a database.
#[derive(Debug, Clone)]
pub struct StreamRecords(PathBuf);

impl StreamRecords {
    /// Opens the records of a database that the engine has created.
    pub(crate) fn open(database: &Path) -> Result<Self, rusqlite::Error> {
        Connection::open(database)?.execute_batch(
            "CREATE INDEX IF NOT EXISTS stream_records_by_sequence
                 ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
             CREATE INDEX IF NOT EXISTS stream_records_by_age ON _stream_records (created_at);",
        )?;
        Ok(Self(database.to_owned()))
    }

    /// Deletes all records of a table before the one with this sequence number, and returns how many. Pass the last
    /// record that every reader has processed. It is kept itself: the engine numbers the next record from the clock,
    /// but never below the last one, so readers miss none when the clock is set back.
    pub async fn delete_before(&self, table: &str, sequence: &str) -> Result<usize, rusqlite::Error> {
        let number = sequence.parse::<i128>().ok().and_then(|number| i64::try_from(number - SEQUENCE_OFFSET).ok());
        let Some(number) = number else { return Ok(0) };
        let (records, table) = (self.clone(), table.to_owned());
        let deleted = tokio::task::spawn_blocking(move || {
            let select = "SELECT id FROM _stream_records
                          WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2 LIMIT ?3";
            records.delete(select, params![table, number, BATCH])
        });
        // It is not aborted, and a panic in it is a bug.
        deleted.await.unwrap_or(Ok(0))
    }

    /// Deletes the records that DynamoDB would have deleted, and returns how many.
    pub(crate) fn delete_old(&self, now: Instant) -> Result<usize, rusqlite::Error> {
        let before = now.plus_millis(-RETENTION_MILLIS).seconds();
        self.delete("SELECT id FROM _stream_records WHERE created_at < ?1 LIMIT ?2", params![before, BATCH])
    }

    /// Deletes the selected records, a batch at a time.
    fn delete(&self, select: &str, parameters: &[&dyn rusqlite::ToSql]) -> Result<usize, rusqlite::Error> {
        let connection = Connection::open(&self.0)?;
        let mut statement = connection.prepare(&format!("DELETE FROM _stream_records WHERE id IN ({select})"))?;
        let mut deleted = 0;
        loop {
            let batch = statement.execute(parameters)?;
            deleted += batch;
            if batch < BATCH {
                return Ok(deleted);
            }
        }
    }
}
