//! A local cloud that is stopped and started again.

use std::path::Path;

use clock::Clock;
use domain::{Actor, ContractDraft, Ending, KeyId, Name};
use e2e::only_local;
use local_cloud::{Data, LocalCloud, Options};
use store::{KeyFilter, PageRequest, RequestMetadata};
use testkit::by_email;

use crate::scene::clock;

async fn started(data: &Path, clock: &Clock) -> LocalCloud {
    let options = Options { data: Data::Folder(data.to_owned()), empty: false, ..Options::ephemeral() };
    LocalCloud::start_at(options, clock.clone()).await.unwrap()
}

/// Books a key of the example data for a contact with a unique address.
async fn book(cloud: &LocalCloud, key: &KeyId, address: &str, clock: &Clock) {
    let now = clock.now();
    let draft = ContractDraft {
        id: None,
        keys: key.clone().into(),
        person: Name::parse("Aino Virtanen").unwrap(),
        start: Some(now.plus_millis(400 * 86_400_000)),
        ending: Ending::At(now.plus_millis(401 * 86_400_000)),
        pin: None,
        schedule: None,
        contacts: vec![by_email(address)],
        free_text: None,
    };
    let metadata = RequestMetadata::new(Actor::new("tester"), now);
    cloud.store().create_contract(draft, &metadata).await.unwrap();
}

fn addresses(cloud: &LocalCloud) -> Vec<String> {
    cloud.outbox().sent().iter().filter_map(|sent| Some(sent.what.email()?.to[0].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_continues_and_sends_nothing_twice() {
    only_local("it stops and starts the cloud");
    let (data, clock) = (tempfile::tempdir().unwrap(), clock());
    let cloud = started(data.path(), &clock).await;
    let keys = cloud.store().keys(&KeyFilter::default(), &PageRequest { limit: 2, after: None }).await.unwrap().data;
    book(&cloud, &keys[0].id, "first@example.com", &clock).await;
    cloud.drain().await;
    assert!(addresses(&cloud).contains(&"first@example.com".to_owned()));
    cloud.stop().await;

    let cloud = started(data.path(), &clock).await;
    book(&cloud, &keys[1].id, "second@example.com", &clock).await;
    cloud.drain().await;
    assert_eq!(addresses(&cloud), ["second@example.com"], "nothing of before");
    assert!(cloud.failed_notifications().is_empty());
    cloud.stop().await;
}
