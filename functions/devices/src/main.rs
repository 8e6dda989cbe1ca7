//! The Lambda binary that handles messages from automats.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let parts = runtime::parts().await?;
    let devices = devices::Devices { store: parts.app.store, things: parts.things };
    let clock = parts.app.clock;
    runtime::handle(async |event| devices.handle(&event, clock.now()).await).await
}
