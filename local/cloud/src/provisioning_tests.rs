//! How credentials are created and checked.

use std::fs;

use super::*;
use crate::{LocalCloud, Options};

fn id(text: &str) -> AutomatId {
    AutomatId::parse(text).unwrap()
}

async fn provisioning() -> (LocalCloud, tempfile::TempDir, Provisioning) {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (authority, automats) = (folder.path().join("authority"), folder.path().join("automats"));
    let provisioning = Provisioning::open(&authority, automats, cloud.store().clone(), Random::system()).unwrap();
    (cloud, folder, provisioning)
}

fn endpoint(port: u16) -> Endpoint {
    Endpoint { host: "127.0.0.1".to_owned(), port }
}

#[tokio::test]
async fn credentials_are_created_once_and_follow_the_brokers_address() {
    let (cloud, folder, provisioning) = provisioning().await;
    let lockers = (LockerCount::new(24).unwrap(), FirstNumber::default());
    provisioning.provision(&id("lobby.2"), lockers, &endpoint(1)).unwrap();
    let home = provisioning.folder(&id("lobby.2"));
    let certificate = fs::read(home.join(CERTIFICATE)).unwrap();
    provisioning
        .provision(&id("lobby.2"), (LockerCount::new(30).unwrap(), FirstNumber::new(101).unwrap()), &endpoint(2))
        .unwrap();
    let updated = Credentials::read(&home).unwrap();
    let doors = (updated.locker_count, updated.first_number);
    assert_eq!((updated.thing.as_str(), doors, updated.port), ("lobby:2", (30, 101), 2));
    assert_eq!(fs::read(home.join(CERTIFICATE)).unwrap(), certificate);
    assert!(updated.settings(&home, folder.path().join("device")).is_ok(), "a device can be set up with it");
    #[cfg(unix)]
    for file in fs::read_dir(&home).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
    let again = Provisioning::open(
        &folder.path().join("authority"),
        folder.path().join("automats"),
        cloud.store().clone(),
        Random::system(),
    );
    let identity = again.unwrap().server_identity(None).unwrap();
    assert_eq!(identity.client_authority, fs::read_to_string(home.join(AUTHORITY)).unwrap(), "the authority is kept");
    cloud.stop().await;
}

#[tokio::test]
async fn only_issued_credentials_are_known_until_the_automat_is_retired() {
    let (cloud, _folder, provisioning) = provisioning().await;
    let lockers = (LockerCount::new(24).unwrap(), FirstNumber::default());
    provisioning.provision(&id("lobby.2"), lockers, &endpoint(1)).unwrap();
    provisioning.provision(&id("yard"), lockers, &endpoint(1)).unwrap();
    let kept = |automat: &str, name| fs::read_to_string(provisioning.folder(&id(automat)).join(name)).unwrap();
    let certificate =
        |thing: &str, serial: String| Login { thing: thing.to_owned(), proof: Proof::Certificate { serial } };
    let password =
        |thing: &str, text: &str| Login { thing: thing.to_owned(), proof: Proof::Password(text.as_bytes().to_vec()) };
    let known = |login: &Login| is_known(&provisioning.0.automats, login);

    assert!(known(&certificate("lobby:2", kept("lobby.2", SERIAL))));
    assert!(known(&password("lobby:2", &kept("lobby.2", PASSWORD))));
    assert!(!known(&certificate("lobby:2", kept("yard", SERIAL))), "another's certificate");
    assert!(!known(&password("lobby:2", &kept("yard", PASSWORD))), "another's password");
    assert!(!known(&password("lobby:2", "")));
    assert!(!known(&certificate("lobby.2", kept("lobby.2", SERIAL))), "not the name of a thing");
    assert!(!known(&password("../authority", "")));
    provisioning.retire(&id("lobby.2")).unwrap();
    provisioning.retire(&id("lobby.2")).unwrap();
    assert!(!known(&password("yard", "")) && known(&certificate("yard", kept("yard", SERIAL))));
    assert!(!provisioning.folder(&id("lobby.2")).exists());
    cloud.stop().await;
}

#[tokio::test]
async fn an_automat_has_credentials_from_its_creation_to_its_deletion() {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let (client, token) = (reqwest::Client::new(), cloud.token(api::Role::Admin).unwrap());
    let automats = format!("{}/v1/automats", cloud.url());
    let body = serde_json::json!({
        "automatId": "yard.1", "name": "Yard", "lockerCount": 8, "timeZone": "Europe/Helsinki",
    });
    let made = client.post(&automats).bearer_auth(&token).json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    assert_eq!(made.json::<serde_json::Value>().await.unwrap()["automatId"], "yard.1", "the answer is passed on");
    let folder = cloud.credentials(&id("yard.1"));
    assert_eq!(Credentials::read(&folder).unwrap().port, cloud.mqtts().port());
    let edit = serde_json::json!({ "lockerCount": 9, "layout": { "firstNumber": 1 } });
    client.patch(format!("{automats}/yard.1")).bearer_auth(&token).json(&edit).send().await.unwrap();
    let changed = Credentials::read(&folder).unwrap();
    assert_eq!((changed.locker_count, changed.first_number), (9, 1));
    let gone = client.delete(format!("{automats}/yard.1")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert!(!folder.exists());
    cloud.stop().await;
}
