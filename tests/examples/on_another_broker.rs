//! Tests the device protocol on a third-party broker: `on_another_broker HOST:PORT`, where an MQTT broker allows
//! everything to everybody.
//!
//! The rules of `template.yaml` and the shadow service are attached to it, with a table of their own. A simulated
//! automat is its other client. One locker is opened remotely, and one key is fetched at the keypad. Prints `ok`, or
//! says within half a minute what did not happen.

use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::testing::{json, request};
use api::{App, Role};
use automat::device::{DeviceKey, Display};
use automat::driver::Settings;
use automat::link::{Endpoint, RECONNECT_AFTER, Security};
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use aws_sdk_iotdataplane::config::{BehaviorVersion, Credentials, Region};
use axum::body::Body;
use clock::Clock;
use devices::Devices;
use domain::{AutomatId, ContractDraft, KeyId, Whereabouts};
use iot::{Attachment, ServiceOptions, Template};
use openings::Openings;
use protocol::{Purpose, ThingName};
use serde_json::Value;
use testkit::{TestTable, at, contract, key, metadata, pin};
use things::Things;
use tokio::net::lookup_host;
use tokio::sync::SetOnce;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

/// The time limit of the whole test.
const PATIENCE: Duration = Duration::from_secs(30);
/// The locker of the key, and one without a key.
const LOCKER: u16 = 0;
const OTHER_LOCKER: u16 = 1;
const PIN: &str = "482915";

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let broker = std::env::args().nth(1).ok_or("say where the broker is: HOST:PORT")?;
    let broker = lookup_host(&broker).await?.next().ok_or("the broker's host has no address")?;
    timeout(PATIENCE, prove(broker)).await.map_err(|_| "the broker, or what was awaited of it, did not answer")??;
    Ok(writeln!(std::io::stdout(), "ok")?)
}

async fn prove(broker: SocketAddr) -> Result<(), Failed> {
    let table = TestTable::new().await;
    let lobby = AutomatId::parse("lobby")?;
    table.store.create_automat(testkit::automat("lobby", 3), &metadata()).await?;
    table.store.create_key(key("A"), &metadata()).await?;
    let draft = ContractDraft { pin: Some(pin(PIN)), ..contract(&KeyId::parse("A")?, 0, 1_000) };
    table.store.create_contract(draft, &metadata()).await?;

    let app = App { store: table.store.clone(), clock: Clock::fixed(at(0)) };
    let (attachment, things) = attach(broker, &app).await?;
    let folder = tempfile::tempdir()?;
    let key = DeviceKey::new(table.store.device_key(&lobby).reveal());
    let automat = start(broker, key, folder.path());
    automat.connected().await?;

    let opening = open(&app, things).await?;
    if opening["status"] != "opened" || automat.motor_runs(OTHER_LOCKER) != 1 {
        return Err(format!("the remote open ended otherwise: {opening}").into());
    }
    let shown = automat.type_code(PIN).await;
    if shown != (Display::Open { locker: LOCKER, purpose: Purpose::Fetch }) || !automat.take_key(LOCKER) {
        return Err(format!("the keypad shows: {}", shown.text(0)).into());
    }
    // No deadline here: that of the whole test applies.
    while !is_out(&app, &lobby).await? {
        sleep(Duration::from_millis(20)).await;
    }
    automat.stop().await;
    attachment.stop().await;
    Ok(())
}

/// Attaches IoT Core to the broker, with rules that call the devices function.
async fn attach(broker: SocketAddr, app: &App) -> Result<(Attachment, Things), Failed> {
    let devices = Arc::new(SetOnce::<Devices>::new());
    let (function, clock, now) = (devices.clone(), app.clock.clone(), app.clock.clone());
    let cloud = ServiceOptions {
        template: Template::read(template::TEMPLATE)?,
        shadows: None,
        data_plane: ([127, 0, 0, 1], 0).into(),
        access_key_id: "any".to_owned(),
        now: Arc::new(move || now.now().millis()),
    };
    let attachment = Attachment::start(broker, cloud, move |invocation| {
        let (function, clock) = (function.clone(), clock.clone());
        async move { Ok(function.wait().await.handle(&invocation.event, clock.now()).await?) }
    })
    .await?;
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("any", "any", None, None, "another broker"))
        .endpoint_url(attachment.data_plane_url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let things = Things::new(aws_sdk_iotdataplane::Client::from_conf(config));
    devices.set(Devices { store: app.store.clone(), things: things.clone() })?;
    Ok((attachment, things))
}

fn start(broker: SocketAddr, device_key: DeviceKey, folder: &std::path::Path) -> SimulatedAutomat {
    let security = Security::Plain { password: "any".to_owned() };
    SimulatedAutomat::start(Config {
        settings: Settings {
            thing: ThingName::of_automat("lobby"),
            endpoint: Endpoint { host: broker.ip().to_string(), port: broker.port(), security },
            reconnect_after: RECONNECT_AFTER,
            device_key: Some(device_key),
            folder: folder.to_owned(),
        },
        locker_count: 3,
        first_number: 0,
        keys_inside: [LOCKER].into(),
        motor_time: Duration::from_millis(5),
        person: SimulatedUser::Absent,
    })
}

/// Opens the locker without a key with the openings function. Returns the opening once it has ended.
async fn open(app: &App, things: Things) -> Result<Value, Failed> {
    let router = openings::router(Openings { app: app.clone(), things });
    let path = format!("/v1/automats/lobby/lockers/{OTHER_LOCKER}/openings");
    let asked = router.clone().oneshot(request("POST", &path, Role::Operator).body(Body::empty())?).await?;
    let asked = json(asked).await;
    let id = asked["openingId"].as_str().ok_or_else(|| format!("not accepted: {asked}"))?;
    let path = format!("/v1/openings/{id}?wait=20");
    Ok(json(router.oneshot(request("GET", &path, Role::Viewer).body(Body::empty())?).await?).await)
}

async fn is_out(app: &App, automat: &AutomatId) -> Result<bool, Failed> {
    let view = app.store.automat_view(automat, app.clock.now()).await?;
    let locker = view.lockers.into_iter().find(|locker| locker.locker.get() == LOCKER);
    Ok(locker.is_some_and(|locker| matches!(locker.whereabouts, Whereabouts::Out { .. })))
}
