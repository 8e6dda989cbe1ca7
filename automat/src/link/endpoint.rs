//! The broker's address, and how the device authenticates.

use std::fmt;
use std::sync::Arc;

use rumqttc::{TlsConfiguration, Transport};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

#[derive(Debug, Clone)]
pub struct Endpoint {
    /// A host name or IP address.
    pub host: String,
    /// 8883 on AWS.
    pub port: u16,
    pub security: Security,
}

/// How the device authenticates to the broker.
#[derive(Clone)]
pub enum Security {
    /// A password, unencrypted: for use within one machine only.
    Plain {
        /// The user name is the thing's name.
        password: String,
    },
    MutualTls(Arc<ClientConfig>),
}

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not PEM, or without the expected content.
    #[error("the {what} cannot be read")]
    Pem { what: &'static str, source: pem::Error },
    /// Well formed, but rejected by the TLS library.
    #[error("the certificates cannot be used")]
    Unusable(#[from] rustls::Error),
}

impl Security {
    /// A client certificate and its key, for a broker whose certificate is signed by one of these authorities. All in
    /// PEM.
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
    fn unusable_certificate_files_are_named_in_the_error() {
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
