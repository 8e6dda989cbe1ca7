//! The Lambda binary that keeps the index.

use projector::Projector;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let projector = Projector { store: runtime::store_without_codes().await? };
    runtime::handle(async |event| projector.handle(&event).await).await
}
