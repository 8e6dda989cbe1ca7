//! Where the cloud's broker is, and how the device shows who it is.

use std::fmt;
use std::sync::Arc;

use rumqttc::{TlsConfiguration, Transport};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// A broker.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its host's name or address.
    pub host: String,
    /// Its port: 8883 in AWS.
    pub port: u16,
    /// How the device is known to it.
    pub security: Security,
}

/// How the device is known to a broker.
#[derive(Clone)]
pub enum Security {
    /// By a password, unencrypted: within one machine only.
    Plain {
        /// The password; the user is the thing's name.
        password: String,
    },
    /// By its certificate.
    MutualTls(Arc<ClientConfig>),
}

/// Certificates or a key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not PEM, or not what it should hold.
    #[error("the {what} cannot be read")]
    Pem {
        /// Which file.
        what: &'static str,
        /// Why.
        source: pem::Error,
    },
    /// Well formed and of no use.
    #[error("the certificates cannot be used")]
    Unusable(#[from] rustls::Error),
}

impl Security {
    /// By a certificate and its key, to a broker whose certificate one of these authorities has signed; all in PEM.
    pub fn mutual_tls(authorities: &[u8], certificate: &[u8], private_key: &[u8]) -> Result<Self, TlsError> {
        let certificates = |what, pem| {
            let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
            certificates
                .and_then(|some| if some.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(some) })
                .map_err(|source| TlsError::Pem { what, source })
        };
        let mut roots = RootCertStore::empty();
        for authority in certificates("authority's certificate", authorities)? {
            roots.add(authority)?;
        }
        let key = PrivateKeyDer::from_pem_slice(private_key)
            .map_err(|source| TlsError::Pem { what: "private key", source })?;
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(certificates("certificate", certificate)?, key)?;
        Ok(Self::MutualTls(Arc::new(config)))
    }

    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Plain { .. } => Transport::tcp(),
            Self::MutualTls(config) => Transport::tls_with_config(TlsConfiguration::Rustls(Arc::clone(config))),
        }
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain { .. } => "Plain(…)",
            Self::MutualTls(_) => "MutualTls(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_certificates_are_refused_by_name() {
        let refusal = Security::mutual_tls(b"", b"", b"").map(|_| ()).unwrap_err();
        assert_eq!(refusal.to_string(), "the authority's certificate cannot be read");
    }

    #[test]
    fn a_password_is_not_shown() {
        let endpoint = Endpoint {
            host: "localhost".to_owned(),
            port: 1883,
            security: Security::Plain { password: "secret".to_owned() },
        };
        assert!(!format!("{endpoint:?}").contains("secret"));
    }
}
