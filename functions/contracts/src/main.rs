//! The Lambda binary for contracts.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let app = runtime::app().await?;
    runtime::run(contracts::router(app)).await
}
