//! The secret and the table of a stack.

use aws_sdk_secretsmanager::Client as Secrets;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use clock::{Clock, Random};
use store::Store;

use crate::options::Options;
use crate::secret::{MasterSecret, SecretError};

/// A stack during a rotation.
pub(crate) struct Stack {
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) table: String,
    pub(crate) database: aws_sdk_dynamodb::Client,
    pub(crate) secret: String,
    pub(crate) secrets: Secrets,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("setting up")]
    Start(#[from] runtime::StartError),
    #[error("Secrets Manager: {0}")]
    Secrets(String),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the table")]
    Store(#[from] store::Error),
    /// Devices or codes would stop working.
    #[error("{0}")]
    LocksOut(String),
}

impl Stack {
    pub(crate) fn open(options: &Options) -> Result<Self, Error> {
        let config = runtime::config()?;
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

    /// A single write, so that readers find either the old or the new text.
    pub(crate) async fn write_secret(&self, secret: &MasterSecret) -> Result<(), Error> {
        let put = self.secrets.put_secret_value().secret_id(&self.secret).secret_string(secret.reveal());
        put.send().await.map_err(|error| Error::Secrets(DisplayErrorContext(error).to_string()))?;
        Ok(())
    }

    /// The store with these secrets.
    pub(crate) fn store(&self, secret: &MasterSecret) -> Result<Store, Error> {
        Ok(Store::new(self.database.clone(), &self.table, secret.codes()?, self.random.clone()))
    }
}
