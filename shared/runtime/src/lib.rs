//! What a Lambda binary does before its first request, and how it then takes requests.
//!
//! Only the functions' `main.rs` use this crate, and `infra/rotation`, for its client settings. Made for a short cold
//! start: nothing is looked for that Lambda does not give in the environment, and the connection to DynamoDB is opened
//! during init, where the CPU is at full speed.

mod client;
mod settings;
mod start;
mod telemetry;

pub use client::{config, connector};
pub use lambda_http::Error;
pub use settings::{PageSettings, SenderSettings, Settings, SettingsError};
pub use start::{Parts, Senders, StartError, app, parts, random, senders};
pub use telemetry::telemetry;

/// Takes requests from API Gateway for as long as Lambda lets the process live.
pub async fn run(router: axum::Router) -> Result<(), Error> {
    lambda_http::run(router).await
}

/// Takes events from other services, one at a time, for as long as Lambda lets the process live. A failure goes back
/// to Lambda, which calls again; an answer matters to some of those services.
pub async fn handle<T: serde::Serialize, E: std::error::Error + Send + Sync + 'static>(
    handler: impl AsyncFn(serde_json::Value) -> Result<T, E>,
) -> Result<(), Error> {
    let handler = &handler;
    let service = lambda_runtime::service_fn(async |event: lambda_runtime::LambdaEvent<serde_json::Value>| {
        handler(event.payload).await.map_err(|error| {
            let request_id = event.context.request_id;
            tracing::error!(error = &error as &dyn std::error::Error, lambda.request_id = request_id, "failed");
            // The runtime would log the error once more, with its `Debug`.
            lambda_runtime::Diagnostic { error_type: "failed".to_owned(), error_message: error.to_string() }
        })
    });
    lambda_runtime::run(service).await
}
