//! The delivery lease: of all who want to deliver openings to one automat, one does, and delivers those of the others
//! too.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own values are well formed")]

use domain::{AutomatId, Opening, OpeningDraft, OpeningId, OpeningStatus};
use store::{DELIVERY_INTERVAL_MILLIS, Delivery, DeliveryLease, RequestMetadata, Store};
use testkit::{TestTable, at, automat, locker, metadata};

async fn with_automat() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 20), &metadata()).await.unwrap();
    table
}

async fn requested<const N: usize>(store: &Store) -> [Opening; N] {
    let mut openings = Vec::new();
    for index in 0..N {
        let automat = AutomatId::parse("lobby").unwrap();
        let locker = locker(u32::try_from(index).unwrap());
        let draft = OpeningDraft { automat, locker, reason: None, force: false };
        let opening = store.request_opening(draft, &RequestMetadata { now: at(0), ..metadata() }).await.unwrap();
        openings.push(opening.into_inner());
    }
    openings.try_into().unwrap()
}

fn leased(delivery: Delivery) -> DeliveryLease {
    let Delivery::Leased(lease) = delivery else { panic!("{delivery:?}") };
    lease
}

fn ids(openings: &[&Opening]) -> Vec<OpeningId> {
    let mut ids: Vec<_> = openings.iter().map(|opening| opening.id.clone()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_single_opening_gets_the_lease_at_once() {
    let table = with_automat().await;
    let [one, other] = requested(&table.store).await;
    let lease = leased(table.store.queue_delivery(&one, at(0)).await.unwrap());
    assert_eq!(lease.waiting, ids(&[&one]));
    assert!(table.store.release_delivery(&lease, &lease.waiting, at(0)).await.unwrap());
    let next = leased(table.store.queue_delivery(&other, at(1)).await.unwrap());
    assert_eq!(next.waiting, ids(&[&other]));
}

#[tokio::test]
async fn openings_queued_during_a_lease_share_the_next_one() {
    let table = with_automat().await;
    let [one, two, three] = requested(&table.store).await;
    let first = leased(table.store.queue_delivery(&one, at(0)).await.unwrap());
    for opening in [&two, &three] {
        assert!(matches!(table.store.queue_delivery(opening, at(0)).await.unwrap(), Delivery::Waiting(_)));
    }
    assert!(table.store.release_delivery(&first, &first.waiting, at(0)).await.unwrap());
    let next = at(0).plus_millis(DELIVERY_INTERVAL_MILLIS);
    let early = table.store.check_delivery(&two, next.plus_millis(-1)).await.unwrap();
    assert!(matches!(early, Delivery::Waiting(until) if until == next));
    let second = leased(table.store.check_delivery(&two, next).await.unwrap());
    assert_eq!(second.waiting, ids(&[&two, &three]));
    assert!(matches!(table.store.check_delivery(&three, next).await.unwrap(), Delivery::Waiting(_)));
    assert!(table.store.release_delivery(&second, &second.waiting, next).await.unwrap());
    assert!(matches!(table.store.check_delivery(&three, next).await.unwrap(), Delivery::Settled));
}

#[tokio::test]
async fn an_opening_that_is_not_settled_remains_in_the_queue() {
    let table = with_automat().await;
    let [one, two, three] = requested(&table.store).await;
    let first = leased(table.store.queue_delivery(&one, at(0)).await.unwrap());
    assert!(matches!(table.store.queue_delivery(&two, at(0)).await.unwrap(), Delivery::Waiting(_)));
    assert!(table.store.release_delivery(&first, &ids(&[&one]), at(0)).await.unwrap());
    let second = leased(table.store.queue_delivery(&three, at(1)).await.unwrap());
    assert_eq!(second.waiting, ids(&[&two, &three]));
    assert!(table.store.release_delivery(&second, &[], at(1)).await.unwrap());
    let third = leased(table.store.check_delivery(&two, at(2)).await.unwrap());
    assert_eq!(third.waiting, ids(&[&two, &three]));
    assert!(!third.may_be_delivered(&two.id), "every holder before released its lease");
}

#[tokio::test]
async fn a_holder_that_has_died_is_replaced_and_can_release_nothing() {
    let table = with_automat().await;
    let [one, two, three] = requested(&table.store).await;
    let dead = leased(table.store.queue_delivery(&one, at(0)).await.unwrap());
    let Delivery::Waiting(until) = table.store.queue_delivery(&two, at(1)).await.unwrap() else { panic!("not yet") };
    assert_eq!((until, dead.ends_at), (at(8), at(8)));
    let next = leased(table.store.check_delivery(&two, at(8)).await.unwrap());
    assert_eq!(next.waiting, ids(&[&one, &two]));
    assert!(next.may_be_delivered(&one.id) && next.may_be_delivered(&two.id), "by the one that has died");
    assert!(!table.store.release_delivery(&dead, &dead.waiting, at(8)).await.unwrap());
    assert!(!table.store.withdraw_opening(&one.id, &dead, &metadata()).await.unwrap(), "its successor may deliver it");
    assert_eq!(table.store.opening(&one.id).await.unwrap().status(at(8)), OpeningStatus::Requested);
    assert!(table.store.release_delivery(&next, &ids(&[&one]), at(8)).await.unwrap());
    let last = leased(table.store.queue_delivery(&three, at(9)).await.unwrap());
    assert_eq!(last.waiting, ids(&[&two, &three]));
    assert!(last.may_be_delivered(&two.id) && !last.may_be_delivered(&three.id), "this is not forgotten");
}

#[tokio::test]
async fn a_withdrawal_releases_the_lease_for_the_others() {
    let table = with_automat().await;
    let [one, two] = requested(&table.store).await;
    let lease = leased(table.store.queue_delivery(&one, at(0)).await.unwrap());
    assert!(matches!(table.store.queue_delivery(&two, at(0)).await.unwrap(), Delivery::Waiting(_)));
    assert!(
        table.store.withdraw_opening(&one.id, &lease, &RequestMetadata { now: at(0), ..metadata() }).await.unwrap()
    );
    assert!(matches!(table.store.check_delivery(&one, at(1)).await.unwrap(), Delivery::Settled));
    assert_eq!(leased(table.store.check_delivery(&two, at(1)).await.unwrap()).waiting, ids(&[&two]));
}

#[tokio::test]
async fn of_many_who_want_the_lease_one_gets_it() {
    let table = with_automat().await;
    let openings = requested::<20>(&table.store).await;
    for (seconds, queued) in [(0, false), (8, true)] {
        let asking = openings.iter().cloned().map(|opening| {
            let store = table.store.clone();
            tokio::spawn(async move {
                let now = at(seconds);
                let delivery = if queued {
                    store.check_delivery(&opening, now).await
                } else {
                    store.queue_delivery(&opening, now).await
                };
                delivery.unwrap()
            })
        });
        let mut leases = Vec::new();
        for delivery in asking.collect::<Vec<_>>() {
            if let Delivery::Leased(lease) = delivery.await.unwrap() {
                leases.push(lease);
            }
        }
        let [lease] = &leases[..] else { panic!("{leases:?}") };
        if queued {
            assert_eq!(lease.waiting, ids(&openings.iter().collect::<Vec<_>>()), "nobody is forgotten");
        }
    }
}
