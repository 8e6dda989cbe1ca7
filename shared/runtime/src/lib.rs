//! The start of a Lambda binary, and how it receives requests.
//!
//! Only the functions' `main.rs` use this crate, and `infra/rotation`, for its client configuration. It is made for a
//! short cold start: all settings come from the environment, and the connection to DynamoDB is opened during init,
//! where the CPU runs at full speed.

mod client;
mod settings;
mod start;
mod telemetry;

pub use client::{config, connector};
pub use lambda_http::Error;
pub use settings::{PageSettings, SenderSettings, Settings, SettingsError};
pub use start::{Parts, Projection, Senders, StartError, app, parts, projection, random, senders};
pub use telemetry::telemetry;

/// Serves requests from API Gateway until Lambda ends the process.
pub async fn run(router: axum::Router) -> Result<(), Error> {
    lambda_http::run(router).await
}

/// Handles events from other services, one at a time, until Lambda ends the process. Lambda retries a failed event.
/// Some services use the response.
pub async fn handle<T: serde::Serialize, E: std::error::Error + Send + Sync + 'static>(
    handler: impl AsyncFn(serde_json::Value) -> Result<T, E>,
) -> Result<(), Error> {
    let handler = &handler;
    let service = lambda_runtime::service_fn(async |event: lambda_runtime::LambdaEvent<serde_json::Value>| {
        handler(event.payload).await.map_err(|error| {
            let request_id = event.context.request_id;
            tracing::error!(error = &error as &dyn std::error::Error, lambda.request_id = request_id, "event failed");
            // Otherwise the runtime would log the error once more, with its `Debug`.
            lambda_runtime::Diagnostic { error_type: "failed".to_owned(), error_message: error.to_string() }
        })
    });
    lambda_runtime::run(service).await
}
