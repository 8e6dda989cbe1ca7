//! Who the devices are. What they were given is kept elsewhere; the broker only asks.

use std::{fmt, pin::Pin, sync::Arc};

/// How a device proves which thing it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// It holds the key of a certificate of our authority, of this serial number: hexadecimal digits in lower case,
    /// without zeros in front.
    Certificate {
        /// The serial number.
        serial: String,
    },
    /// It knows its password.
    Password(Vec<u8>),
}

/// A device that wants to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The thing that it says it is, which is its client id too.
    pub thing: String,
    /// What it proves it by.
    pub proof: Proof,
}

type Ask = dyn Fn(Login) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync;

/// Answers whether a device is known: whether its certificate is this thing's and active, or its password this thing's.
#[derive(Clone)]
pub struct Registry(Arc<Ask>);

impl Registry {
    /// A registry that asks so.
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

/// A password is not shown.
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
