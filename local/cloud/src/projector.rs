//! Invokes the projector from the table's stream, as configured by the template. Its position in the stream is its own.

use ::projector::Projector;
use anyhow::Context as _;
use clock::{Clock, Random};
use dynamodb::Database;
use permissions::Role;
use serde_json::Value;
use store::Store;
use things::Things;
use triggers::{Feeder, Function, Start, Stream, Triggers};

use template::TEMPLATE;

use crate::folder::Folder;

/// Logical id of the function in `template.yaml`.
const PROJECTOR: &str = "ProjectorFunction";

/// The same function's name in [`Permissions`](permissions::Permissions).
pub(crate) const FUNCTION: &str = "projector";

/// Starts to invoke the function from the checkpoint in the data folder on. If there is none, the table may be older than its
/// stream, so `store` compares the whole index first.
pub(crate) async fn start(
    function: Function,
    store: &Store,
    database: &Database,
    table: &str,
    folder: Option<&Folder>,
) -> anyhow::Result<Feeder> {
    let file = folder.map(Folder::projection);
    if file.as_ref().is_some_and(|file| !file.exists()) {
        let report = store.rebuild_projection().await.context("cannot compare the search index with the contracts")?;
        tracing::info!(contracts = report.contracts, missing = report.missing, "compared the search index");
    }
    let settings = Triggers::read(TEMPLATE, PROJECTOR)?.stream;
    let stream = Stream::of_table(database.streams_client(), table).await?;
    // The clock by which the embedded database dates records.
    let machine = Clock::system();
    Ok(Feeder::start(Start { stream, settings, function, file, now: move || machine.now() }))
}

/// The function with its store, which does not have the secret of the codes.
pub(crate) fn function(
    database: &Database,
    table: &str,
    role: &Role,
    (data_plane, clock, random): (&aws_sdk_iotdataplane::Client, Clock, Random),
) -> anyhow::Result<Function> {
    let store = Store::without_codes(role.dynamodb(&database.client()), table, random)?;
    let projector = Projector { store, things: Things::new(role.iot(data_plane)), clock };
    Ok(Function::new(move |event: Value| {
        let projector = projector.clone();
        async move { projector.handle(&event).await }
    }))
}
