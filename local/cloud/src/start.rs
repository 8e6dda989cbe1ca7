//! Starts and stops the parts of the local cloud.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use api::{App, Role};
use automat::credentials::AUTHORITY;
use automat::simulated::SimulatedAutomat;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use clock::{Clock, Random};
use dashboard::{Dashboard, SignIn, SignInSettings};
use domain::{AutomatId, Instant};
use dynamodb::Database;
use iot::Iot;
use openings::Openings;
use outbox::Outbox;
use permissions::Permissions;
use store::{CodeKeyring, Store};
use things::Things;
use tokio::net::TcpListener;
use triggers::{Feeder, Progress, Trimmer};

use crate::authorizer::Authorizer;
use crate::automats::{self, IotSettings};
use crate::concurrency;
use crate::descriptors::Shares;
use crate::example;
use crate::folder::Folder;
use crate::gateway::Gateway;
use crate::guide::{Guide, Mqtt, OnNetwork};
use crate::in_process::InProcess;
use crate::network;
use crate::notifications::{self, Notifications};
use crate::projector;
use crate::provisioning::Provisioning;
use crate::routes::Routes;
use crate::secret;
use crate::serving::{Server, Site};
use crate::sign_in::{self, Secrets};
use crate::tokens::{Tokens, WEB_CLIENT};
use crate::{Data, Options};

/// Name of the table.
const TABLE: &str = "key-automat";
/// How long running requests may take when the local cloud stops: the maximum duration of a function.
const STOP_WITHIN: Duration = Duration::from_secs(29);

/// A running local cloud.
#[derive(Debug)]
pub struct LocalCloud {
    url: String,
    guide: Guide,
    clock: Clock,
    tokens: Arc<Tokens>,
    store: Store,
    database: Database,
    iot: Iot,
    provisioning: Provisioning,
    automat: Option<(AutomatId, SimulatedAutomat)>,
    notifications: Notifications,
    trimmer: Trimmer,
    projection: Feeder,
    outbox: Outbox,
    permissions: Permissions,
    server: Server,
    // Folder of a local cloud without a data folder; deleted on drop.
    _scratch: Option<tempfile::TempDir>,
    _folder: Option<Folder>,
}

impl LocalCloud {
    /// Starts it with the system clock.
    pub async fn start(options: Options) -> Result<Self> {
        Self::start_at(options, Clock::system()).await
    }

