//! Credentials for devices. In AWS, `infra/tools/provision.py` creates them; here they are created together with the
//! automat.
//!
//! Each automat has a folder `automats/<automatId>` with the files that [`automat::credentials`] reads, and a password
//! for MQTT without TLS. The folder is also the registry: a device is known as long as its folder exists, by the serial
//! number of its certificate or by its password.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use automat::credentials::{AUTHORITY, CERTIFICATE, Credentials, PRIVATE_KEY};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use domain::{AutomatId, FirstNumber, LockerCount};
use http::Method;
use iot::certificates::{Authority, Date, Identity};
use iot::{Login, Proof, Registry, ServerIdentity};
use loopback::is_same;
use protocol::ThingName;
use store::{PageRequest, Store};

use crate::folder::{cannot, remove, write_private};

const AUTHORITY_KEY: &str = "ca.key";
const SERIAL: &str = "serial";
const PASSWORD: &str = "password";

/// Creates credentials, and checks those that devices present.
#[derive(Clone)]
pub struct Provisioning(Arc<Inner>);

struct Inner {
    automats: PathBuf,
    authority: Authority,
    store: Store,
    random: Random,
}

/// Address of the broker's TLS listener, as devices configure it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Host name or IP address.
    pub host: String,
    pub port: u16,
}

impl Provisioning {
    /// Opens the authority's folder, creating a new authority if there is none, and the folder of the automats.
    pub fn open(authority: &Path, automats: PathBuf, store: Store, random: Random) -> Result<Self> {
        std::fs::create_dir_all(&automats).with_context(|| cannot("make", &automats))?;
        let authority = read_or_make(authority)?;
        Ok(Self(Arc::new(Inner { automats, authority, store, random })))
    }

    /// Certificates of the broker's TLS listener. `name` is another host name by which devices reach this machine.
    pub fn server_identity(&self, name: Option<&str>) -> Result<ServerIdentity> {
        let server = self.0.authority.server(name)?;
        let client_authority = self.0.authority.certificate().to_owned();
        Ok(ServerIdentity { certificates: server.certificate, key: server.key, client_authority })
    }

    /// An HTTPS certificate for a host name, valid between two dates.
    pub fn web_identity(&self, name: &str, from: Date, until: Date) -> Result<Identity> {
        Ok(self.0.authority.web_server(name, from, until)?)
    }

    /// The authority's certificate, as PEM.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.authority.certificate()
    }

    /// The folder with an automat's credentials.
    #[must_use]
    pub fn folder(&self, automat: &AutomatId) -> PathBuf {
        self.0.automats.join(automat.as_str())
    }

    /// Creates credentials for every automat that has none, and updates the broker's address in all.
    pub async fn provision_all(&self, endpoint: &Endpoint) -> Result<()> {
        let mut page = PageRequest { limit: 100, after: None };
        loop {
            let automats = self.0.store.automats(&page).await?;
            for automat in automats.data {
                self.provision(&automat.id, (automat.locker_count, automat.layout.first_number), endpoint)?;
            }
            match automats.next {
                Some(next) => page.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Creates an automat's credentials. If they exist, updates only the broker's address, the number of
    /// lockers and the number on the first door.
    pub fn provision(
        &self,
        automat: &AutomatId,
        (lockers, first_number): (LockerCount, FirstNumber),
        endpoint: &Endpoint,
    ) -> Result<()> {
        let thing = ThingName::of_automat(automat.as_str());
        let credentials = Credentials {
            thing: thing.as_str().to_owned(),
            automat_id: automat.as_str().to_owned(),
            locker_count: lockers.get(),
            first_number: first_number.get(),
            endpoint: endpoint.host.clone(),
            port: endpoint.port,
            device_key: URL_SAFE_NO_PAD.encode(self.0.store.device_key(automat).reveal()),
            other_device_key: self.0.store.other_device_key(automat).map(|key| URL_SAFE_NO_PAD.encode(key.reveal())),
        };
        let folder = self.folder(automat);
        if folder.exists() {
            return Ok(credentials.write(&folder)?);
        }
        // Created beside its final path and then renamed, so that a crash never leaves half of it there. No automat id
        // starts with a dot.
        let aside = self.0.automats.join(format!(".{automat}"));
        _ = std::fs::remove_dir_all(&aside);
        std::fs::create_dir_all(&aside).with_context(|| cannot("make", &aside))?;
        let identity = self.0.authority.device(thing.as_str())?;
        let password = URL_SAFE_NO_PAD.encode(self.0.random.bytes::<24>()?);
        for (name, text) in [
            (AUTHORITY, self.0.authority.certificate()),
            (CERTIFICATE, &identity.certificate),
            (PRIVATE_KEY, &identity.key),
            (SERIAL, &identity.serial),
            (PASSWORD, &password),
        ] {
            write_private(&aside.join(name), text)?;
        }
        write_private(&aside.join(automat::credentials::AUTOMAT), "")?;
        credentials.write(&aside)?;
        std::fs::rename(&aside, &folder).with_context(|| cannot("make", &folder))?;
        Ok(())
    }

    /// Deletes the credentials of a deleted automat, so that its device can no longer connect.
    pub fn retire(&self, automat: &AutomatId) -> Result<()> {
        remove(&self.folder(automat), |folder| std::fs::remove_dir_all(folder))
    }

    /// The registry that the broker consults.
    #[must_use]
    pub fn registry(&self) -> Registry {
        let automats = self.0.automats.clone();
        Registry::new(move |login| {
            let known = is_known(&automats, &login);
            async move { known }
        })
    }

    /// Watches a router's answers: provisions automats that were created or edited, and retires deleted ones.
    pub(crate) fn watch(&self, router: Router, endpoint: Endpoint) -> Router {
        router.layer(from_fn_with_state((self.clone(), Arc::new(endpoint)), watch))
    }
}

impl std::fmt::Debug for Provisioning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provisioning").field("automats", &self.0.automats).finish_non_exhaustive()
    }
}

