//! The registry of devices. Credentials are stored elsewhere; the broker only asks whether they are valid.

use std::{fmt, pin::Pin, sync::Arc};

/// How a device proves its identity.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// It has the private key of a certificate signed by the authority, with this serial number: lower-case hexadecimal
    /// digits without leading zeros.
    Certificate { serial: String },
    /// It knows its password.
    Password(Vec<u8>),
}

/// A device that connects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The thing that it claims to be, which is also its client id.
    pub thing: String,
    pub proof: Proof,
}

type Ask = dyn Fn(Login) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync;

/// Checks whether a device is known: whether the certificate is active and belongs to the thing, or the password
/// belongs to the thing.
#[derive(Clone)]
pub struct Registry(Arc<Ask>);

impl Registry {
    /// A registry with this check.
    pub fn new<F>(ask: impl Fn(Login) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self(Arc::new(move |login| Box::pin(ask(login))))
    }

    pub(crate) async fn knows(&self, login: Login) -> bool {
        (self.0)(login).await
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry")
    }
}

/// `Debug` omits the password.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { serial } => f.debug_struct("Certificate").field("serial", serial).finish(),
            Self::Password(_) => f.write_str("Password"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_do_not_get_into_logs() {
        let login = Login { thing: "lobby".to_owned(), proof: Proof::Password(b"secret".to_vec()) };
        assert_eq!(format!("{login:?}"), r#"Login { thing: "lobby", proof: Password }"#);
    }
}
