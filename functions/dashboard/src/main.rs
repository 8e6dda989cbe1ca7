//! The Lambda binary of the dashboard.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let runtime::Parts { app, things } = runtime::parts().await?;
    runtime::run(dashboard::router(dashboard::Dashboard { app, things, random: runtime::random() })).await
}