    /// Starts it with an injected clock. The database still deletes expired items by the system clock.
    pub async fn start_at(options: Options, clock: Clock) -> Result<Self> {
        options.check()?;
        let random = Random::system();
        let listener = listen(options.http()).await?;
        let address = listener.local_addr()?;
        let host = options.network.as_ref().map(|host| network::host(host.as_deref(), address)).transpose()?;
        let (url, authority) = network::names(host.as_deref(), address);
        // Generating the RSA key takes longest, so everything else starts concurrently.
        let (issuer, random_of_tokens) = (url.clone(), random.clone());
        let tokens = tokio::task::spawn_blocking(move || Tokens::generate(&issuer, random_of_tokens));

        let folder = claim(&options)?;
        let secret = master_secret(folder.as_ref(), &random)?;
        let database = database(folder.as_ref(), &clock).await?;
        let client = database.client();
        let store = open(&client, &secret, &random, clock.now()).await.context("the table cannot be used")?;
        if !options.empty
            && example::fill_if_empty(&store, clock.now()).await.context("cannot create the example data")?
        {
            tracing::info!("created the example automat with some keys and contracts");
        }

        let tokens = Arc::new(tokens.await??);
        let permissions = Permissions::read()?;
        let app = |function| App {
            store: store.clone().with_client(permissions.role(function).dynamodb(&client)),
            clock: clock.clone(),
        };
        let (scratch, folders) = DeviceFolders::of(folder.as_ref())?;
        let provisioning = Provisioning::open(&folders.authority, folders.automats, store.clone(), random.clone())?;
        let shares = Shares::now();
        let settings = IotSettings {
            mqtt: options.mqtt,
            mqtts: options.mqtts(),
            name: host.clone(),
            connections: shares.devices,
            shadows: folders.shadows,
            access_key_id: secret::fresh(&random)?,
        };
        let role = permissions.role(automats::FUNCTION);
        let (iot, data_plane) = automats::serve(settings, &app(automats::FUNCTION), &role, &provisioning).await?;
        let things = |function| Things::new(permissions.role(function).iot(&data_plane));
        let endpoint = automats::endpoint(&iot, host.clone());
        provisioning.provision_all(&endpoint).await?;

        let secrets = host.as_ref().map(|_| sign_in_secrets(folder.as_ref(), &random)).transpose()?.map(Arc::new);
        let sign_in = sign_in::router(tokens.clone(), secrets.clone(), clock.clone(), random.clone());
        let functions = HashMap::from([
            ("keys", provisioning.watch(keys::router(app("keys")), endpoint)),
            ("contracts", contracts::router(app("contracts"))),
            ("openings", openings::router(Openings { app: app("openings"), things: things("openings") })),
            ("people", ::people::router(app("people"))),
            ("imports", imports::router(app("imports"))),
            ("dashboard", dashboard(&url, sign_in.clone(), app("dashboard"), things("dashboard"), &random)),
        ]);
        let audience = Role::ALL.iter().map(|role| role.name()).chain([WEB_CLIENT]).map(str::to_owned).collect();
        let authorizer = Authorizer::new(&url, audience, tokens.jwks().clone());
        let routes = Routes::read(template::ROUTES, template::TEMPLATE)?;
        let gateway = Gateway::new(routes, functions, authorizer, authority, clock.clone(), random.clone())?;
        let outbox = notifications::outbox(secret::fresh(&random)?, &clock).await?;
        let gateway = concurrency::limit_requests(gateway.router(), concurrency::REQUESTS);
        let outbox_page = network::restrict_to_owner(outbox.page(&url), secrets.clone());
        let routes = sign_in.merge(outbox_page).merge(gateway);
        let automat = if options.no_automat { None } else { automats::simulate(&store, &provisioning, &clock).await? };

        let function =
            notifications::function(app(notifications::FUNCTION), &permissions.role(notifications::FUNCTION), &outbox);
        let checkpoint = folder.as_ref().map(Folder::stream);
        let notifications = Notifications::start(function, &database, TABLE, checkpoint, clock.clone()).await?;
        let role = permissions.role(projector::FUNCTION);
        let function = projector::function(&database, TABLE, &role, (&data_plane, clock.clone(), random.clone()))?;
        let projection = projector::start(function, &store, &database, TABLE, folder.as_ref()).await?;

        let role = if options.empty { Role::Admin } else { Role::Operator };
        let token = tokens.issue(role, role.scope(), clock.now())?;
        let mqtt = mqtt(&iot, folder.as_ref(), automat.as_ref().map(|(id, _)| id));
        let file = folder.as_ref().map(Folder::sign_in);
        let certificate = folders.authority.join(AUTHORITY);
        let fingerprint = network::fingerprint(provisioning.authority());
        let network = secrets.map(|secrets| OnNetwork { certificate, fingerprint, file, secrets });
        let guide = Guide::new(&url, (role, token), mqtt, &store, clock.now()).await?.on_network(network);
        let site = match &host {
            Some(host) => network::site(routes, &provisioning, host, &url, shares.http)?,
            None => Site { routes, tls: None, connections: shares.http },
        };
        let server = Server::start(listener, site);
        Ok(Self {
            url,
            guide,
            clock,
            tokens,
            store,
            trimmer: trim_stream(&database, vec![notifications.progress(), projection.progress()]),
            database,
            iot,
            provisioning,
            automat,
            notifications,
            projection,
            outbox,
            permissions,
            server,
            _scratch: scratch,
            _folder: folder,
        })
    }

    /// Its base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The guide for the person who started it.
    #[must_use]
    pub fn guide(&self) -> &Guide {
        &self.guide
    }

    /// A new access token for a role, valid for one hour.
    pub fn token(&self, role: Role) -> Result<String> {
        self.tokens.issue(role, role.scope(), self.clock.now())
    }

    /// Address of the MQTT listener without TLS.
    #[must_use]
    pub fn mqtt(&self) -> SocketAddr {
        self.iot.mqtt()
    }

    /// Address of the MQTT listener with TLS.
    #[must_use]
    pub fn mqtts(&self) -> SocketAddr {
        self.iot.mqtts()
    }

    /// The folder with an automat's credentials.
    #[must_use]
    pub fn credentials(&self, automat: &AutomatId) -> PathBuf {
        self.provisioning.folder(automat)
    }

    /// The simulated automat, if one runs.
    #[must_use]
    pub fn automat(&self) -> Option<&SimulatedAutomat> {
        self.automat.as_ref().map(|(_, automat)| automat)
    }

