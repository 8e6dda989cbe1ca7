//! TLS before the stand-in for AWS: `tls FOLDER ADDRESS` passes on to the address what comes over TLS, and prints its own
//! port. It writes the certificate of its authority to `ca.pem` in the folder; `tls FOLDER` does only that. The authority
//! stays the same, since the measured functions contain it.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("no folder")?;
    let acceptor = acceptor(Path::new(&folder))?;
    let Some(address) = arguments.next() else { return Ok(()) };
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(serve(acceptor, address))
}

async fn serve(acceptor: TlsAcceptor, address: String) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        let (acceptor, address) = (acceptor.clone(), address.clone());
        tokio::spawn(async move {
            if let Err(error) = pass_on(&acceptor, stream, &address).await {
                eprintln!("{error}");
            }
        });
    }
}

async fn pass_on(acceptor: &TlsAcceptor, stream: TcpStream, address: &str) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = acceptor.accept(stream).await?;
    let mut plain = TcpStream::connect(address).await?;
    plain.set_nodelay(true)?;
    // A measured process is killed, and resets its connections.
    _ = copy_bidirectional(&mut stream, &mut plain).await;
    Ok(())
}

/// With a certificate for `localhost` of the authority in the folder.
fn acceptor(folder: &Path) -> Result<TlsAcceptor> {
    let authority = authority(folder)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn authority(folder: &Path) -> Result<Issuer<'static, KeyPair>> {
    let (key_file, certificate_file) = (folder.join("ca.key"), folder.join("ca.pem"));
    let key = if key_file.exists() { KeyPair::from_pem(&fs::read_to_string(&key_file)?)? } else { KeyPair::generate()? };
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "bench");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    if !key_file.exists() {
        fs::write(certificate_file, params.self_signed(&key)?.pem())?;
        fs::write(key_file, key.serialize_pem())?;
    }
    Ok(Issuer::new(params, key))
}
