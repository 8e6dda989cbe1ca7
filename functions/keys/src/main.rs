//! The Lambda binary for automats, lockers and keys.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let app = runtime::app().await?;
    runtime::run(keys::router(app)).await
}
