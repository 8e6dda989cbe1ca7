//! What a Lambda binary does before its first request, and how it then takes requests.
//!
//! Only the functions' `main.rs` use this crate. Made for a short cold start: nothing is looked for that Lambda does
//! not give in the environment, and the connection to DynamoDB is opened during init, where the CPU is at full speed.

mod client;
mod settings;
mod start;
mod telemetry;

pub use lambda_http::Error;
pub use settings::{Settings, SettingsError};
pub use start::{StartError, app};
pub use telemetry::telemetry;

/// Takes requests from API Gateway for as long as Lambda lets the process live.
pub async fn run(router: axum::Router) -> Result<(), Error> {
    lambda_http::run(router).await
}
