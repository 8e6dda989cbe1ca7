//! Init: from the environment to the state of a router.

use api::App;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_http_client::HttpClientError;
use clock::{Clock, Random};
use store::{Codes, Store};
use things::Things;

use crate::{SenderSettings, Settings, SettingsError, client};

/// Why the function cannot start. Lambda logs it and starts the next one.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment is not as it must be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The authorities in this binary cannot be read.
    #[error("reading the certificates of Amazon's authorities")]
    Tls(#[source] HttpClientError),
    /// Secrets Manager did not give the master secret.
    #[error("fetching the master secret")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The master secret is not text.
    #[error("the master secret is not text")]
    SecretForm,
    /// The master secret cannot be used.
    #[error("deriving keys from the master secret")]
    Codes(#[source] store::Error),
}

/// What functions that speak to automats are made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The table and the clock.
    pub app: App,
    /// The automats.
    pub things: Things,
}

/// What a function that sends messages is made of.
#[derive(Debug, Clone)]
pub struct Senders {
    /// The table and the clock.
    pub app: App,
    /// SMS and the topic. It never tries again by itself: what was not answered may have been sent.
    pub sns: aws_sdk_sns::Client,
    /// Email, likewise.
    pub ses: aws_sdk_sesv2::Client,
    /// What the environment says of sending.
    pub settings: SenderSettings,
}

/// The state of a router, by what the environment says.
pub async fn app() -> Result<App, StartError> {
    app_over(&client::config().await?).await
}

/// The same, and the automats. The region's own endpoint of the data plane serves every account.
pub async fn parts() -> Result<Parts, StartError> {
    let config = client::config().await?;
    let things = Things::new(aws_sdk_iotdataplane::Client::new(&config));
    Ok(Parts { app: app_over(&config).await?, things })
}

/// The same, and the clients that send.
pub async fn senders() -> Result<Senders, StartError> {
    let config = client::config().await?;
    let settings = SenderSettings::from_env()?;
    let sending = client::once(&config)?;
    let (sns, ses) = (aws_sdk_sns::Client::new(&sending), aws_sdk_sesv2::Client::new(&sending));
    Ok(Senders { app: app_over(&config).await?, sns, ses, settings })
}

/// Where names come from that nobody can guess.
#[must_use]
pub fn random() -> Random {
    Random::system()
}

async fn app_over(config: &SdkConfig) -> Result<App, StartError> {
    let settings = Settings::from_env()?;
    let database = aws_sdk_dynamodb::Client::new(config);
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    let (secret, ()) = tokio::join!(master_secret(&secrets, &settings), open_connection(&database, &settings));
    let codes = Codes::new(secret?.as_bytes()).map_err(StartError::Codes)?;
    tracing::info!(secret.id = codes.id(), "started");
    let store = Store::new(database, &settings.table, codes, Random::system()).keeping(settings.retention);
    Ok(App { store, clock: Clock::system() })
}

async fn master_secret(client: &aws_sdk_secretsmanager::Client, settings: &Settings) -> Result<String, StartError> {
    let answer = client.get_secret_value().secret_id(&settings.code_secret_arn).send().await;
    let answer = answer.map_err(|error| StartError::Secret(Box::new(error)))?;
    answer.secret_string.ok_or(StartError::SecretForm)
}

/// Reads an item that is never there, so that the first request finds a connection: TLS and all is then paid for
/// during init. If it fails the first request will say so better.
async fn open_connection(client: &aws_sdk_dynamodb::Client, settings: &Settings) {
    let nothing = AttributeValue::S("-".to_owned());
    let read = client.get_item().table_name(&settings.table).key("PK", nothing.clone()).key("SK", nothing);
    if let Err(error) = read.send().await {
        tracing::warn!(error = %aws_sdk_dynamodb::error::DisplayErrorContext(error), "opening the connection");
    }
}
