//! AWS IoT Core beside the functions, and the simulated automat: everything that the local cloud has of devices.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::App;
use automat::credentials::Credentials;
use automat::simulated::{Config, Person, SimulatedAutomat};
use aws_sdk_iotdataplane::config::retry::RetryConfig;
use aws_sdk_iotdataplane::config::{BehaviorVersion, Credentials as Keys, Region};
use clock::Clock;
use devices::Devices;
use domain::AutomatId;
use dynamodb::Pool;
use iot::{Iot, Template};
use permissions::Role;
use store::{PageRequest, Store};
use things::Things;
use tokio::sync::SetOnce;

use crate::provisioning::{Endpoint, Provisioning, ProvisioningError};
use template::TEMPLATE;

/// The function that the rules call, by its name in the template.
const DEVICES: &str = "DevicesFunction";
/// The same in the list of what functions may do.
pub(crate) const FUNCTION: &str = "devices";
/// How long a simulated motor takes.
const MOTOR: Duration = Duration::from_millis(400);
/// How long a simulated person takes for each step.
const MOMENT: Duration = Duration::from_secs(2);
/// The folder of a simulated automat's journal, in that of its credentials.
const DEVICE: &str = "device";

/// Why there is no IoT Core, or no automat.
#[derive(Debug, thiserror::Error)]
pub enum AutomatsError {
    /// IoT Core did not start.
    #[error("MQTT cannot be served: choose other addresses with --mqtt ADDR and --mqtts ADDR")]
    Iot(#[from] iot::StartError),
    /// The template cannot be followed.
    #[error(transparent)]
    Template(#[from] iot::TemplateError),
    /// There are no credentials.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    /// The automat cannot read its credentials.
    #[error("the simulated automat cannot start")]
    Credentials(#[from] automat::credentials::CredentialsError),
    /// The table cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A rule names a function that is not here.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml has a rule for {0}, which the local cloud does not have")]
struct UnknownFunction(String);

/// Where to listen, and where shadows are kept.
pub(crate) struct Places {
    pub(crate) mqtt: SocketAddr,
    pub(crate) mqtts: SocketAddr,
    /// Another name of this machine, under which devices on the network know it.
    pub(crate) name: Option<String>,
    /// So many devices at once.
    pub(crate) connections: usize,
    pub(crate) shadows: PathBuf,
    /// The credential of the data plane's port.
    pub(crate) access_key_id: String,
}

/// Starts IoT Core, whose rules call the devices function, and gives the client by which functions speak to automats.
pub(crate) async fn serve(
    places: Places,
    app: &App,
    role: &Role,
    provisioning: &Provisioning,
) -> Result<(Iot, aws_sdk_iotdataplane::Client), AutomatsError> {
    let clock = app.clock.clone();
    let options = iot::Options {
        mqtt: places.mqtt,
        mqtts: places.mqtts,
        connections: places.connections,
        session_expiry: iot::SESSION_EXPIRY,
        identity: provisioning.server_identity(places.name.as_deref())?,
        registry: provisioning.registry(),
        cloud: iot::Cloud {
            template: Template::read(TEMPLATE)?,
            shadows: Some(places.shadows),
            data_plane: ([127, 0, 0, 1], 0).into(),
            access_key_id: places.access_key_id.clone(),
            now: Arc::new(move || clock.now().millis()),
        },
    };
    // The function speaks to IoT Core, which calls the function: whoever is called first waits for the other.
    let devices = Arc::new(SetOnce::<Devices>::new());
    let (function, clock) = (devices.clone(), app.clock.clone());
    let iot = Iot::start(options, move |invocation| {
        let (function, clock) = (function.clone(), clock.clone());
        async move { call(invocation, &function, &clock).await }
    })
    .await?;
    let data_plane = data_plane(&iot.data_plane_url(), places.access_key_id);
    // Set here and nowhere else.
    _ = devices.set(Devices { store: app.store.clone(), things: Things::new(role.iot(&data_plane)) });
    Ok((iot, data_plane))
}

async fn call(invocation: iot::Invocation, devices: &SetOnce<Devices>, clock: &Clock) -> Result<(), iot::InvokeError> {
    if invocation.function != DEVICES {
        return Err(UnknownFunction(invocation.function).into());
    }
    Ok(devices.wait().await.hear(&invocation.event, clock.now()).await?)
}

fn data_plane(url: &str, access_key_id: String) -> aws_sdk_iotdataplane::Client {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Keys::new(access_key_id, "local", None, None, "local cloud"))
        .endpoint_url(url)
        .http_client(Pool::new())
        // The same as in `runtime::config`.
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(100)).with_max_attempts(5))
        .build();
    aws_sdk_iotdataplane::Client::from_conf(config)
}

/// What devices are told of the broker.
pub(crate) fn endpoint(iot: &Iot, name: Option<String>) -> Endpoint {
    Endpoint { host: name.unwrap_or_else(|| iot.mqtts().ip().to_string()), port: iot.mqtts().port() }
}

/// Starts the first automat that there is, with its keys in their lockers.
pub(crate) async fn simulate(
    store: &Store,
    provisioning: &Provisioning,
    clock: &Clock,
) -> Result<Option<(AutomatId, SimulatedAutomat)>, AutomatsError> {
    let automats = store.automats(&PageRequest { limit: 1, after: None }).await?.data;
    let Some(automat) = automats.into_iter().next() else { return Ok(None) };
    let view = store.automat_view(&automat.id, clock.now()).await?;
    let with_key = view.lockers.iter().filter(|locker| locker.key.is_some());
    let folder = provisioning.folder(&automat.id);
    let config = Config {
        settings: Credentials::read(&folder)?.settings(&folder, folder.join(DEVICE))?,
        locker_count: automat.locker_count.get(),
        keys_inside: with_key.map(|locker| locker.locker.get()).collect::<BTreeSet<_>>(),
        motor_time: MOTOR,
        person: Person::Obliging(MOMENT),
    };
    Ok(Some((automat.id, SimulatedAutomat::start(config))))
}
