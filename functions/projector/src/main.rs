//! The Lambda binary that keeps the index.

use projector::Projector;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let runtime::Projection { store, things, clock } = runtime::projection().await?;
    let projector = Projector { store, things, clock };
    runtime::handle(async |event| projector.handle(&event).await).await
}
