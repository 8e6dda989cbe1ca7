//! The Lambda binary of what automats send.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let parts = runtime::parts().await?;
    let devices = devices::Devices { store: parts.app.store, things: parts.things };
    let clock = parts.app.clock;
    runtime::handle(async |event| devices.hear(&event, clock.now()).await).await
}