fn read_or_make(folder: &Path) -> Result<Authority> {
    let (certificate, key) = (folder.join(AUTHORITY), folder.join(AUTHORITY_KEY));
    if let (Ok(certificate), Ok(key)) = (std::fs::read_to_string(&certificate), std::fs::read_to_string(&key)) {
        return Ok(Authority::read(&certificate, &key)?);
    }
    std::fs::create_dir_all(folder).with_context(|| cannot("make", folder))?;
    let (authority, key_pem) = Authority::generate()?;
    write_private(&key, &key_pem)?;
    write_private(&certificate, authority.certificate())?;
    Ok(authority)
}

fn is_known(automats: &Path, login: &Login) -> bool {
    let Ok(automat) = AutomatId::parse(&ThingName::new(&login.thing).automat_id()) else { return false };
    // Otherwise two names could lead to one folder.
    if ThingName::of_automat(automat.as_str()).as_str() != login.thing {
        return false;
    }
    let kept = |name: &str| std::fs::read(automats.join(automat.as_str()).join(name)).ok();
    match &login.proof {
        Proof::Certificate { serial } => kept(SERIAL).is_some_and(|kept| kept == serial.as_bytes()),
        Proof::Password(password) => kept(PASSWORD).is_some_and(|kept| is_same(&kept, password)),
    }
}

async fn watch(
    State((provisioning, endpoint)): State<(Provisioning, Arc<Endpoint>)>,
    request: Request,
    next: Next,
) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answer = next.run(request).await;
    let automat = path.strip_prefix("/v1/automats").unwrap_or("/other/");
    let of_automat = automat.strip_prefix('/').filter(|rest| !rest.contains('/'));
    if !answer.status().is_success() {
        return answer;
    }
    match (method, of_automat) {
        (Method::POST, None) if automat.is_empty() => provisioned(&provisioning, &endpoint, answer).await,
        (Method::PATCH, Some(_)) => provisioned(&provisioning, &endpoint, answer).await,
        (Method::DELETE, Some(id)) => {
            if let Ok(id) = AutomatId::parse(id)
                && let Err(error) = provisioning.retire(&id)
            {
                tracing::error!(error = format!("{error:#}"), automat.id = %id, "cannot delete the automat's credentials");
            }
            answer
        }
        _ => answer,
    }
}

/// Provisions the automat that the answer shows, and returns the answer unchanged.
async fn provisioned(provisioning: &Provisioning, endpoint: &Endpoint, answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if let Some((id, doors)) = shown(&bytes)
        && let Err(error) = provisioning.provision(&id, doors, endpoint)
    {
        tracing::error!(error = format!("{error:#}"), automat.id = %id, "cannot create the automat's credentials");
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn shown(body: &[u8]) -> Option<(AutomatId, (LockerCount, FirstNumber))> {
    let automat: serde_json::Value = serde_json::from_slice(body).ok()?;
    let id = AutomatId::parse(automat["automatId"].as_str()?).ok()?;
    let count = u32::try_from(automat["lockerCount"].as_u64()?).ok()?;
    let first = u32::try_from(automat["layout"]["firstNumber"].as_u64()?).ok()?;
    Some((id, (LockerCount::new(count).ok()?, FirstNumber::new(first).ok()?)))
}

#[cfg(test)]
#[path = "provisioning_tests.rs"]
mod tests;
