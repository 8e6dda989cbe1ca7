//! AWS IoT Core on this machine, and the simulated automat: the device side of the local cloud.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use api::App;
use automat::credentials::Credentials;
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use aws_sdk_iotdataplane::config::retry::RetryConfig;
use clock::Clock;
use devices::Devices;
use domain::AutomatId;
use dynamodb::Pool;
use iot::{Iot, Template};
use permissions::Role;
use store::{PageRequest, Store};
use things::Things;
use tokio::sync::SetOnce;

use crate::provisioning::{Endpoint, Provisioning};
use template::TEMPLATE;

/// Logical id in `template.yaml` of the function that the topic rules invoke.
const DEVICES: &str = "DevicesFunction";
/// The same function's name in [`Permissions`](permissions::Permissions).
pub(crate) const FUNCTION: &str = "devices";
/// How long the motor of the simulated automat runs.
const MOTOR: Duration = Duration::from_millis(400);
/// How long the simulated person takes for each step at the automat.
const MOMENT: Duration = Duration::from_secs(2);
/// Folder of the simulated automat's journal, inside the folder of its credentials.
const DEVICE: &str = "device";

/// Addresses to listen on, and the folder of the shadows.
pub(crate) struct IotSettings {
    pub(crate) mqtt: SocketAddr,
    pub(crate) mqtts: SocketAddr,
    /// Host name or address of this machine by which devices on the network reach it, if they do.
    pub(crate) name: Option<String>,
    /// Maximum number of connected devices.
    pub(crate) connections: usize,
    pub(crate) shadows: PathBuf,
    /// Credential for the port of the IoT data plane.
    pub(crate) access_key_id: String,
}

/// Starts AWS IoT Core, whose topic rules invoke the devices function. Returns it with the client by which the other
/// functions reach automats.
pub(crate) async fn serve(
    settings: IotSettings,
    app: &App,
    role: &Role,
    provisioning: &Provisioning,
) -> Result<(Iot, aws_sdk_iotdataplane::Client)> {
    let clock = app.clock.clone();
    let options = iot::Options {
        mqtt: settings.mqtt,
        mqtts: settings.mqtts,
        connections: settings.connections,
        session_expiry: iot::SESSION_EXPIRY,
        identity: provisioning.server_identity(settings.name.as_deref())?,
        registry: provisioning.registry(),
        service: iot::ServiceOptions {
            template: Template::read(TEMPLATE)?,
            shadows: Some(settings.shadows),
            data_plane: ([127, 0, 0, 1], 0).into(),
            access_key_id: settings.access_key_id.clone(),
            now: Arc::new(move || clock.now().millis()),
        },
    };
    // The function calls IoT Core, which invokes the function. So whichever is called first waits until the other
    // exists.
    let devices = Arc::new(SetOnce::<Devices>::new());
    let (function, clock) = (devices.clone(), app.clock.clone());
    let iot = Iot::start(options, move |invocation| {
        let (function, clock) = (function.clone(), clock.clone());
        async move { call(invocation, &function, &clock).await }
    })
    .await
    .context("MQTT cannot be served: choose other addresses with --mqtt ADDR and --mqtts ADDR")?;
    let data_plane = data_plane(&iot.data_plane_url(), &settings.access_key_id);
    // This is the only call that sets it.
    _ = devices.set(Devices { store: app.store.clone(), things: Things::new(role.iot(&data_plane)) });
    Ok((iot, data_plane))
}

async fn call(invocation: iot::Invocation, devices: &SetOnce<Devices>, clock: &Clock) -> Result<(), iot::InvokeError> {
    if invocation.function != DEVICES {
        let function = invocation.function;
        return Err(format!("template.yaml has a rule for {function}, which the local cloud does not have").into());
    }
    Ok(devices.wait().await.handle(&invocation.event, clock.now()).await?)
}

fn data_plane(url: &str, access_key_id: &str) -> aws_sdk_iotdataplane::Client {
    // The same as in `runtime::config`.
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(100)).with_max_attempts(5);
    let config = loopback::sdk_config(url, access_key_id, Pool::new(), retries);
    aws_sdk_iotdataplane::Client::new(&config)
}

/// The address of the broker as devices configure it.
pub(crate) fn endpoint(iot: &Iot, name: Option<String>) -> Endpoint {
    Endpoint { host: name.unwrap_or_else(|| iot.mqtts().ip().to_string()), port: iot.mqtts().port() }
}

/// Starts the first automat in the table as a simulation, with its keys in their lockers.
pub(crate) async fn simulate(
    store: &Store,
    provisioning: &Provisioning,
    clock: &Clock,
) -> Result<Option<(AutomatId, SimulatedAutomat)>> {
    let automats = store.automats(&PageRequest { limit: 1, after: None }).await?.data;
    let Some(automat) = automats.into_iter().next() else { return Ok(None) };
    let view = store.automat_view(&automat.id, clock.now()).await?;
    let with_key = view.lockers.iter().filter(|locker| locker.key.is_some());
    let folder = provisioning.folder(&automat.id);
    let settings = Credentials::read(&folder).and_then(|it| it.settings(&folder, folder.join(DEVICE)));
    let config = Config {
        settings: settings.context("the simulated automat cannot start")?,
        locker_count: automat.locker_count.get(),
        first_number: automat.layout.first_number.get(),
        keys_inside: with_key.map(|locker| locker.locker.get()).collect::<BTreeSet<_>>(),
        motor_time: MOTOR,
        person: SimulatedUser::Obliging(MOMENT),
    };
    Ok(Some((automat.id, SimulatedAutomat::start(config))))
}
