//! Certificates for one machine: a local authority, and the certificates of the broker and the devices.

use std::fmt;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};

/// A certificate and its private key, both as PEM. `Debug` omits the key.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, as PEM.
    pub certificate: String,
    /// The private key, as PEM.
    pub key: String,
    /// The certificate's serial number, in the form of [`crate::Proof::Certificate`].
    pub serial: String,
}

/// A day in UTC: year, month, day.
pub type Date = (i32, u8, u8);

/// A certificate authority.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate cannot be created or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot create or read a certificate")]
pub struct CertificateError(#[from] rcgen::Error);

impl Authority {
    /// Creates an authority, and returns it with its private key as PEM. The authority does not reveal the key again.
    pub fn generate() -> Result<(Self, String), CertificateError> {
        let key = KeyPair::generate()?;
        let mut params = params("Key Automat Cloud, local authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let (certificate, pem) = (params.self_signed(&key)?.pem(), key.serialize_pem());
        Ok((Self { certificate, issuer: Issuer::new(params, key) }, pem))
    }

    /// Loads an authority from its certificate and key, as PEM.
    pub fn read(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let issuer = Issuer::from_ca_cert_pem(certificate, KeyPair::from_pem(key)?)?;
        Ok(Self { certificate: certificate.to_owned(), issuer })
    }

    /// The authority's certificate, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Issues a certificate for a server on this machine. `name` is another host name by which clients reach it.
    pub fn server(&self, name: Option<&str>) -> Result<Identity, CertificateError> {
        self.sign(server_params(name)?)
    }

    /// Issues a certificate for an HTTPS server. It has its own validity because browsers reject certificates that are
    /// valid for decades.
    pub fn web_server(&self, name: &str, from: Date, until: Date) -> Result<Identity, CertificateError> {
        let mut params = server_params(Some(name))?;
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        self.sign(params)
    }

    /// Issues a certificate for a device, with the name of its thing.
    pub fn device(&self, thing: &str) -> Result<Identity, CertificateError> {
        let mut params = params(thing);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Identity, CertificateError> {
        let key = KeyPair::generate()?;
        // The serial number is part of the public key, which is random, skipping the byte that marks it as
        // uncompressed.
        let mut serial: Vec<u8> = key.public_key_raw().iter().skip(1).take(16).copied().collect();
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x3f | 0x40; // keeps it positive and of a fixed length
        }
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        let serial = serial.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let serial = serial.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        Ok(Identity { certificate, key: key.serialize_pem(), serial })
    }
}

fn server_params(name: Option<&str>) -> Result<CertificateParams, CertificateError> {
    let mut params = params(name.unwrap_or("localhost"));
    let names = ["localhost", "127.0.0.1", "::1"].into_iter().chain(name).map(str::to_owned);
    params.subject_alt_names = CertificateParams::new(names.collect::<Vec<_>>())?.subject_alt_names;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

/// Valid for decades, and since long ago, because devices' clocks are often wrong.
fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2070, 1, 1);
    params
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("serial", &self.serial).finish_non_exhaustive()
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_get_into_logs() {
        let (authority, key) = Authority::generate().unwrap();
        let device = authority.device("lobby").unwrap();
        let shown = format!("{authority:?} {device:?}");
        assert_eq!(shown, format!("Authority {{ .. }} Identity {{ serial: {:?}, .. }}", device.serial));
        assert!(key.contains("PRIVATE KEY") && device.key.contains("PRIVATE KEY"));
    }

    #[test]
    fn every_certificate_has_a_serial_number_of_its_own_and_of_one_length() {
        let (authority, _) = Authority::generate().unwrap();
        let (one, other) = (authority.device("lobby").unwrap(), authority.device("lobby").unwrap());
        assert_ne!(one.serial, other.serial);
        assert_eq!((one.serial.len(), other.serial.len()), (32, 32));
    }
}
