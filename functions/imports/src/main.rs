//! The Lambda binary for imports.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    runtime::run(imports::router(runtime::app().await?)).await
}
