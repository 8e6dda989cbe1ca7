//! Init: creates the state of a router from the environment.

use api::App;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_http_client::HttpClientError;
use aws_types::SdkConfig;
use clock::{Clock, Random};
use store::{CodeKeyring, Store};
use things::Things;

use crate::{SenderSettings, Settings, SettingsError, client};

/// Why the function cannot start. Lambda logs it and starts another instance.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The root certificates in this binary cannot be read.
    #[error("could not read Amazon's root certificates")]
    Tls(#[source] HttpClientError),
    #[error("could not fetch the master secret")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the master secret is not text")]
    SecretForm,
    #[error("could not derive keys from the master secret")]
    CodeKeyring(#[source] store::Error),
}

/// What functions that communicate with automats need.
#[derive(Debug, Clone)]
pub struct Parts {
    pub app: App,
    pub things: Things,
}

/// What functions that send messages need.
#[derive(Debug, Clone)]
pub struct Senders {
    pub app: App,
    /// For SMS and the topic. It does not retry: a call without a response may have succeeded.
    pub sns: aws_sdk_sns::Client,
    /// For email; it does not retry either.
    pub ses: aws_sdk_sesv2::Client,
    pub settings: SenderSettings,
}

pub async fn app() -> Result<App, StartError> {
    app_over(&client::config()?).await
}

/// With the client of AWS IoT's data plane. The region's own endpoint serves every account.
pub async fn parts() -> Result<Parts, StartError> {
    let config = client::config()?;
    let things = Things::new(aws_sdk_iotdataplane::Client::new(&config));
    Ok(Parts { app: app_over(&config).await?, things })
}

/// With the clients that send messages.
pub async fn senders() -> Result<Senders, StartError> {
    let config = client::config()?;
    let settings = SenderSettings::from_env()?;
    let sending = client::once(&config)?;
    let (sns, ses) = (aws_sdk_sns::Client::new(&sending), aws_sdk_sesv2::Client::new(&sending));
    Ok(Senders { app: app_over(&config).await?, sns, ses, settings })
}

/// What the projector needs. It opens no code, so it does not have the secret.
#[derive(Debug, Clone)]
pub struct Projection {
    pub store: Store,
    pub things: Things,
    pub clock: Clock,
}

/// A store without the secret of the codes, and the client of AWS IoT's data plane.
pub async fn projection() -> Result<Projection, StartError> {
    let config = client::config()?;
    let things = Things::new(aws_sdk_iotdataplane::Client::new(&config));
    let (database, table) = (aws_sdk_dynamodb::Client::new(&config), Settings::table_from_env()?);
    open_connection(&database, &table).await;
    tracing::info!("started");
    let store = Store::without_codes(database, &table, Random::system()).map_err(StartError::CodeKeyring)?;
    Ok(Projection { store, things, clock: Clock::system() })
}

#[must_use]
pub fn random() -> Random {
    Random::system()
}

async fn app_over(config: &SdkConfig) -> Result<App, StartError> {
    let settings = Settings::from_env()?;
    let database = aws_sdk_dynamodb::Client::new(config);
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    let (secret, ()) = tokio::join!(master_secret(&secrets, &settings), open_connection(&database, &settings.table));
    let codes = CodeKeyring::new(secret?.as_bytes()).map_err(StartError::CodeKeyring)?;
    tracing::info!(secret.id = codes.id(), "started");
    let store = Store::new(database, &settings.table, codes, Random::system()).with_retention(settings.retention);
    Ok(App { store, clock: Clock::system() })
}

async fn master_secret(client: &aws_sdk_secretsmanager::Client, settings: &Settings) -> Result<String, StartError> {
    let answer = client.get_secret_value().secret_id(&settings.code_secret_arn).send().await;
    let answer = answer.map_err(|error| StartError::Secret(Box::new(error)))?;
    answer.secret_string.ok_or(StartError::SecretForm)
}

/// Reads an item that never exists, so that the connection, with its TLS handshake, is open before the first request.
/// If it fails, the first request reports the error.
async fn open_connection(client: &aws_sdk_dynamodb::Client, table: &str) {
    let nothing = AttributeValue::S("-".to_owned());
    let read = client.get_item().table_name(table).key("PK", nothing.clone()).key("SK", nothing);
    if let Err(error) = read.send().await {
        let error = aws_sdk_dynamodb::error::DisplayErrorContext(error);
        tracing::warn!(%error, "could not open the connection to DynamoDB in advance");
    }
}
