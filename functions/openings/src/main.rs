//! The Lambda binary for openings.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let runtime::Parts { app, things } = runtime::parts().await?;
    runtime::run(openings::router(openings::Openings { app, things })).await
}
