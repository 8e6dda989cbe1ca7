//! The Lambda binary of contracts.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    // The first number that is checked loads the numbering plans of the world: 140 ms of a whole CPU, which a function
    // has during init and not later. Nobody waits for it.
    std::thread::spawn(|| domain::PhoneNumber::parse("+358401234567"));
    let app = runtime::app().await?;
    runtime::run(contracts::router(app)).await
}
