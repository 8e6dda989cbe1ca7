//! The stack's secret and table.

use aws_sdk_secretsmanager::Client as Secrets;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use clock::{Clock, Random};
use store::Store;

use crate::options::Options;
use crate::secret::{MasterSecret, SecretError};

/// A stack whose secret is being replaced.
pub(crate) struct Stack {
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) table: String,
    pub(crate) database: aws_sdk_dynamodb::Client,
    pub(crate) secret: String,
    pub(crate) secrets: Secrets,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The SDK cannot be set up.
    #[error("setting up")]
    Start(#[from] runtime::StartError),
    /// Secrets Manager refuses, or cannot be reached.
    #[error("Secrets Manager: {0}")]
    Secrets(String),
    /// The step does not fit.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The table fails us.
    #[error("the table")]
    Store(#[from] store::Error),
    /// Somebody would be locked out.
    #[error("{0}")]
    LocksOut(String),
}

impl Stack {
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        let config = runtime::config().await?;
        Ok(Self {
            clock: Clock::system(),
            random: Random::system(),
            table: options.table.clone(),
            database: aws_sdk_dynamodb::Client::new(&config),
            secret: options.secret.clone(),
            secrets: Secrets::new(&config),
        })
    }

    pub(crate) async fn secret(&self) -> Result<MasterSecret, Error> {
        let answer = self.secrets.get_secret_value().secret_id(&self.secret).send().await;
        let answer = answer.map_err(|error| Error::Secrets(DisplayErrorContext(error).to_string()))?;
        Ok(MasterSecret::parse(answer.secret_string().unwrap_or_default())?)
    }

    /// In one write, so that whoever reads it finds either what was or what is to be.
    pub(crate) async fn write_secret(&self, secret: &MasterSecret) -> Result<(), Error> {
        let put = self.secrets.put_secret_value().secret_id(&self.secret).secret_string(secret.reveal());
        put.send().await.map_err(|error| Error::Secrets(DisplayErrorContext(error).to_string()))?;
        Ok(())
    }

    /// The table under these secrets.
    pub(crate) fn store(&self, secret: &MasterSecret) -> Result<Store, Error> {
        Ok(Store::new(self.database.clone(), &self.table, secret.codes()?, self.random.clone()))
    }
}
