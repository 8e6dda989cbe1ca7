//! Certificates for one machine: an authority of its own, the broker's certificate, and the devices'.

use std::fmt;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};

/// A certificate and its key, both as PEM. Its `Debug` leaves the key out.
#[derive(Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// The certificate's serial number, as [`crate::Proof::Certificate`] has it.
    pub serial: String,
}

/// A day in UTC: year, month, day.
pub type Date = (i32, u8, u8);

/// Signs certificates.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate could not be made, or read.
#[derive(Debug, thiserror::Error)]
#[error("a certificate could not be made")]
pub struct CertificateError(#[from] rcgen::Error);

impl Authority {
    /// A new authority, and the PEM of its key, which it does not hand out again.
    pub fn generate() -> Result<(Self, String), CertificateError> {
        let key = KeyPair::generate()?;
        let mut params = params("Key Automat Cloud, this machine's own authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let (certificate, pem) = (params.self_signed(&key)?.pem(), key.serialize_pem());
        Ok((Self { certificate, issuer: Issuer::new(params, key) }, pem))
    }

    /// The authority of a certificate and key that were kept.
    pub fn read(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let issuer = Issuer::from_ca_cert_pem(certificate, KeyPair::from_pem(key)?)?;
        Ok(Self { certificate: certificate.to_owned(), issuer })
    }

    /// Its certificate, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for servers that devices of this machine speak with, and others by another name of it.
    pub fn server(&self, name: Option<&str>) -> Result<Identity, CertificateError> {
        self.sign(server_params(name)?)
    }

    /// A certificate for a server that browsers speak with under a name. They take none that is good for decades.
    pub fn web_server(&self, name: &str, from: Date, until: Date) -> Result<Identity, CertificateError> {
        let mut params = server_params(Some(name))?;
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        self.sign(params)
    }

    /// A certificate for a device, which names its thing.
    pub fn device(&self, thing: &str) -> Result<Identity, CertificateError> {
        let mut params = params(thing);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Identity, CertificateError> {
        let key = KeyPair::generate()?;
        // The key is random, so a part of it is a random number too: behind the byte that says it is uncompressed.
        let mut serial: Vec<u8> = key.public_key_raw().iter().skip(1).take(16).copied().collect();
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x3f | 0x40; // neither negative nor shorter
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

/// Valid for decades, and from long ago on: the clocks of devices are often wrong.
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