    /// The store, for tests that look behind the API.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A client of the embedded DynamoDB, for tests that look behind the API.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.database.client()
    }

    /// The local SNS and SES, with the messages that were sent.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The functions' permissions, and which of them were used.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Runs the notifications function as its schedule does every minute, and returns its answer. For tests with a
    /// clock of their own.
    pub async fn tick(&self) -> Result<serde_json::Value, triggers::InvokeError> {
        self.notifications.tick().await
    }

    /// Waits until the functions that read the stream have processed everything written so far.
    pub async fn drain(&self) {
        tokio::join!(self.notifications.drain(), self.projection.drain());
    }

    /// Stream records that the notifications function has failed to process after all retries, since the start.
    #[must_use]
    pub fn failed_notifications(&self) -> Vec<triggers::Failure> {
        self.notifications.failures()
    }

    /// The same of the projector.
    #[must_use]
    pub fn failed_projections(&self) -> Vec<triggers::Failure> {
        self.projection.failures()
    }

    /// Stops it: accepts no more requests, completes running ones, and closes the table. The data remains.
    pub async fn stop(self) {
        if !self.server.stop(STOP_WITHIN).await {
            tracing::warn!("stopped before all requests were completed");
        }
        if let Some((_, automat)) = self.automat {
            automat.stop().await;
        }
        // Before what it publishes to. What is not projected by then will be after the next start.
        self.projection.stop().await;
        self.iot.stop().await;
        self.notifications.stop().await;
        self.trimmer.stop().await;
        self.outbox.stop().await;
        self.database.stop().await;
    }
}

/// What the guide says about MQTT.
fn mqtt(iot: &Iot, folder: Option<&Folder>, simulated: Option<&AutomatId>) -> Mqtt {
    let automats = folder.map(Folder::automats);
    Mqtt { plain: iot.mqtt(), tls: iot.mqtts(), automats, simulated: simulated.cloned() }
}

/// Folders for device data.
struct DeviceFolders {
    authority: PathBuf,
    automats: PathBuf,
    shadows: PathBuf,
}

impl DeviceFolders {
    /// In the data folder, or in a temporary folder that is deleted on drop.
    fn of(folder: Option<&Folder>) -> Result<(Option<tempfile::TempDir>, Self)> {
        if let Some(folder) = folder {
            let folders =
                Self { authority: folder.authority(), automats: folder.automats(), shadows: folder.shadows() };
            return Ok((None, folders));
        }
        let scratch = tempfile::tempdir().context("cannot create a temporary folder")?;
        let subfolder = |name: &str| scratch.path().join(name);
        let folders =
            Self { authority: subfolder("authority"), automats: subfolder("automats"), shadows: subfolder("shadows") };
        Ok((Some(scratch), folders))
    }
}

/// The dashboard function, connected to the local sign-in.
fn dashboard(url: &str, sign_in: axum::Router, app: App, things: Things, random: &Random) -> axum::Router {
    let settings = SignInSettings {
        pages: url.to_owned(),
        issuer: url.to_owned(),
        keys: format!("{url}/.well-known/jwks.json"),
        client: WEB_CLIENT.to_owned(),
        dashboard: url.to_owned(),
    };
    let sign_in = SignIn::new(settings, SharedHttpConnector::new(InProcess(sign_in)));
    ::dashboard::router(Dashboard { app, things, random: random.clone(), sign_in })
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow!(
            "{address} is in use, perhaps by another running local cloud: stop that one, or choose another address with --http ADDR, such as --http 127.0.0.1:3001"
        ),
        _ => anyhow!(error).context(format!("cannot listen on {address}: choose another address with --http ADDR")),
    })
}

fn claim(options: &Options) -> Result<Option<Folder>> {
    let Data::Folder(path) = &options.data else { return Ok(None) };
    let folder = Folder::claim(path)?;
    if options.fresh {
        folder.clear()?;
    }
    Ok(Some(folder))
}

async fn database(folder: Option<&Folder>, clock: &Clock) -> Result<Database> {
    let clock = clock.clone();
    Ok(Database::start(folder.map(Folder::table).as_deref(), move || clock.now()).await?)
}

/// Deletes what these readers of the table's stream have processed. There must be no others.
fn trim_stream(database: &Database, readers: Vec<Progress>) -> Trimmer {
    let records = database.stream_records();
    Trimmer::start(readers, move |done| {
        let records = records.clone();
        async move { records.delete_before(TABLE, done.as_str()).await.map(drop) }
    })
}

/// Opens the table, creating it if it does not exist, and completes interrupted removals.
async fn open(client: &aws_sdk_dynamodb::Client, secret: &str, random: &Random, now: Instant) -> Result<Store> {
    store::create_table(client, TABLE).await?;
    let store =
        Store::new(client.clone(), TABLE, CodeKeyring::new(secret.as_bytes())?, random.clone()).with_key_queues();
    let finished = store.finish_removals(now).await?;
    if finished > 0 {
        tracing::info!(keys = finished, "completed interrupted removals of keys");
    }
    Ok(store)
}

fn master_secret(folder: Option<&Folder>, random: &Random) -> Result<String> {
    match folder {
        Some(folder) => secret::of_file(&folder.secret(), !folder.table().exists(), random),
        None => secret::fresh(random),
    }
}

fn sign_in_secrets(folder: Option<&Folder>, random: &Random) -> Result<Secrets> {
    match folder {
        Some(folder) => Secrets::of_file(&folder.sign_in(), random),
        None => Secrets::fresh(random),
    }
}

#[cfg(test)]
#[path = "start_tests.rs"]
mod tests;
