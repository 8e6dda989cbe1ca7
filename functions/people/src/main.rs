//! The Lambda binary for personal data.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    runtime::run(people::router(runtime::app().await?)).await
}
